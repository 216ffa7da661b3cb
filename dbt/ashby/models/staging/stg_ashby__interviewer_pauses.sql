-- Written by `cargo xtask dbt`.
{{ ashby.staged('interviewer_pauses', [
    ('pause_id', 'id', 'text'),
    ('user_id', 'userId', 'text'),
    ('starts_at', 'startsAt', 'instant'),
    ('ends_at', 'endsAt', 'instant'),
    ('comment', 'comment', 'text'),
    ('created_at', 'createdAt', 'instant'),
]) }}
