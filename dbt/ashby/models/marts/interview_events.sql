select
    e.interview_event_id, e.interview_schedule_id, s.application_id, s.stage_id, e.interview_id, e.starts_at, e.ends_at,
    {{ ashby.days('e.starts_at', 'e.ends_at') }} * 1440 as duration_minutes,
    coalesce(lower(s.status), '') = 'cancelled' as is_cancelled,
    coalesce(i.is_debrief, false) as is_debrief,
    e.has_submitted_feedback, e.location, e.created_at, e.updated_at
from {{ ref('stg_ashby__interview_events') }} as e
left join {{ ref('stg_ashby__interview_schedules') }} as s on s.interview_schedule_id = e.interview_schedule_id
left join {{ ref('stg_ashby__interviews') }} as i on i.interview_id = e.interview_id and i.deleted_at is null
where e.deleted_at is null and s.deleted_at is null
    and not exists (
        select 1 from {{ ref('int_ashby__gone_applications') }} as g where g.application_id = s.application_id)
