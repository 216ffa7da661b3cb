select
    j.job_id, j.title, j.status, j.is_confidential, j.employment_type, j.department_id, j.location_id, j.brand_id,
    j.default_interview_plan_id, j.custom_requisition_id, j.author_user_id, t.recruiter_user_id, t.hiring_manager_user_id,
    j.created_at, j.updated_at, j.opened_at, j.closed_at
from {{ ref('stg_ashby__jobs') }} as j
left join {{ ref('int_ashby__teams') }} as t on t.owner = 'job' and t.owner_id = j.job_id
where j.deleted_at is null
