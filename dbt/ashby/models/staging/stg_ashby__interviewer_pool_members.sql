-- Written by `cargo xtask dbt`.
{{ ashby.staged('interviewer_pool_members', [
    ('interviewer_pool_id', 'interviewerPoolId', 'text'),
    ('user_id', 'id', 'text'),
    ('member_type', 'memberType', 'text'),
    ('is_paused', 'isPaused', 'boolean'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
