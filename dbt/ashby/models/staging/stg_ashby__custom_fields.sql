-- Written by `cargo xtask dbt`.
{{ ashby.staged('custom_fields', [
    ('custom_field_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('field_type', 'fieldType', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('is_private', 'isPrivate', 'boolean'),
    ('is_date_only', 'isDateOnlyField', 'boolean'),
]) }}
