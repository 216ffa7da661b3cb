with accepted as (
    select
        o.opening_id, o.application_id, coalesce(o.decided_at, o.created_at) as filled_at,
        row_number() over (
            partition by o.opening_id
            order by coalesce(o.decided_at, o.created_at) desc nulls last, o.application_id desc) as place
    from {{ ref('offers') }} as o
    where o.outcome = 'accepted' and o.opening_id is not null
)
select
    p.opening_id, p.identifier, p.description, p.opening_state, p.is_archived, p.archived_at, p.opened_at, p.closed_at,
    p.close_reason_id, p.target_hire_date, p.target_start_date, p.is_backfill, p.employment_type, p.department_id,
    p.author_user_id, a.application_id as filled_by_application_id, a.filled_at
from {{ ref('stg_ashby__openings') }} as p
left join accepted as a on a.opening_id = p.opening_id and a.place = 1
where p.deleted_at is null
