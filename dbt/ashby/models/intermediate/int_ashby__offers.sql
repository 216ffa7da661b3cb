-- Live offers, and which of an application's decides.
with versions as (
    select offer_id, min(created_at) as created_at, count(*) as version_count
    from {{ ref('stg_ashby__offer_versions') }}
    where deleted_at is null
    group by offer_id
),
offers as (
    select
        o.*,
        coalesce(v.created_at, o.latest_version_created_at) as created_at,
        coalesce(v.version_count, case when o.latest_version_id is null then 0 else 1 end) as version_count,
        case o.acceptance_status when 'Accepted' then 'accepted' when 'Declined' then 'declined'
            when 'Cancelled' then 'cancelled' else 'open' end as outcome,
        case when o.acceptance_status in ('Accepted', 'Declined') then 1
            when o.acceptance_status = 'Cancelled' then 3 else 2 end as place_of_outcome
    from {{ ref('stg_ashby__offers') }} as o
    left join versions as v on v.offer_id = o.offer_id
    where o.deleted_at is null
        and not exists (
            select 1 from {{ ref('int_ashby__gone_applications') }} as g where g.application_id = o.application_id)
)
select
    o.*,
    row_number() over (partition by o.application_id order by o.created_at, o.offer_id) as offer_number,
    row_number() over (
        partition by o.application_id
        order by o.place_of_outcome,
            case when o.place_of_outcome = 1 then coalesce(o.decided_at, o.created_at) else o.created_at end desc nulls last,
            o.offer_id desc
    ) = 1 as is_decisive,
    row_number() over (
        partition by o.application_id, o.outcome
        order by coalesce(o.decided_at, o.created_at) desc nulls last, o.offer_id desc
    ) as place_within_outcome
from offers as o
