-- Written by `cargo xtask dbt`.
{{ ashby.staged('interview_stages', [
    ('stage_id', 'id', 'text'),
    ('interview_plan_id', 'interviewPlanId', 'text'),
    ('title', 'title', 'text'),
    ('stage_type', 'type', 'text'),
    ('order_in_plan', 'orderInInterviewPlan', 'integer'),
    ('interview_stage_group_id', 'interviewStageGroupId', 'text'),
]) }}
