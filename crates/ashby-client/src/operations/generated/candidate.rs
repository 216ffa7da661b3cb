//! Candidates: people, their notes, tags, projects, files and messages. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::Value;

use crate::operations::{Listing, Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output, SyncToken};

/// What [`Client::candidate`] leads to.
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
    /// Adds an e-mail that was sent elsewhere to a candidate.
    ///
    /// Shows the message on the candidate; nothing is sent.
    ///
    /// Private messages need a key with access to non-offer private fields.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.addEmailMessage](https://developers.ashbyhq.com/reference/candidateaddemailmessage)
    /// in Ashby's reference.
    pub async fn add_email_message(
        self,
        request: impl Into<AddEmailMessage>,
    ) -> Result<Output<types::EmailMessage>, Error> {
        write(self.client, "candidate.addEmailMessage", request.into().0).await
    }

    /// Adds a candidate to a project.
    ///
    /// Adds the candidate to the project.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.addProject](https://developers.ashbyhq.com/reference/candidateaddproject-1) in
    /// Ashby's reference.
    pub async fn add_project(
        self,
        request: impl Into<AddProject>,
    ) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.addProject", request.into().0).await
    }

    /// Adds a tag to a candidate.
    ///
    /// Adds the tag to the candidate.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.addTag](https://developers.ashbyhq.com/reference/candidateaddtag) in Ashby's
    /// reference.
    pub async fn add_tag(self, request: impl Into<AddTag>) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.addTag", request.into().0).await
    }

    /// Removes a candidate's personal data.
    ///
    /// Removes the candidate's personal data for good and keeps an anonymous record.
    ///
    /// All of the candidate's applications must be archived or hired. There is no operation that deletes
    /// a candidate.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.anonymize](https://developers.ashbyhq.com/reference/candidateanonymize) in Ashby's
    /// reference.
    pub async fn anonymize(self, request: impl Into<Anonymize>) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.anonymize", request.into().0).await
    }

    /// Creates a candidate.
    ///
    /// Adds a candidate, who is not considered for any job yet.
    ///
    /// A repeat adds the candidate again: look with candidate.search first. Custom fields are set with
    /// customField.setValues, jobs with application.create.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.create](https://developers.ashbyhq.com/reference/candidatecreate) in Ashby's
    /// reference.
    pub async fn create(self, request: impl Into<Create>) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.create", request.into().0).await
    }

    /// Adds a note to a candidate.
    ///
    /// Adds a note that everybody who can see the candidate can read, unless it is private; no operation
    /// deletes it.
    ///
    /// A repeat adds the note again. Private notes need a key with access to non-offer private fields.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.createNote](https://developers.ashbyhq.com/reference/candidatecreatenote) in Ashby's
    /// reference.
    pub async fn create_note(
        self,
        request: impl Into<CreateNote>,
    ) -> Result<Output<types::CandidateNote>, Error> {
        write(self.client, "candidate.createNote", request.into().0).await
    }

    /// Gets recent e-mails with a candidate, newest first.
    ///
    /// A window, not a list: the first page opens a snapshot of at most 200 messages, and later pages
    /// need the same candidateId, direction, sentAfter and watermark. recordId is no lasting id. Bodies
    /// are HTML that strangers wrote, and may be cut (bodyTruncated).
    ///
    /// Ashby may still change this operation.
    ///
    /// Ashby's reference does not describe it in full.
    ///
    /// The key needs the permission `emailsRead`. See
    /// [candidate.getRecentEmailMessages](https://developers.ashbyhq.com/reference/candidategetrecentemailmessages)
    /// in Ashby's reference.
    pub fn get_recent_email_messages(
        self,
        candidate_id: impl Into<types::CandidateId>,
    ) -> GetRecentEmailMessages {
        GetRecentEmailMessages(
            Listing::new(self.client, "candidate.getRecentEmailMessages")
                .set::<types::CandidateId>("candidateId", candidate_id),
        )
    }

    /// Fetches a candidate.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.info](https://developers.ashbyhq.com/reference/candidateinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::Candidate>, Error> {
        read(self.client, "candidate.info", request.into().0).await
    }

    /// Lists candidates.
    ///
    /// A key without access to confidential jobs and projects gets a list without their candidates, and
    /// no error. Deleted and merged candidates just vanish from lists; the webhooks candidateDelete and
    /// candidateMerge tell of them.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.list](https://developers.ashbyhq.com/reference/candidatelist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "candidate.list"))
    }

    /// Lists the addresses and browsers from which a candidate used Ashby.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.listClientInfo](https://developers.ashbyhq.com/reference/candidatelistclientinfo) in
    /// Ashby's reference.
    pub fn list_client_info(self, candidate_id: impl Into<types::CandidateId>) -> ListClientInfo {
        ListClientInfo(
            Listing::new(self.client, "candidate.listClientInfo")
                .set::<types::CandidateId>("candidateId", candidate_id),
        )
    }

    /// Lists fraud checks of a candidate and the signals they found.
    ///
    /// It needs the feature Fraud Detection. Only ids are stable: category, name, description and value
    /// of signals may change.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.listFraudChecks](https://developers.ashbyhq.com/reference/candidatelistfraudchecks)
    /// in Ashby's reference.
    pub fn list_fraud_checks(self, candidate_id: impl Into<types::CandidateId>) -> ListFraudChecks {
        ListFraudChecks(
            Listing::new(self.client, "candidate.listFraudChecks")
                .set::<types::CandidateId>("candidateId", candidate_id),
        )
    }

    /// Lists the notes on a candidate.
    ///
    /// Private notes are missing if the key has no access to non-offer private fields.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.listNotes](https://developers.ashbyhq.com/reference/candidatelistnotes) in Ashby's
    /// reference.
    pub fn list_notes(self, candidate_id: impl Into<types::CandidateId>) -> ListNotes {
        ListNotes(
            Listing::new(self.client, "candidate.listNotes")
                .set::<types::CandidateId>("candidateId", candidate_id),
        )
    }

    /// Lists the projects a candidate is in.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.listProjects](https://developers.ashbyhq.com/reference/candidatelistprojects) in
    /// Ashby's reference.
    pub fn list_projects(self, candidate_id: impl Into<types::CandidateId>) -> ListProjects {
        ListProjects(
            Listing::new(self.client, "candidate.listProjects")
                .set::<types::CandidateId>("candidateId", candidate_id),
        )
    }

    /// Sends a candidate's data to an HRIS such as Workday or BambooHR.
    ///
    /// Sends the candidate's data to the HRIS, once more if it was sent before.
    ///
    /// Do not just repeat it: a failure, even generic\_internal\_error, may come after the HRIS took the
    /// data, and a repeat then makes a duplicate there. The candidate needs a name, and for many
    /// systems an accepted offer.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// Ashby may still change this operation.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.pushToHris](https://developers.ashbyhq.com/reference/candidatepushtohris) in Ashby's
    /// reference.
    pub async fn push_to_hris(self, request: impl Into<PushToHris>) -> Result<Output<Value>, Error> {
        write(self.client, "candidate.pushToHris", request.into().0).await
    }

    /// Removes a candidate from a project.
    ///
    /// Takes the candidate out of the project; both stay.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.removeProject](https://developers.ashbyhq.com/reference/candidateremoveproject-1) in
    /// Ashby's reference.
    pub async fn remove_project(
        self,
        request: impl Into<RemoveProject>,
    ) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.removeProject", request.into().0).await
    }

    /// Removes a tag from a candidate.
    ///
    /// Takes the tag off the candidate; the tag itself stays.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.removeTag](https://developers.ashbyhq.com/reference/candidateremovetag) in Ashby's
    /// reference.
    pub async fn remove_tag(self, request: impl Into<RemoveTag>) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.removeTag", request.into().0).await
    }

    /// Finds candidates by e-mail address or name.
    ///
    /// It answers 100 candidates at most and has no pages: candidate.list has all.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [candidate.search](https://developers.ashbyhq.com/reference/candidatesearch) in Ashby's
    /// reference.
    pub async fn search(self, request: impl Into<Search>) -> Result<Output<Vec<types::Candidate>>, Error> {
        read(self.client, "candidate.search", request.into().0).await
    }

    /// Records what a review of a candidate's fraud signals concluded.
    ///
    /// Marks the candidate for everybody; it can be set again but not back to unreviewed.
    ///
    /// It needs the feature Fraud Detection.
    ///
    /// What it does cannot be taken back.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.setFraudStatus](https://developers.ashbyhq.com/reference/candidatesetfraudstatus) in
    /// Ashby's reference.
    pub async fn set_fraud_status(
        self,
        request: impl Into<SetFraudStatus>,
    ) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.setFraudStatus", request.into().0).await
    }

    /// Changes a candidate's contact data, source, credit or location.
    ///
    /// Changes the candidate and, unless told not to, notifies the users who follow them.
    ///
    /// socialLinks replaces all links there are, and makes linkedInUrl, githubUrl and websiteUrl of the
    /// same request void. Custom fields are set with customField.setValues.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.update](https://developers.ashbyhq.com/reference/candidateupdate) in Ashby's
    /// reference.
    pub async fn update(self, request: impl Into<Update>) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.update", request.into().0).await
    }

    /// Attaches an uploaded file to a candidate.
    ///
    /// Adds the file to the candidate; no operation removes it.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.uploadFile](https://developers.ashbyhq.com/reference/candidateuploadfile) in Ashby's
    /// reference.
    pub async fn upload_file(
        self,
        request: impl Into<UploadFile>,
    ) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.uploadFile", request.into().0).await
    }

    /// Attaches an uploaded resume to a candidate and reads it.
    ///
    /// Adds the resume to the candidate and fills in what it says and Ashby did not know; nothing known
    /// is overwritten.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [candidate.uploadResume](https://developers.ashbyhq.com/reference/candidateuploadresume) in
    /// Ashby's reference.
    pub async fn upload_resume(
        self,
        request: impl Into<UploadResume>,
    ) -> Result<Output<types::Candidate>, Error> {
        write(self.client, "candidate.uploadResume", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::add_email_message`] takes.
AddEmailMessage
}

impl AddEmailMessage {
    /// With what it needs:
    ///
    /// - `candidate_id`: Whose profile it goes to
    /// - `email_provider_email_id`: Your id of the message; one key can use it only once
    /// - `subject`: Its subject
    /// - `from`: The sender's address
    /// - `to`: The recipient's address
    /// - `body`: Its text as HTML
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        email_provider_email_id: impl Into<String>,
        subject: impl Into<String>,
        from: impl Into<String>,
        to: impl Into<String>,
        body: impl Into<String>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<String>("emailProviderEmailId", email_provider_email_id)
                .set::<String>("subject", subject)
                .set::<String>("from", from)
                .set::<String>("to", to)
                .set::<String>("body", body),
        )
    }

    /// Sets `userId`: The user who wrote or got it; defaults to the key's user.
    pub fn user_id(self, user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("userId", user_id))
    }

    /// Sets `sentAt`: When it was sent; defaults to now.
    pub fn sent_at(self, sent_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("sentAt", sent_at))
    }

    /// Sets `cc`: Who got a copy.
    pub fn cc(self, cc: impl Into<String>) -> Self {
        Self(self.0.set::<String>("cc", cc))
    }

    /// Sets `messageUrl`: Where it can be read in your application.
    pub fn message_url(self, message_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("messageUrl", message_url))
    }

    /// Sets `messageIdHeader`: Its Message-ID (RFC 5322).
    pub fn message_id_header(self, message_id_header: impl Into<String>) -> Self {
        Self(self.0.set::<String>("messageIdHeader", message_id_header))
    }

    /// Sets `threadId`: Your id of the conversation; defaults to emailProviderEmailId.
    pub fn thread_id(self, thread_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("threadId", thread_id))
    }

    /// Sets `isPrivate`: Whether only those with access to private fields see it; defaults to false.
    pub fn is_private(self, is_private: bool) -> Self {
        Self(self.0.set::<bool>("isPrivate", is_private))
    }
}

crate::operations::requests! {
/// What [`Operations::add_project`] takes.
AddProject
}

impl AddProject {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who is added
    /// - `project_id`: Which project
    pub fn new(candidate_id: impl Into<types::CandidateId>, project_id: impl Into<types::ProjectId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::ProjectId>("projectId", project_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::add_tag`] takes.
AddTag
}

impl AddTag {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who gets the tag
    /// - `tag_id`: Which tag
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        tag_id: impl Into<types::CandidateTagId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::CandidateTagId>("tagId", tag_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::anonymize`] takes.
Anonymize
}

impl Anonymize {
    /// With what it needs:
    ///
    /// - `candidate_id`: Whose data is removed
    pub fn new(candidate_id: impl Into<types::CandidateId>) -> Self {
        Self(Parameters::default().set::<types::CandidateId>("candidateId", candidate_id))
    }
}

impl From<types::CandidateId> for Anonymize {
    fn from(candidate_id: types::CandidateId) -> Self {
        Self::new(candidate_id)
    }
}

crate::operations::requests! {
/// What [`Operations::create`] takes.
Create
}

impl Create {
    /// With what it needs:
    ///
    /// - `name`: First and last name
    pub fn new(name: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("name", name))
    }

    /// Sets `email`: Personal e-mail address, which becomes the primary one.
    pub fn email(self, email: impl Into<String>) -> Self {
        Self(self.0.set::<String>("email", email))
    }

    /// Sets `phoneNumber`: Personal phone number, which becomes the primary one.
    pub fn phone_number(self, phone_number: impl Into<String>) -> Self {
        Self(self.0.set::<String>("phoneNumber", phone_number))
    }

    /// Sets `linkedInUrl`: LinkedIn profile.
    pub fn linked_in_url(self, linked_in_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("linkedInUrl", linked_in_url))
    }

    /// Sets `githubUrl`: GitHub profile.
    pub fn github_url(self, github_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("githubUrl", github_url))
    }

    /// Sets `website`: Website.
    pub fn website(self, website: impl Into<String>) -> Self {
        Self(self.0.set::<String>("website", website))
    }

    /// Sets `alternateEmailAddresses`: Further e-mail addresses.
    pub fn alternate_email_addresses(
        self,
        alternate_email_addresses: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(self.0.set_list::<String>("alternateEmailAddresses", alternate_email_addresses))
    }

    /// Sets `sourceId`: Where the candidate came from.
    pub fn source_id(self, source_id: impl Into<types::SourceId>) -> Self {
        Self(self.0.set::<types::SourceId>("sourceId", source_id))
    }

    /// Sets `creditedToUserId`: Who is credited with the candidate.
    pub fn credited_to_user_id(self, credited_to_user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("creditedToUserId", credited_to_user_id))
    }

    /// Sets `location`: Where the candidate lives.
    pub fn location(self, location: types::CandidateLocationInput) -> Self {
        Self(self.0.set::<types::CandidateLocationInput>("location", location))
    }

    /// Sets `createdAt`: When the candidate shall count as created; defaults to now.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }
}

impl From<String> for Create {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

crate::operations::requests! {
/// What [`Operations::create_note`] takes.
CreateNote
}

impl CreateNote {
    /// With what it needs:
    ///
    /// - `candidate_id`: Whose note it is
    /// - `note`: Plain text, or HTML as {type: text/html, value}
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        note: impl Into<types::TextOrNoteContent>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::TextOrNoteContent>("note", note),
        )
    }

    /// Sets `sendNotifications`: Whether to notify the users who follow the candidate; defaults to
    /// false.
    pub fn send_notifications(self, send_notifications: bool) -> Self {
        Self(self.0.set::<bool>("sendNotifications", send_notifications))
    }

    /// Sets `isPrivate`: Whether only those with access to private fields see it; defaults to false.
    pub fn is_private(self, is_private: bool) -> Self {
        Self(self.0.set::<bool>("isPrivate", is_private))
    }

    /// Sets `createdAt`: When the note shall count as written; defaults to now.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }
}

crate::operations::listings! {
/// A list that [`Operations::get_recent_email_messages`] asks for.
GetRecentEmailMessages of types::RecentEmailMessage
}

impl GetRecentEmailMessages {
    /// Sets `direction`: Only those that were sent, or those that were received.
    pub fn direction(self, direction: impl Into<String>) -> Self {
        Self(self.0.set::<String>("direction", direction))
    }

    /// Sets `sentAfter`: Only those sent after this instant.
    pub fn sent_after(self, sent_after: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("sentAfter", sent_after))
    }

    /// Sets `watermark`: From the webhook candidateRecentEmailMessagesUpdated, good for an hour: what is
    /// read is at least as new as what it told of.
    pub fn watermark(self, watermark: impl Into<String>) -> Self {
        Self(self.0.set::<String>("watermark", watermark))
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `id`: Which candidate
    pub fn by_id(id: impl Into<types::CandidateId>) -> Self {
        Self(Parameters::default().set::<types::CandidateId>("id", id))
    }

    /// With what it needs:
    ///
    /// - `external_mapping_id`: Which candidate, by the id in another system that Ashby is connected to,
    ///   such as an HRIS
    pub fn by_external_mapping_id(external_mapping_id: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("externalMappingId", external_mapping_id))
    }
}

impl From<types::CandidateId> for Info {
    fn from(id: types::CandidateId) -> Self {
        Self::by_id(id)
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::Candidate
}

impl List {
    /// Sets `createdAfter`: Only those added to Ashby after this instant, whatever their createdAt says.
    pub fn created_after(self, created_after: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdAfter", created_after.as_millisecond()))
    }

    /// Sets `createdBefore`: Only those added to Ashby until this instant; like createdAfter it may not
    /// lie in the future (invalid\_input), which a clock that runs ahead can cause.
    pub fn created_before(self, created_before: jiff::Timestamp) -> Self {
        Self(self.0.set::<i64>("createdBefore", created_before.as_millisecond()))
    }

    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list_client_info`] asks for.
ListClientInfo of types::ClientInfo
}

impl ListClientInfo {
    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list_fraud_checks`] asks for.
ListFraudChecks of types::FraudCheck
}

crate::operations::listings! {
/// A list that [`Operations::list_notes`] asks for.
ListNotes of types::CandidateNote
}

impl ListNotes {
    /// Lists only what changed since the listing that ended with this token.
    pub fn sync_token(self, token: impl Into<SyncToken>) -> Self {
        Self(self.0.sync_token(token.into()))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list_projects`] asks for.
ListProjects of types::Project
}

crate::operations::requests! {
/// What [`Operations::push_to_hris`] takes.
PushToHris
}

impl PushToHris {
    /// With what it needs:
    ///
    /// - `application_id`: The application whose candidate is sent
    /// - `external_system`: The HRIS, in Ashby's spelling; HiBob is bob
    pub fn new(application_id: impl Into<types::ApplicationId>, external_system: impl Into<String>) -> Self {
        Self(
            Parameters::default()
                .set::<types::ApplicationId>("applicationId", application_id)
                .set::<String>("externalSystem", external_system),
        )
    }

    /// Sets `integrationPartnerId`: The integration partner; required for self-serve integrations.
    pub fn integration_partner_id(self, integration_partner_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("integrationPartnerId", integration_partner_id))
    }
}

crate::operations::requests! {
/// What [`Operations::remove_project`] takes.
RemoveProject
}

impl RemoveProject {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who is removed
    /// - `project_id`: Which project
    pub fn new(candidate_id: impl Into<types::CandidateId>, project_id: impl Into<types::ProjectId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::ProjectId>("projectId", project_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::remove_tag`] takes.
RemoveTag
}

impl RemoveTag {
    /// With what it needs:
    ///
    /// - `candidate_id`: Who loses the tag
    /// - `tag_id`: Which tag
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        tag_id: impl Into<types::CandidateTagId>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::CandidateTagId>("tagId", tag_id),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::search`] takes.
Search
}

impl Search {
    /// With what it needs:
    ///
    /// - `email`: Their e-mail address; together with name, both must match
    pub fn by_email(email: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("email", email))
    }

    /// With what it needs:
    ///
    /// - `name`: Their name
    pub fn by_name(name: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("name", name))
    }

    /// Sets `email`: Their e-mail address; together with name, both must match.
    pub fn email(self, email: impl Into<String>) -> Self {
        Self(self.0.set::<String>("email", email))
    }

    /// Sets `name`: Their name.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("name", name))
    }
}

crate::operations::requests! {
/// What [`Operations::set_fraud_status`] takes.
SetFraudStatus
}

impl SetFraudStatus {
    /// With what it needs:
    ///
    /// - `candidate_id`: Which candidate
    /// - `fraud_status`: The conclusion; Unsure keeps the candidate under observation
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        fraud_status: types::SettableFraudStatus,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<types::SettableFraudStatus>("fraudStatus", fraud_status),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::update`] takes.
Update
}

impl Update {
    /// With what it needs:
    ///
    /// - `candidate_id`: Which candidate
    pub fn new(candidate_id: impl Into<types::CandidateId>) -> Self {
        Self(Parameters::default().set::<types::CandidateId>("candidateId", candidate_id))
    }

    /// Sets `name`: First and last name.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.set::<String>("name", name))
    }

    /// Sets `email`: Personal e-mail address, which becomes the primary one.
    pub fn email(self, email: impl Into<String>) -> Self {
        Self(self.0.set::<String>("email", email))
    }

    /// Sets `phoneNumber`: Personal phone number, which becomes the primary one.
    pub fn phone_number(self, phone_number: impl Into<String>) -> Self {
        Self(self.0.set::<String>("phoneNumber", phone_number))
    }

    /// Sets `linkedInUrl`: LinkedIn profile.
    pub fn linked_in_url(self, linked_in_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("linkedInUrl", linked_in_url))
    }

    /// Sets `githubUrl`: GitHub profile.
    pub fn github_url(self, github_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("githubUrl", github_url))
    }

    /// Sets `websiteUrl`: Website.
    pub fn website_url(self, website_url: impl Into<String>) -> Self {
        Self(self.0.set::<String>("websiteUrl", website_url))
    }

    /// Sets `alternateEmail`: A further e-mail address, added to those there are.
    pub fn alternate_email(self, alternate_email: impl Into<String>) -> Self {
        Self(self.0.set::<String>("alternateEmail", alternate_email))
    }

    /// Sets `socialLinks`: All social links the candidate shall have.
    pub fn social_links(
        self,
        social_links: impl IntoIterator<Item = impl Into<types::SocialLinkInput>>,
    ) -> Self {
        Self(self.0.set_list::<types::SocialLinkInput>("socialLinks", social_links))
    }

    /// Sets `sourceId`: Where the candidate came from.
    pub fn source_id(self, source_id: impl Into<types::SourceId>) -> Self {
        Self(self.0.set::<types::SourceId>("sourceId", source_id))
    }

    /// Sets `creditedToUserId`: Who is credited with the candidate.
    pub fn credited_to_user_id(self, credited_to_user_id: impl Into<types::UserId>) -> Self {
        Self(self.0.set::<types::UserId>("creditedToUserId", credited_to_user_id))
    }

    /// Sets `location`: Where the candidate lives.
    pub fn location(self, location: types::CandidateLocationInput) -> Self {
        Self(self.0.set::<types::CandidateLocationInput>("location", location))
    }

    /// Sets `createdAt`: When the candidate shall count as created.
    pub fn created_at(self, created_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("createdAt", created_at))
    }

    /// Sets `sendNotifications`: Whether to notify the users who follow the candidate; defaults to true.
    pub fn send_notifications(self, send_notifications: bool) -> Self {
        Self(self.0.set::<bool>("sendNotifications", send_notifications))
    }
}

impl From<types::CandidateId> for Update {
    fn from(candidate_id: types::CandidateId) -> Self {
        Self::new(candidate_id)
    }
}

crate::operations::requests! {
/// What [`Operations::upload_file`] takes.
UploadFile
}

impl UploadFile {
    /// With what it needs:
    ///
    /// - `candidate_id`: Whose file it is
    /// - `file_handle`: The handle of file.createFileUploadHandle, for CandidateFiles, once the file is
    ///   uploaded
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        file_handle: impl Into<crate::FileHandle>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<crate::FileHandle>("fileHandle", file_handle),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::upload_resume`] takes.
UploadResume
}

impl UploadResume {
    /// With what it needs:
    ///
    /// - `candidate_id`: Whose resume it is
    /// - `resume_handle`: The handle of file.createFileUploadHandle, for CandidateResume, once the file
    ///   is uploaded
    pub fn new(
        candidate_id: impl Into<types::CandidateId>,
        resume_handle: impl Into<crate::FileHandle>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CandidateId>("candidateId", candidate_id)
                .set::<crate::FileHandle>("resumeHandle", resume_handle),
        )
    }
}
