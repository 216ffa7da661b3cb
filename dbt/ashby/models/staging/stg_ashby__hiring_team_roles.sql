-- Written by `cargo xtask dbt`.
{{ ashby.staged('hiring_team_roles', [
    ('role_id', 'id', 'text'),
    ('title', 'title', 'text'),
]) }}
