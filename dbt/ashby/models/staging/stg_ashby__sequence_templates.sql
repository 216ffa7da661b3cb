-- Written by `cargo xtask dbt`.
{{ ashby.staged('sequence_templates', [
    ('sequence_template_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_unsubscribe_link_active', 'unsubscribeLinkActive', 'boolean'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
