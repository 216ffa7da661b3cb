-- Written by `cargo xtask dbt`.
{{ ashby.staged('jobs', [
    ('job_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('status', 'status', 'text'),
    ('is_confidential', 'confidential', 'boolean'),
    ('employment_type', 'employmentType', 'text'),
    ('department_id', 'departmentId', 'text'),
    ('location_id', 'locationId', 'text'),
    ('brand_id', 'brandId', 'text'),
    ('default_interview_plan_id', 'defaultInterviewPlanId', 'text'),
    ('custom_requisition_id', 'customRequisitionId', 'text'),
    ('author_user_id', 'author.id', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
    ('opened_at', 'openedAt', 'instant'),
    ('closed_at', 'closedAt', 'instant'),
]) }}
