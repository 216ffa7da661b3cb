//! The public job boards: the organisation's listed postings, without a key.

use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Call;
use super::outcome::Outcome;
use crate::faults::Fault;
use crate::kind::Kind;
use crate::view::View;
use crate::world::Document;

/// The names of the organisation's boards, which show the same postings. Case does not tell boards apart.
const NAMES: [&str; 2] = ["sim", "sim-campus"];

impl Call<'_> {
    /// The answer, if a public job board is asked for.
    pub(super) fn job_board(&self, fault: Option<&Fault>) -> Option<Outcome> {
        let name = self.path.strip_prefix("posting-api/job-board/").filter(|_| self.method == Method::GET)?;
        if !NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Some(Outcome::text(StatusCode::NOT_FOUND, "Not Found"));
        }
        let with_compensation =
            self.query.is_some_and(|query| query.split('&').any(|pair| pair == "includeCompensation=true"));
        let with_unlisted = fault == Some(&Fault::UnlistedPostings);
        let jobs = self.shared.organisation.read(|view| jobs(view, with_compensation, with_unlisted));
        let records = jobs.len();
        Some(Outcome { records, ..Outcome::json(StatusCode::OK, &json!({"apiVersion": "1", "jobs": jobs})) })
    }
}

/// What the public may see: published, listed, of a job that is not confidential.
fn jobs(view: View<'_>, with_compensation: bool, with_unlisted: bool) -> Vec<Value> {
    view.indices(Kind::JobPosting, 0)
        .filter(|&index| !view.confidential(Kind::JobPosting, index))
        .map(|index| view.document(Kind::JobPosting, index))
        .filter(|Document { record, .. }| {
            let is_published = record.get("status") == Some(&json!("Published"))
                && record.get("publishedDate").is_some_and(Value::is_string);
            is_published && (with_unlisted || record.get("isListed") == Some(&json!(true)))
        })
        .map(|document| job(&document, with_compensation))
        .collect()
}

/// A posting as boards show it, which have other names for some members.
fn job(Document { record, detail }: &Document, with_compensation: bool) -> Value {
    let of = |members: &Map<String, Value>, name: &str| members.get(name).cloned().unwrap_or_default();
    let published = record.get("publishedDate").and_then(Value::as_str).unwrap_or_default();
    let mut job = json!({
        "id": of(record, "id"), "title": of(record, "title"),
        "department": of(record, "departmentName"), "team": of(record, "teamName"),
        "employmentType": of(record, "employmentType"), "location": of(record, "locationName"),
        "secondaryLocations": [], "address": {"postalAddress": {"addressLocality": of(record, "locationName")}},
        "isRemote": of(detail, "isRemote"), "workplaceType": of(record, "workplaceType"),
        "publishedAt": format!("{published}T09:00:00.000+00:00"), "isListed": of(record, "isListed"),
        "jobUrl": of(record, "externalLink"), "applyUrl": of(record, "applyLink"),
        "descriptionHtml": of(detail, "descriptionHtml"), "descriptionPlain": of(detail, "descriptionPlain"),
        "shouldDisplayCompensationOnJobPostings": of(record, "shouldDisplayCompensationOnJobBoard"),
    });
    if with_compensation {
        job["compensation"] = of(detail, "compensation");
    }
    job
}
