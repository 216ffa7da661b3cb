-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidate_notes', [
    ('note_id', 'id', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('created_at', 'createdAt', 'instant'),
    ('is_private', 'isPrivate', 'boolean'),
]) }}
