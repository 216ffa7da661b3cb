-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidate_fraud_checks', [
    ('fraud_check_id', 'id', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('created_at', 'createdAt', 'instant'),
]) }}
