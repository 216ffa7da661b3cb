//! `read_resume`.

use serde_json::json;

use crate::agent::{self, Agent, Answer};
use crate::arguments::Given;
use crate::budget;
use crate::error::Error;

pub(super) async fn run(agent: &Agent, given: &Given) -> Result<Answer, Error> {
    let candidate = given.required("candidate_id");
    let resume = agent.resumes_of(candidate).await?.read(candidate).await?;
    let text = &resume.text.text;
    let offset = given.whole("offset");
    let (part, next) = slice(text, offset);
    if part.is_empty() && offset > 0 {
        return Err(Error::new("invalid_parameter", "the text ends before that offset").field("offset"));
    }
    let mut answer = agent::answer(json!({
        "text": part,
        "characters": text.chars().count(),
        "file": {"id": resume.file_id, "name": resume.file_name, "kind": resume.text.kind.name()},
        "untrusted": true,
    }));
    if let Some(pages) = resume.text.pages {
        answer.insert("pages".to_owned(), pages.into());
    }
    if resume.text.unreadable_pages > 0 {
        answer.insert("unreadable_pages".to_owned(), resume.text.unreadable_pages.into());
    }
    if let Some(next) = next {
        answer.insert("next_offset".to_owned(), next.into());
    } else if resume.text.is_cut {
        answer.insert("note".to_owned(), "the file goes on; no more of it is read".into());
    }
    match resume.as_of {
        Some(as_of) => agent::local(&mut answer, Some(as_of)),
        None => agent::live(&mut answer, ""),
    }
    Ok(answer)
}

/// As much of a text as an answer holds, from this letter on, and where the rest begins.
fn slice(text: &str, offset: usize) -> (&str, Option<usize>) {
    let begin = text.char_indices().nth(offset).map_or(text.len(), |(at, _)| at);
    let rest = text.get(begin..).unwrap_or_default();
    let room = budget::LETTERS - 1_000;
    let (mut used, mut letters) = (0, 0);
    for (at, letter) in rest.char_indices() {
        // In JSON within JSON, as it is sent, quotes and line breaks take up to three bytes more.
        used += letter.len_utf8() + if letter < ' ' || matches!(letter, '"' | '\\') { 3 } else { 0 };
        if used > room {
            return (&rest[..at], Some(offset + letters));
        }
        letters += 1;
    }
    (rest, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_one_another_without_gap() {
        let text = "Zoë \"x\"\n".repeat(20_000);
        let (mut offset, mut whole) = (0, String::new());
        loop {
            let (part, next) = slice(&text, offset);
            assert!(serde_json::Value::from(part).to_string().len() <= budget::LETTERS);
            whole.push_str(part);
            match next {
                Some(next) => offset = next,
                None => break,
            }
        }
        assert_eq!(whole, text);
        assert_eq!(slice("abc", 9), ("", None));
    }
}
