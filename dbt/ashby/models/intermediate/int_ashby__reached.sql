-- What is known of how far each live application came: from its history, or without one from what else is known.
with firsts as (
    select
        min(case when milestone_type not in ('Lead', 'Archived') then milestone_order end) as first_order,
        min(case when milestone_type = 'Offer' then milestone_order end) as offer_order,
        min(case when milestone_type = 'Hired' then milestone_order end) as hired_order
    from {{ ref('milestones') }}
),
histories as (
    select
        application_id,
        count(*) as visit_count,
        min(case when coalesce(stage_type, '') not in ('Lead', 'Archived') then entered_at end) as activated_at,
        max(case when stage_type = 'Hired' then entered_at end) as hired_at,
        max(case when stage_type = 'Archived' then entered_at end) as archived_at,
        max(case when stage_type = 'Archived' then sequence end) as archived_sequence,
        max(case when coalesce(stage_type, '') not in ('Hired', 'Archived') then sequence end) as last_sequence,
        max(case when stage_type not in ('Lead', 'Archived') then milestone_order end) as top,
        {{ ashby.count_if("direction = 'unarchive'") }} as reopen_count
    from {{ ref('int_ashby__visits') }}
    group by application_id
),
evidence as (
    select x.application_id, max(case when st.stage_type not in ('Lead', 'Archived') then st.milestone_order end) as top
    from (
        select application_id, current_stage_id as stage_id from {{ ref('int_ashby__live_applications') }}
        union all
        select application_id, stage_id from {{ ref('stg_ashby__interview_schedules') }}
        where deleted_at is null and coalesce(lower(status), '') <> 'cancelled'
    ) as x
    inner join {{ ref('int_ashby__stages') }} as st on st.stage_id = x.stage_id
    group by x.application_id
),
offers as (
    select
        application_id,
        count(*) as offer_count,
        max(case when outcome = 'accepted' and place_within_outcome = 1 then offer_id end) as accepted_offer_id,
        max(case when outcome = 'accepted' and place_within_outcome = 1 then decided_at end) as accepted_at
    from {{ ref('int_ashby__offers') }}
    group by application_id
)
select
    a.application_id,
    coalesce(h.visit_count, 0) as visit_count,
    coalesce(h.reopen_count, 0) as reopen_count,
    h.activated_at,
    h.hired_at,
    h.archived_at,
    l.stage_id as last_stage_id,
    r.entered_at as reopened_at,
    n.stage_id as newest_stage_id,
    n.entered_at as newest_entered_at,
    n.left_at as newest_left_at,
    coalesce(o.offer_count, 0) as offer_count,
    o.accepted_offer_id,
    o.accepted_at,
    case
        when h.visit_count > 0 then h.top
        else coalesce(
            greatest(e.top, case when o.offer_count > 0 then f.offer_order end,
                case when a.status = 'Hired' then f.hired_order end),
            case when a.status <> 'Lead' then f.first_order end)
    end as top
from {{ ref('int_ashby__live_applications') }} as a
cross join firsts as f
left join histories as h on h.application_id = a.application_id
left join evidence as e on e.application_id = a.application_id
left join offers as o on o.application_id = a.application_id
left join {{ ref('int_ashby__visits') }} as l on l.application_id = a.application_id and l.sequence = h.last_sequence
left join {{ ref('int_ashby__visits') }} as r on r.application_id = a.application_id and r.sequence = h.archived_sequence + 1
left join {{ ref('int_ashby__visits') }} as n on n.application_id = a.application_id and n.sequence = h.visit_count
