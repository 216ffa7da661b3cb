//! What entities and actions are called, and which operations they are. By rule and not by list: an entity is a stream, or the
//! noun of operations; an action is `list`, `get`, or a verb.

use ashby_client::catalog::{self, Category, Operation};
use serde_json::{Value, json};

use crate::error::Error;
use crate::tools::live;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    List(&'static Operation),
    /// By the parameter that takes the id.
    Get(&'static Operation, &'static str),
    /// From the copy alone, by its own id: the operation lists others like it, and none reads one.
    Held(&'static Operation),
    Call(&'static Operation),
}

/// `candidates`, `candidate`, `jobPosting`, `job_postings` and their actions.
pub(super) fn resolve(entity: &str, action: &str) -> Result<(Option<&'static str>, Action), Error> {
    let (stream, category) = find(entity).ok_or_else(|| {
        let known = names();
        let nearest = catalog::nearest(entity, known.iter().map(String::as_str));
        let hint = match nearest.is_empty() {
            true => format!("entities are {}", known.join(", ")),
            false => format!("did you mean {}?", nearest.join(" or ")),
        };
        Error::new("unknown_entity", "there is no entity of that name").field("entity").hint(hint)
    })?;
    let action = match action {
        "list" => match stream.and_then(listed) {
            Some(operation) => Some(Action::List(operation)),
            None => verb(category, "list").map(Action::List),
        },
        "get" => {
            // A stream's own records, and not those that others of its category read.
            let (info, held) = match stream {
                Some(name) => (live::info_of(name), ashby_source::nested(name).and_then(|_| listed(name))),
                None => (live::info(category.name), None),
            };
            let get = info.map(|(operation, parameter)| Action::Get(operation, parameter));
            get.or(held.map(Action::Held))
        }
        "api_search" => verb(category, "search").map(Action::Call),
        other => verb(category, other).map(Action::Call),
    };
    let action = action.ok_or_else(|| {
        let known = actions(category).join(", ");
        Error::new("unknown_action", "there is no action of that name")
            .field("action")
            .hint(format!("actions are {known}"))
    })?;
    Ok((stream, action))
}

/// The operation by which a stream is listed.
fn listed(stream: &str) -> Option<&'static Operation> {
    catalog::find(ashby_source::stream(stream)?.operation)
}

fn find(entity: &str) -> Option<(Option<&'static str>, &'static Category)> {
    if let Some(stream) = ashby_source::names().find(|name| *name == entity) {
        let operation = ashby_source::stream(stream)?.operation;
        return Some((Some(stream), catalog::category(operation.split_once('.')?.0)?));
    }
    let category = catalog::CATEGORIES.iter().find(|category| {
        [category.name.to_owned(), snake(category.name), plural(&snake(category.name))]
            .contains(&entity.to_owned())
    })?;
    let plural = plural(&snake(category.name));
    Some((ashby_source::names().find(|name| *name == plural), category))
}

/// The operation of a category by its verb, in either spelling.
fn verb(category: &'static Category, verb: &str) -> Option<&'static Operation> {
    category
        .operations
        .iter()
        .find(|operation| operation.action() == verb || snake(operation.action()) == verb)
}

fn actions(category: &Category) -> Vec<String> {
    current(category).map(name).collect()
}

fn current(category: &Category) -> impl Iterator<Item = &'static Operation> {
    category.operations.iter().filter(|operation| operation.deprecated.is_none())
}

/// An operation as an action.
fn name(operation: &Operation) -> String {
    match operation.action() {
        "info" => "get".to_owned(),
        action => snake(action),
    }
}

/// What each action takes, by the names of the parameters.
fn parameters(category: &Category) -> Value {
    let of = |operation: &'static Operation| {
        // Where a listing was broken off is this program's to keep.
        let fields = || operation.parameters.iter().filter(|field| field.name != "syncToken");
        let names = |required: bool| -> Vec<&str> {
            fields().filter(|field| field.required == required).map(|field| field.name).collect()
        };
        (name(operation), json!({"required": names(true), "optional": names(false)}))
    };
    Value::Object(current(category).map(of).collect())
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = ashby_source::names().map(str::to_owned).collect();
    for category in catalog::CATEGORIES {
        let plural = plural(&snake(category.name));
        if !names.contains(&plural) {
            names.push(plural);
        }
    }
    names
}

/// Everything that there is.
pub(super) fn all() -> Value {
    let entities = names().into_iter().filter_map(|name| {
        let (stream, category) = find(&name)?;
        Some(json!({
            "entity": name, "stream": stream.is_some(), "actions": actions(category),
            "parameters": parameters(category),
        }))
    });
    json!({"entities": entities.collect::<Vec<_>>()})
}

/// `createNote` as `create_note`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn plural(noun: &str) -> String {
    let vowel = |letter: char| "aeiou".contains(letter);
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
        _ if noun.ends_with('s') || noun.ends_with("ch") || noun.ends_with('x') => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Airbyte documents: 12 lists, 7 gets.
    const DOCUMENTED: [(&str, &str, Option<&str>); 12] = [
        ("candidates", "candidate.list", Some("id")),
        ("applications", "application.list", Some("applicationId")),
        ("jobs", "job.list", Some("id")),
        ("departments", "department.list", Some("departmentId")),
        ("locations", "location.list", Some("locationId")),
        ("users", "user.list", Some("userId")),
        ("job_postings", "jobPosting.list", Some("jobPostingId")),
        ("sources", "source.list", None),
        ("archive_reasons", "archiveReason.list", None),
        ("candidate_tags", "candidateTag.list", None),
        ("custom_fields", "customField.list", Some("customFieldId")),
        ("feedback_form_definitions", "feedbackFormDefinition.list", Some("feedbackFormDefinitionId")),
    ];

    #[test]
    fn every_documented_entity_and_action_is_there() {
        for (entity, list, parameter) in DOCUMENTED {
            let (stream, action) = resolve(entity, "list").unwrap();
            assert_eq!(stream, Some(entity));
            assert!(
                matches!(action, Action::List(operation) if operation.name == list),
                "{entity}: {action:?}"
            );
            match (resolve(entity, "get"), parameter) {
                (Ok((_, Action::Get(_, found))), Some(wanted)) => assert_eq!(found, wanted, "{entity}"),
                (Err(error), None) => assert_eq!(error.code, "unknown_action"),
                (other, _) => panic!("{entity}: {other:?}"),
            }
        }
    }

    #[test]
    fn every_operation_is_an_entitys_action_in_each_spelling() {
        for operation in catalog::operations().filter(|operation| operation.deprecated.is_none()) {
            let category = operation.category();
            for entity in [category.to_owned(), snake(category), plural(&snake(category))] {
                for action in [operation.action().to_owned(), snake(operation.action())] {
                    assert!(resolve(&entity, &action).is_ok(), "{entity} {action}");
                }
            }
        }
        for name in names() {
            assert!(find(&name).is_some(), "{name}");
        }
        assert!(
            matches!(resolve("candidate", "create_note").unwrap().1, Action::Call(operation) if operation.name == "candidate.createNote")
        );
        assert!(
            matches!(resolve("candidates", "api_search").unwrap().1, Action::Call(operation) if operation.name == "candidate.search")
        );
        assert!(resolve("candidats", "list").unwrap_err().hint.unwrap().contains("candidates"));
    }
}
