-- Written by `cargo xtask dbt`.
{{ ashby.staged('offer_versions', [
    ('offer_version_id', 'id', 'text'),
    ('offer_id', 'offerId', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('start_date', 'startDate', 'date'),
    ('salary_amount', 'salary.value', 'real'),
    ('salary_currency', 'salary.currencyCode', 'text'),
    ('opening_id', 'openingId', 'text'),
    ('author_user_id', 'author.id', 'text'),
    ('approval_status', 'approvalStatus', 'text'),
]) }}
