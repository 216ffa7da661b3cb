select
    v.offer_version_id, v.offer_id,
    row_number() over (partition by v.offer_id order by v.created_at, v.offer_version_id) as version_number,
    row_number() over (partition by v.offer_id order by v.created_at desc, v.offer_version_id desc) = 1 as is_latest,
    v.created_at, v.start_date, v.salary_amount, v.salary_currency, v.opening_id, v.author_user_id, v.approval_status
from {{ ref('stg_ashby__offer_versions') }} as v
left join {{ ref('stg_ashby__offers') }} as o on o.offer_id = v.offer_id
where v.deleted_at is null and o.deleted_at is null
    and not exists (
        select 1 from {{ ref('int_ashby__gone_applications') }} as g where g.application_id = o.application_id)
