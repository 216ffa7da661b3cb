-- Written by `cargo xtask dbt`.
{{ ashby.staged('application_history', [
    ('interval_id', 'id', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('stage_id', 'stageId', 'text'),
    ('entered_at', 'enteredStageAt', 'instant'),
    ('entered_by_user_id', 'actorId', 'text'),
    ('noted_title', 'title', 'text'),
    ('noted_left_at', 'leftStageAt', 'instant'),
    ('noted_stage_number', 'stageNumber', 'integer'),
]) }}
