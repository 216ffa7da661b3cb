-- Each visit ends where the next begins, so that they neither overlap nor leave a gap.
select a.interval_id
from {{ ref('application_stage_intervals') }} as a
inner join {{ ref('application_stage_intervals') }} as b
    on b.application_id = a.application_id and b.sequence = a.sequence + 1
where a.left_at is distinct from b.entered_at
