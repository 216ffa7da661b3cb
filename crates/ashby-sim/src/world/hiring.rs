//! Jobs and what belongs to them: postings, openings, templates; and talent projects.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::words::{DEPARTMENTS, JOB_TITLES, PLACES, PROJECT_THEMES, REGIONS, ROLES};
use super::{DAY_MS, Document, World, date, form, instant, object, raw};
use crate::kind::Kind;

impl World {
    pub(super) fn hiring(&self, kind: Kind, index: u32, parent: u32) -> Document {
        let mut detail = Map::new();
        let record = match kind {
            Kind::Job => self.job(index),
            Kind::JobPosting => {
                detail = self.posting_detail(index, parent);
                self.posting(index, parent)
            }
            Kind::JobTemplate => self.job_template(index),
            Kind::Opening => self.opening(index),
            _ => self.project(index),
        };
        Document { record: object(record), detail }
    }

    pub(super) fn job_status(&self, job: u32) -> &'static str {
        if let Some(life) = &self.life {
            return life.job(job).status;
        }
        match job % 12 {
            11 => "Draft",
            3 | 7 | 10 => "Closed",
            5 => "Archived",
            _ => "Open",
        }
    }

    fn job_title(&self, job: u32) -> (String, u32) {
        let (title, department) = JOB_TITLES[job as usize % JOB_TITLES.len()];
        let level = ["", " II", " (EMEA)", " (APAC)"][job as usize / JOB_TITLES.len() % 4];
        (format!("{title}{level}"), department % self.count(Kind::Department).max(1))
    }

    fn job_location(&self, job: u32) -> u32 {
        let throw = self.dice(Kind::Job, job ^ 0x1000_0000).below(PLACES.len() as u32 - REGIONS - 1);
        (REGIONS + throw) % self.count(Kind::Location).max(1)
    }

    fn posting_exists(&self, job: u32) -> bool {
        self.exists(Kind::JobPosting, job)
    }

    pub(super) fn job_embed(&self, job: u32) -> (Box<RawValue>, Box<RawValue>) {
        let (title, department) = self.job_title(job);
        let embed = json!({
            "id": self.id(Kind::Job, job), "title": title,
            "locationId": self.id(Kind::Location, self.job_location(job)),
            "departmentId": self.id(Kind::Department, department),
        });
        (raw(&embed), raw(&self.hiring_team(job)))
    }

    fn hiring_team(&self, job: u32) -> Value {
        let mut dice = self.dice(Kind::Job, job ^ 0x0800_0000);
        let members: Vec<Value> = (0..3)
            .map(|role: usize| {
                let user = self.embedded_value(Kind::User, self.one_of(Kind::User, &mut dice));
                json!({
                    "email": user["email"], "firstName": user["firstName"], "lastName": user["lastName"],
                    "role": ROLES[role], "userId": user["id"],
                })
            })
            .collect();
        Value::Array(members)
    }

    fn job(&self, index: u32) -> Value {
        let mut dice = self.dice(Kind::Job, index);
        let (title, department) = self.job_title(index);
        let status = self.job_status(index);
        let created_ms = self.made_ms(Kind::Job, index);
        let opened_ms = created_ms + dice.between(1, 12) * DAY_MS;
        let closed = matches!(status, "Closed" | "Archived");
        let closed_ms = opened_ms + dice.between(1, 14) * DAY_MS;
        let (created_ms, opened_ms, closed_ms) = match &self.life {
            Some(life) => {
                let job = life.job(index);
                (job.created_ms, job.opened_ms.unwrap_or(job.created_ms), job.closed_ms)
            }
            None => (created_ms, opened_ms, closed.then_some(closed_ms)),
        };
        let plan = self.id(Kind::InterviewPlan, self.interview_plan_of(index));
        let second = self.life.as_ref().and_then(|life| life.job(index).second_plan);
        let mut plans = vec![plan.clone()];
        plans.extend(second.map(|second| self.id(Kind::InterviewPlan, second)));
        let (_, team) =
            &self.job_embeds.get(index as usize).cloned().unwrap_or_else(|| self.job_embed(index));
        json!({
            "id": self.id(Kind::Job, index), "title": title, "confidential": index % 17 == 4, "status": status,
            "employmentType": (dice.pick(&["FullTime", "FullTime", "FullTime", "Contract", "Intern"])),
            "locationId": self.id(Kind::Location, self.job_location(index)),
            "departmentId": self.id(Kind::Department, department),
            "defaultInterviewPlanId": plan, "interviewPlanIds": plans,
            "customFields": self.fields_of("Job", &[(12, 60), (13, 70), (14, 40), (15, 30)], &mut dice),
            "jobPostingIds": if self.posting_exists(index) { json!([self.id(Kind::JobPosting, index)]) } else { json!([]) },
            "brandId": self.id(Kind::Brand, 0),
            "hiringTeam": serde_json::to_value(team).unwrap_or_default(),
            "author": self.embedded_value(Kind::User, self.one_of(Kind::User, &mut dice)),
            "createdAt": instant(created_ms),
            "updatedAt": instant(closed_ms.unwrap_or(opened_ms)),
            "openedAt": (status != "Draft").then(|| instant(opened_ms)),
            "closedAt": closed_ms.map(instant),
        })
    }

    fn posting(&self, index: u32, job: u32) -> Value {
        let mut dice = self.dice(Kind::JobPosting, index);
        let (title, department) = self.job_title(job);
        let (team, parent, _) = DEPARTMENTS[department as usize];
        let place = self.job_location(job);
        let (city, _, _, workplace, _) = PLACES[place as usize];
        let id = self.id(Kind::JobPosting, index);
        let published = self.job_status(job) != "Draft";
        let published_ms = match &self.life {
            Some(life) => life.job(job).created_ms + 2 * DAY_MS,
            None => self.made_ms(Kind::Job, job) + 13 * DAY_MS,
        };
        let low = 80 + 5 * dice.below(20);
        let link = format!("https://jobs.example.com/lanternworks/{id}");
        let mut record = json!({
            "title": title, "jobId": self.id(Kind::Job, job),
            "departmentName": parent.map_or(team, |parent| DEPARTMENTS[parent as usize].0), "teamName": team,
            "locationName": city,
            "locationIds": {"primaryLocationId": self.id(Kind::Location, place), "secondaryLocationIds": []},
            "employmentType": "FullTime",
            "isListed": published && !dice.chance(15), "publishedDate": date(published_ms),
            "externalLink": link, "applyLink": format!("{link}/application"),
            "compensationTierSummary": format!("${low}K – ${}K", low + 30),
            "shouldDisplayCompensationOnJobBoard": true,
            "status": if published { "Published" } else { "Draft" },
            "updatedAt": instant(published_ms),
            "id": id,
        });
        if !workplace.is_empty() {
            record["workplaceType"] = json!(workplace);
        }
        record
    }

    fn posting_detail(&self, index: u32, job: u32) -> Map<String, Value> {
        let (title, _) = self.job_title(job);
        let text = format!("We are looking for somebody to join as {title}. {}", super::words::PROSE);
        let html = format!("<p>{text}</p>");
        let tier = json!({
            "id": self.ids.part(Kind::JobPosting, index, 20), "title": "Base", "tierSummary": "Salary and equity",
            "components": [{
                "id": self.ids.part(Kind::JobPosting, index, 21), "compensationType": "Salary", "interval": "1 YEAR",
                "currencyCode": "USD", "minValue": 90_000, "maxValue": 130_000, "summary": "$90K – $130K",
            }],
        });
        object(json!({
            "descriptionPlain": text, "descriptionHtml": html, "descriptionSocial": title,
            "descriptionParts": {
                "descriptionOpening": {"html": "<p>Who we are.</p>", "plain": "Who we are."},
                "descriptionBody": {"html": html, "plain": text},
                "descriptionClosing": {"html": "<p>Apply today.</p>", "plain": "Apply today."},
            },
            "isRemote": false,
            "linkedData": {
                "@context": "https://schema.org/", "@type": "JobPosting", "title": title, "description": html,
                "employmentType": "FULL_TIME",
                "hiringOrganization": {"@type": "Organization", "name": "Lanternworks", "sameAs": "https://example.com"},
            },
            "applicationFormDefinition": form(self, Kind::JobPosting, index, &[
                ("_systemfield_name", "Name", "String", &[]),
                ("_systemfield_email", "Email", "Email", &[]),
                ("_systemfield_resume", "Resume", "File", &[]),
            ]),
            "surveyFormDefinitions": [],
            "compensation": {
                "compensationTierSummary": "$90K – $130K", "summaryComponents": [], "compensationTiers": [tier],
                "shouldDisplayCompensationOnJobBoard": true,
            },
        }))
    }

    fn job_template(&self, index: u32) -> Value {
        let (title, department) = self.job_title(index);
        let plan = self.id(Kind::InterviewPlan, self.interview_plan_of(index));
        let made = instant(self.made_ms(Kind::JobTemplate, index));
        json!({
            "id": self.id(Kind::JobTemplate, index), "title": title,
            "status": if index % 5 == 4 { "Inactive" } else { "Active" },
            "locationId": self.id(Kind::Location, self.job_location(index)),
            "departmentId": self.id(Kind::Department, department),
            "defaultInterviewPlanId": plan, "interviewPlanIds": [plan], "createdAt": made, "updatedAt": made,
        })
    }

    fn opening(&self, index: u32) -> Value {
        let mut dice = self.dice(Kind::Opening, index);
        let job = index % self.count(Kind::Job).max(1);
        let opened_ms = self.made_ms(Kind::Opening, index);
        let state = match self.job_status(job) {
            "Draft" => "Draft",
            "Open" => ["Open", "Open", "Approved", "Filled"][dice.below(4) as usize],
            _ => ["Closed", "Filled"][dice.below(2) as usize],
        };
        let closed = matches!(state, "Closed" | "Filled");
        let closed_ms = opened_ms + 14 * DAY_MS;
        let lived = self.life.as_ref().map(|life| life.opening(index));
        let (job, opened_ms, state, closed_ms) = match lived {
            Some(life) => (life.job, life.opened_ms, life.state, life.closed_ms.unwrap_or(closed_ms)),
            None => (job, opened_ms, state, closed_ms),
        };
        let closed = if lived.is_some() { matches!(state, "Closed" | "Filled") } else { closed };
        let (_, department) = self.job_title(job);
        let archived = state == "Closed" && dice.chance(60);
        json!({
            "id": self.id(Kind::Opening, index), "openedAt": (state != "Draft").then(|| instant(opened_ms)),
            "closedAt": closed.then(|| instant(closed_ms)),
            "isArchived": archived, "archivedAt": archived.then(|| instant(closed_ms)),
            "closeReasonId": closed.then(|| self.id(Kind::CloseReason, u32::from(state == "Closed"))),
            "openingState": state,
            "latestVersion": {
                "id": self.ids.part(Kind::Opening, index, 1), "identifier": format!("REQ-{}", 1_000 + index),
                "description": format!("Headcount for {}", self.job_title(job).0),
                "authorId": self.id(Kind::User, self.one_of(Kind::User, &mut dice)),
                "createdAt": instant(opened_ms), "teamId": self.id(Kind::Department, department),
                "jobIds": [self.id(Kind::Job, job)], "targetHireDate": date(opened_ms + 60 * DAY_MS),
                "targetStartDate": date(opened_ms + 90 * DAY_MS), "isBackfill": dice.chance(30),
                "employmentType": "FullTime", "locationIds": [self.id(Kind::Location, self.job_location(job))],
                "hiringTeam": self.hiring_team(job), "customFields": self.fields_of("Opening", &[(19, 40), (20, 60)], &mut dice),
            },
        })
    }

    fn project(&self, index: u32) -> Value {
        let mut dice = self.dice(Kind::Project, index);
        let theme = PROJECT_THEMES[index as usize % PROJECT_THEMES.len()];
        let year = 2024 + index / PROJECT_THEMES.len() as u32 % 3;
        json!({
            "id": self.id(Kind::Project, index), "title": format!("{theme} {year}"),
            "description": format!("People to keep in touch with: {}", theme.to_lowercase()),
            "isArchived": index % 6 == 5, "confidential": index % 8 == 3,
            "authorId": self.id(Kind::User, self.one_of(Kind::User, &mut dice)),
            "createdAt": instant(self.made_ms(Kind::Project, index)),
            "customFieldEntries": self.fields_of("Talent_Project", &[(21, 50)], &mut dice),
        })
    }

    /// The base projects that a candidate is in.
    pub(crate) fn projects_of(&self, candidate: u32) -> Vec<u32> {
        let mut dice = self.dice(Kind::Project, candidate ^ 0x2000_0000);
        let projects = self.count(Kind::Project);
        if projects == 0 || candidate >= self.count(Kind::Candidate) || !dice.chance(12) {
            return Vec::new();
        }
        let mut chosen: Vec<u32> = (0..1 + dice.below(2)).map(|_| dice.below(projects)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }
}
