-- Applications whose records, or whose candidates' records, are known to be gone: what belongs to them is gone, too.
select a.application_id
from {{ ref('stg_ashby__applications') }} as a
where a.deleted_at is not null
    or exists (
        select 1 from {{ ref('stg_ashby__candidates') }} as c
        where c.candidate_id = a.candidate_id and c.deleted_at is not null)
