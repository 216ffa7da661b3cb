with people as (
    select
        e.interview_event_id,
        {{ ashby.json_text('p.value', 'id') }} as user_id,
        {{ ashby.typed(ashby.json_text('p.value', 'isFeedbackRequired'), 'boolean') }} as is_feedback_required,
        {{ ashby.json_text('p.value', 'trainingRole') }} as training_role,
        {{ ashby.json_text('p.value', 'interviewerPool.id') }} as interviewer_pool_id,
        row_number() over (partition by e.interview_event_id, {{ ashby.json_text('p.value', 'id') }} order by p.position) as place
    from {{ ref('stg_ashby__interview_events') }} as e
    {{ ashby.each_element('e.record', 'interviewers', 'p') }}
),
given as (
    select
        feedback_id, interview_event_id, submitted_by_user_id, submitted_at,
        row_number() over (partition by interview_event_id, submitted_by_user_id order by submitted_at, feedback_id) as place
    from {{ ref('stg_ashby__application_feedback') }}
    where deleted_at is null
)
select
    p.interview_event_id, p.user_id, p.is_feedback_required, p.training_role, p.interviewer_pool_id,
    f.feedback_id, f.submitted_at as feedback_submitted_at,
    {{ ashby.days('e.ends_at', 'f.submitted_at') }} * 24 as feedback_delay_hours
from people as p
inner join {{ ref('interview_events') }} as e on e.interview_event_id = p.interview_event_id
left join given as f
    on f.interview_event_id = p.interview_event_id and f.submitted_by_user_id = p.user_id and f.place = 1
where p.place = 1
