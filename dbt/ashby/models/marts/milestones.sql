select
    row_number() over (order by group_order, interview_stage_group_id) - 1 as milestone_order,
    title as milestone,
    stage_type as milestone_type,
    interview_stage_group_id
from {{ ref('stg_ashby__interview_stage_groups') }}
where deleted_at is null
union all
select milestone_order, milestone, milestone as milestone_type, cast(null as text) as interview_stage_group_id
from {{ ref('ashby_milestones') }}
where not exists (select 1 from {{ ref('stg_ashby__interview_stage_groups') }} where deleted_at is null)
