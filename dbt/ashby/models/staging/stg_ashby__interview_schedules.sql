-- Written by `cargo xtask dbt`.
{{ ashby.staged('interview_schedules', [
    ('interview_schedule_id', 'id', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('stage_id', 'interviewStageId', 'text'),
    ('status', 'status', 'text'),
    ('scheduled_by_user_id', 'scheduledBy.id', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
