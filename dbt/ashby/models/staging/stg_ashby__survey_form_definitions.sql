-- Written by `cargo xtask dbt`.
{{ ashby.staged('survey_form_definitions', [
    ('form_definition_id', 'id', 'text'),
    ('organization_id', 'organizationId', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_default_form', 'isDefaultForm', 'boolean'),
    ('survey_type', 'surveyType', 'text'),
]) }}
