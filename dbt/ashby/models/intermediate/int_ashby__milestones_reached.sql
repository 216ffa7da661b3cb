-- A live application and a milestone that it reached, and whether it was seen in it.
with seen as (
    select distinct v.application_id, v.milestone_order, v.stage_type
    from {{ ref('int_ashby__visits') }} as v
    where v.milestone_order is not null
),
leads as (
    select application_id, milestone_order from seen where stage_type = 'Lead'
    union
    select x.application_id, st.milestone_order
    from (
        select a.application_id, a.current_stage_id as stage_id
        from {{ ref('int_ashby__live_applications') }} as a
        union all
        select s.application_id, s.stage_id from {{ ref('stg_ashby__interview_schedules') }} as s
        where s.deleted_at is null and coalesce(lower(s.status), '') <> 'cancelled'
    ) as x
    inner join {{ ref('int_ashby__stages') }} as st on st.stage_id = x.stage_id and st.stage_type = 'Lead'
    inner join {{ ref('int_ashby__reached') }} as r on r.application_id = x.application_id and r.visit_count = 0
)
select
    r.application_id,
    m.milestone_order,
    exists (
        select 1 from seen as s where s.application_id = r.application_id and s.milestone_order = m.milestone_order
            and coalesce(s.stage_type, '') <> 'Archived') as is_entered
from {{ ref('int_ashby__reached') }} as r
inner join {{ ref('milestones') }} as m
    on (m.milestone_type not in ('Lead', 'Archived') and m.milestone_order <= r.top)
    or (m.milestone_type = 'Lead' and exists (
        select 1 from leads as l where l.application_id = r.application_id and l.milestone_order = m.milestone_order))
