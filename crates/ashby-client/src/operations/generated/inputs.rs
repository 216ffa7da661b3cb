//! Objects that operations take. Written by `cargo xtask codegen` from catalog/*.toml.

use serde_json::{Map, Number, Value};

use crate::operations::Parameters;
use crate::types;

/// An address to set.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct AddressInput(Parameters);

impl From<AddressInput> for Value {
    fn from(input: AddressInput) -> Self {
        input.0.into()
    }
}

impl AddressInput {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `postalAddress`: Parts of the address.
    pub fn postal_address(self, postal_address: types::PostalAddressInput) -> Self {
        Self(self.0.set::<types::PostalAddressInput>("postalAddress", postal_address))
    }
}

/// A stage that an application entered.
#[derive(Debug, Clone)]
#[must_use]
pub struct ApplicationHistoryInput(Parameters);

impl From<ApplicationHistoryInput> for Value {
    fn from(input: ApplicationHistoryInput) -> Self {
        input.0.into()
    }
}

impl ApplicationHistoryInput {
    /// With what it needs:
    ///
    /// - `stage_id`: A stage of the application's interview plan
    /// - `stage_number`: Its place in the history; 0 is the first, the highest is the current one
    /// - `entered_stage_at`: When the application entered it
    pub fn new(
        stage_id: impl Into<types::InterviewStageId>,
        stage_number: impl Into<i64>,
        entered_stage_at: impl Into<types::Instant>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::InterviewStageId>("stageId", stage_id)
                .set::<i64>("stageNumber", stage_number)
                .set::<types::Instant>("enteredStageAt", entered_stage_at),
        )
    }

    /// Sets `archiveReasonId`: Why it was archived; required for stages of the type Archived.
    pub fn archive_reason_id(self, archive_reason_id: impl Into<types::ArchiveReasonId>) -> Self {
        Self(self.0.set::<types::ArchiveReasonId>("archiveReasonId", archive_reason_id))
    }

    /// Sets `applicationHistoryId`: The entry it updates; only for application.updateHistory.
    pub fn application_history_id(
        self,
        application_history_id: impl Into<types::ApplicationHistoryEntryId>,
    ) -> Self {
        Self(self.0.set::<types::ApplicationHistoryEntryId>("applicationHistoryId", application_history_id))
    }
}

/// A step of an approval.
#[derive(Debug, Clone)]
#[must_use]
pub struct ApprovalStepInput(Parameters);

impl From<ApprovalStepInput> for Value {
    fn from(input: ApprovalStepInput) -> Self {
        input.0.into()
    }
}

impl ApprovalStepInput {
    /// With what it needs:
    ///
    /// - `approvals_required`: How many must approve: from 1 to the number of approvers
    /// - `approvers`: Who may approve, in any order
    pub fn new(
        approvals_required: impl Into<i64>,
        approvers: impl IntoIterator<Item = impl Into<types::ApproverInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<i64>("approvalsRequired", approvals_required)
                .set_list::<types::ApproverInput>("approvers", approvers),
        )
    }
}

/// Somebody who may approve a step.
#[derive(Debug, Clone)]
#[must_use]
pub struct ApproverInput(Parameters);

impl From<ApproverInput> for Value {
    fn from(input: ApproverInput) -> Self {
        input.0.into()
    }
}

impl ApproverInput {
    /// With what it needs:
    ///
    /// - `user_id`: Who it is
    /// - `type`: What kind of approver it is
    pub fn new(user_id: impl Into<types::UserId>, r#type: types::ApproverType) -> Self {
        Self(
            Parameters::default()
                .set::<types::UserId>("userId", user_id)
                .set::<types::ApproverType>("type", r#type),
        )
    }
}

/// An e-mail that tells a candidate that their application was archived.
#[derive(Debug, Clone)]
#[must_use]
pub struct ArchiveEmail(Parameters);

impl From<ArchiveEmail> for Value {
    fn from(input: ArchiveEmail) -> Self {
        input.0.into()
    }
}

impl ArchiveEmail {
    /// With what it needs:
    ///
    /// - `communication_template_id`: The text, a template that is meant for e-mail
    pub fn new(communication_template_id: impl Into<types::CommunicationTemplateId>) -> Self {
        Self(
            Parameters::default()
                .set::<types::CommunicationTemplateId>("communicationTemplateId", communication_template_id),
        )
    }

    /// Sets `sendAt`: When to send it; at once if that has passed; defaults to 9:32 next morning in the
    /// organisation's time zone.
    pub fn send_at(self, send_at: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("sendAt", send_at))
    }
}

impl From<types::CommunicationTemplateId> for ArchiveEmail {
    fn from(communication_template_id: types::CommunicationTemplateId) -> Self {
        Self::new(communication_template_id)
    }
}

/// A labelled value of an assessment.
#[derive(Debug, Clone)]
#[must_use]
pub struct AssessmentValue(Parameters);

impl From<AssessmentValue> for Value {
    fn from(input: AssessmentValue) -> Self {
        input.0.into()
    }
}

impl AssessmentValue {
    /// With what it needs:
    ///
    /// - `identifier`: Its name, which stays the same for this partner
    /// - `label`: What Ashby shows beside it
    /// - `type`: What kind of value it is
    /// - `value`: The value, as its type wants it
    pub fn new(
        identifier: impl Into<String>,
        label: impl Into<String>,
        r#type: types::AssessmentValueType,
        value: impl Into<types::TextOrNumberOrBoolean>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<String>("identifier", identifier)
                .set::<String>("label", label)
                .set::<types::AssessmentValueType>("type", r#type)
                .set::<types::TextOrNumberOrBoolean>("value", value),
        )
    }

    /// Sets `description`: What it means.
    pub fn description(self, description: impl Into<String>) -> Self {
        Self(self.0.set::<String>("description", description))
    }
}

/// Where a candidate lives, as far as it is known.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CandidateLocationInput(Parameters);

impl From<CandidateLocationInput> for Value {
    fn from(input: CandidateLocationInput) -> Self {
        input.0.into()
    }
}

impl CandidateLocationInput {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `city`: City.
    pub fn city(self, city: impl Into<String>) -> Self {
        Self(self.0.set::<String>("city", city))
    }

    /// Sets `region`: State, province or the like.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self(self.0.set::<String>("region", region))
    }

    /// Sets `country`: Country.
    pub fn country(self, country: impl Into<String>) -> Self {
        Self(self.0.set::<String>("country", country))
    }
}

/// The range of one kind of pay within a tier.
#[derive(Debug, Clone)]
#[must_use]
pub struct CompensationComponentInput(Parameters);

impl From<CompensationComponentInput> for Value {
    fn from(input: CompensationComponentInput) -> Self {
        input.0.into()
    }
}

impl CompensationComponentInput {
    /// With what it needs:
    ///
    /// - `compensation_type`: Kind of pay
    /// - `interval`: How often it is paid
    /// - `min_value`: Lower end of the range; null leaves it open
    /// - `max_value`: Upper end of the range; null leaves it open
    pub fn new(
        compensation_type: types::CompensationType,
        interval: types::PayInterval,
        min_value: Option<Number>,
        max_value: Option<Number>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::CompensationType>("compensationType", compensation_type)
                .set::<types::PayInterval>("interval", interval)
                .set::<Option<Number>>("minValue", min_value)
                .set::<Option<Number>>("maxValue", max_value),
        )
    }

    /// Sets `currencyCode`: ISO 4217 code of the currency; not for EquityPercentage.
    pub fn currency_code(self, currency_code: impl Into<String>) -> Self {
        Self(self.0.set::<String>("currencyCode", currency_code))
    }

    /// Sets `label`: Label that applicants see.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self(self.0.set::<String>("label", label))
    }
}

/// A range of pay that can be offered, made of components.
#[derive(Debug, Clone)]
#[must_use]
pub struct CompensationTierInput(Parameters);

impl From<CompensationTierInput> for Value {
    fn from(input: CompensationTierInput) -> Self {
        input.0.into()
    }
}

impl CompensationTierInput {
    /// With what it needs:
    ///
    /// - `components`: Kinds of pay that make up the tier
    pub fn new(components: impl IntoIterator<Item = impl Into<types::CompensationComponentInput>>) -> Self {
        Self(Parameters::default().set_list::<types::CompensationComponentInput>("components", components))
    }

    /// Sets `title`: Label that applicants see; needed if there are several tiers.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self(self.0.set::<String>("title", title))
    }

    /// Sets `additionalInformation`: Anything more to say about the pay.
    pub fn additional_information(self, additional_information: impl Into<String>) -> Self {
        Self(self.0.set::<String>("additionalInformation", additional_information))
    }
}

impl From<Vec<types::CompensationComponentInput>> for CompensationTierInput {
    fn from(components: Vec<types::CompensationComponentInput>) -> Self {
        Self::new(components)
    }
}

/// A completed assessment.
#[derive(Debug, Clone)]
#[must_use]
pub struct CompletedAssessment(Parameters);

impl From<CompletedAssessment> for Value {
    fn from(input: CompletedAssessment) -> Self {
        input.0.into()
    }
}

impl CompletedAssessment {
    /// With what it needs:
    ///
    /// - `assessment_type_id`: The kind of assessment, by the partner's id
    /// - `assessment_id`: The assessment, by the partner's id
    /// - `assessment_name`: What Ashby shows as its name
    /// - `result`: The result
    /// - `metadata`: Anything else about it; may be empty
    pub fn new(
        assessment_type_id: impl Into<String>,
        assessment_id: impl Into<types::AssessmentId>,
        assessment_name: impl Into<String>,
        result: types::AssessmentValue,
        metadata: impl IntoIterator<Item = impl Into<types::AssessmentValue>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<String>("assessmentTypeId", assessment_type_id)
                .set::<types::AssessmentId>("assessmentId", assessment_id)
                .set::<String>("assessmentName", assessment_name)
                .set::<types::AssessmentValue>("result", result)
                .set_list::<types::AssessmentValue>("metadata", metadata),
        )
    }
}

/// A custom field and the value to give it.
#[derive(Debug, Clone)]
#[must_use]
pub struct CustomFieldSetting(Parameters);

impl From<CustomFieldSetting> for Value {
    fn from(input: CustomFieldSetting) -> Self {
        input.0.into()
    }
}

impl CustomFieldSetting {
    /// With what it needs:
    ///
    /// - `field_id`: Custom field to set
    /// - `field_value`: New value in the form of the field's type; null clears it
    pub fn new(field_id: impl Into<types::CustomFieldId>, field_value: impl Into<Value>) -> Self {
        Self(
            Parameters::default()
                .set::<types::CustomFieldId>("fieldId", field_id)
                .set::<Value>("fieldValue", field_value),
        )
    }
}

/// The answer to one field of a form.
#[derive(Debug, Clone)]
#[must_use]
pub struct FieldSubmission(Parameters);

impl From<FieldSubmission> for Value {
    fn from(input: FieldSubmission) -> Self {
        input.0.into()
    }
}

impl FieldSubmission {
    /// With what it needs:
    ///
    /// - `path`: Path of the field, from the form definition
    /// - `value`: Answer in the form of the field's type: text, number, boolean, list or object
    pub fn new(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self(Parameters::default().set::<String>("path", path).set::<Value>("value", value))
    }
}

/// The answers to a form.
#[derive(Debug, Clone)]
#[must_use]
pub struct FormSubmission(Parameters);

impl From<FormSubmission> for Value {
    fn from(input: FormSubmission) -> Self {
        input.0.into()
    }
}

impl FormSubmission {
    /// With what it needs:
    ///
    /// - `field_submissions`: Answers, one for each field that is filled in
    pub fn new(field_submissions: impl IntoIterator<Item = impl Into<types::FieldSubmission>>) -> Self {
        Self(Parameters::default().set_list::<types::FieldSubmission>("fieldSubmissions", field_submissions))
    }
}

impl From<Vec<types::FieldSubmission>> for FormSubmission {
    fn from(field_submissions: Vec<types::FieldSubmission>) -> Self {
        Self::new(field_submissions)
    }
}

/// An event to add to a schedule, or to change if interviewEventId names one.
#[derive(Debug, Clone)]
#[must_use]
pub struct InterviewEventChange(Parameters);

impl From<InterviewEventChange> for Value {
    fn from(input: InterviewEventChange) -> Self {
        input.0.into()
    }
}

impl InterviewEventChange {
    /// With what it needs:
    ///
    /// - `start_time`: Start of the interview
    /// - `end_time`: End of the interview
    /// - `interviewers`: Who interviews
    pub fn new(
        start_time: impl Into<types::Instant>,
        end_time: impl Into<types::Instant>,
        interviewers: impl IntoIterator<Item = impl Into<types::InterviewerInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::Instant>("startTime", start_time)
                .set::<types::Instant>("endTime", end_time)
                .set_list::<types::InterviewerInput>("interviewers", interviewers),
        )
    }

    /// Sets `interviewEventId`: Event to change; without it an event is added.
    pub fn interview_event_id(self, interview_event_id: impl Into<types::InterviewEventId>) -> Self {
        Self(self.0.set::<types::InterviewEventId>("interviewEventId", interview_event_id))
    }

    /// Sets `interviewId`: Which interview it is; defaults to the organization's default interview.
    pub fn interview_id(self, interview_id: impl Into<types::InterviewId>) -> Self {
        Self(self.0.set::<types::InterviewId>("interviewId", interview_id))
    }

    /// Sets `extraData`: Your own texts by key (keys to 100 characters, values to 512, under 1 kB in
    /// all); no personal data.
    pub fn extra_data(self, extra_data: impl Into<Map<String, Value>>) -> Self {
        Self(self.0.set::<Map<String, Value>>("extraData", extra_data))
    }
}

/// An event to schedule.
#[derive(Debug, Clone)]
#[must_use]
pub struct InterviewEventInput(Parameters);

impl From<InterviewEventInput> for Value {
    fn from(input: InterviewEventInput) -> Self {
        input.0.into()
    }
}

impl InterviewEventInput {
    /// With what it needs:
    ///
    /// - `start_time`: Start of the interview
    /// - `end_time`: End of the interview
    /// - `interviewers`: Who interviews
    pub fn new(
        start_time: impl Into<types::Instant>,
        end_time: impl Into<types::Instant>,
        interviewers: impl IntoIterator<Item = impl Into<types::InterviewerInput>>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::Instant>("startTime", start_time)
                .set::<types::Instant>("endTime", end_time)
                .set_list::<types::InterviewerInput>("interviewers", interviewers),
        )
    }

    /// Sets `interviewId`: Which interview it is; defaults to the organization's default interview.
    pub fn interview_id(self, interview_id: impl Into<types::InterviewId>) -> Self {
        Self(self.0.set::<types::InterviewId>("interviewId", interview_id))
    }

    /// Sets `extraData`: Your own texts by key (keys to 100 characters, values to 512, under 1 kB in
    /// all); no personal data.
    pub fn extra_data(self, extra_data: impl Into<Map<String, Value>>) -> Self {
        Self(self.0.set::<Map<String, Value>>("extraData", extra_data))
    }
}

/// An interviewer of an event to schedule.
#[derive(Debug, Clone)]
#[must_use]
pub struct InterviewerInput(Parameters);

impl From<InterviewerInput> for Value {
    fn from(input: InterviewerInput) -> Self {
        input.0.into()
    }
}

impl InterviewerInput {
    /// With what it needs:
    ///
    /// - `email`: Address of the interviewer's Ashby user
    pub fn new(email: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("email", email))
    }

    /// Sets `feedbackRequired`: Whether the interviewer must give feedback.
    pub fn feedback_required(self, feedback_required: bool) -> Self {
        Self(self.0.set::<bool>("feedbackRequired", feedback_required))
    }
}

impl From<String> for InterviewerInput {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

/// A note in a certain format.
#[derive(Debug, Clone)]
#[must_use]
pub struct NoteContent(Parameters);

impl From<NoteContent> for Value {
    fn from(input: NoteContent) -> Self {
        input.0.into()
    }
}

impl NoteContent {
    /// With what it needs:
    ///
    /// - `type`: Its format; of HTML only b, i, u, a, ul, ol, li, code and pre are kept
    /// - `value`: Its text
    pub fn new(r#type: types::NoteContentType, value: impl Into<String>) -> Self {
        Self(
            Parameters::default().set::<types::NoteContentType>("type", r#type).set::<String>("value", value),
        )
    }
}

/// The parts of an address to set.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct PostalAddressInput(Parameters);

impl From<PostalAddressInput> for Value {
    fn from(input: PostalAddressInput) -> Self {
        input.0.into()
    }
}

impl PostalAddressInput {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `addressCountry`: Country, by name or two-letter code.
    pub fn address_country(self, address_country: impl Into<String>) -> Self {
        Self(self.0.set::<String>("addressCountry", address_country))
    }

    /// Sets `addressRegion`: State or province.
    pub fn address_region(self, address_region: impl Into<String>) -> Self {
        Self(self.0.set::<String>("addressRegion", address_region))
    }

    /// Sets `addressLocality`: City or town.
    pub fn address_locality(self, address_locality: impl Into<String>) -> Self {
        Self(self.0.set::<String>("addressLocality", address_locality))
    }

    /// Sets `postalCode`: Postal code.
    pub fn postal_code(self, postal_code: impl Into<String>) -> Self {
        Self(self.0.set::<String>("postalCode", postal_code))
    }

    /// Sets `streetAddress`: Street and number.
    pub fn street_address(self, street_address: impl Into<String>) -> Self {
        Self(self.0.set::<String>("streetAddress", street_address))
    }
}

/// The body of a posting's description.
#[derive(Debug, Clone)]
#[must_use]
pub struct PostingDescription(Parameters);

impl From<PostingDescription> for Value {
    fn from(input: PostingDescription) -> Self {
        input.0.into()
    }
}

impl PostingDescription {
    /// With what it needs:
    ///
    /// - `type`: Format of the content
    /// - `content`: HTML with h1 to h6, b, i, u, a, ul, ol, li, code and pre; other tags are dropped
    pub fn new(r#type: types::PostingDescriptionType, content: impl Into<String>) -> Self {
        Self(
            Parameters::default()
                .set::<types::PostingDescriptionType>("type", r#type)
                .set::<String>("content", content),
        )
    }
}

/// An option of a select field.
#[derive(Debug, Clone)]
#[must_use]
pub struct SelectableValueInput(Parameters);

impl From<SelectableValueInput> for Value {
    fn from(input: SelectableValueInput) -> Self {
        input.0.into()
    }
}

impl SelectableValueInput {
    /// With what it needs:
    ///
    /// - `label`: What people see
    /// - `value`: What is stored, by which options are told apart
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("label", label).set::<String>("value", value))
    }

    /// Sets `isArchived`: Whether it can no longer be chosen; only for updateSelectableValues; defaults
    /// to false.
    pub fn is_archived(self, is_archived: bool) -> Self {
        Self(self.0.set::<bool>("isArchived", is_archived))
    }
}

/// Who sends the e-mails of a sequence.
#[derive(Debug, Clone)]
#[must_use]
pub struct SequenceSender(Parameters);

impl From<SequenceSender> for Value {
    fn from(input: SequenceSender) -> Self {
        input.0.into()
    }
}

impl SequenceSender {
    /// With what it needs:
    ///
    /// - `email`: An address of emailSender.list of type Primary, PersonalAlias or OrganizationAlias
    pub fn new(email: impl Into<String>) -> Self {
        Self(Parameters::default().set::<String>("email", email))
    }
}

impl From<String> for SequenceSender {
    fn from(email: String) -> Self {
        Self::new(email)
    }
}

/// The text of an e-mail.
#[derive(Debug, Clone)]
#[must_use]
pub struct SequenceStageBody(Parameters);

impl From<SequenceStageBody> for Value {
    fn from(input: SequenceStageBody) -> Self {
        input.0.into()
    }
}

impl SequenceStageBody {
    /// With what it needs:
    ///
    /// - `type`: Format of the text
    /// - `value`: The text as HTML
    pub fn new(r#type: types::SequenceStageBodyType, value: impl Into<String>) -> Self {
        Self(
            Parameters::default()
                .set::<types::SequenceStageBodyType>("type", r#type)
                .set::<String>("value", value),
        )
    }
}

/// A candidate's page on a social network, or website.
#[derive(Debug, Clone)]
#[must_use]
pub struct SocialLinkInput(Parameters);

impl From<SocialLinkInput> for Value {
    fn from(input: SocialLinkInput) -> Self {
        input.0.into()
    }
}

impl SocialLinkInput {
    /// With what it needs:
    ///
    /// - `type`: Where it is
    /// - `url`: Its address
    pub fn new(r#type: types::SocialLinkType, url: impl Into<String>) -> Self {
        Self(Parameters::default().set::<types::SocialLinkType>("type", r#type).set::<String>("url", url))
    }
}

/// UTM parameters of the page that was applied from.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct UtmData(Parameters);

impl From<UtmData> for Value {
    fn from(input: UtmData) -> Self {
        input.0.into()
    }
}

impl UtmData {
    /// With nothing set.
    pub fn new() -> Self {
        Self(Parameters::default())
    }

    /// Sets `utm_source`: Which site sent the visitor.
    pub fn utm_source(self, utm_source: impl Into<String>) -> Self {
        Self(self.0.set::<String>("utm_source", utm_source))
    }

    /// Sends null as `utm_source`, which clears it.
    pub fn clear_utm_source(self) -> Self {
        Self(self.0.set::<Value>("utm_source", Value::Null))
    }

    /// Sets `utm_campaign`: Which campaign.
    pub fn utm_campaign(self, utm_campaign: impl Into<String>) -> Self {
        Self(self.0.set::<String>("utm_campaign", utm_campaign))
    }

    /// Sends null as `utm_campaign`, which clears it.
    pub fn clear_utm_campaign(self) -> Self {
        Self(self.0.set::<Value>("utm_campaign", Value::Null))
    }

    /// Sets `utm_medium`: By what kind of link.
    pub fn utm_medium(self, utm_medium: impl Into<String>) -> Self {
        Self(self.0.set::<String>("utm_medium", utm_medium))
    }

    /// Sends null as `utm_medium`, which clears it.
    pub fn clear_utm_medium(self) -> Self {
        Self(self.0.set::<Value>("utm_medium", Value::Null))
    }

    /// Sets `utm_term`: Which search term.
    pub fn utm_term(self, utm_term: impl Into<String>) -> Self {
        Self(self.0.set::<String>("utm_term", utm_term))
    }

    /// Sends null as `utm_term`, which clears it.
    pub fn clear_utm_term(self) -> Self {
        Self(self.0.set::<Value>("utm_term", Value::Null))
    }

    /// Sets `utm_content`: Which of several links.
    pub fn utm_content(self, utm_content: impl Into<String>) -> Self {
        Self(self.0.set::<String>("utm_content", utm_content))
    }

    /// Sends null as `utm_content`, which clears it.
    pub fn clear_utm_content(self) -> Self {
        Self(self.0.set::<Value>("utm_content", Value::Null))
    }
}
