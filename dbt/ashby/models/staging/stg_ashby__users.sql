-- Written by `cargo xtask dbt`.
{{ ashby.staged('users', [
    ('user_id', 'id', 'text'),
    ('first_name', 'firstName', 'text'),
    ('last_name', 'lastName', 'text'),
    ('email', 'email', 'text'),
    ('global_role', 'globalRole', 'text'),
    ('is_enabled', 'isEnabled', 'boolean'),
    ('manager_user_id', 'managerId', 'text'),
]) }}
