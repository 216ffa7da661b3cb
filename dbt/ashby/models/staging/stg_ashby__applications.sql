-- Written by `cargo xtask dbt`.
{{ ashby.staged('applications', [
    ('application_id', 'id', 'text'),
    ('candidate_id', 'candidate.id', 'text'),
    ('job_id', 'job.id', 'text'),
    ('status', 'status', 'text'),
    ('source_id', 'source.id', 'text'),
    ('credited_to_user_id', 'creditedToUser.id', 'text'),
    ('current_stage_id', 'currentInterviewStage.id', 'text'),
    ('interview_plan_id', 'currentInterviewStage.interviewPlanId', 'text'),
    ('archive_reason_id', 'archiveReason.id', 'text'),
    ('applied_via_job_posting_id', 'appliedViaJobPostingId', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('updated_at', 'updatedAt', 'instant'),
    ('archived_at', 'archivedAt', 'instant'),
    ('noted_reason_type', 'archiveReason.reasonType', 'text'),
    ('noted_department_id', 'job.departmentId', 'text'),
    ('noted_location_id', 'job.locationId', 'text'),
]) }}
