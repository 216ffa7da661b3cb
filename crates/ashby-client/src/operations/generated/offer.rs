//! Offers: their versions, approvals, decisions and letters. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::offer`] leads to.
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
    /// Approves an offer version, or one step of its approval, by force.
    ///
    /// Approves in place of the people who were asked: the whole approval, or the one step that is
    /// named; nothing takes it back.
    ///
    /// A step can be approved only while it is the current one, and only for a user who is one of its
    /// approvers.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.approve](https://developers.ashbyhq.com/reference/offerapprove) in Ashby's reference.
    pub async fn approve(self, request: impl Into<Approve>) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.approve", request.into().0).await
    }

    /// Creates an offer from a filled-in offer form.
    ///
    /// Creates an offer for the candidate of the offer process.
    ///
    /// Needs offerProcess.start and offer.start first; refused with opening\_in\_use or
    /// opening\_state\_invalid if the chosen opening belongs to another offer or is closed or filled.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.create](https://developers.ashbyhq.com/reference/offercreate) in Ashby's reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.create", request.into().0).await
    }

    /// Gets an offer with all its versions.
    ///
    /// The key needs the permission `offersRead`. See
    /// [offer.info](https://developers.ashbyhq.com/reference/offerinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Offer>, Error> {
        read(self.client, "offer.info", request.into().0).await
    }

    /// Lists offers, each with its latest version.
    ///
    /// Older versions of an offer are only in offer.info.
    ///
    /// The key needs the permission `offersRead`. See
    /// [offer.list](https://developers.ashbyhq.com/reference/offerlist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "offer.list"))
    }

    /// Sets when an offer was accepted or declined.
    ///
    /// Replaces the time at which the candidate accepted or declined.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.setDecidedAt](https://developers.ashbyhq.com/reference/offersetdecidedat) in Ashby's
    /// reference.
    pub async fn set_decided_at(
        self,
        request: impl Into<SetDecidedAt>,
    ) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.setDecidedAt", request.into().0).await
    }

    /// Sets whether an offer is accepted, declined, cancelled or open.
    ///
    /// Records an answer to the offer, without the candidate; Ashby derives the status from it, and may
    /// tell other systems of a hire.
    ///
    /// The offer status cannot be set by itself; Ashby may refuse some of the values.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.setStatus](https://developers.ashbyhq.com/reference/offersetstatus) in Ashby's reference.
    pub async fn set_status(self, request: impl Into<SetStatus>) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.setStatus", request.into().0).await
    }

    /// Starts a version of an offer and gets its empty form.
    ///
    /// Starts an offer version that is filled in with offer.create.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.start](https://developers.ashbyhq.com/reference/offerstart) in Ashby's reference.
    pub async fn start(self, request: impl Into<Start>) -> Result<Output<types::OfferStart>, Error> {
        write(self.client, "offer.start", request.into().0).await
    }

    /// Sends an offer version to its approvers.
    ///
    /// Asks the configured approvers to approve the offer.
    ///
    /// Only for an offer that waits for its approval to start (WaitingOnApprovalStart).
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.startApprovalProcess](https://developers.ashbyhq.com/reference/offerstartapprovalprocess)
    /// in Ashby's reference.
    pub async fn start_approval_process(
        self,
        request: impl Into<StartApprovalProcess>,
    ) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.startApprovalProcess", request.into().0).await
    }

    /// Changes an offer by adding a new version.
    ///
    /// Adds a version to the offer and asks again for every approval that it needs.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `offersWrite`. See
    /// [offer.update](https://developers.ashbyhq.com/reference/offerupdate) in Ashby's reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Offer>, Error> {
        write(self.client, "offer.update", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::approve`] takes.
Approve
}

impl Approve {
    /// With what it needs:
    ///
    /// - `offer_version_id`: Which version to approve; the entityId of approval.list
    pub fn new(offer_version_id: impl Into<types::OfferVersionId>) -> Self {
        Self(Parameters::default().set::<types::OfferVersionId>("offerVersionId", offer_version_id))
    }

    /// Sets `approvalStepId`: Only this step, from approval.list; without it the whole approval.
    pub fn approval_step_id(self, approval_step_id: impl Into<types::ApprovalStepId>) -> Self {
        Self(self.0.set::<types::ApprovalStepId>("approvalStepId", approval_step_id))
    }

    /// Sets `userId`: The approver in whose name the step is approved.
    pub fn user_id(self, user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("userId", user_id))
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

impl From<types::OfferVersionId> for Approve {
    fn from(offer_version_id: types::OfferVersionId) -> Self {
        Self::new(offer_version_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `offer_process_id`: The process that offerProcess.start began
    /// - `offer_form_id`: The form to fill in; the id that offer.start answered
    /// - `offer_form`: The filled-in form; currency values are {currencyCode, value}, dates ISO 8601,
    ///   numbers whole
    pub fn new(
        offer_process_id: impl Into<types::OfferProcessId>,
        offer_form_id: impl Into<types::OfferFormId>,
        offer_form: types::FormSubmission,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::OfferProcessId>("offerProcessId", offer_process_id)
                .set::<types::OfferFormId>("offerFormId", offer_form_id)
                .set::<types::FormSubmission>("offerForm", offer_form),
        )
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `offer_id`: Which offer
    pub fn new(offer_id: impl Into<types::OfferId>) -> Self {
        Self(Parameters::default().set::<types::OfferId>("offerId", offer_id))
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

impl From<types::OfferId> for Info {
    fn from(offer_id: types::OfferId) -> Self {
        Self::new(offer_id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Offer
}

impl List {
    /// Sets `createdAfter`: Only offers created after this time, in milliseconds since 1970-01-01 UTC.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `offerStatus`: Only offers with one of these statuses.
    pub fn offer_status(self, offer_status: impl IntoIterator<Item = impl Into<types::OfferStatus>>) -> Self {
        Self(self.0.set_list::<types::OfferStatus>("offerStatus", offer_status))
    }

    /// Sets `acceptanceStatus`: Only offers with one of these answers.
    pub fn acceptance_status(
        self,
        acceptance_status: impl IntoIterator<Item = impl Into<types::AcceptanceStatus>>,
    ) -> Self {
        Self(self.0.set_list::<types::AcceptanceStatus>("acceptanceStatus", acceptance_status))
    }

    /// Sets `applicationId`: Only the offers of this application.
    pub fn application_id(self, application_id: impl Into<types::ApplicationId>) -> Self {
        Self(self.0.set::<types::ApplicationId>("applicationId", application_id))
    }

    /// Sets `approvalStatus`: Only offers whose latest version has one of these approval statuses.
    pub fn approval_status(
        self,
        approval_status: impl IntoIterator<Item = impl Into<types::ApprovalStatus>>,
    ) -> Self {
        Self(self.0.set_list::<types::ApprovalStatus>("approvalStatus", approval_status))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::requests! {
/// What [`Operations::set_decided_at`] takes.
SetDecidedAt
}

impl SetDecidedAt {
    /// With what it needs:
    ///
    /// - `offer_id`: Which offer
    /// - `decided_at`: When the candidate decided, in UTC (ending in Z)
    pub fn new(offer_id: impl Into<types::OfferId>, decided_at: impl Into<types::Instant>) -> Self {
        Self(
            Parameters::default()
                .set::<types::OfferId>("offerId", offer_id)
                .set::<types::Instant>("decidedAt", decided_at),
        )
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

crate::operations::requests! {
/// What [`Operations::set_status`] takes.
SetStatus
}

impl SetStatus {
    /// With what it needs:
    ///
    /// - `offer_id`: Which offer
    /// - `acceptance_status`: The answer to record
    pub fn new(offer_id: impl Into<types::OfferId>, acceptance_status: types::AcceptanceStatus) -> Self {
        Self(
            Parameters::default()
                .set::<types::OfferId>("offerId", offer_id)
                .set::<types::AcceptanceStatus>("acceptanceStatus", acceptance_status),
        )
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

crate::operations::requests! {
/// What [`Operations::start`] takes.
Start
}

impl Start {
    /// With what it needs:
    ///
    /// - `offer_process_id`: The process that offerProcess.start began
    pub fn new(offer_process_id: impl Into<types::OfferProcessId>) -> Self {
        Self(Parameters::default().set::<types::OfferProcessId>("offerProcessId", offer_process_id))
    }
}

impl From<types::OfferProcessId> for Start {
    fn from(offer_process_id: types::OfferProcessId) -> Self {
        Self::new(offer_process_id)
    }
}

crate::operations::requests! {
/// What [`Operations::start_approval_process`] takes.
StartApprovalProcess
}

impl StartApprovalProcess {
    /// With what it needs:
    ///
    /// - `offer_version_id`: Which version; the id of the offer's latest version
    pub fn new(offer_version_id: impl Into<types::OfferVersionId>) -> Self {
        Self(Parameters::default().set::<types::OfferVersionId>("offerVersionId", offer_version_id))
    }

    /// Sets `note`: A note to the approvers.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self(self.0.set::<String>("note", note))
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}

impl From<types::OfferVersionId> for StartApprovalProcess {
    fn from(offer_version_id: types::OfferVersionId) -> Self {
        Self::new(offer_version_id)
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `offer_id`: Which offer
    /// - `offer_form`: The filled-in form; currency values are {currencyCode, value}, dates ISO 8601,
    ///   numbers whole
    pub fn new(offer_id: impl Into<types::OfferId>, offer_form: types::FormSubmission) -> Self {
        Self(
            Parameters::default()
                .set::<types::OfferId>("offerId", offer_id)
                .set::<types::FormSubmission>("offerForm", offer_form),
        )
    }

    /// Sets `excludeFormDefinition`: Leave the form definition, which can be large, out of the answer;
    /// defaults to false.
    pub fn exclude_form_definition(self, exclude_form_definition: bool) -> Self {
        Self(self.0.set::<bool>("excludeFormDefinition", exclude_form_definition))
    }
}
