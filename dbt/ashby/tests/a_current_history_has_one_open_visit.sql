select a.application_id
from {{ ref('applications') }} as a
left join {{ ref('application_stage_intervals') }} as v on v.application_id = a.application_id and v.is_open
where a.has_history and not a.is_history_stale
group by a.application_id
having count(v.interval_id) <> 1
