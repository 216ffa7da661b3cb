select
    source_id, title, source_type_id, source_type_title,
    {{ ashby.source_category('source_type_title') }} as source_category,
    is_archived
from {{ ref('stg_ashby__sources') }} as t
where deleted_at is null
