-- Applications that are there: neither they nor their candidates are gone.
select a.*
from {{ ref('stg_ashby__applications') }} as a
where a.deleted_at is null
    and not exists (
        select 1 from {{ ref('stg_ashby__candidates') }} as c
        where c.candidate_id = a.candidate_id and c.deleted_at is not null)
