-- Postings that stand on internal boards only.
select p.job_posting_id
from {{ ref('stg_ashby__job_board_postings') }} as p
inner join {{ ref('stg_ashby__job_boards') }} as b on b.job_board_id = p.job_board_id
where p.deleted_at is null and b.deleted_at is null
group by p.job_posting_id
having min(case when b.is_internal then 1 else 0 end) = 1
