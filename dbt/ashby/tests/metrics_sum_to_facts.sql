-- Sums of metric tables are counts of the facts that they are made of.
with sums as (
    select 'metric_source_yield' as metric,
        (select sum(applications) from {{ ref('metric_source_yield') }}) as summed,
        (select count(*) from {{ ref('applications') }}) as counted
    union all
    select 'metric_time_to_hire', (select sum(hires) from {{ ref('metric_time_to_hire') }}),
        (select count(*) from {{ ref('hires') }})
    union all
    select 'metric_outcomes', (select sum(applications) from {{ ref('metric_outcomes') }}),
        (select count(*) from {{ ref('applications') }} where status = 'Archived')
    union all
    select 'metric_pipeline', (select sum(applications) from {{ ref('metric_pipeline') }}),
        (select count(*) from {{ ref('applications') }} where status in ('Active', 'Lead'))
    union all
    select 'metric_offers', (select sum(accepted + declined + cancelled + open) from {{ ref('metric_offers') }}),
        (select count(distinct o.application_id) from {{ ref('offers') }} as o
            inner join {{ ref('applications') }} as a on a.application_id = o.application_id)
    union all
    select 'metric_stage_conversion', (select sum(entered) from {{ ref('metric_stage_conversion') }}),
        (select count(*) from {{ ref('application_stage_durations') }} as d
            inner join {{ ref('applications') }} as a on a.application_id = d.application_id)
)
select * from sums where coalesce(summed, 0) <> counted
