-- Written by `cargo xtask dbt`.
{{ ashby.staged('interview_plans', [
    ('interview_plan_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('is_archived', 'isArchived', 'boolean'),
]) }}
