-- Written by `cargo xtask dbt`.
{{ ashby.staged('communication_templates', [
    ('template_id', 'id', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
    ('title', 'title', 'text'),
]) }}
