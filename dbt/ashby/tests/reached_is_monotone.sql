-- Of the milestones that are no lead's, a further one is never reached by more applications than one before it.
with counts as (
    select milestone_order, sum(reached) as reached
    from {{ ref('metric_funnel') }}
    where milestone_type not in ('Lead', 'Archived')
    group by milestone_order
)
select b.milestone_order
from counts as a
inner join counts as b on b.milestone_order > a.milestone_order
where b.reached > a.reached
