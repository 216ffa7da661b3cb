-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidate_projects', [
    ('project_id', 'id', 'text'),
    ('candidate_id', 'candidateId', 'text'),
]) }}
