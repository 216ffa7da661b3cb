select archive_reason_id, text, reason_type, is_archived
from {{ ref('stg_ashby__archive_reasons') }}
where deleted_at is null
