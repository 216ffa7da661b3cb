-- Written by `cargo xtask dbt`.
{{ ashby.staged('close_reasons', [
    ('close_reason_id', 'id', 'text'),
    ('reason_text', 'reasonText', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
