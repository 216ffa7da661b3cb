select
    v.interval_id, v.application_id, v.sequence, v.visit_number, v.stage_id,
    coalesce(v.stage_title_now, v.noted_title) as stage_title,
    v.stage_type, v.interview_plan_id, v.order_in_plan, v.milestone_order, v.entered_at, v.left_at,
    v.left_at is null as is_open,
    v.duration_days,
    n.direction as exit_direction,
    v.entered_by_user_id
from {{ ref('int_ashby__visits') }} as v
left join {{ ref('int_ashby__visits') }} as n on n.application_id = v.application_id and n.sequence = v.sequence + 1
