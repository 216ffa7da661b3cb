//! What people look for in records, for destinations that keep an index of words.

use capture_core::Searchable;

/// A stream, where its records say what they are called, and where the rest stands.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const TABLE: &[Row] = &[
    (
        "candidates",
        &["/name"],
        &[
            "/emailAddresses/value",
            "/primaryEmailAddress/value",
            "/phoneNumbers/value",
            "/socialLinks/url",
            "/position",
            "/company",
            "/school",
            "/location/locationSummary",
            "/location/locationComponents/name",
            "/tags/title",
            "/source/title",
            "/fileHandles/name",
            "/customFields/value",
            "/customFields/valueLabel",
        ],
    ),
    (
        "applications",
        &["/candidate/name", "/job/title"],
        &[
            "/candidate/primaryEmailAddress/value",
            "/status",
            "/currentInterviewStage/title",
            "/source/title",
            "/archiveReason/text",
            "/hiringTeam/firstName",
            "/hiringTeam/lastName",
            "/customFields/value",
            "/customFields/valueLabel",
        ],
    ),
    (
        "jobs",
        &["/title"],
        &[
            "/status",
            "/employmentType",
            "/customRequisitionId",
            "/location/name",
            "/hiringTeam/firstName",
            "/hiringTeam/lastName",
            "/customFields/value",
            "/customFields/valueLabel",
        ],
    ),
    ("candidate_notes", &["/author/firstName", "/author/lastName"], &["/content"]),
    (
        "application_feedback",
        &["/submittedByUser/firstName", "/submittedByUser/lastName"],
        &["/submittedValues"],
    ),
];

/// What people look for in the records of a stream; `None` if nobody looks for anything there.
pub(crate) fn of(stream: &str) -> Option<Searchable> {
    let (_, title, body) = TABLE.iter().find(|(name, ..)| *name == stream)?;
    let pointers = |places: &[&str]| places.iter().map(|place| (*place).to_owned()).collect();
    Some(Searchable { title: pointers(title), body: pointers(body) })
}

/// The kinds of records that people look for, each with its stream.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().map(|(stream, ..)| (kind(stream), *stream))
}

/// What people call the records of a stream: `candidate_notes` are notes.
pub fn kind(stream: &str) -> &str {
    let is_one = TABLE.iter().any(|(name, ..)| *name == stream);
    stream.rsplit('_').next().filter(|_| is_one).unwrap_or(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;
    use crate::table::row;

    #[test]
    fn every_place_is_one_of_the_streams() {
        for (stream, title, body) in TABLE {
            let row = row(stream).unwrap_or_else(|| panic!("{stream} is no stream"));
            let known = fields::of(row);
            for place in title.iter().chain(*body) {
                let first = place.split('/').nth(1).unwrap();
                assert!(known.iter().any(|field| field.name == first), "{stream}: {place}");
            }
        }
        assert_eq!(of("users"), None);
        let kinds: Vec<&str> = kinds().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["candidates", "applications", "jobs", "notes", "feedback"]);
        assert_eq!(kind("interview_stages"), "interview_stages");
    }
}
