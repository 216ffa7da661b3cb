select
    offer_id, application_id, offer_number, acceptance_status, offer_status, outcome, is_decisive, created_at, decided_at,
    latest_version_id, latest_version_created_at, version_count, opening_id, start_date, salary_amount, salary_currency,
    author_user_id, approval_status
from {{ ref('int_ashby__offers') }}
