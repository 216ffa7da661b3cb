//! Columns that no path gives.

use crate::json::Json;
use crate::options::Options;
use crate::values::Cell;

/// Makes a column's value of the record or element.
pub(crate) type Function = for<'a> fn(&'a Json<'a>, &Options) -> Cell<'a>;

/// The function that a definition names.
pub(crate) fn function(name: &str) -> Function {
    match name {
        "full_name" => |record, _| {
            let both = [record.get("firstName").text(), record.get("lastName").text()];
            let name = both.iter().flatten().copied().collect::<Vec<_>>().join(" ");
            if name.is_empty() { Cell::Null } else { Cell::Owned(name) }
        },
        "source_category" => |record, options| category(record.at(&["sourceType", "title"]), options),
        "application_source_category" => {
            |record, options| category(record.at(&["source", "sourceType", "title"]), options)
        }
        "recruiter" => |record, options| member(record, &options.recruiter_roles),
        "hiring_manager" => |record, options| member(record, &options.hiring_manager_roles),
        "object_type" => |record, _| match record.get("objectType").text() {
            Some(text) => Cell::Owned(object_type(text)),
            None => Cell::Null,
        },
        "city" => |record, _| component(record, "City"),
        "region" => |record, _| component(record, "Region"),
        "country" => |record, _| component(record, "Country"),
        "has_resume" => |record, _| Cell::Int(i64::from(!record.get("resumeFileHandle").is_null())),
        "is_cancelled" => |record, _| {
            let is_cancelled =
                record.get("status").text().is_some_and(|status| status.eq_ignore_ascii_case("cancelled"));
            Cell::Int(i64::from(is_cancelled))
        },
        "event_count" => |record, _| Cell::Int(record.get("interviewEvents").list().len() as i64),
        "interviewer_count" => |record, _| {
            let interviewers = record.get("interviewers");
            let of = if interviewers.is_null() { record.get("interviewerUserIds") } else { interviewers };
            Cell::Int(of.list().len() as i64)
        },
        "overall_score" => |record, _| overall(record).map_or(Cell::Null, |(score, _)| Cell::Real(score)),
        "overall_label" => {
            |record, _| overall(record).and_then(|(_, label)| label).map_or(Cell::Null, Cell::Text)
        }
        _ => |_, _| Cell::Null,
    }
}

fn category<'a>(title: &Json<'_>, options: &Options) -> Cell<'a> {
    title.text().map_or(Cell::Null, |title| Cell::Owned(options.category(title)))
}

/// The first of the hiring team with one of the roles.
fn member<'a>(record: &'a Json<'a>, roles: &[String]) -> Cell<'a> {
    let has_role =
        |one: &&Json<'_>| one.get("role").text().is_some_and(|role| roles.iter().any(|known| known == role));
    let found = record.get("hiringTeam").list().iter().find(has_role);
    found.and_then(|one| one.get("userId").text()).map_or(Cell::Null, Cell::Text)
}

fn component<'a>(record: &'a Json<'a>, kind: &str) -> Cell<'a> {
    let components = record.at(&["location", "locationComponents"]).list();
    let found = components.iter().find(|one| one.get("type").text() == Some(kind));
    found.and_then(|one| one.get("name").text()).map_or(Cell::Null, Cell::Text)
}

/// What has a field, by Ashby's word for it.
pub(crate) fn object_type(word: &str) -> String {
    match word {
        "Talent_Project" | "TalentProject" => "project".to_owned(),
        "Employee" => "user".to_owned(),
        "Job_Consideration" | "JobConsideration" => "application".to_owned(),
        word => word.to_lowercase(),
    }
}

/// The questions of a form, with the titles of their sections.
pub(crate) fn fields<'r, 'a>(record: &'r Json<'a>) -> Vec<(&'r Json<'a>, &'r Json<'a>)> {
    let sections = record.at(&["formDefinition", "sections"]).list();
    sections
        .iter()
        .flat_map(|section| {
            section.get("fields").list().iter().map(move |field| (section.get("title"), field))
        })
        .collect()
}

/// A score as it is written: `"3"`, `3` or `{"score": 3}`.
pub(crate) fn score(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Text(text) => text.trim().parse().ok(),
        Json::Object(_) => score(value.get("score")),
        value => value.number(),
    }
}

/// The overall recommendation of a scorecard: the question of that path, else the first that is a score.
fn overall<'a>(record: &'a Json<'a>) -> Option<(f64, Option<&'a str>)> {
    const PATH: &str = "overall_recommendation";
    let fields = fields(record);
    let path_of = |field: &'a Json<'a>| field.at(&["field", "path"]).text();
    let named = fields.iter().find(|(_, field)| path_of(field) == Some(PATH));
    let scored = || fields.iter().find(|(_, field)| field.at(&["field", "type"]).text() == Some("Score"));
    let field = named.or_else(scored).map(|(_, field)| *field);
    let path = field.and_then(path_of).unwrap_or(PATH);
    let value = record.get("submittedValues").get(path);
    Some((score(value)?, field.and_then(|field| label(field.get("field"), value))))
}

/// The label of a chosen option.
pub(crate) fn label<'a>(field: &'a Json<'a>, value: &Json<'_>) -> Option<&'a str> {
    let chosen = match value {
        Json::Object(_) => value.get("score"),
        value => value,
    };
    let text = match chosen {
        Json::Text(text) => text.to_string(),
        Json::Null => return None,
        other => other.written(),
    };
    let options = field.get("selectableValues").list();
    let same = |option: &&Json<'_>| match option.get("value") {
        Json::Text(value) => *value == text,
        other => other.written() == text,
    };
    options.iter().find(same)?.get("label").text()
}
