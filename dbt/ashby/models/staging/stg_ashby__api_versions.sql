-- Written by `cargo xtask dbt`.
{{ ashby.staged('api_versions', [
    ('version', 'version', 'text'),
    ('status', 'status', 'text'),
]) }}
