-- Written by `cargo xtask dbt`.
{{ ashby.staged('email_senders', [
    ('email', 'email', 'text'),
    ('display_name', 'displayName', 'text'),
    ('type', 'type', 'text'),
]) }}
