//! Application forms: applying for a job posting as a careers page does. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::application_form`] leads to.
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
    /// Submits an application for a job posting.
    ///
    /// Submits the application as if the candidate had, who may get the posting's confirmation e-mail.
    ///
    /// If formMessages.blocked is true, no application was made, and no survey should follow. The form
    /// comes from jobPosting.info; files go in as handles of file.createFileUploadHandle; the e-mail
    /// testing-fail-validation@example.com tries a refusal.
    ///
    /// People or other systems may be told of it at once.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [applicationForm.submit](https://developers.ashbyhq.com/reference/applicationformsubmit-1) in
    /// Ashby's reference.
    pub async fn submit(
        self,
        request: impl Into<Submit>,
    ) -> Result<Output<types::ApplicationFormOutcome>, Error> {
        write(self.client, "applicationForm.submit", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::submit`] takes.
Submit
}

impl Submit {
    /// With what it needs:
    ///
    /// - `job_posting_id`: What is applied for
    /// - `application_form`: The answers, by the path of each field
    pub fn new(
        job_posting_id: impl Into<types::JobPostingId>,
        application_form: types::FormSubmission,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::JobPostingId>("jobPostingId", job_posting_id)
                .set::<types::FormSubmission>("applicationForm", application_form),
        )
    }

    /// Sets `utmData`: The campaign that led to it.
    pub fn utm_data(self, utm_data: types::UtmData) -> Self {
        Self(self.0.set::<types::UtmData>("utmData", utm_data))
    }

    /// Sets `tagIds`: Tags for the candidate.
    pub fn tag_ids(self, tag_ids: impl IntoIterator<Item = impl Into<types::CandidateTagId>>) -> Self {
        Self(self.0.set_list::<types::CandidateTagId>("tagIds", tag_ids))
    }

    /// Sets `allowSubmissionForUnpublishedJobPosting`: Whether a posting that is no longer published
    /// takes it; defaults to true.
    pub fn allow_submission_for_unpublished_job_posting(
        self,
        allow_submission_for_unpublished_job_posting: bool,
    ) -> Self {
        Self(self.0.set::<bool>(
            "allowSubmissionForUnpublishedJobPosting",
            allow_submission_for_unpublished_job_posting,
        ))
    }
}
