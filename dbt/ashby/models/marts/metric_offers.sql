with decisive as (
    select
        {{ ashby.local_month('coalesce(o.decided_at, a.hired_at, o.latest_version_created_at)') }} as month,
        a.job_id, o.outcome
    from {{ ref('offers') }} as o
    inner join {{ ref('applications') }} as a on a.application_id = o.application_id
    where o.is_decisive
)
select
    month, job_id,
    {{ ashby.count_if("outcome = 'accepted'") }} as accepted,
    {{ ashby.count_if("outcome = 'declined'") }} as declined,
    {{ ashby.count_if("outcome = 'cancelled'") }} as cancelled,
    {{ ashby.count_if("outcome = 'open'") }} as open
from decisive
group by month, job_id
