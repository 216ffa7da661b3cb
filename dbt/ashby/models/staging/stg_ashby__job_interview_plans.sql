-- Written by `cargo xtask dbt`.
{{ ashby.staged('job_interview_plans', [
    ('job_id', 'jobId', 'text'),
    ('interview_plan_id', 'interviewPlanId', 'text'),
]) }}
