-- Written by `cargo xtask dbt`.
{{ ashby.staged('job_boards', [
    ('job_board_id', 'id', 'text'),
    ('title', 'title', 'text'),
    ('is_internal', 'isInternal', 'boolean'),
]) }}
