-- Written by `cargo xtask dbt`.
{{ ashby.staged('job_templates', [
    ('job_template_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('status', 'status', 'text'),
    ('location_id', 'locationId', 'text'),
    ('department_id', 'departmentId', 'text'),
    ('default_interview_plan_id', 'defaultInterviewPlanId', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
]) }}
