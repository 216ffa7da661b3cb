with titles as (
    select stage_id, stage_title, row_number() over (partition by stage_id order by entered_at desc, interval_id desc) as place
    from {{ ref('application_stage_intervals') }}
)
select
    i.application_id, i.stage_id, max(t.stage_title) as stage_title, max(i.stage_type) as stage_type, count(*) as visits,
    min(i.entered_at) as first_entered_at, max(i.left_at) as last_left_at,
    max(case when i.is_open then 1 else 0 end) = 1 as is_open,
    sum(i.duration_days) as days
from {{ ref('application_stage_intervals') }} as i
left join titles as t on t.stage_id = i.stage_id and t.place = 1
where i.stage_id is not null
group by i.application_id, i.stage_id
