with firsts as (
    select v.*, {{ ashby.local_month('v.entered_at') }} as entered_month
    from {{ ref('application_stage_intervals') }} as v
    where v.visit_number = 1 and v.stage_id is not null
),
entries as (
    select
        f.entered_month, a.job_id, f.stage_id, f.stage_type, a.outcome,
        exists (
            select 1 from {{ ref('application_stage_intervals') }} as n
            where n.application_id = f.application_id and n.sequence > f.sequence
                and coalesce(n.stage_type, '') <> 'Archived'
                and case when n.interview_plan_id = f.interview_plan_id then n.order_in_plan > f.order_in_plan
                    else n.milestone_order > f.milestone_order end) as is_progressed
    from firsts as f
    inner join {{ ref('applications') }} as a on a.application_id = f.application_id
),
titles as (
    select stage_id, max(stage_title) as stage_title from {{ ref('application_stage_durations') }} group by stage_id
)
select
    e.entered_month, e.job_id, e.stage_id, t.stage_title, e.stage_type,
    count(*) as entered,
    {{ ashby.count_if('e.is_progressed') }} as progressed,
    {{ ashby.count_if("not e.is_progressed and e.outcome = 'rejected'") }} as rejected,
    {{ ashby.count_if("not e.is_progressed and e.outcome = 'withdrew'") }} as withdrew,
    {{ ashby.count_if("not e.is_progressed and e.outcome in ('archived_other', 'archived_unknown')") }} as archived_other,
    {{ ashby.count_if("not e.is_progressed and coalesce(e.outcome, '') not in ('rejected', 'withdrew', 'archived_other', 'archived_unknown')") }} as pending
from entries as e
left join titles as t on t.stage_id = e.stage_id
group by e.entered_month, e.job_id, e.stage_id, t.stage_title, e.stage_type
