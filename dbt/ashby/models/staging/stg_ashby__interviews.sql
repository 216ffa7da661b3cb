-- Written by `cargo xtask dbt`.
{{ ashby.staged('interviews', [
    ('interview_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('external_title', 'externalTitle', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_debrief', 'isDebrief', 'boolean'),
    ('is_feedback_required', 'isFeedbackRequired', 'boolean'),
    ('job_id', 'jobId', 'text'),
    ('feedback_form_definition_id', 'feedbackFormDefinitionId', 'text'),
]) }}
