-- The history of each live application, in order: every visit to a stage, and the move that led there.
with entries as (
    select
        h.*, st.title as stage_title_now, st.stage_type, st.interview_plan_id, st.order_in_plan, st.milestone_order,
        st.stages_before, st.stages_up_to
    from {{ ref('stg_ashby__application_history') }} as h
    left join {{ ref('int_ashby__stages') }} as st on st.stage_id = h.stage_id
    where h.deleted_at is null and h.entered_at is not null and h.application_id is not null
        and not exists (
            select 1 from {{ ref('int_ashby__gone_applications') }} as g where g.application_id = h.application_id)
),
ordered as (
    select
        e.*,
        row_number() over visits as sequence,
        lead(e.entered_at) over visits as next_entered_at,
        lag(e.stage_id) over visits as from_stage_id,
        lag(e.stage_type) over visits as from_type,
        lag(e.interview_plan_id) over visits as from_plan,
        lag(e.order_in_plan) over visits as from_order,
        lag(e.stages_up_to) over visits as from_up_to,
        lag(e.entered_at) over visits as from_entered_at,
        row_number() over (
            partition by e.application_id, e.stage_id order by e.entered_at, e.noted_stage_number nulls first, e.interval_id
        ) as visit_number
    from entries as e
    window visits as (
        partition by e.application_id order by e.entered_at, e.noted_stage_number nulls first, e.interval_id)
),
ended as (
    select
        o.*,
        case when o.next_entered_at is not null then o.next_entered_at
            when o.noted_left_at >= o.entered_at then o.noted_left_at end as left_at,
        case
            when o.sequence = 1 then 'entry'
            when o.stage_type = 'Archived' then 'archive'
            when o.stage_type = 'Hired' then 'hire'
            when o.from_type = 'Archived' then 'unarchive'
            when o.from_type = 'Hired' then 'unhire'
            when o.from_plan <> o.interview_plan_id then 'transfer'
            when o.order_in_plan > o.from_order then 'forward'
            when o.order_in_plan < o.from_order then 'backward'
            else 'same'
        end as direction
    from ordered as o
)
select
    e.*,
    case when e.direction in ('forward', 'hire') and e.from_plan = e.interview_plan_id
        then greatest(e.stages_before - e.from_up_to, 0) end as skipped_stages,
    case when coalesce(e.stage_type, '') not in ('Hired', 'Archived') and e.left_at is not null
        then {{ ashby.days('e.entered_at', 'e.left_at') }} end as duration_days,
    case when coalesce(e.from_type, '') not in ('Hired', 'Archived') and e.sequence > 1
        then {{ ashby.days('e.from_entered_at', 'e.entered_at') }} end as days_in_from_stage
from ended as e
