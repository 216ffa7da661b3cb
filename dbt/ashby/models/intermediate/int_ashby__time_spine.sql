-- A row a day, for those who ask for metrics by time.
with digits as (
    {%- for digit in range(10) %}
    select {{ digit }} as digit{% if not loop.last %} union all{% endif %}
    {%- endfor %}
)
select cast('2015-01-01' as date) + (a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit) as date_day
from digits as a cross join digits as b cross join digits as c cross join digits as d
