with openings as (
    select o.opening_id, {{ ashby.element_text('j.value') }} as job_id
    from {{ ref('stg_ashby__openings') }} as o
    {{ ashby.each_element('o.record', 'latestVersion.jobIds', 'j') }}
    where o.deleted_at is null and o.opening_state = 'Open' and not coalesce(o.is_archived, false)
),
applications as (
    select
        job_id,
        {{ ashby.count_if("status = 'Active'") }} as active_applications,
        {{ ashby.count_if("status = 'Hired'") }} as hires,
        {{ ashby.count_if("created_at > " ~ ashby.as_of() ~ " - interval '30 days'") }} as applications_30_days,
        max(created_at) as last_application_at
    from {{ ref('applications') }}
    group by job_id
)
select
    j.job_id, j.title, j.opened_at,
    {{ ashby.days('j.opened_at', ashby.as_of()) }} as age_days,
    (select count(distinct o.opening_id) from openings as o where o.job_id = j.job_id) as openings_open,
    coalesce(a.active_applications, 0) as active_applications,
    coalesce(a.applications_30_days, 0) as applications_30_days,
    coalesce(a.hires, 0) as hires,
    a.last_application_at
from {{ ref('jobs') }} as j
left join applications as a on a.job_id = j.job_id
where j.status = 'Open'
