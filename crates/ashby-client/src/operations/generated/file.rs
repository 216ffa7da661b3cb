//! Files of candidates and offers: uploading them and finding where to download them. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::operations::{Parameters, read, write};
use crate::types;
use crate::{Client, Error, Output};

/// What [`Client::file`] leads to.
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
    /// Prepares the upload of a file.
    ///
    /// Reserves a place for one upload; nothing is attached until the handle is used.
    ///
    /// Post the file as multipart/form-data to the url within 10 minutes: first all fields, last the
    /// file as the part "file". Then hand the handle to candidate.uploadResume, candidate.uploadFile or
    /// applicationForm.submit.
    ///
    /// The key needs the permission `candidatesWrite`. See
    /// [file.createFileUploadHandle](https://developers.ashbyhq.com/reference/filecreatefileuploadhandle)
    /// in Ashby's reference.
    pub async fn create_file_upload_handle(
        self,
        request: impl Into<CreateFileUploadHandle>,
    ) -> Result<Output<types::FileUpload>, Error> {
        write(self.client, "file.createFileUploadHandle", request.into().0).await
    }

    /// Answers a link to download a file.
    ///
    /// The link is signed and does not last: download at once, and treat it as a secret. Files of
    /// Ashby's demo data may be refused.
    ///
    /// The key needs the permission `candidatesRead`. See
    /// [file.info](https://developers.ashbyhq.com/reference/fileinfo) in Ashby's reference.
    pub async fn info(self, request: impl Into<Info>) -> Result<Output<types::FileLink>, Error> {
        read(self.client, "file.info", request.into().0).await
    }
}

crate::operations::requests! {
/// What [`Operations::create_file_upload_handle`] takes.
CreateFileUploadHandle
}

impl CreateFileUploadHandle {
    /// With what it needs:
    ///
    /// - `file_upload_context`: What the file is for
    /// - `filename`: Its name with the extension
    /// - `content_type`: Its media type, such as application/pdf
    /// - `content_length`: Its size in bytes
    pub fn new(
        file_upload_context: types::FileUploadContext,
        filename: impl Into<String>,
        content_type: impl Into<String>,
        content_length: impl Into<i64>,
    ) -> Self {
        Self(
            Parameters::default()
                .set::<types::FileUploadContext>("fileUploadContext", file_upload_context)
                .set::<String>("filename", filename)
                .set::<String>("contentType", content_type)
                .set::<i64>("contentLength", content_length),
        )
    }
}

crate::operations::requests! {
/// What [`Operations::info`] takes.
Info
}

impl Info {
    /// With what it needs:
    ///
    /// - `file_handle`: The handle of the file, from a candidate, an application or an offer
    pub fn new(file_handle: impl Into<crate::FileHandle>) -> Self {
        Self(Parameters::default().set::<crate::FileHandle>("fileHandle", file_handle))
    }
}

impl From<crate::FileHandle> for Info {
    fn from(file_handle: crate::FileHandle) -> Self {
        Self::new(file_handle)
    }
}
