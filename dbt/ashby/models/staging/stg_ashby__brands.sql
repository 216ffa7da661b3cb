-- Written by `cargo xtask dbt`.
{{ ashby.staged('brands', [
    ('brand_id', 'id', 'text'),
    ('name', 'name', 'text'),
    ('hosted_jobs_page_slug', 'hostedJobsPageSlug', 'text'),
]) }}
