-- Written by `cargo xtask dbt`.
{{ ashby.staged('interviewer_pools', [
    ('interviewer_pool_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
