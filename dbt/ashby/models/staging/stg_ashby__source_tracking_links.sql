-- Written by `cargo xtask dbt`.
{{ ashby.staged('source_tracking_links', [
    ('tracking_link_id', 'id', 'text'),
    ('code', 'code', 'text'),
    ('is_enabled', 'enabled', 'boolean'),
    ('source_id', 'sourceId', 'text'),
    ('link', 'link', 'text'),
]) }}
