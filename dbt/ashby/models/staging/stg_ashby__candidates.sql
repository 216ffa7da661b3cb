-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidates', [
    ('candidate_id', 'id', 'text'),
    ('name', 'name', 'text'),
    ('primary_email', 'primaryEmailAddress.value', 'text'),
    ('primary_phone', 'primaryPhoneNumber.value', 'text'),
    ('company', 'company', 'text'),
    ('position', 'position', 'text'),
    ('school', 'school', 'text'),
    ('source_id', 'source.id', 'text'),
    ('credited_to_user_id', 'creditedToUser.id', 'text'),
    ('location_summary', 'location.locationSummary', 'text'),
    ('timezone', 'timezone', 'text'),
    ('fraud_status', 'fraudStatus', 'text'),
    ('profile_url', 'profileUrl', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
