with waiting as (
    select job_id, current_stage_id as stage_id, {{ ashby.days('current_stage_entered_at', ashby.as_of()) }} as days
    from {{ ref('applications') }}
    where status in ('Active', 'Lead')
)
select
    job_id, stage_id, count(*) as applications,
    {{ ashby.percentile('days', 0.5) }} as p50_days_in_stage,
    max(days) as oldest_days_in_stage
from waiting
group by job_id, stage_id
