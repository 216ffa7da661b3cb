-- Live stages, with how many stages of their plan lie before them and up to them (Archived ones not counted).
with stages as (select * from {{ ref('interview_stages') }})
select
    s.stage_id, s.title, s.stage_type, s.interview_plan_id, s.order_in_plan, s.milestone_order,
    (select count(*) from stages as p where p.interview_plan_id = s.interview_plan_id
        and coalesce(p.stage_type, '') <> 'Archived' and p.order_in_plan < s.order_in_plan) as stages_before,
    (select count(*) from stages as p where p.interview_plan_id = s.interview_plan_id
        and coalesce(p.stage_type, '') <> 'Archived' and p.order_in_plan <= s.order_in_plan) as stages_up_to
from stages as s
