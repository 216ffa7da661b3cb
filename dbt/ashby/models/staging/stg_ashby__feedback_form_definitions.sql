-- Written by `cargo xtask dbt`.
{{ ashby.staged('feedback_form_definitions', [
    ('form_definition_id', 'id', 'text'),
    ('organization_id', 'organizationId', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_default_form', 'isDefaultForm', 'boolean'),
    ('interview_id', 'interviewId', 'text'),
]) }}
