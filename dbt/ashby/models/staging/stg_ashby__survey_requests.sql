-- Written by `cargo xtask dbt`.
{{ ashby.staged('survey_requests', [
    ('survey_request_id', 'id', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('survey_form_definition_id', 'surveyFormDefinitionId', 'text'),
]) }}
