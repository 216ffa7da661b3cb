-- Written by `cargo xtask dbt`.
{{ ashby.staged('candidate_client_info', [
    ('client_info_id', 'id', 'text'),
    ('related_entity_type', 'relatedEntityType', 'text'),
    ('related_entity_id', 'relatedEntityId', 'text'),
    ('candidate_id', 'candidateId', 'text'),
    ('created_at', 'createdAt', 'instant'),
]) }}
