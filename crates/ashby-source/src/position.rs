//! A checkpoint split into Ashby's sync token and everything else, for states whose shape was fixed by others.

use capture_core::{Checkpoint, Error, ErrorKind, Result};
use serde_json::Value;

use crate::known;
use crate::listing::{Listing, from_checkpoint, to_checkpoint};
use crate::overlay::Overlay;
use crate::request::Requests;
use crate::table::Plan;

/// Where a stream stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Position {
    /// Ashby's sync token, once a listing was complete. Not for logs.
    pub token: Option<String>,
    /// What else is needed to continue. Without it the token belongs to the request of the [`Overlay`], and no listing
    /// is under way.
    pub progress: Option<Value>,
}

/// Tokens stay out of logs.
impl std::fmt::Debug for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (token, progress) = (self.token.is_some(), self.progress.is_some());
        f.debug_struct("Position").field("token", &token).field("progress", &progress).finish()
    }
}

impl Position {
    /// Splits a checkpoint of `stream` for a state that is shared with the program of `overlay`.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if the checkpoint is none of this source's, [`ErrorKind::Configuration`] if there is no
    /// such stream.
    pub fn split(stream: &str, checkpoint: &Checkpoint, overlay: Overlay) -> Result<Self> {
        let mut progress = checkpoint.0.clone();
        let listing = match progress.get_mut("parents") {
            Some(parents) => parents,
            None => &mut progress,
        };
        let Value::Object(members) = listing else {
            return Err(Error::new(ErrorKind::State, format!("the checkpoint of {stream} cannot be read")));
        };
        let token = match members.remove("token") {
            None => None,
            Some(Value::String(token)) => Some(token),
            Some(_) => {
                return Err(Error::new(ErrorKind::State, format!("the token of {stream} cannot be read")));
            }
        };
        let position = Self { token, progress: Some(progress) };
        let bare = Self { progress: None, ..position.clone() };
        Ok(if bare.says_the_same(stream, checkpoint, overlay)? { bare } else { position })
    }

    /// Whether nothing is lost without the progress. (The pass is: it only ever has to grow within a run.)
    fn says_the_same(&self, stream: &str, checkpoint: &Checkpoint, overlay: Overlay) -> Result<bool> {
        if !overlay.has(known(stream)?.name) || self.token.is_none() {
            return Ok(false);
        }
        let Ok(listing) = from_checkpoint::<Listing>(stream, checkpoint) else { return Ok(false) };
        let bare = from_checkpoint::<Listing>(stream, &self.join(stream, overlay)?)?;
        Ok(listing.with_pass_of(&bare) == bare)
    }

    /// The checkpoint of `stream` again.
    ///
    /// # Errors
    /// [`ErrorKind::State`] if the progress is none of this source's, [`ErrorKind::Configuration`] if there is no
    /// such stream.
    pub fn join(&self, stream: &str, overlay: Overlay) -> Result<Checkpoint> {
        let row = known(stream)?;
        let mut checkpoint = match &self.progress {
            Some(progress) => Checkpoint(progress.clone()),
            None => {
                let primary = match row.plan {
                    Plan::Embedded { within, .. } => known(within)?,
                    Plan::List(_) | Plan::PerParent { .. } => row,
                };
                to_checkpoint(&Listing::new(Requests::of(overlay).fingerprint(&[primary])?))?
            }
        };
        let listing = match checkpoint.0.get_mut("parents") {
            Some(parents) => parents,
            None => &mut checkpoint.0,
        };
        let Value::Object(members) = listing else {
            return Err(Error::new(
                ErrorKind::State,
                format!("the saved progress of {stream} cannot be read"),
            ));
        };
        if let Some(token) = &self.token {
            members.insert("token".to_owned(), token.as_str().into());
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::children::Progress;
    use crate::table::{Refresh, row};
    use ashby_client::{Cursor, SyncToken};

    const OVERLAY: Overlay = Overlay::new(&[
        ("applications", Some("{}")),
        ("jobs", Some("{}")),
        ("interview_schedules", None),
        ("interview_events", None),
    ]);
    const THEIRS: Requests = Requests::of(OVERLAY);

    fn synced(requests: Requests, stream: &str) -> Listing {
        let mut listing = Listing::new(requests.fingerprint(&[row(stream).unwrap()]).unwrap());
        listing.begin(Refresh::Token, 7);
        listing.page(None, Some(SyncToken::from("t1")));
        listing
    }

    fn split_and_joined(stream: &str, checkpoint: &Checkpoint) -> (Position, Checkpoint) {
        let position = Position::split(stream, checkpoint, OVERLAY).unwrap();
        let joined = position.join(stream, OVERLAY).unwrap();
        (position, joined)
    }

    #[test]
    fn what_the_other_program_would_know_is_a_bare_token() {
        let checkpoint = to_checkpoint(&synced(THEIRS, "jobs")).unwrap();
        let (position, joined) = split_and_joined("jobs", &checkpoint);
        assert_eq!(position, Position { token: Some("t1".to_owned()), progress: None });
        let listing = from_checkpoint::<Listing>("jobs", &joined).unwrap();
        let (listing, note) =
            listing.restored(&THEIRS.fingerprint(&[row("jobs").unwrap()]).unwrap()).unwrap();
        assert_eq!((listing.position().1.is_none(), note), (true, None), "no listing is under way");
        assert_eq!(joined.0["token"], "t1");
    }

    #[test]
    fn embedded_records_continue_from_the_token_of_what_holds_them() {
        let checkpoint = to_checkpoint(&synced(THEIRS, "interview_schedules")).unwrap();
        let (position, joined) = split_and_joined("interview_events", &checkpoint);
        assert_eq!(position.progress, None);
        let schedules = Position { token: Some("t1".to_owned()), progress: None }
            .join("interview_schedules", OVERLAY)
            .unwrap();
        assert_eq!(joined, schedules, "so that one listing serves both");
    }

    #[test]
    fn a_running_listing_another_request_and_other_streams_keep_their_progress() {
        let mut running = synced(THEIRS, "jobs");
        running.begin(Refresh::Token, 8);
        running.page(Some(Cursor::from("c")), None);
        for (stream, listing) in [
            ("jobs", running),
            ("jobs", synced(Requests::default(), "jobs")),
            ("application_feedback", synced(THEIRS, "application_feedback")),
            ("jobs", Listing::new("f")),
        ] {
            let checkpoint = to_checkpoint(&listing).unwrap();
            let (position, joined) = split_and_joined(stream, &checkpoint);
            let progress = position.progress.expect("there is more than a token");
            assert!(!progress.to_string().contains("t1"), "the token is only where it belongs");
            assert_eq!(joined, checkpoint);
        }
    }

    #[test]
    fn children_keep_their_place_among_the_parents() {
        let mut progress = Progress::new("f");
        progress.parents = synced(Requests::default(), "applications");
        let checkpoint = to_checkpoint(&progress).unwrap();
        let (position, joined) = split_and_joined("application_history", &checkpoint);
        assert_eq!(position.token.as_deref(), Some("t1"));
        assert_eq!(joined, checkpoint);
    }

    #[test]
    fn what_is_none_of_ours_is_refused() {
        for checkpoint in [serde_json::json!([]), serde_json::json!({"token": 5})] {
            let error = Position::split("jobs", &Checkpoint(checkpoint), OVERLAY).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::State);
        }
        let odd = Position { token: None, progress: Some(5.into()) };
        assert_eq!(odd.join("jobs", OVERLAY).unwrap_err().kind(), ErrorKind::State);
    }
}
