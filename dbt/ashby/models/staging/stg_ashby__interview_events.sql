-- Written by `cargo xtask dbt`.
{{ ashby.staged('interview_events', [
    ('interview_event_id', 'id', 'text'),
    ('interview_schedule_id', 'interviewScheduleId', 'text'),
    ('interview_id', 'interviewId', 'text'),
    ('starts_at', 'startTime', 'instant'),
    ('ends_at', 'endTime', 'instant'),
    ('has_submitted_feedback', 'hasSubmittedFeedback', 'boolean'),
    ('location', 'location', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
