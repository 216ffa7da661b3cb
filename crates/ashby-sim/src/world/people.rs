//! Candidates and applications: the records that there are many of, rendered without building a tree.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::words::{
    COMPANIES, CUSTOM_FIELDS, FIRST_NAMES, LAST_NAMES, PLACES, PROSE, REGIONS, SCHOOLS, USER_AGENTS,
};
use super::{ARCHIVED, DAY_MS, Plan, World, form, instant, object};
use crate::dice::Dice;
use crate::kind::Kind;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApplicationRecord<'a> {
    pub(super) id: String,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) status: &'static str,
    pub(super) candidate: CandidateEmbed,
    pub(super) current_interview_stage: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) archive_reason: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) archived_at: Option<String>,
    pub(super) job: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credited_to_user: Option<&'a RawValue>,
    pub(super) hiring_team: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applied_via_job_posting_id: Option<String>,
    pub(super) submitter_client_ip: String,
    pub(super) submitter_user_agent: &'static str,
    pub(super) custom_fields: Vec<CustomFieldEntry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CandidateEmbed {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) primary_email_address: Contact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) primary_phone_number: Option<Contact>,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    value: String,
    r#type: &'static str,
    is_primary: bool,
}

/// A custom field with its value.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomFieldEntry {
    pub(super) id: String,
    pub(super) title: &'static str,
    pub(super) is_private: bool,
    pub(super) value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value_label: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CandidateRecord<'a> {
    id: String,
    created_at: String,
    updated_at: String,
    name: String,
    primary_email_address: Contact,
    email_addresses: Vec<Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_phone_number: Option<Contact>,
    phone_numbers: Vec<Contact>,
    social_links: Vec<Value>,
    tags: Vec<Value>,
    position: &'static str,
    company: &'static str,
    school: &'static str,
    application_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_file_handle: Option<Value>,
    file_handles: Vec<Value>,
    profile_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credited_to_user: Option<&'a RawValue>,
    timezone: &'static str,
    location: Value,
    fraud_status: &'static str,
    custom_fields: Vec<CustomFieldEntry>,
}

/// A made-up person's name.
pub(super) fn name(dice: &mut Dice) -> (&'static str, &'static str) {
    (dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES))
}

/// An address at a domain that belongs to nobody.
pub(super) fn email(first: &str, last: &str, number: u32) -> String {
    let mut address: String = first
        .chars()
        .chain(['.'])
        .chain(last.chars())
        .filter(|letter| letter.is_ascii_alphabetic() || *letter == '.')
        .collect();
    address.make_ascii_lowercase();
    format!("{address}{number}@example.com")
}

impl World {
    pub(super) fn candidate_embed(&self, candidate: u32) -> CandidateEmbed {
        let mut dice = self.dice(Kind::Candidate, candidate);
        let (first, last) = name(&mut dice);
        let primary_email_address =
            Contact { value: email(first, last, candidate), r#type: "Personal", is_primary: true };
        let phone = format!("+1 202 555 {:04}", 100 + dice.below(100));
        let primary_phone_number =
            dice.chance(70).then_some(Contact { value: phone, r#type: "Personal", is_primary: true });
        CandidateEmbed {
            id: self.id(Kind::Candidate, candidate),
            name: format!("{first} {last}"),
            primary_email_address,
            primary_phone_number,
        }
    }

    pub(super) fn render_application(&self, index: u32, parent: u32, out: &mut Vec<u8>) {
        if self.life.is_some() {
            return self.render_lived_application(index, parent, out);
        }
        let plan = self.plan(index, parent);
        let mut dice = self.dice(Kind::Application, index ^ 0x2000_0000);
        let (job, hiring_team) = &self.job_embeds[plan.job as usize % self.job_embeds.len()];
        let custom_fields = self.custom_fields(&[(6, 40), (7, 6), (8, 25), (9, 30)], &mut dice);
        let archived = plan.stage == ARCHIVED;
        let record = ApplicationRecord {
            id: self.id(Kind::Application, index),
            created_at: instant(plan.created_ms),
            updated_at: instant(plan.updated_ms()),
            status: plan.status(),
            candidate: self.candidate_embed(plan.candidate),
            current_interview_stage: self.embedded(Kind::InterviewStage, self.stage_of(plan.job, plan.stage)),
            source: Some(self.embedded(Kind::Source, plan.source)),
            archive_reason: archived.then(|| self.archive_reason(dice.below(14))),
            archived_at: archived.then(|| instant(plan.updated_ms())),
            job,
            credited_to_user: dice.chance(45).then(|| self.embedded(Kind::User, plan.recruiter)),
            hiring_team,
            applied_via_job_posting_id: (plan.source < 2 && self.exists(Kind::JobPosting, plan.job))
                .then(|| self.id(Kind::JobPosting, plan.job)),
            submitter_client_ip: format!("203.0.113.{}", dice.below(255)),
            submitter_user_agent: dice.pick(USER_AGENTS),
            custom_fields,
        };
        let start = out.len();
        serde_json::to_writer(&mut *out, &record).expect("a record can be written to memory");
        self.pad(10, start, record.custom_fields.is_empty(), out);
    }

    pub(super) fn render_candidate(&self, index: u32, out: &mut Vec<u8>) {
        let CandidateEmbed { id, name, primary_email_address, primary_phone_number } =
            self.candidate_embed(index);
        let applications = self.children(Kind::Application, index);
        let (source, recruiter, first_ms, updated_ms) = self.first_application(&applications, index);
        let created_ms = if self.life.is_some() {
            first_ms
        } else if index < self.count(Kind::Candidate) {
            self.made_ms(Kind::Candidate, index)
        } else {
            super::NOW_MS
        };
        let mut dice = self.dice(Kind::Candidate, index ^ 0x2000_0000);
        let handle = name.to_lowercase().replace(' ', "-");
        let place = PLACES[(REGIONS + dice.below(PLACES.len() as u32 - REGIONS)) as usize];
        let custom_fields = match &self.life {
            Some(_) => self.lived_fields("Candidate", &mut dice),
            None => self.custom_fields(&[(0, 20), (1, 30), (2, 60), (3, 30), (4, 12), (5, 15)], &mut dice),
        };
        let mut emails = vec![primary_email_address.clone()];
        if dice.chance(20) {
            emails.push(Contact {
                value: format!("{handle}@work.example.com").replace('\'', ""),
                r#type: "Work",
                is_primary: false,
            });
        }
        let mut social_links = Vec::new();
        for (site, host, chance) in
            [("LinkedIn", "linkedin", 75), ("GitHub", "github", 30), ("Website", "portfolio", 12)]
        {
            if dice.chance(chance) {
                social_links.push(
                    json!({"type": site, "url": format!("https://{host}.example.com/{handle}-{index}")}),
                );
            }
        }
        let tag_count =
            [0, 0, 0, 1, 1, 2][dice.below(6) as usize] * u32::from(self.count(Kind::CandidateTag) > 0);
        let tags = (0..tag_count)
            .map(|turn| {
                let tag = (dice.below(20) + turn * 20) % self.count(Kind::CandidateTag);
                Value::Object(self.document(Kind::CandidateTag, tag, 0).record)
            })
            .collect();
        let kind = if index % 5 == 3 { "docx" } else { "pdf" };
        let resume = dice.chance(85).then(|| self.file(index, 1, &format!("{handle}-resume.{kind}")));
        let mut file_handles: Vec<Value> = resume.iter().cloned().collect();
        if dice.chance(15) {
            file_handles.push(self.file(index, 2, "cover-letter.pdf"));
        }
        let record = CandidateRecord {
            profile_url: format!(
                "https://app.ashbyhq.example.com/candidate-searches/new/right-side/candidates/{id}"
            ),
            id,
            created_at: instant(created_ms.min(first_ms)),
            updated_at: instant(updated_ms.unwrap_or(created_ms)),
            name,
            primary_email_address,
            email_addresses: emails,
            phone_numbers: primary_phone_number.iter().cloned().collect(),
            primary_phone_number,
            social_links,
            tags,
            position: super::words::JOB_TITLES[dice.below(super::words::JOB_TITLES.len() as u32) as usize].0,
            company: dice.pick(COMPANIES),
            school: dice.pick(SCHOOLS),
            application_ids: applications
                .iter()
                .map(|&application| self.id(Kind::Application, application))
                .collect(),
            resume_file_handle: resume,
            file_handles,
            source: source.map(|source| self.embedded(Kind::Source, source)),
            credited_to_user: dice.chance(45).then(|| self.embedded(Kind::User, recruiter)),
            timezone: place.4,
            location: json!({
                "id": self.ids.part(Kind::Candidate, index, 9),
                "locationSummary": format!("{}, {}", place.0, place.2),
                "locationComponents": [
                    {"type": "City", "name": place.0}, {"type": "Region", "name": place.1}, {"type": "Country", "name": place.2},
                ],
            }),
            fraud_status: ["Unreviewed", "PassedFraudCheck", "NotFraudulent", "Unsure", "Fraudulent"]
                [dice.weighted(&[70, 20, 6, 3, 1])],
            custom_fields,
        };
        let start = out.len();
        serde_json::to_writer(&mut *out, &record).expect("a record can be written to memory");
        self.pad(11, start, record.custom_fields.is_empty(), out);
    }

    /// What a candidate's applications say of the candidate: source, recruiter, when the first came and the last changed.
    fn first_application(
        &self,
        applications: &[u32],
        candidate: u32,
    ) -> (Option<u32>, u32, i64, Option<i64>) {
        let first = applications.first().copied().unwrap_or(u32::MAX);
        if self.life.is_some() {
            let courses: Vec<_> =
                applications.iter().map(|&application| self.course(application, candidate)).collect();
            let first = courses.first().cloned().unwrap_or_else(|| self.course(first, candidate));
            let updated_ms = courses.iter().map(super::life::Course::updated_ms).max();
            let created_ms = courses.iter().map(|course| course.created_ms).min();
            return (first.source, first.recruiter, created_ms.unwrap_or(first.created_ms), updated_ms);
        }
        let plan = self.plan(first, candidate);
        let updated_ms =
            applications.iter().map(|&application| self.plan(application, candidate).updated_ms()).max();
        (Some(plan.source), plan.recruiter, plan.created_ms, updated_ms)
    }

    /// Fills a record up to the wished size with one more entry in `customFields`, its last member.
    pub(super) fn pad(&self, field: u32, start: usize, first: bool, out: &mut Vec<u8>) {
        let Some(wished) = self.shape.record_bytes else {
            return;
        };
        let entry = format!(
            r#"{}{{"id":"{}","title":"{}","isPrivate":false,"value":""#,
            if first { "" } else { "," },
            self.id(Kind::CustomField, field),
            CUSTOM_FIELDS[field as usize % CUSTOM_FIELDS.len()].0,
        );
        let Some(missing) = wished.checked_sub(out.len() - start + entry.len() + 2) else {
            return;
        };
        // The record ends in `]}`.
        out.truncate(out.len() - 2);
        out.extend_from_slice(entry.as_bytes());
        out.extend(PROSE.bytes().cycle().take(missing));
        out.extend_from_slice(br#""}]}"#);
    }

    pub(super) fn file(&self, index: u32, part: u32, name: &str) -> Value {
        let id = self.ids.part(Kind::Candidate, index, part);
        let handle = format!("sim-file.{}.{}", id, part);
        json!({"id": id, "name": name, "handle": handle})
    }

    pub(super) fn archive_reason(&self, index: u32) -> Value {
        let mut reason = self.embedded_value(Kind::ArchiveReason, index);
        reason["customFields"] = json!([]);
        reason
    }

    fn custom_field(&self, field: u32, dice: &mut Dice) -> CustomFieldEntry {
        let (title, _, field_type, is_private, choices) = CUSTOM_FIELDS[field as usize];
        let value = match field_type {
            "Boolean" => json!(dice.chance(60)),
            "Number" => json!(1 + dice.below(20)),
            "Currency" => json!({"value": 1_000 * (1 + dice.below(180)), "currencyCode": "USD"}),
            "CompensationRange" => {
                let low = 80_000 + 5_000 * dice.below(20);
                json!({"type": "compensation-range", "minValue": low, "maxValue": low + 30_000, "currencyCode": "USD", "interval": "1 YEAR"})
            }
            "ValueSelect" => json!(dice.pick(choices)),
            "MultiValueSelect" => json!([dice.pick(choices)]),
            "Date" => json!(instant(super::NOW_MS - dice.between(200, 4_000) * DAY_MS)),
            _ => json!(dice.pick(&["One month", "Two weeks", "None", "Three months", "CC-4410", "CC-2075"])),
        };
        let value_label = matches!(field_type, "ValueSelect" | "MultiValueSelect").then(|| value.clone());
        CustomFieldEntry { id: self.id(Kind::CustomField, field), title, is_private, value, value_label }
    }

    /// Entries for these custom fields, each with its chance in a hundred.
    pub(super) fn custom_fields(&self, fields: &[(u32, u32)], dice: &mut Dice) -> Vec<CustomFieldEntry> {
        let mut entries = Vec::new();
        for &(field, chance) in fields {
            if dice.chance(chance) {
                entries.push(self.custom_field(field, dice));
            }
        }
        entries
    }

    /// What `application.info` shows beside the record.
    pub(super) fn application_detail(&self, index: u32, parent: u32) -> Map<String, Value> {
        if self.life.is_some() {
            return self.lived_application_detail(index, parent);
        }
        let plan = self.plan(index, parent);
        let history: Vec<Value> = self.history(index, &plan);
        let submission = json!({
            "id": self.ids.part(Kind::Application, index, 60),
            "formDefinition": form(self, Kind::Application, index, &[
                ("_systemfield_name", "Name", "String", &[]),
                ("_systemfield_email", "Email", "Email", &[]),
                ("why", "Why this role?", "LongText", &[]),
            ]),
            "submittedValues": {
                "_systemfield_name": self.candidate_embed(plan.candidate).name,
                "why": PROSE[..140].to_owned(),
            },
        });
        let referrals = if plan.source == 2 {
            json!([{"user": self.embedded_value(Kind::User, plan.recruiter), "referredAt": instant(plan.created_ms)}])
        } else {
            json!([])
        };
        object(json!({
            "applicationHistory": history,
            "applicationFormSubmissions": if plan.source < 2 { json!([submission]) } else { json!([]) },
            "referrals": referrals,
            "resumeFileHandle": self.file(plan.candidate, 1, "resume.pdf"),
        }))
    }

    fn history(&self, index: u32, plan: &Plan) -> Vec<Value> {
        let path: Vec<u32> = plan.path().collect();
        (0_u32..)
            .zip(&path)
            .map(|(step, &stage)| {
                let left = (step as usize + 1 < path.len()).then(|| instant(plan.entered_ms(step + 1)));
                Value::Object(object(json!({
                    "id": self.ids.part(Kind::Application, index, step + 1),
                    "stageId": self.id(Kind::InterviewStage, self.stage_of(plan.job, stage)),
                    "title": super::words::STAGES[stage as usize].0,
                    "enteredStageAt": instant(plan.entered_ms(step)),
                    "leftStageAt": left,
                    "stageNumber": stage,
                    "allowedActions": if step == 0 { json!(["none"]) } else { json!(["delete", "set_entered_at"]) },
                    "actorId": self.id(Kind::User, plan.recruiter),
                })))
            })
            .collect()
    }
}
