-- Written by `cargo xtask dbt`.
{{ ashby.staged('sources', [
    ('source_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('source_type_id', 'sourceType.id', 'text'),
    ('source_type_title', 'sourceType.title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
