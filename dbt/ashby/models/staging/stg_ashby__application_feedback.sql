-- Written by `cargo xtask dbt`.
{{ ashby.staged('application_feedback', [
    ('feedback_id', 'id', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('submitted_by_user_id', 'submittedByUser.id', 'text'),
    ('submitted_at', 'submittedAt', 'instant'),
    ('interview_id', 'interviewId', 'text'),
    ('interview_event_id', 'interviewEventId', 'text'),
    ('feedback_form_definition_id', 'feedbackFormDefinitionId', 'text'),
    ('interval_id', 'applicationHistoryId', 'text'),
]) }}
