select
    interval_id as transition_id, application_id, from_stage_id, stage_id as to_stage_id, from_type as from_stage_type,
    stage_type as to_stage_type, direction, skipped_stages, entered_at as moved_at, days_in_from_stage,
    entered_by_user_id as moved_by_user_id
from {{ ref('int_ashby__visits') }}
