-- Written by `cargo xtask dbt`.
{{ ashby.staged('archive_reasons', [
    ('archive_reason_id', 'id', 'text'),
    ('text', 'text', 'text'),
    ('reason_type', 'reasonType', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
