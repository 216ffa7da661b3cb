with firsts as (
    select milestone_type, min(milestone_order) as milestone_order from {{ ref('milestones') }} group by milestone_type
)
select
    s.stage_id, s.interview_plan_id, s.title, s.stage_type, s.order_in_plan, s.interview_stage_group_id,
    m.milestone_order, m.milestone
from {{ ref('stg_ashby__interview_stages') }} as s
left join {{ ref('milestones') }} as g on g.interview_stage_group_id = s.interview_stage_group_id
left join firsts as f on f.milestone_type = s.stage_type
left join {{ ref('milestones') }} as m on m.milestone_order = coalesce(g.milestone_order, f.milestone_order)
where s.deleted_at is null
