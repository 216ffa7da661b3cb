//! Sequences: series of sourcing e-mails to one candidate. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::sequence`] leads to.
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
    /// Enrolls a candidate in a sourcing sequence.
    ///
    /// Creates a draft of the sequence for the candidate or, if start is true, begins to e-mail the
    /// candidate.
    ///
    /// A no-reply sender is refused (sequence\_sender\_not\_allowed); a second draft of the same
    /// template, candidate and user too (sequence\_draft\_already\_exists). What blocks the start
    /// leaves a draft, with startResult Blocked.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `sourcingWrite`. See
    /// [sequence.add](https://developers.ashbyhq.com/reference/sequenceadd) in Ashby's reference.
    pub async fn add(self, request: impl Into<Add>) -> Result<Output<Value>, Error> {
        write(self.client, "sequence.add", request.into().0).await
    }

    /// Cancels a running sourcing sequence.
    ///
    /// Stops the sequence for good: its remaining e-mails are not sent.
    ///
    /// Allowed with candidatesWrite too, for the sake of older keys.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `sourcingWrite`. See
    /// [sequence.cancel](https://developers.ashbyhq.com/reference/sequencecancel) in Ashby's reference.
    pub async fn cancel(self, request: impl Into<Cancel>) -> Result<Output<Value>, Error> {
        write(self.client, "sequence.cancel", request.into().0).await
    }

    /// Deletes a draft of a sourcing sequence.
    ///
    /// Deletes the draft, which has not been started, for good.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `sourcingWrite`. See
    /// [sequence.discard](https://developers.ashbyhq.com/reference/sequencediscard) in Ashby's
    /// reference.
    pub async fn discard(self, request: impl Into<Discard>) -> Result<Output<Value>, Error> {
        write(self.client, "sequence.discard", request.into().0).await
    }

    /// Gets a candidate's sourcing sequence with its stages.
    ///
    /// The key needs the permission `sourcingRead`. See
    /// [sequence.info](https://developers.ashbyhq.com/reference/sequenceinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Sequence>, Error> {
        read(self.client, "sequence.info", request.into().0).await
    }

    /// Lists sourcing sequences of candidates.
    ///
    /// The key needs the permission `sourcingRead`. See
    /// [sequence.list](https://developers.ashbyhq.com/reference/sequencelist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "sequence.list"))
    }

    /// Starts a draft of a sourcing sequence.
    ///
    /// Begins to e-mail the candidate as the sequence says.
    ///
    /// Only by the user who made the draft; what blocks the start leaves the draft, with startResult
    /// Blocked. A started sequence is answered with sequence\_not\_found.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `sourcingWrite`. See
    /// [sequence.start](https://developers.ashbyhq.com/reference/sequencestart) in Ashby's reference.
    pub async fn start(self, request: impl Into<Start>) -> Result<Output<Value>, Error> {
        write(self.client, "sequence.start", request.into().0).await
    }

    /// Changes an e-mail of a sourcing sequence that has not started.
    ///
    /// Replaces the subject or the text of the e-mail in this draft; the template stays as it is.
    ///
    /// Only by the user who made the draft; keep Ashby's token markers as sequence.info gives them,
    /// unknown ones are refused.
    ///
    /// The key needs the permission `sourcingWrite`. See
    /// [sequence.updateStage](https://developers.ashbyhq.com/reference/sequenceupdatestage) in Ashby's
    /// reference.
    pub async fn update_stage(self, request: impl Into<UpdateStage>) -> Result<Output<Value>, Error> {
        write(self.client, "sequence.updateStage", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add`] takes.
Add
}

impl Add {
    /// With what it needs:
    ///
    /// - `sequence_template_id`: The sequence to use, from sequenceTemplate.list
    /// - `candidate_id`: Whom to write to
    /// - `start`: false creates a draft that can be edited, true starts at once
    pub fn new(
        sequence_template_id: impl Into<types::SequenceTemplateId>,
        candidate_id: impl Into<types::CandidateId>,
        start: bool,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::SequenceTemplateId>("sequenceTemplateId", sequence_template_id)
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<bool>("start", start),
        )
    }

    /// Sets `applicationId`: The application from which tokens in the texts are filled.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `from`: The sender; one of emailSender.list for the same user.
    pub fn from(self, from: types::SequenceSender) -> Self {
        Self(self.0.set::<types::SequenceSender>("from", from))
    }
}

crate::operations::requests! {
/// What [`Operations::cancel`] takes.
Cancel
}

impl Cancel {
    /// With what it needs:
    ///
    /// - `sequence_id`: Which sequence
    pub fn new(sequence_id: impl Into<types::SequenceId>) -> Self {
        Self(Parameters::default().set::<types::SequenceId>("sequenceId", sequence_id))
    }

    /// Sets `reason`: Why it is cancelled, one of Ashby's reasons; defaults to booked\_meeting.
    pub fn reason(self, reason: impl Into<String>) -> Self {
        Self(self.0.set::<String>("reason", reason))
    }
}

impl From<types::SequenceId> for Cancel {
    fn from(sequence_id: types::SequenceId) -> Self {
        Self::new(sequence_id)
    }
}

crate::operations::requests! {
/// What [`Operations::discard`] takes.
Discard
}

impl Discard {
    /// With what it needs:
    ///
    /// - `sequence_id`: Which draft
    pub fn new(sequence_id: impl Into<types::SequenceId>) -> Self {
        Self(Parameters::default().set::<types::SequenceId>("sequenceId", sequence_id))
    }
}

impl From<types::SequenceId> for Discard {
    fn from(sequence_id: types::SequenceId) -> Self {
        Self::new(sequence_id)
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `sequence_id`: Which sequence
    pub fn new(sequence_id: impl Into<types::SequenceId>) -> Self {
        Self(Parameters::default().set::<types::SequenceId>("sequenceId", sequence_id))
    }
}

impl From<types::SequenceId> for Info {
    fn from(sequence_id: types::SequenceId) -> Self {
        Self::new(sequence_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Sequence
}

impl List {
    /// Sets `candidateId`: Only the sequences of this candidate.
    pub fn candidate_id(self, candidate_id: impl Into<types::CandidateId>) -> Self {
        Self(self.0.set::<types::CandidateId>("candidateId", candidate_id))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::start`] takes.
Start
}

impl Start {
    /// With what it needs:
    ///
    /// - `sequence_id`: Which draft
    pub fn new(sequence_id: impl Into<types::SequenceId>) -> Self {
        Self(Parameters::default().set::<types::SequenceId>("sequenceId", sequence_id))
    }
}

impl From<types::SequenceId> for Start {
    fn from(sequence_id: types::SequenceId) -> Self {
        Self::new(sequence_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update_stage`] takes.
UpdateStage
}

impl UpdateStage {
    /// With what it needs:
    ///
    /// - `sequence_id`: Which draft
    /// - `stage_id`: Which e-mail, from the stages of sequence.info
    pub fn new(
        sequence_id: impl Into<types::SequenceId>,
        stage_id: impl Into<types::SequenceStageId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::SequenceId>("sequenceId", sequence_id)
                .set::<types::SequenceStageId>("stageId", stage_id),
        )
    }

    /// Sets `subject`: New subject, plain text.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        Self(self.0.set::<String>("subject", subject))
    }

    /// Sets `body`: New text.
    pub fn body(self, body: types::SequenceStageBody) -> Self {
        Self(self.0.set::<types::SequenceStageBody>("body", body))
    }
}
