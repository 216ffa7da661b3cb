select
    s.interview_schedule_id, s.application_id, s.stage_id, s.status,
    coalesce(lower(s.status), '') = 'cancelled' as is_cancelled,
    s.scheduled_by_user_id, s.created_at, s.updated_at
from {{ ref('stg_ashby__interview_schedules') }} as s
where s.deleted_at is null
    and not exists (
        select 1 from {{ ref('int_ashby__gone_applications') }} as g where g.application_id = s.application_id)
