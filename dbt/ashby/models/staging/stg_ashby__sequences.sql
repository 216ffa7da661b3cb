-- Written by `cargo xtask dbt`.
{{ ashby.staged('sequences', [
    ('sequence_id', 'id', 'text'),
    ('status', 'status', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('sequence_template_id', 'sequenceTemplateId', 'text'),
    ('created_at', 'createdAt', 'instant'),
]) }}
