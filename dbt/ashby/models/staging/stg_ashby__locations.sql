-- Written by `cargo xtask dbt`.
{{ ashby.staged('locations', [
    ('location_id', 'id', 'text'),
    ('name', 'name', 'text'),
    ('external_name', 'externalName', 'text'),
    ('type', 'type', 'text'),
    ('parent_location_id', 'parentLocationId', 'text'),
    ('city', 'address.postalAddress.addressLocality', 'text'),
    ('region', 'address.postalAddress.addressRegion', 'text'),
    ('country', 'address.postalAddress.addressCountry', 'text'),
    ('workplace_type', 'workplaceType', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
