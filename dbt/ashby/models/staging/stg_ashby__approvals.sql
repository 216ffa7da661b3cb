-- Written by `cargo xtask dbt`.
{{ ashby.staged('approvals', [
    ('approval_id', 'id', 'text'),
    ('approval_definition_id', 'approvalDefinitionId', 'text'),
    ('entity_id', 'entityId', 'text'),
    ('entity_type', 'entityType', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('submitted_at', 'submittedAt', 'instant'),
    ('completed_at', 'completedAt', 'instant'),
]) }}
