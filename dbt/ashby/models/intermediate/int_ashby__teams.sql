-- The recruiter and the hiring manager of each application and job: the first of the hiring team with such a role.
with members as (
    select
        'application' as owner, a.application_id as owner_id, t.position,
        {{ ashby.json_text('t.value', 'userId') }} as user_id, {{ ashby.json_text('t.value', 'role') }} as role
    from {{ ref('stg_ashby__applications') }} as a
    {{ ashby.each_element('a.record', 'hiringTeam', 't') }}
    union all
    select
        'job' as owner, j.job_id as owner_id, t.position,
        {{ ashby.json_text('t.value', 'userId') }} as user_id, {{ ashby.json_text('t.value', 'role') }} as role
    from {{ ref('stg_ashby__jobs') }} as j
    {{ ashby.each_element('j.record', 'hiringTeam', 't') }}
),
ranked as (
    select 'recruiter' as part, m.*, row_number() over (partition by m.owner, m.owner_id order by m.position) as place
    from members as m where m.role in {{ ashby.texts(var('ashby_recruiter_roles')) }}
    union all
    select 'hiring_manager' as part, m.*, row_number() over (partition by m.owner, m.owner_id order by m.position) as place
    from members as m where m.role in {{ ashby.texts(var('ashby_hiring_manager_roles')) }}
)
select
    owner, owner_id,
    max(case when part = 'recruiter' then user_id end) as recruiter_user_id,
    max(case when part = 'hiring_manager' then user_id end) as hiring_manager_user_id
from ranked
where place = 1
group by owner, owner_id
