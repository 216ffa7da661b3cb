-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidate_tags', [
    ('tag_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
