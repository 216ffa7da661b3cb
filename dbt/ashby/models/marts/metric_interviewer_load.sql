with seats as (
    select
        p.user_id, {{ ashby.local_week('e.starts_at') }} as week_start, e.is_debrief, e.duration_minutes,
        e.ends_at <= {{ ashby.as_of() }} as is_over, e.ends_at > {{ ashby.as_of() }} as is_to_come,
        coalesce(p.is_feedback_required, false) as is_due, p.feedback_id
    from {{ ref('interview_event_interviewers') }} as p
    inner join {{ ref('interview_events') }} as e on e.interview_event_id = p.interview_event_id
    where not e.is_cancelled and e.starts_at is not null
)
select
    user_id, week_start,
    {{ ashby.count_if('not is_debrief and is_over') }} as interviews,
    {{ ashby.count_if('is_debrief and is_over') }} as debriefs,
    sum(case when not is_debrief and is_over then duration_minutes else 0 end) as minutes,
    {{ ashby.count_if('not is_debrief and is_to_come') }} as upcoming,
    {{ ashby.count_if('not is_debrief and is_over and is_due') }} as feedback_due,
    {{ ashby.count_if('not is_debrief and is_over and is_due and feedback_id is null') }} as feedback_missing
from seats
group by user_id, week_start
