//! Files: what candidates' handles lead to, and uploads.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::dice::{Ids, mix};
use crate::kind::Kind;
use crate::papers;
use crate::view::View;

/// How long something can be uploaded after a handle was made, in milliseconds.
const UPLOAD_LIFETIME_MS: u64 = 10 * 60 * 1_000;
/// The parts of [`Kind::Candidate`] that identify files and uploads; see [`crate::dice::Ids::part`].
const FILE_PART: u32 = 1 << 21;
const UPLOAD_PART: u32 = 1 << 22;

/// A file's bytes and what is said about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredFile {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: Bytes,
}

/// Everything that was uploaded or is about to be.
#[derive(Debug, Default)]
pub(crate) struct Files {
    uploads: Vec<Upload>,
    attached: Vec<StoredFile>,
    /// Uploads of an earlier generation have expired.
    generation: u64,
}

#[derive(Debug)]
struct Upload {
    name: String,
    content_type: String,
    content_bytes: u64,
    context: String,
    issued_ms: u64,
    generation: u64,
    signature: String,
    content: Option<Bytes>,
}

/// Why an upload was refused, as an object store says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UploadRefusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

/// A multipart form: fields in their order, and the file if the last part is one.
#[derive(Debug, Default)]
pub(crate) struct UploadForm {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) file: Option<Bytes>,
    /// Whether something came after the file.
    pub(crate) file_is_last: bool,
}

impl Files {
    /// Makes a place for an upload; returns what `file.createFileUploadHandle` answers.
    pub(crate) fn expect(
        &mut self,
        ids: Ids,
        now_ms: u64,
        base_url: &str,
        parameters: &Map<String, Value>,
    ) -> Value {
        let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = ids.part(Kind::Candidate, self.uploads.len() as u32, UPLOAD_PART);
        let upload = Upload {
            name: text("filename"),
            content_type: text("contentType"),
            content_bytes: parameters.get("contentLength").and_then(Value::as_u64).unwrap_or_default(),
            context: text("fileUploadContext"),
            issued_ms: now_ms,
            generation: self.generation,
            signature: format!("{:016x}", mix(now_ms ^ self.uploads.len() as u64)),
            content: None,
        };
        let fields: Map<String, Value> =
            upload.fields(&id).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        self.uploads.push(upload);
        json!({"handle": format!("sim-upload.{id}"), "url": format!("{base_url}/_sim/upload/{id}"), "fields": fields})
    }

    /// Makes every upload that was expected so far expire.
    pub(crate) fn expire(&mut self) {
        self.generation += 1;
    }

    /// Takes an upload in.
    pub(crate) fn receive(
        &mut self,
        ids: Ids,
        now_ms: u64,
        id: &str,
        form: UploadForm,
    ) -> Result<(), UploadRefusal> {
        let refuse = |status: u16, code: &'static str, message: &'static str| {
            Err(UploadRefusal { status, code, message })
        };
        let generation = self.generation;
        let upload = self.number(ids, id).and_then(|number| self.uploads.get_mut(number));
        let Some(upload) = upload else {
            return refuse(404, "NoSuchKey", "Nothing is expected here");
        };
        if upload.generation < generation || now_ms.saturating_sub(upload.issued_ms) > UPLOAD_LIFETIME_MS {
            return refuse(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
        }
        let expected = upload.fields(id);
        let complete = expected.iter().all(|(name, value)| {
            form.fields.iter().any(|(given, given_value)| given == name && given_value == value)
        });
        let (Some(file), true) = (form.file, form.file_is_last) else {
            return refuse(400, "InvalidArgument", "The last part of the form must be the file.");
        };
        if !complete || form.fields.len() != expected.len() {
            return refuse(
                403,
                "AccessDenied",
                "Invalid according to Policy: a field is missing or differs.",
            );
        }
        match (file.len() as u64).cmp(&upload.content_bytes) {
            std::cmp::Ordering::Greater => {
                return refuse(413, "EntityTooLarge", "The upload exceeds the size that was announced.");
            }
            std::cmp::Ordering::Less => {
                return refuse(400, "EntityTooSmall", "The upload is smaller than was announced.");
            }
            std::cmp::Ordering::Equal => {}
        }
        upload.content = Some(file);
        Ok(())
    }

    fn number(&self, ids: Ids, id: &str) -> Option<usize> {
        let (kind, number, part) = ids.read_part(id)?;
        (kind == Kind::Candidate && part == Some(UPLOAD_PART)).then_some(number as usize)
    }

    /// Attaches what was uploaded for a handle; returns it as candidates show their files.
    ///
    /// None when the handle is not one, was made for another purpose, or nothing was uploaded.
    pub(crate) fn attach(&mut self, ids: Ids, handle: &str, contexts: &[&str]) -> Option<Value> {
        let number = self.number(ids, handle.strip_prefix("sim-upload.")?)?;
        let upload = self.uploads.get(number).filter(|upload| contexts.contains(&upload.context.as_str()))?;
        let file = StoredFile {
            name: upload.name.clone(),
            content_type: upload.content_type.clone(),
            content: upload.content.clone()?,
        };
        let id = ids.part(Kind::Candidate, self.attached.len() as u32, FILE_PART);
        let shown =
            json!({"id": id, "name": file.name, "handle": format!("sim-file.{id}.{}", self.attached.len())});
        self.attached.push(file);
        Some(shown)
    }
}

impl Upload {
    fn fields(&self, id: &str) -> [(&'static str, String); 4] {
        [
            ("key", format!("uploads/{id}")),
            ("Content-Type", self.content_type.clone()),
            ("policy", format!("max-{}-bytes", self.content_bytes)),
            ("x-amz-signature", self.signature.clone()),
        ]
    }
}

impl View<'_> {
    /// The identifier of the file that a handle leads to.
    pub(crate) fn file_of_handle(self, handle: &str) -> Option<&str> {
        let id = handle.strip_prefix("sim-file.")?.split('.').next()?;
        self.file_exists(id).then_some(id)
    }

    fn file_exists(self, id: &str) -> bool {
        match self.world.ids.read_part(id) {
            Some((Kind::Candidate, number, Some(FILE_PART))) => {
                (number as usize) < self.state.files.attached.len()
            }
            Some((_, _, part)) => part.is_some(),
            None => false,
        }
    }

    /// The file with an identifier: an uploaded one, or one that follows from the identifier.
    pub(crate) fn file(self, id: &str) -> Option<StoredFile> {
        let (kind, index, part) = self.world.ids.read_part(id).filter(|_| self.file_exists(id))?;
        if part == Some(FILE_PART) && kind == Kind::Candidate {
            return self.state.files.attached.get(index as usize).cloned();
        }
        if kind == Kind::InterviewSchedule {
            let transcript = json!({"id": id, "segments": [{"speaker": "Interviewer", "startMs": 0, "text": "Thank you for coming."}]});
            return Some(StoredFile {
                name: "transcript.json".to_owned(),
                content_type: "application/json".to_owned(),
                content: transcript.to_string().into(),
            });
        }
        let record = if self.alive(kind, index) { self.record(kind, index) } else { Map::new() };
        let name = record
            .get("fileHandles")
            .and_then(Value::as_array)
            .and_then(|files| files.iter().find(|file| file["id"] == id))
            .and_then(|file| file["name"].as_str())
            .unwrap_or("document.pdf");
        let lines = if name.contains("-resume.") { life(&record, id) } else { vec![id.to_owned()] };
        let (content_type, content) = match name.ends_with(".docx") {
            true => (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                papers::docx(&lines),
            ),
            false => ("application/pdf", papers::pdf(&lines)),
        };
        Some(StoredFile {
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            content: content.into(),
        })
    }
}

/// What the résumé of a candidate says.
fn life(record: &Map<String, Value>, id: &str) -> Vec<String> {
    let text = |path: &str| {
        let found = Value::Object(record.clone()).pointer(path).and_then(Value::as_str).map(str::to_owned);
        found.unwrap_or_default()
    };
    let (name, position, company) = (text("/name"), text("/position"), text("/company"));
    let mut lines = vec![
        name,
        text("/primaryEmailAddress/value"),
        text("/primaryPhoneNumber/value"),
        text("/location/locationSummary"),
        String::new(),
        "Experience".to_owned(),
        format!("{position} at {company} (2019 - today)"),
    ];
    for year in 1..=12 {
        lines.push(format!(
            "In year {year}: led the work on what customers asked for (and said \"thank you\" for)."
        ));
    }
    lines.extend([String::new(), "Education".to_owned(), text("/school"), String::new()]);
    let tags = record.get("tags").and_then(Value::as_array).into_iter().flatten();
    let tags: Vec<&str> = tags.filter_map(|tag| tag["title"].as_str()).collect();
    lines.extend([format!("Skills: {}", tags.join(", ")), format!("Reference: {id}")]);
    lines
}
