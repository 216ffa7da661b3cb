-- Written by `cargo xtask dbt`.
{{ ashby.staged('openings', [
    ('opening_id', 'id', 'text'),
    ('identifier', 'latestVersion.identifier', 'text'),
    ('description', 'latestVersion.description', 'text'),
    ('opening_state', 'openingState', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
    ('archived_at', 'archivedAt', 'instant'),
    ('opened_at', 'openedAt', 'instant'),
    ('closed_at', 'closedAt', 'instant'),
    ('close_reason_id', 'closeReasonId', 'text'),
    ('target_hire_date', 'latestVersion.targetHireDate', 'date'),
    ('target_start_date', 'latestVersion.targetStartDate', 'date'),
    ('is_backfill', 'latestVersion.isBackfill', 'boolean'),
    ('employment_type', 'latestVersion.employmentType', 'text'),
    ('department_id', 'latestVersion.teamId', 'text'),
    ('author_user_id', 'latestVersion.authorId', 'text'),
]) }}
