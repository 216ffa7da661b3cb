with reasons as (
    select
        a.*,
        case when r.archive_reason_id is not null then r.reason_type else a.noted_reason_type end as reason_type_now
    from {{ ref('int_ashby__live_applications') }} as a
    left join {{ ref('archive_reasons') }} as r on r.archive_reason_id = a.archive_reason_id
),
interviews as (
    select application_id, count(*) as interview_count
    from {{ ref('interview_events') }}
    where not is_cancelled and not is_debrief
    group by application_id
),
feedback as (
    select application_id, count(*) as feedback_count
    from {{ ref('stg_ashby__application_feedback') }}
    where deleted_at is null
    group by application_id
),
outcomes as (
    select
        a.*, k.visit_count, k.reopen_count, k.activated_at, k.archived_at as left_for_archive_at, k.last_stage_id,
        k.reopened_at, k.newest_stage_id, k.newest_entered_at, k.newest_left_at, k.offer_count, k.accepted_offer_id,
        k.accepted_at, k.top, k.hired_at as moved_to_hired_at,
        case a.status
            when 'Hired' then 'hired' when 'Active' then 'active' when 'Lead' then 'lead'
            when 'Archived' then case
                when a.reason_type_now = 'RejectedByOrg' then 'rejected'
                when a.reason_type_now = 'RejectedByCandidate' then 'withdrew'
                when a.reason_type_now is null then 'archived_unknown'
                else 'archived_other' end
        end as outcome,
        case when a.status = 'Hired' then coalesce(k.hired_at, k.accepted_at) end as hired_at
    from reasons as a
    inner join {{ ref('int_ashby__reached') }} as k on k.application_id = a.application_id
)
select
    o.application_id, o.candidate_id, o.job_id, o.status, o.outcome, o.source_id, o.credited_to_user_id, o.current_stage_id,
    o.interview_plan_id, o.archive_reason_id, o.applied_via_job_posting_id,
    coalesce(j.department_id, o.noted_department_id) as department_id,
    coalesce(j.location_id, o.noted_location_id) as location_id,
    t.recruiter_user_id, t.hiring_manager_user_id, j.is_confidential,
    coalesce(coalesce(s.source_category, {{ ashby.source_category(ashby.json_text('o.record', 'source.sourceType.title')) }})
        = 'internal', false) or p.job_posting_id is not null as is_internal,
    o.created_at,
    {{ ashby.local_month('o.created_at') }} as created_month,
    o.updated_at, o.archived_at, o.activated_at, o.hired_at,
    case when o.status = 'Hired' and o.moved_to_hired_at is not null then 'history'
        when o.status = 'Hired' and o.accepted_at is not null then 'offer' end as hired_at_source,
    case o.status when 'Hired' then o.hired_at
        when 'Archived' then coalesce(o.archived_at, o.left_for_archive_at) end as ended_at,
    o.reopened_at,
    case when o.newest_stage_id = o.current_stage_id then o.newest_entered_at end as current_stage_entered_at,
    o.last_stage_id,
    (select max(m.milestone_order) from {{ ref('int_ashby__milestones_reached') }} as m
        where m.application_id = o.application_id) as reached_milestone_order,
    case when o.visit_count > 0 then 'history' else 'evidence' end as reached_basis,
    o.visit_count > 0 as has_history,
    o.visit_count > 0 and (o.newest_left_at is not null
        or o.newest_stage_id is distinct from o.current_stage_id) as is_history_stale,
    o.visit_count, o.reopen_count, o.offer_count, o.accepted_offer_id,
    case when o.accepted_offer_id is not null then o.accepted_at end as offer_accepted_at,
    coalesce(i.interview_count, 0) as interview_count,
    coalesce(f.feedback_count, 0) as feedback_count,
    {{ ashby.days('o.created_at', 'o.hired_at') }} as time_to_hire_days,
    {{ ashby.days('coalesce(o.reopened_at, o.created_at)',
        "coalesce(case o.status when 'Hired' then o.hired_at when 'Archived' then coalesce(o.archived_at, o.left_for_archive_at) end, "
        ~ ashby.as_of() ~ ")") }} as time_in_process_days
from outcomes as o
left join {{ ref('jobs') }} as j on j.job_id = o.job_id
left join {{ ref('sources') }} as s on s.source_id = o.source_id
left join {{ ref('int_ashby__internal_postings') }} as p on p.job_posting_id = o.applied_via_job_posting_id
left join {{ ref('int_ashby__teams') }} as t on t.owner = 'application' and t.owner_id = o.application_id
left join interviews as i on i.application_id = o.application_id
left join feedback as f on f.application_id = o.application_id
