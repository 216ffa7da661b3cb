{#- Elapsed time between two moments, in days of 24 hours. #}
{% macro days(from, to) -%}
    (cast(extract(epoch from ({{ to }}) - ({{ from }})) as double precision) / 86400.0)
{%- endmacro %}

{#- Days between two dates. #}
{% macro days_of_dates(from, to) -%}
    cast(({{ to }}) - ({{ from }}) as double precision)
{%- endmacro %}

{#- Dates, months and weeks, cut in the reporting zone. #}
{% macro local_date(moment) -%}
    cast(({{ moment }}) at time zone '{{ var("ashby_timezone") }}' as date)
{%- endmacro %}

{% macro local_month(moment) %}{{ return(adapter.dispatch('local_month', 'ashby')(moment)) }}{% endmacro %}

{% macro default__local_month(moment) -%}
    to_char(({{ moment }}) at time zone '{{ var("ashby_timezone") }}', 'YYYY-MM')
{%- endmacro %}

{% macro duckdb__local_month(moment) -%}
    strftime(({{ moment }}) at time zone '{{ var("ashby_timezone") }}', '%Y-%m')
{%- endmacro %}

{% macro local_week(moment) -%}
    cast(date_trunc('week', ({{ moment }}) at time zone '{{ var("ashby_timezone") }}') as date)
{%- endmacro %}

{#- The moment against which ages are measured. #}
{% macro as_of() -%}
    {%- if var('ashby_as_of') -%}
        cast('{{ var("ashby_as_of") }}' as timestamptz)
    {%- else -%}
        (select max(captured_at) from {{ ref('stg_ashby__applications') }})
    {%- endif -%}
{%- endmacro %}

{#- Interpolates between neighbours: k = (n - 1) * share. #}
{% macro percentile(value, share) -%}
    percentile_cont({{ share }}) within group (order by {{ value }})
{%- endmacro %}

{#- How many rows fulfil a condition. #}
{% macro count_if(condition) -%}
    cast(sum(case when {{ condition }} then 1 else 0 end) as bigint)
{%- endmacro %}
