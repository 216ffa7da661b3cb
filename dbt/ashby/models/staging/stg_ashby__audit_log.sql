-- Written by `cargo xtask dbt`.
{{ ashby.staged('audit_log', [
    ('event_id', 'id', 'text'),
    ('timestamp_at', 'timestamp', 'instant'),
    ('category', 'category', 'text'),
    ('description', 'description', 'text'),
]) }}
