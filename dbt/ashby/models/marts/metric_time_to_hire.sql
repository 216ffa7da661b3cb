select
    hired_month,
    count(*) as hires,
    count(time_to_hire_days) as n,
    {{ ashby.percentile('time_to_hire_days', 0.5) }} as p50_days,
    {{ ashby.percentile('time_to_hire_days', 0.9) }} as p90_days
from {{ ref('hires') }}
group by hired_month
