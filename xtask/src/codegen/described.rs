//! What a member of an answer is, where the catalog has no words of its own for it: its type and its name tell.

use super::rust::sentence;
use super::types::of_id;
use crate::catalog::{Catalog, Field, Type};

/// Names that do not follow how others are made.
const SAID: [(&str, &str); 32] = [
    ("applicationDeadline", "Until when one can apply."),
    ("applicationFormFieldPath", "The path of the application form's field that it looks at."),
    ("bodyTruncated", "Whether the body is cut short."),
    ("cacheExpiresAt", "Until when the same report is answered again instead of being made anew."),
    ("descriptionSocial", "The description for social networks."),
    ("endTime", "When it ends."),
    ("enteredStageAt", "When the stage was entered."),
    ("externalTitle", "The title that candidates see."),
    ("from", "Who sent it."),
    ("html", "The text, as HTML."),
    ("isBackfill", "Whether somebody who left is to be replaced."),
    ("isDateOnlyField", "Whether its values are days without a time."),
    ("isDebrief", "Whether it is a debrief."),
    ("isDefaultForm", "Whether it is the default form."),
    ("isEditableOnlyViaPublicApi", "Whether only the API can change it."),
    ("leftStageAt", "When the stage was left; not yet, where it is null."),
    ("maxValue", "The highest value."),
    ("minValue", "The lowest value."),
    ("orderInInterviewPlan", "Its place in the interview plan."),
    ("plain", "The text, as plain text."),
    ("receivedReply", "Whether there was a reply."),
    ("sameAs", "Where the same organisation has a page."),
    ("startDate", "When it starts."),
    ("startTime", "When it starts."),
    ("submittedValues", "What was filled in, by the path of the field."),
    ("suppressDescriptionClosing", "Whether the usual end of descriptions is left out."),
    ("suppressDescriptionOpening", "Whether the usual beginning of descriptions is left out."),
    ("timestamp", "When it happened."),
    ("to", "To whom it was sent."),
    ("unsubscribeLinkActive", "Whether the link to unsubscribe works."),
    ("userIsSender", "Whether the user sent it."),
    ("valueLabel", "The value as it is shown."),
];

/// A sentence about a member of the objects of a type.
pub(super) fn described(catalog: &Catalog, of: &str, field: &Field) -> String {
    let (each, kind) = match &field.kind {
        Type::List { of, .. } => ("Each: ", &**of),
        kind => ("", kind),
    };
    let typed = match kind {
        Type::Answer(part) => catalog.types.get(part).map(|shape| sentence(&shape.about)),
        Type::Id(id) => Some(format!("{}.", of_id(id))),
        Type::Enumeration(words) => Some(format!("One of [`{words}`](types::{words}).")),
        _ => None,
    };
    match typed {
        Some(said) => format!("`{}`. {each}{said}", field.name),
        None => named(of, &field.name, kind),
    }
}

fn named(of: &str, name: &str, kind: &Type) -> String {
    if let Some((_, said)) = SAID.iter().find(|(one, _)| *one == name) {
        return (*said).to_owned();
    }
    let words = words(name);
    let kind = match kind {
        Type::Plain(kind) => kind.as_str(),
        _ => "",
    };
    match (kind, words.split_first(), words.split_last()) {
        ("boolean", Some((first, [what, done])), _) if first == "is" && done.ends_with("ed") => {
            format!("Whether {what} is {done}.")
        }
        ("boolean", Some((first, rest)), _) if ["is", "has", "should"].contains(&first.as_str()) => {
            format!("Whether it {first} {}.", text(rest))
        }
        ("boolean", ..) => match words.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("Whether {} is {last}.", text(before))
            }
            _ => format!("Whether it is {}.", text(&words)),
        },
        ("instant", _, Some((last, before))) if last == "at" => match before {
            [what] if what.ends_with('s') => format!("When it {what}."),
            [what, done @ ..] if !done.is_empty() => format!("When the {what} was {}.", text(done)),
            _ => format!("When it was {}.", text(before)),
        },
        ("date", Some((first, rest)), _) if first == "date" => {
            format!("The day on which it was {}.", text(rest))
        }
        ("date", _, Some((last, before))) if last == "date" => match before {
            [done] if done.ends_with("ed") => format!("The day on which it was {done}."),
            _ => format!("The day of the {}.", text(before)),
        },
        (_, _, Some((last, before)))
            if !before.is_empty() && ["html", "plain", "minutes"].contains(&last.as_str()) =>
        {
            let how = match last.as_str() {
                "html" => "as HTML",
                "plain" => "as plain text",
                _ => "in minutes",
            };
            format!("The {}, {how}.", text(before))
        }
        _ => format!("The {} of the {}.", text(&words), text(&self::words(of))),
    }
}

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    super::snake(name).split('_').map(str::to_owned).collect()
}

/// Words as in running text.
fn text(words: &[String]) -> String {
    let words = words.iter().map(|word| match word.as_str() {
        "api" | "html" | "ip" | "url" => word.to_uppercase(),
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_type_say_what_a_member_is() {
        let said = |of: &str, name: &str, kind: &str| named(of, name, &Type::Plain(kind.to_owned()));
        assert_eq!(said("Candidate", "firstName", "string"), "The first name of the candidate.");
        assert_eq!(said("AuditEvent", "ipAddress", "string"), "The IP address of the audit event.");
        assert_eq!(said("JobPosting", "descriptionHtml", "string"), "The description, as HTML.");
        assert_eq!(
            said("Interview", "interviewDurationMinutes", "number"),
            "The interview duration, in minutes."
        );
        assert_eq!(said("Job", "isArchived", "boolean"), "Whether it is archived.");
        assert_eq!(said("Interview", "isFeedbackRequired", "boolean"), "Whether feedback is required.");
        assert_eq!(said("Job", "confidential", "boolean"), "Whether it is confidential.");
        assert_eq!(said("Path", "approvalRequired", "boolean"), "Whether approval is required.");
        assert_eq!(said("Job", "createdAt", "instant"), "When it was created.");
        assert_eq!(said("Slot", "startsAt", "instant"), "When it starts.");
        assert_eq!(said("Report", "reportGeneratedAt", "instant"), "When the report was generated.");
        assert_eq!(said("Posting", "datePosted", "date"), "The day on which it was posted.");
        assert_eq!(said("Opening", "targetHireDate", "date"), "The day of the target hire.");
        assert_eq!(said("Posting", "startDate", "instant"), "When it starts.");
    }
}
