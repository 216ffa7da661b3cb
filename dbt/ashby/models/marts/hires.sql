with hires as (
    select
        a.*, o.opening_id, o.start_date, p.opened_at as opening_opened_at, j.opened_at as job_opened_at,
        case when p.opened_at is not null then 'opening' when j.opened_at is not null then 'job' end as basis,
        case when p.opened_at is not null then {{ ashby.days('p.opened_at', 'coalesce(o.decided_at, a.hired_at)') }}
            else {{ ashby.days('j.opened_at', 'a.hired_at') }} end as days
    from {{ ref('applications') }} as a
    left join {{ ref('offers') }} as o on o.offer_id = a.accepted_offer_id
    left join {{ ref('stg_ashby__openings') }} as p on p.opening_id = o.opening_id and p.deleted_at is null
    left join {{ ref('jobs') }} as j on j.job_id = a.job_id
    where a.outcome = 'hired'
)
select
    application_id, candidate_id, job_id, department_id, source_id, accepted_offer_id as offer_id, opening_id, hired_at,
    {{ ashby.local_month('hired_at') }} as hired_month,
    hired_at_source, is_internal, time_to_hire_days,
    {{ ashby.days('activated_at', 'hired_at') }} as active_to_hire_days,
    basis as time_to_fill_basis,
    case when days >= 0 then days end as time_to_fill_days,
    case when days < 0 then 'hired_before_opened' end as time_to_fill_problem,
    start_date,
    {{ ashby.days_of_dates(ashby.local_date('hired_at'), 'start_date') }} as days_to_start
from hires
