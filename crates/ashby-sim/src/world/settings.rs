//! What an organisation sets up once: people, places, plans, forms, lists of reasons.

use serde_json::{Value, json};

use super::life::fields::choice_value;
use super::words::{
    ARCHIVE_REASONS, BRANDS, CLOSE_REASONS, DEPARTMENTS, FEEDBACK_FORMS, INTERVIEWS, PLACES, PLANS, POOLS,
    REGIONS, ROLES, SEQUENCES, SOURCES, SURVEYS, TAGS, TEMPLATES,
};
use super::{DAY_MS, Document, World, form, instant, object, people};
use crate::kind::Kind;

/// Takes the nth entry of a table; records made later go round again.
fn entry<T: Copy>(table: &[T], index: u32) -> T {
    table[index as usize % table.len()]
}

/// A name from a table, numbered once the table is used up.
fn title(table: &[&str], index: u32) -> String {
    match index as usize / table.len() {
        0 => entry(table, index).to_owned(),
        round => format!("{} {}", entry(table, index), round + 1),
    }
}

impl World {
    pub(super) fn setting(&self, kind: Kind, index: u32, parent: u32) -> Document {
        let mut dice = self.dice(kind, index);
        let id = self.id(kind, index);
        let made = instant(self.made_ms(kind, index));
        // The last of a table's entries is an archived one.
        let archived = index > 0 && index + 1 == self.count(kind);
        let mut detail = Value::Null;
        let record = match kind {
            Kind::ApplicationHiringTeamRole | Kind::HiringTeamRole => {
                json!({"id": id, "title": title(ROLES, index)})
            }
            Kind::ArchiveReason => {
                let (text, reason_type) = entry(ARCHIVE_REASONS, index);
                json!({"id": id, "text": text, "reasonType": reason_type, "isArchived": archived})
            }
            Kind::Brand => {
                let (name, slug) = entry(BRANDS, index);
                json!({"id": id, "name": name, "hostedJobsPageSlug": slug})
            }
            Kind::CandidateTag => {
                json!({"id": id, "title": title(TAGS, index), "isArchived": index % 13 == 12})
            }
            Kind::CloseReason => {
                json!({"id": id, "reasonText": title(CLOSE_REASONS, index), "isArchived": archived})
            }
            Kind::CommunicationTemplate => json!({
                "id": id, "createdAt": made, "updatedAt": made, "title": title(TEMPLATES, index),
                "intendedTypes": [if index < 10 { "email" } else { dice.pick(&["inMail", "linkedInConnection"]) }],
            }),
            Kind::CustomField => {
                let (name, object_type, field_type, private, choices) = self.field_definition(index);
                let values: Vec<Value> = choices
                    .iter()
                    .map(|choice| match &self.life {
                        Some(_) => {
                            json!({"label": choice, "value": choice_value(choice), "isArchived": false})
                        }
                        None => json!({"label": choice, "value": choice, "isArchived": false}),
                    })
                    .collect();
                json!({
                    "id": id, "isPrivate": private, "title": name, "objectType": object_type, "fieldType": field_type,
                    "isArchived": name.starts_with("Old "), "isRequired": false,
                    "selectableValues": if values.is_empty() { Value::Null } else { Value::Array(values) },
                })
            }
            Kind::Department => {
                let (name, parent, external) = entry(DEPARTMENTS, index);
                json!({
                    "id": id, "name": name, "externalName": external, "isArchived": archived, "createdAt": made,
                    "updatedAt": made, "parentId": parent.map(|parent| self.id(kind, parent)),
                    "extraData": {"costCentre": format!("CC-{}", 4_000 + index * 10)},
                })
            }
            Kind::FeedbackForm => json!({
                "id": id, "organizationId": self.organisation_id(), "title": title(FEEDBACK_FORMS, index),
                "isArchived": title(FEEDBACK_FORMS, index).starts_with("Old"), "isDefaultForm": index == 0,
                "formDefinition": self.scorecard(index),
                "interviewId": (index > 0).then(|| self.id(Kind::Interview, index)),
            }),
            Kind::Interview => self.interview(index),
            Kind::InterviewPlan => json!({
                "id": id, "title": title(PLANS, index), "isArchived": archived, "createdAt": made, "updatedAt": made,
            }),
            Kind::InterviewStage => {
                let places = self.stages_per_plan();
                let stage = self.plan_stage(index);
                // A stage made later comes last in its plan.
                let (plan, order) = if index < self.base_end(kind).max(places) {
                    (index / places, stage.order)
                } else {
                    (parent, places)
                };
                json!({
                    "id": id, "title": stage.title, "type": stage.stage_type, "orderInInterviewPlan": order,
                    "interviewStageGroupId": stage.group.map(|group| self.id(Kind::InterviewStageGroup, group)),
                    "interviewPlanId": self.id(Kind::InterviewPlan, plan),
                })
            }
            Kind::InterviewStageGroup => {
                let (name, stage_type) = entry(self.stage_groups(), index);
                json!({"id": id, "title": name, "order": index, "stageType": stage_type})
            }
            Kind::InterviewerPool => {
                let (record, members) = self.pool(index, archived);
                detail = members;
                record
            }
            Kind::JobBoard => {
                let boards = ["Careers site", "Internal board", "Campus board"];
                json!({"id": id, "title": entry(&boards, index), "isInternal": index % 3 == 1})
            }
            Kind::Location => self.location(index),
            Kind::ReferralForm => json!({
                "id": id, "organizationId": self.organisation_id(), "title": "Refer somebody", "isArchived": false,
                "isDefaultForm": true,
                "formDefinition": form(self, kind, index, &[("_systemfield_name", "Name", "String", &[]), ("_systemfield_email", "Email", "Email", &[]), ("why", "Why them?", "LongText", &[]), ("_systemfield_job", "Job", "ValueSelect", &[])]),
            }),
            Kind::SequenceTemplate => json!({
                "id": id, "title": title(SEQUENCES, index), "isArchived": archived, "createdAt": made, "updatedAt": made,
                "authorId": self.id(Kind::User, self.one_of(Kind::User, &mut dice)),
            }),
            Kind::Source => {
                let (name, group) = entry(SOURCES, index);
                let groups =
                    ["Job boards", "Inbound", "Referrals", "Sourced", "Events", "Agencies", "Internal"];
                let position = groups.iter().position(|known| *known == group).unwrap_or(0) as u32;
                json!({
                    "id": id, "title": name, "isArchived": index % 11 == 10,
                    "sourceType": {"id": self.ids.part(kind, position, 1), "title": group, "isArchived": false},
                })
            }
            Kind::SourceTrackingLink => {
                let code = format!("{:08x}", dice.next() as u32);
                json!({
                    "id": id, "code": code, "enabled": index % 5 != 4,
                    "sourceId": self.id(Kind::Source, self.one_of(Kind::Source, &mut dice)),
                    "link": format!("https://jobs.example.com/lanternworks?utm_source={code}"),
                })
            }
            Kind::SurveyForm => {
                let (name, survey_type) = entry(SURVEYS, index);
                json!({
                    "id": id, "organizationId": self.organisation_id(), "title": name, "isArchived": false,
                    "isDefaultForm": index < 4, "surveyType": survey_type, "formDefinition": self.survey_form(index),
                })
            }
            Kind::User => self.user(index),
            Kind::Version => json!({"version": "2026-01-01", "status": "active"}),
            Kind::Webhook => json!({
                "id": id, "enabled": true, "requestUrl": format!("https://hooks.example.com/ashby/{index}"),
                "webhookType": entry(&["applicationSubmit", "candidateHire"], index),
            }),
            _ => Value::Null,
        };
        Document { record: object(record), detail: object(detail) }
    }

    pub(super) fn organisation_id(&self) -> String {
        self.ids.part(Kind::Brand, 0, 99)
    }

    pub(super) fn scorecard(&self, index: u32) -> Value {
        if self.life.is_some() {
            return self.lived_scorecard(index);
        }
        form(
            self,
            Kind::FeedbackForm,
            index % FEEDBACK_FORMS.len() as u32,
            &[
                ("overall_recommendation", "Overall recommendation", "Score", &["1", "2", "3", "4"]),
                ("strengths", "Strengths", "LongText", &[]),
                ("concerns", "Concerns", "LongText", &[]),
                ("would_work_with", "Would you like to work with them?", "Boolean", &[]),
            ],
        )
    }

    pub(super) fn survey_form(&self, index: u32) -> Value {
        if self.life.is_some() {
            return self.lived_survey_form(index);
        }
        form(
            self,
            Kind::SurveyForm,
            index,
            &[
                ("recommend", "How likely would you recommend us?", "Score", &["1", "2", "3", "4", "5"]),
                ("comment", "Anything else?", "LongText", &[]),
            ],
        )
    }

    pub(super) fn interview(&self, index: u32) -> Value {
        let name = title(INTERVIEWS, index);
        // Some interviews belong to one job only.
        let job = (index % 6 == 5 && self.count(Kind::Job) > 0)
            .then(|| self.id(Kind::Job, index % self.count(Kind::Job)));
        json!({
            "id": self.id(Kind::Interview, index),
            "title": name,
            "externalTitle": format!("{name} with the team"),
            "isArchived": index % 10 == 9,
            "isDebrief": name.starts_with("Debrief"),
            "isFeedbackRequired": !name.starts_with("Team lunch"),
            "isFeedbackRequested": true,
            "instructionsHtml": format!("<p>Plan for {name}.</p>"),
            "instructionsPlain": format!("Plan for {name}."),
            "jobId": job,
            "feedbackFormDefinitionId": self.id(Kind::FeedbackForm, index % self.count(Kind::FeedbackForm).saturating_sub(2).max(1)),
        })
    }

    fn pool(&self, index: u32, archived: bool) -> (Value, Value) {
        let mut dice = self.dice(Kind::InterviewerPool, index);
        let stage = |part: u32, role: &str, archived: bool| {
            json!({
                "id": self.ids.part(Kind::InterviewerPool, index, part), "interviewerRole": role, "interviewsRequired": 2,
                "isArchived": archived, "approvalRequired": false, "approvers": [],
            })
        };
        let path = self.ids.part(Kind::InterviewerPool, index, 1);
        let record = json!({
            "id": self.id(Kind::InterviewerPool, index),
            "title": title(POOLS, index),
            "isArchived": archived,
            "trainingPath": {
                "id": path, "enabled": index % 3 != 2,
                "trainingStages": [stage(2, "Shadow", false), stage(3, "ReverseShadow", false), stage(4, "Shadow", true)],
            },
        });
        let mut member = |paused: bool| {
            let mut member = self.embedded_value(Kind::User, self.one_of(Kind::User, &mut dice));
            member["isPaused"] = json!(paused);
            member
        };
        let qualified: Vec<Value> = (0..4 + index % 4).map(|place| member(place == 3)).collect();
        let mut trainee = member(false);
        trainee["currentProgress"] = json!({
            "trainingPathId": path,
            "trainingPathStageId": self.ids.part(Kind::InterviewerPool, index, 2),
            "interviewsCompleted": 1,
        });
        (record, json!({"qualifiedMembers": qualified, "trainees": [trainee]}))
    }

    pub(super) fn location(&self, index: u32) -> Value {
        let (city, region, country, workplace, _) = entry(PLACES, index);
        let id = self.id(Kind::Location, index);
        if country.is_empty() {
            return json!({"id": id, "name": city, "externalName": city, "isArchived": false, "type": "LocationHierarchy"});
        }
        let parent = match country {
            "United States" | "Canada" | "Brazil" => 0,
            "Singapore" | "Australia" | "India" => 2,
            _ => 1,
        };
        json!({
            "id": id, "name": city, "externalName": format!("{city}, {country}"),
            "isArchived": index > REGIONS && index + 1 == self.count(Kind::Location),
            "address": {"postalAddress": {"addressCountry": country, "addressRegion": region, "addressLocality": city}},
            "isRemote": workplace == "Remote", "workplaceType": workplace,
            "parentLocationId": self.id(Kind::Location, parent), "type": "Location",
            "extraData": {"officeCode": format!("OF{index:02}")},
        })
    }

    fn user(&self, index: u32) -> Value {
        let mut dice = self.dice(Kind::User, index);
        let (first, last) = people::name(&mut dice);
        let updated_ms = self.made_ms(Kind::User, index) + dice.between(0, 150 * DAY_MS);
        let role = match index {
            0..=2 => "Organization Admin",
            3..=40 => "Elevated Access",
            _ if dice.chance(4) => "External Recruiter",
            _ => "Limited Access",
        };
        json!({
            "id": self.id(Kind::User, index), "firstName": first, "lastName": last,
            "email": people::email(first, last, index), "globalRole": role, "isEnabled": index < 3 || !dice.chance(8),
            "updatedAt": instant(updated_ms),
            "managerId": (index > 2).then(|| self.id(Kind::User, index / 7)),
            "customFields": self.fields_of("Employee", &[(22, 30), (23, 20)], &mut dice),
        })
    }
}
