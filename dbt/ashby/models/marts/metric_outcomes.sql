select
    {{ ashby.local_month('ended_at') }} as ended_month, job_id, last_stage_id, archive_reason_id, outcome,
    count(*) as applications
from {{ ref('applications') }}
where status = 'Archived'
group by {{ ashby.local_month('ended_at') }}, job_id, last_stage_id, archive_reason_id, outcome
