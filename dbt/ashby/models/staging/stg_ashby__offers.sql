-- Written by `cargo xtask dbt`.
{{ ashby.staged('offers', [
    ('offer_id', 'id', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('acceptance_status', 'acceptanceStatus', 'text'),
    ('offer_status', 'offerStatus', 'text'),
    ('decided_at', 'decidedAt', 'instant'),
    ('latest_version_id', 'latestVersion.id', 'text'),
    ('latest_version_created_at', 'latestVersion.createdAt', 'instant'),
    ('opening_id', 'latestVersion.openingId', 'text'),
    ('start_date', 'latestVersion.startDate', 'date'),
    ('salary_amount', 'latestVersion.salary.value', 'real'),
    ('salary_currency', 'latestVersion.salary.currencyCode', 'text'),
    ('author_user_id', 'latestVersion.author.id', 'text'),
    ('approval_status', 'latestVersion.approvalStatus', 'text'),
]) }}
