select
    a.created_month as cohort_month, a.job_id, a.source_id, m.milestone_order, m.milestone, m.milestone_type,
    count(*) as reached,
    {{ ashby.count_if('r.is_entered') }} as entered,
    {{ ashby.count_if("a.status in ('Hired', 'Archived')") }} as ended_reached,
    {{ ashby.count_if("a.reached_basis = 'evidence'") }} as by_evidence
from {{ ref('applications') }} as a
inner join {{ ref('int_ashby__milestones_reached') }} as r on r.application_id = a.application_id
inner join {{ ref('milestones') }} as m on m.milestone_order = r.milestone_order
group by a.created_month, a.job_id, a.source_id, m.milestone_order, m.milestone, m.milestone_type
