-- Written by `cargo xtask dbt`.
{{ ashby.staged('job_board_postings', [
    ('job_board_id', 'jobBoardId', 'text'),
    ('job_posting_id', 'id', 'text'),
    ('job_id', 'jobId', 'text'),
    ('title', 'title', 'text'),
    ('is_listed', 'isListed', 'boolean'),
]) }}
