with firsts as (
    select
        min(case when milestone_type = 'Active' then milestone_order end) as interview_order,
        min(case when milestone_type = 'Offer' then milestone_order end) as offer_order
    from {{ ref('milestones') }}
),
far as (
    select
        r.application_id,
        max(case when r.milestone_order = f.interview_order then 1 else 0 end) as reached_interview,
        max(case when r.milestone_order = f.offer_order then 1 else 0 end) as reached_offer
    from {{ ref('int_ashby__milestones_reached') }} as r
    cross join firsts as f
    group by r.application_id
)
select
    a.created_month as cohort_month, a.source_id, s.title as source_title, s.source_type_title, s.source_category,
    count(*) as applications,
    {{ ashby.count_if('f.reached_interview = 1') }} as reached_interview,
    {{ ashby.count_if('f.reached_offer = 1') }} as reached_offer,
    {{ ashby.count_if("a.outcome = 'hired'") }} as hires,
    {{ ashby.count_if("a.outcome = 'rejected'") }} as rejected,
    {{ ashby.count_if("a.outcome = 'withdrew'") }} as withdrew
from {{ ref('applications') }} as a
left join far as f on f.application_id = a.application_id
left join {{ ref('sources') }} as s on s.source_id = a.source_id
group by a.created_month, a.source_id, s.title, s.source_type_title, s.source_category
