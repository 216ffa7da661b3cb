//! Notetaker transcripts: what was said in recorded interviews. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::notetaker_transcript`] leads to.
///
/// The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more:
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
/// request is not what the operation takes, and
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the documented one.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    pub(super) client: &'a Client,
}

impl Operations<'_> {
    /// Reads a transcript's participants and download address.
    ///
    /// Needs the AI Notetaker add-on; the download address works for 5 minutes; on the free tier
    /// transcripts expire; ids come from interview events.
    ///
    /// Ashby may still change this operation.
    ///
    /// The key needs the permission `notetakerRead`. See
    /// [notetakerTranscript.info](https://developers.ashbyhq.com/reference/notetakertranscriptinfo) in
    /// Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::NotetakerTranscript>, Error> {
        read(self.client, "notetakerTranscript.info", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `notetaker_transcript_id`: Transcript to read; interview events name it
    pub fn new(notetaker_transcript_id: impl Into<types::NotetakerTranscriptId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::NotetakerTranscriptId>("notetakerTranscriptId", notetaker_transcript_id),
        )
    }
}

impl From<types::NotetakerTranscriptId> for Info {
    fn from(notetaker_transcript_id: types::NotetakerTranscriptId) -> Self {
        Self::new(notetaker_transcript_id)
    }
}
