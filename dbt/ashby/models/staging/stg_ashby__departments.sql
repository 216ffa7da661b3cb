-- Written by `cargo xtask dbt`.
{{ ashby.staged('departments', [
    ('department_id', 'id', 'text'),
    ('name', 'name', 'text'),
    ('external_name', 'externalName', 'text'),
    ('parent_department_id', 'parentId', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
