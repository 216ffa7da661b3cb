-- Written by `cargo xtask dbt`.
{{ ashby.staged('application_criteria_evaluations', [
    ('evaluation_id', 'id', 'text'),
    ('application_id', 'applicationId', 'text'),
    ('status', 'status', 'text'),
    ('outcome', 'outcome', 'text'),
    ('skip_reason', 'skipReason', 'text'),
    ('outcome_number', 'outcomeNumber', 'real'),
    ('evaluated_at', 'evaluatedAt', 'instant'),
]) }}
