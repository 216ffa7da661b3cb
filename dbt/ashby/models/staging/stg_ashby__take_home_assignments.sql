-- Written by `cargo xtask dbt`.
{{ ashby.staged('take_home_assignments', [
    ('assignment_id', 'id', 'text'),
    ('status', 'status', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('interview_stage_id', 'interviewStageId', 'text'),
    ('interview_id', 'interviewId', 'text'),
    ('feedback_form_definition_id', 'feedbackFormDefinitionId', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
