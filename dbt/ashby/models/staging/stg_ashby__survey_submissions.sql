-- Written by `cargo xtask dbt`.
{{ ashby.staged('survey_submissions', [
    ('submission_id', 'id', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('survey_form_definition_id', 'surveyFormDefinitionId', 'text'),
    ('survey_type', 'surveyType', 'text'),
    ('submitted_at', 'submittedAt', 'instant'),
]) }}
