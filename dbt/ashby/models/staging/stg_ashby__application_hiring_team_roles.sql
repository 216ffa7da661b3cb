-- Written by `cargo xtask dbt`.
{{ ashby.staged('application_hiring_team_roles', [
    ('role_id', 'id', 'text'),
    ('title', 'title', 'text'),
]) }}
