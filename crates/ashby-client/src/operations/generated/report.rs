//! Reports: the rows of a report that was built in Ashby. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::report`] leads to.
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
    /// Starts a report, or asks for the result of a started one.
    ///
    /// An organization may start 15 reports a minute and run 3 at once (report.synchronous counts too);
    /// asking with requestId is free of that. A failed report answers successfully, with status failed.
    /// Report ids are only in Ashby's pages.
    ///
    /// Ashby may still change this operation.
    ///
    /// The key needs the permission `reportsRead`. See
    /// [report.generate](https://developers.ashbyhq.com/reference/reportgenerate) in Ashby's reference.
    pub async fn generate(self, request: impl Into<Generate>) -> Result<Output<types::Report>, Error> {
        read(self.client, "report.generate", request.into().0).await
    }

    /// Runs a report and waits for its rows.
    ///
    /// Waits 30 seconds at most, then answers in\_progress: use report.generate for slow reports. An
    /// organization may start 15 reports a minute and run 3 at once. A failed report answers
    /// successfully, with status failed.
    ///
    /// Ashby may still change this operation.
    ///
    /// The key needs the permission `reportsRead`. See
    /// [report.synchronous](https://developers.ashbyhq.com/reference/reportsynchronous) in Ashby's
    /// reference.
    pub async fn synchronous(self, request: impl Into<Synchronous>) -> Result<Output<types::Report>, Error> {
        read(self.client, "report.synchronous", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::generate`] takes.
Generate
}

impl Generate {
    /// With what it needs:
    ///
    /// - `report_id`: Which report
    pub fn new(report_id: impl Into<types::ReportId>) -> Self {
        Self(Parameters::default().set::<types::ReportId>("reportId", report_id))
    }

    /// Sets `includeHeadersInData`: Put the column names into the first row of the data; defaults to
    /// true.
    pub fn include_headers_in_data(self, include_headers_in_data: bool) -> Self {
        Self(self.0.set::<bool>("includeHeadersInData", include_headers_in_data))
    }

    /// Sets `requestId`: Ask for the result of this run, from the first answer, about once a second;
    /// without it a new run starts.
    pub fn request_id(self, request_id: impl Into<String>) -> Self {
        Self(self.0.set::<String>("requestId", request_id))
    }
}

impl From<types::ReportId> for Generate {
    fn from(report_id: types::ReportId) -> Self {
        Self::new(report_id)
    }
}

crate::operations::requests! {
/// What [`Operations::synchronous`] takes.
Synchronous
}

impl Synchronous {
    /// With what it needs:
    ///
    /// - `report_id`: Which report
    pub fn new(report_id: impl Into<types::ReportId>) -> Self {
        Self(Parameters::default().set::<types::ReportId>("reportId", report_id))
    }

    /// Sets `includeHeadersInData`: Put the column names into the first row of the data; defaults to
    /// true.
    pub fn include_headers_in_data(self, include_headers_in_data: bool) -> Self {
        Self(self.0.set::<bool>("includeHeadersInData", include_headers_in_data))
    }

    /// Sets `resultStyle`: In which style the result comes; Ashby's words for it are not published.
    pub fn result_style(self, result_style: impl Into<String>) -> Self {
        Self(self.0.set::<String>("resultStyle", result_style))
    }
}

impl From<types::ReportId> for Synchronous {
    fn from(report_id: types::ReportId) -> Self {
        Self::new(report_id)
    }
}
