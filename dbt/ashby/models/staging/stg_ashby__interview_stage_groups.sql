-- Written by `cargo xtask dbt`.
{{ ashby.staged('interview_stage_groups', [
    ('interview_stage_group_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('stage_type', 'stageType', 'text'),
    ('group_order', 'order', 'integer'),
]) }}
