//! A day's work in recruiting, more or less.

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::edit::Editor;
use crate::kind::Kind;

/// The members that people edit, with what they set them to.
const EDITS: &[(Kind, &str, &[&str])] = &[
    (Kind::Candidate, "company", &["Quillon", "Verdant Grid", "Opaline", "Juniper Row", "Skyhook Labs"]),
    (Kind::Candidate, "position", &["Staff Engineer", "Team Lead", "Consultant", "Principal Designer"]),
    (Kind::Candidate, "fraudStatus", &["Unreviewed", "NotFraudulent", "PassedFraudCheck", "Unsure"]),
    (Kind::Candidate, "timezone", &["Europe/Paris", "America/Chicago", "Asia/Tokyo"]),
    (Kind::Job, "employmentType", &["FullTime", "Contract", "PartTime"]),
    (Kind::InterviewSchedule, "status", &["Scheduled", "WaitingOnFeedback", "Complete", "Cancelled"]),
    (Kind::Opening, "openingState", &["Open", "Filled", "Closed"]),
    (Kind::User, "globalRole", &["Elevated Access", "Limited Access"]),
    (Kind::Project, "description", &["Reviewed every quarter", "People who asked to hear from us again"]),
    (Kind::Department, "externalName", &["Engineering teams", "Growth", "Corporate"]),
    (Kind::CandidateTag, "title", &["Follow up in spring", "Met in person", "Strong maybe"]),
];

/// What is edited beside that where records are as untidy as in life: what others mean, more than what they say.
const MEANINGS: &[(Kind, &str, &[&str])] = &[
    (Kind::ArchiveReason, "reasonType", &["RejectedByOrg", "RejectedByCandidate", "Other"]),
    (Kind::ArchiveReason, "text", &["Not this time", "Went elsewhere", "Other"]),
    (Kind::InterviewStage, "title", &["First conversation", "Deep dive", "Last round"]),
    (Kind::Source, "title", &["LinkedIn", "Our own site", "Friends"]),
    (Kind::CustomField, "title", &["Priority", "Level", "Remarks"]),
    (Kind::Job, "status", &["Open", "Closed"]),
    (Kind::Job, "openedAt", &["2026-02-02T09:00:00.000Z", "2026-09-01T09:00:00.000Z"]),
    (Kind::Opening, "openedAt", &["2026-01-12T09:00:00.000Z", "2026-08-03T09:00:00.000Z"]),
    (Kind::Offer, "acceptanceStatus", &["Accepted", "Declined", "Cancelled"]),
    (Kind::Department, "name", &["Engineering", "Everything else"]),
];

/// Makes `count` changes.
pub(crate) fn churn(editor: &mut Editor<'_>, count: usize, seed: u64) {
    let mut dice = Dice::seeded(seed);
    for _ in 0..count {
        change(editor, &mut dice);
        editor.conclude();
    }
}

/// Makes records go, `count` times: deletes, merges, and forgets who people are.
pub(crate) fn erode(editor: &mut Editor<'_>, count: usize, seed: u64) {
    let mut dice = Dice::seeded(seed ^ 0x6572_6f64_6521);
    for _ in 0..count {
        lose(editor, &mut dice);
        editor.conclude();
    }
}

fn lose(editor: &mut Editor<'_>, dice: &mut Dice) {
    let what = dice.weighted(&[6, 6, 4, 3, 2, 1]);
    let kind = match what {
        0..=2 => Kind::Candidate,
        3 => Kind::Offer,
        4 => Kind::Application,
        _ => Kind::JobPosting,
    };
    match (what, editor.some(kind, dice)) {
        (0, Some(candidate)) => editor.anonymize(candidate),
        (1, Some(from)) => {
            if let Some(into) = editor.some(kind, dice) {
                editor.merge(from, into);
            }
        }
        (_, Some(index)) => editor.delete(kind, index),
        (_, None) => {}
    }
}

fn change(editor: &mut Editor<'_>, dice: &mut Dice) {
    let none = Map::new();
    let on_application = |editor: &mut Editor<'_>, dice: &mut Dice, kind: Kind| {
        let application = editor.some(Kind::Application, dice);
        editor.create(kind, application, &Map::new());
    };
    if editor.is_lifelike() && dice.chance(25) {
        return untidy(editor, dice);
    }
    match dice.weighted(&[26, 12, 14, 24, 9, 6, 4, 3, 2]) {
        0 => {
            if let Some(application) = editor.some(Kind::Application, dice)
                && let Ok(stage) = editor.next_stage(application)
            {
                return editor.move_stage(application, stage, None);
            }
        }
        1 => {
            // Archiving an application always works.
            if let Some(application) = editor.some(Kind::Application, dice)
                && editor.archive(Kind::Application, application).is_ok()
            {
                return;
            }
        }
        2 => {}
        3 => return edit(editor, dice),
        4 => {
            let candidate = editor.some(Kind::Candidate, dice);
            editor.create(Kind::Note, candidate, &none);
            return;
        }
        5 => return on_application(editor, dice, Kind::Feedback),
        6 => return on_application(editor, dice, Kind::InterviewSchedule),
        7 => return on_application(editor, dice, Kind::Offer),
        _ => return on_application(editor, dice, Kind::SurveySubmission),
    }
    // Somebody applies: every fifth time somebody who is known already.
    let known = dice.chance(20).then(|| editor.some(Kind::Candidate, dice)).flatten();
    let candidate = known.unwrap_or_else(|| editor.create(Kind::Candidate, None, &none));
    editor.create(Kind::Application, Some(candidate), &none);
}

/// What happens in life and in no manual: back and forth, over to another job, history written anew.
fn untidy(editor: &mut Editor<'_>, dice: &mut Dice) {
    let what = dice.weighted(&[34, 12, 18, 36]);
    if what == 3 {
        return set(editor, dice.pick(MEANINGS), dice);
    }
    let Some(application) = editor.some(Kind::Application, dice) else { return };
    match what {
        0 => {
            let stage = editor.any_stage(application, dice);
            editor.move_stage(application, stage, None);
        }
        1 => {
            if let Some(job) = editor.some(Kind::Job, dice) {
                editor.transfer(application, job);
            }
        }
        _ => editor.edit_history(application, dice),
    }
}

fn edit(editor: &mut Editor<'_>, dice: &mut Dice) {
    // Half of all edits are of candidates.
    let entry = EDITS[if dice.chance(50) { dice.below(4) } else { dice.below(EDITS.len() as u32) } as usize];
    set(editor, entry, dice);
}

fn set(editor: &mut Editor<'_>, (kind, member, values): (Kind, &str, &[&str]), dice: &mut Dice) {
    let value: Value = json!(dice.pick(values));
    let patch = Map::from_iter([(member.to_owned(), value)]);
    match editor.some(kind, dice) {
        Some(index) => editor.update(kind, index, &patch),
        None => {
            editor.create(kind, None, &patch);
        }
    }
}
