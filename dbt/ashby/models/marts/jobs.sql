select
    job_id, title, status, is_confidential, employment_type, department_id, location_id, brand_id, default_interview_plan_id,
    custom_requisition_id, author_user_id, created_at, updated_at, opened_at, closed_at
from {{ ref('stg_ashby__jobs') }}
where deleted_at is null
