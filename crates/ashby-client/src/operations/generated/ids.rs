//! Ids of records. Written by `cargo xtask codegen` from catalog/*.toml.

crate::operations::ids! {
/// The id of an application history entry.
ApplicationHistoryEntryId,
/// The id of an application.
ApplicationId,
/// The id of an approval.
ApprovalId,
/// The id of an approval step.
ApprovalStepId,
/// The id of an archive reason.
ArchiveReasonId,
/// The id of an assessment.
AssessmentId,
/// The id of a brand.
BrandId,
/// The id of a candidate.
CandidateId,
/// The id of a candidate note.
CandidateNoteId,
/// The id of a candidate tag.
CandidateTagId,
/// The id of a close reason.
CloseReasonId,
/// The id of a communication template.
CommunicationTemplateId,
/// The id of a custom field.
CustomFieldId,
/// The id of a department.
DepartmentId,
/// The id of an email message.
EmailMessageId,
/// The id of a feedback form definition.
FeedbackFormDefinitionId,
/// The id of a fraud check.
FraudCheckId,
/// The id of a hiring team role.
HiringTeamRoleId,
/// The id of an interview event.
InterviewEventId,
/// The id of an interview.
InterviewId,
/// The id of an interview plan.
InterviewPlanId,
/// The id of an interview schedule.
InterviewScheduleId,
/// The id of an interview stage group.
InterviewStageGroupId,
/// The id of an interview stage.
InterviewStageId,
/// The id of an interviewer pause.
InterviewerPauseId,
/// The id of an interviewer pool.
InterviewerPoolId,
/// The id of a job board.
JobBoardId,
/// The id of a job.
JobId,
/// The id of a job posting.
JobPostingId,
/// The id of a job template.
JobTemplateId,
/// The id of a location.
LocationId,
/// The id of a notetaker transcript.
NotetakerTranscriptId,
/// The id of an offer form.
OfferFormId,
/// The id of an offer.
OfferId,
/// The id of an offer process.
OfferProcessId,
/// The id of an offer version.
OfferVersionId,
/// The id of an opening.
OpeningId,
/// The id of an opening version.
OpeningVersionId,
/// The id of a project.
ProjectId,
/// The id of a referral form.
ReferralFormId,
/// The id of a report.
ReportId,
/// The id of a sequence.
SequenceId,
/// The id of a sequence stage.
SequenceStageId,
/// The id of a sequence template.
SequenceTemplateId,
/// The id of a source.
SourceId,
/// The id of a source tracking link.
SourceTrackingLinkId,
/// The id of a submitted form instance.
SubmittedFormInstanceId,
/// The id of a survey form definition.
SurveyFormDefinitionId,
/// The id of a survey request.
SurveyRequestId,
/// The id of a survey submission.
SurveySubmissionId,
/// The id of a take home assignment.
TakeHomeAssignmentId,
/// The id of a training stage.
TrainingStageId,
/// The id of a user.
UserId,
/// The id of a webhook.
WebhookId,
}
