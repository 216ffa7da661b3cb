with stays as (
    select stage_title, stage_type, days, is_open
    from {{ ref('application_stage_durations') }}
    where coalesce(stage_type, '') not in ('Hired', 'Archived')
)
select
    stage_title, stage_type,
    {{ ashby.count_if('not is_open') }} as n,
    {{ ashby.percentile('case when not is_open then days end', 0.5) }} as p50_days,
    {{ ashby.percentile('case when not is_open then days end', 0.9) }} as p90_days,
    {{ ashby.count_if('is_open') }} as open_n
from stays
group by stage_title, stage_type
