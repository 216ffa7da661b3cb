-- Written by `cargo xtask dbt`.
{{ ashby.staged('projects', [
    ('project_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('description', 'description', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_confidential', 'confidential', 'boolean'),
    ('author_id', 'authorId', 'text'),
    ('created_at', 'createdAt', 'instant'),
]) }}
