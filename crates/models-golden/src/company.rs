//! What applications refer to: stages, milestones, reasons, sources.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::records::{Records, owned, text, whole};

/// The types of stages that are known, in their order.
const TYPES: [&str; 6] = ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"];

/// A stage as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its title.
    pub title: Option<String>,
    /// Its type, any text.
    pub stage_type: Option<String>,
    /// Its plan.
    pub plan_id: Option<String>,
    /// Its place in the plan; there are gaps.
    pub order: Option<i64>,
    /// Its milestone, if it counts in any.
    pub milestone: Option<i64>,
}

/// A step that all plans have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    /// Its title.
    pub title: String,
    /// The type of its stages.
    pub milestone_type: String,
}

/// What is known of the company's settings.
#[derive(Debug, Default)]
pub(crate) struct Company {
    pub(crate) stages: BTreeMap<String, Stage>,
    pub(crate) milestones: BTreeMap<i64, Milestone>,
}

impl Company {
    pub(crate) fn read(records: &Records) -> Self {
        let groups = records.of("interview_stage_groups");
        let mut milestones = BTreeMap::new();
        // The milestone of each group, and of each type its first.
        let mut of_group = BTreeMap::new();
        let mut of_type: BTreeMap<String, i64> = BTreeMap::new();
        let mut ordered: Vec<(&String, &Value)> = groups.iter().collect();
        ordered.sort_by_key(|(id, group)| (whole(group, "/order"), *id));
        for (order, (id, group)) in (0..).zip(ordered) {
            let milestone_type = owned(group, "/stageType").unwrap_or_default();
            of_group.insert(id.as_str(), order);
            of_type.entry(milestone_type.clone()).or_insert(order);
            milestones.insert(
                order,
                Milestone { title: owned(group, "/title").unwrap_or_default(), milestone_type },
            );
        }
        if groups.is_empty() {
            for (order, known) in (0..).zip(TYPES) {
                of_type.insert(known.to_owned(), order);
                milestones
                    .insert(order, Milestone { title: known.to_owned(), milestone_type: known.to_owned() });
            }
        }
        let stages = records.of("interview_stages").iter().map(|(id, record)| {
            let stage_type = owned(record, "/type");
            let group = text(record, "/interviewStageGroupId").and_then(|group| of_group.get(group)).copied();
            let milestone =
                group.or_else(|| stage_type.as_ref().and_then(|known| of_type.get(known)).copied());
            let stage = Stage {
                title: owned(record, "/title"),
                stage_type,
                plan_id: owned(record, "/interviewPlanId"),
                order: whole(record, "/orderInInterviewPlan"),
                milestone,
            };
            (id.clone(), stage)
        });
        Self { stages: stages.collect(), milestones }
    }

    pub(crate) fn type_of(&self, stage: Option<&str>) -> Option<&str> {
        self.stages.get(stage?)?.stage_type.as_deref()
    }

    pub(crate) fn milestone_of(&self, stage: Option<&str>) -> Option<i64> {
        self.stages.get(stage?)?.milestone
    }

    /// The first milestone of a type.
    pub(crate) fn first_of(&self, milestone_type: &str) -> Option<i64> {
        self.milestones
            .iter()
            .find(|(_, known)| known.milestone_type == milestone_type)
            .map(|(order, _)| *order)
    }
}
