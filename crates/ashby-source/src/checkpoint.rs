//! Checkpoints: Ashby's sync token, and beside it whatever else is needed to go on.

use ashby_client::SyncToken;
use capture_core::{Checkpoint, Error, ErrorKind, Result, Token};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the persisted form. Version 1 kept the token inside.
const VERSION: u32 = 2;

/// The progress as it is persisted.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

/// Puts a checkpoint together.
pub(crate) fn write(token: Option<&SyncToken>, content: &impl Serialize) -> Result<Checkpoint> {
    let progress = serde_json::to_value(Versioned { version: VERSION, content }).map_err(|error| {
        Error::new(ErrorKind::State, "a checkpoint cannot be written as JSON").with_source(error)
    })?;
    Ok(Checkpoint::new(token.map(|token| Token::new(token.as_str())), Some(progress)))
}

/// A checkpoint that is nothing but a token.
pub(crate) fn bare(token: &SyncToken) -> Checkpoint {
    Checkpoint::new(Some(Token::new(token.as_str())), None)
}

/// Takes a checkpoint apart; without progress, there is only a token.
pub(crate) fn read<T: DeserializeOwned>(
    stream: &str,
    checkpoint: &Checkpoint,
) -> Result<(Option<SyncToken>, Option<T>)> {
    let mut token = checkpoint.token.as_ref().map(|token| SyncToken::from(token.as_str()));
    let Some(progress) = &checkpoint.progress else { return Ok((token, None)) };
    let mut progress = progress.clone();
    let version = version(&progress);
    if version == Some(1) {
        token = upgrade(&mut progress).or(token);
    } else if version.is_some_and(|version| version != u64::from(VERSION)) {
        let message = format!(
            "the checkpoint of {stream} has version {}; this program reads version {VERSION}",
            version.unwrap_or_default()
        );
        return Err(Error::new(ErrorKind::State, message).with_hint("use the program that wrote it"));
    }
    let read = Versioned::<T>::deserialize(&progress).map_err(|_| unreadable(stream))?;
    Ok((token, Some(read.content)))
}

/// Whether a checkpoint lies in the middle of a listing.
pub fn is_listing(checkpoint: &Checkpoint) -> bool {
    let running = |value: &Value| value.get("running").is_some();
    let progress = checkpoint.progress.as_ref();
    progress.is_some_and(|progress| {
        running(progress) || progress.get("round").is_some() || progress.get("parents").is_some_and(running)
    })
}

/// The checkpoint as it was before the listing that is under way: for a destination that did not get what that has
/// handed out. `None` if everything is to be listed again.
///
/// # Errors
/// [`ErrorKind::State`] if it is none of this source's.
pub fn between_listings(stream: &str, checkpoint: &Checkpoint) -> Result<Option<Checkpoint>> {
    let (token, progress) = read::<serde_json::Map<String, Value>>(stream, checkpoint)?;
    let Some(mut progress) = progress else { return Ok(Some(checkpoint.clone())) };
    // Of children, the token is that of the parents: it may be ahead of parents that are still to come.
    if progress.contains_key("parents") {
        return Ok(Some(checkpoint.clone()).filter(|checkpoint| !is_listing(checkpoint)));
    }
    progress.remove("running");
    Ok(Some(write(token.as_ref(), &progress)?))
}

fn unreadable(stream: &str) -> Error {
    Error::new(ErrorKind::State, format!("the saved checkpoint of {stream} cannot be read"))
        .with_hint(format!("forget it with `ashby state reset {stream}`; the stream is then listed again"))
}

/// Of children, version 1 kept the version with their parents' listing.
fn version(progress: &Value) -> Option<u64> {
    let within = |value: &Value| value.get("version").and_then(Value::as_u64);
    within(progress).or_else(|| progress.get("parents").and_then(within))
}

/// Takes the token out of a checkpoint of version 1.
fn upgrade(progress: &mut Value) -> Option<SyncToken> {
    let listing = match progress.get_mut("parents") {
        Some(parents) => parents,
        None => &mut *progress,
    };
    let token = listing.as_object_mut().and_then(|members| members.remove("token"));
    if let Some(members) = progress.as_object_mut() {
        members.insert("version".to_owned(), VERSION.into());
    }
    token.as_ref().and_then(Value::as_str).map(SyncToken::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Content {
        a: u32,
    }

    #[test]
    fn what_is_written_is_read() {
        let token = SyncToken::from("t");
        let checkpoint = write(Some(&token), &Content { a: 5 }).unwrap();
        assert!(!checkpoint.progress.as_ref().unwrap().to_string().contains("\"t\""));
        let (read_token, content) = read::<Content>("jobs", &checkpoint).unwrap();
        assert_eq!((read_token, content), (Some(token.clone()), Some(Content { a: 5 })));
        assert_eq!(read::<Content>("jobs", &bare(&token)).unwrap(), (Some(token), None));
    }

    #[test]
    fn a_listing_under_way_can_be_taken_out() {
        let token = SyncToken::from("t");
        let running = write(Some(&token), &json!({"fingerprint": "f", "running": {"full": false}})).unwrap();
        assert!(is_listing(&running));
        let between = between_listings("jobs", &running).unwrap().unwrap();
        assert!(!is_listing(&between) && between.token == running.token);
        let children = write(Some(&token), &json!({"parents": {"fingerprint": "f"}, "round": {}})).unwrap();
        assert!(is_listing(&children));
        assert_eq!(between_listings("candidate_notes", &children).unwrap(), None);
        for whole in [bare(&token), write(Some(&token), &json!({"parents": {"fingerprint": "f"}})).unwrap()] {
            assert_eq!(between_listings("candidate_notes", &whole).unwrap(), Some(whole));
        }
    }

    #[test]
    fn version_1_is_read() {
        for old in [
            json!({"version": 1, "a": 5, "token": "t", "pass": 7}),
            json!({"a": 5, "parents": {"version": 1, "token": "t", "pass": 7}}),
        ] {
            let (token, content) = read::<Content>("jobs", &Checkpoint::from(old)).unwrap();
            assert_eq!((token, content), (Some(SyncToken::from("t")), Some(Content { a: 5 })));
        }
    }

    #[test]
    fn version_1_whose_token_was_kept_apart_is_read() {
        let progress = json!({"parents": {"version": 1, "pass": 7}, "a": 5});
        let checkpoint = Checkpoint::new(Some(Token::new("t")), Some(progress));
        let read = read::<Content>("jobs", &checkpoint).unwrap();
        assert_eq!(read, (Some(SyncToken::from("t")), Some(Content { a: 5 })));
    }

    #[test]
    fn what_is_none_of_ours_is_refused_and_not_quoted() {
        for odd in [json!([]), json!({"version": 2, "a": "SECRET"}), json!({"version": 3, "a": 5}), json!(5)]
        {
            let error = read::<Content>("jobs", &Checkpoint::from(odd)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
            assert!(error.hint().is_some() && !error.chain().contains("SECRET"), "{error:?}");
        }
    }
}
