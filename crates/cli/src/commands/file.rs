//! `ashby file` and `ashby resume`: what is attached to candidates, up and down.

mod bulk;
mod text_of;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ashby_calls::{Draft, Plan, Spelling};
use ashby_client::catalog::Operation;
use ashby_client::{Client, ErrorKind, FileContext, FileDownload, FileHandle, Upload, safe_file_name};
use capture_core::private_file::{self, MadeDirectories};
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use bulk::Bulk;

use crate::call::send::{self, DryRun, mistakes};
use crate::commands::Context;
use crate::failure::{FAILED, Failure, INTERRUPTED, USAGE};
use crate::output::{self, counted, explain};
use crate::settings::Settings;
use crate::{signals, text};

/// What `ashby resume` is to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ResumeAction {
    /// Download a candidate's résumé, or those of all candidates
    ///
    /// With --all each candidate has a folder in DIR, named by the id, with the file and a note of it. A further start, after
    /// whatever ended the last one, fetches only what is missing or another file by now; `ashby purge --candidate ID
    /// --downloads DIR` removes a folder. The exit code is 4 if some could not be had.
    Download {
        /// The candidate
        #[arg(value_name = "CANDIDATE_ID", required_unless_present = "all_candidates")]
        candidate: Option<String>,
        /// The résumés of all candidates
        #[arg(id = "all_candidates", long = "all", conflicts_with_all = ["candidate", "out"])]
        all: bool,
        /// With --all: the directory of the folders
        #[arg(long, value_name = "DIR", conflicts_with = "candidate", default_value = DIRECTORY)]
        dir: PathBuf,
        /// The file or directory to write to; - is standard output, which then has the file alone [default: the résumé's own name, in ashby-files/CANDIDATE_ID]
        #[arg(short = 'o', long = "out", value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace a file that is there already
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        size: SizeFlags,
    },
    /// Print the text of a candidate's résumé: PDF, DOCX, RTF, HTML or plain
    ///
    /// The file is read by a process of its own that can open no files and no connections, with limits on memory and time.
    /// The text is kept beside the copy that `ashby sync` keeps, for as long as the candidate there names that file.
    Text {
        /// The candidate
        #[arg(value_name = "CANDIDATE_ID")]
        candidate: String,
    },
    /// Upload a candidate's résumé; Ashby reads it, and fills in what it did not know of the candidate
    Upload {
        /// The candidate
        #[arg(value_name = "CANDIDATE_ID")]
        candidate: String,
        /// The résumé
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        upload: UploadFlags,
    },
}

/// What `ashby file` is to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum FileAction {
    /// Attach files to a candidate
    Upload {
        /// The candidate
        #[arg(value_name = "CANDIDATE_ID")]
        candidate: String,
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        upload: UploadFlags,
    },
    /// Download the file of a handle, or the files of a candidate
    Download(DownloadFlags),
}

/// Where downloads go unless somebody says otherwise: what others have named does not lie among one's own files.
pub(crate) const DIRECTORY: &str = "ashby-files";

/// How to upload.
#[derive(Debug, Clone, Args)]
pub(crate) struct UploadFlags {
    /// Its media type, such as application/pdf [default: as its name tells]
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// Show the requests and send nothing; works without a key
    #[arg(id = "upload_dry_run", long = "dry-run")]
    dry_run: bool,
}

/// What to download.
#[derive(Debug, Clone, Args)]
pub(crate) struct DownloadFlags {
    /// The file's handle, from a candidate, an application or an offer
    #[arg(value_name = "HANDLE", required_unless_present = "candidate", conflicts_with = "candidate")]
    handle: Option<String>,
    /// A candidate whose file it is
    #[arg(long, value_name = "CANDIDATE_ID")]
    candidate: Option<String>,
    /// Which of the candidate's files
    #[arg(long, value_name = "NAME", requires = "candidate")]
    name: Option<String>,
    /// All of the candidate's files, the résumé too
    #[arg(id = "all_files", long = "all", requires = "candidate", conflicts_with = "name")]
    all: bool,
    /// The directory to write to [default: ashby-files/CANDIDATE_ID, or ashby-files for a handle]
    #[arg(short = 'o', long = "out", value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace files that are there already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    size: SizeFlags,
}

/// How large a file may be.
#[derive(Debug, Clone, Args)]
pub(crate) struct SizeFlags {
    /// The largest file that is taken: 500KB, 20MB, 2GB
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = bytes)]
    max_size: u64,
}

/// A size as people write it.
fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().trim_end_matches('B') {
        "" => 1,
        "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        _ => 0,
    };
    let size = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    size.filter(|size| *size > 0).ok_or_else(|| "write a size such as 500KB, 20MB or 2GB".to_owned())
}

/// A file as candidates show it.
#[derive(Clone, Deserialize)]
struct Attached {
    id: Option<String>,
    name: Option<String>,
    handle: FileHandle,
}

/// A file that went up or came down.
#[derive(Serialize)]
struct Moved {
    path: String,
    content_type: Option<String>,
    length_bytes: u64,
}

impl Moved {
    /// Says so as soon as it has happened; programs are told of all files at the end.
    fn tell(&self, settings: &Settings, what: &str) {
        if !settings.json() {
            let content_type = text::line(self.content_type.as_deref().unwrap_or("of unknown type"));
            let size = counted(self.length_bytes, "byte");
            explain(&format!("{}: {content_type}, {size}{what}\n", text::line(&self.path)));
        }
    }
}

/// Tells programs which files went up or came down.
fn tell(settings: &Settings, moved: &[Moved]) -> Result<(), Failure> {
    if settings.json() { output::print_json(&moved) } else { Ok(()) }
}

/// What is looked at of a candidate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    resume_file_handle: Option<Attached>,
    #[serde(default)]
    file_handles: Vec<Attached>,
}

impl ResumeAction {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        match self {
            Self::Download { all: true, dir, force, size, .. } => {
                let bulk = Bulk { settings, directory: dir, max_size_bytes: size.max_size, force };
                return until_signal(bulk.run()).await;
            }
            Self::Download { candidate, out, force, size, .. } => {
                let client = settings.client()?;
                let candidate = candidate.unwrap_or_default();
                let work = async {
                    let resume = candidate_of(&client, &candidate).await?.resume_file_handle;
                    let resume = resume.ok_or_else(|| {
                        Failure::new(FAILED, "this candidate has no résumé").with_hint(format!(
                            "`ashby file download --candidate {} --all` gets what is attached",
                            text::word(&candidate)
                        ))
                    })?;
                    let open = client.open_file(&resume.handle).await?.limit_bytes(size.max_size);
                    match out {
                        Some(path) if path.file_name().is_some_and(is_configuration) => {
                            let message = "a download is not written where settings are read from";
                            Err(Failure::new(USAGE, message).with_hint("name another file with -o"))
                        }
                        Some(path) if path.to_str() == Some("-") => to_stdout(open).await,
                        Some(path) if !path.is_dir() => {
                            tell(settings, &[save(settings, open, &path, force).await?])
                        }
                        directory => {
                            let directory = directory.unwrap_or_else(|| directory_of(&candidate));
                            let _made = make(&directory, "-o")?;
                            let name = name(&open, &resume, &mut HashSet::new());
                            tell(settings, &[save(settings, open, &directory.join(name), force).await?])
                        }
                    }
                };
                return until_signal(async { work.await.map(|()| ExitCode::SUCCESS) }).await;
            }
            Self::Text { candidate } => return until_signal(text_of::run(settings, &candidate)).await,
            Self::Upload { candidate, file, upload } => {
                upload_all(settings, &Attachment::RESUME, &candidate, &[file], &upload).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl FileAction {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let settings = &context.settings;
        match self {
            Self::Upload { candidate, files, upload } => {
                upload_all(settings, &Attachment::FILE, &candidate, &files, &upload).await?;
            }
            Self::Download(flags) => {
                let work = download(settings, flags);
                return until_signal(async { work.await.map(|()| ExitCode::SUCCESS) }).await;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Does something that leaves nothing half done behind when a signal ends it.
async fn until_signal(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let cancel = signals::cancellation_in_person("interrupted: what was not complete is removed\n")?;
    tokio::select! {
        done = Box::pin(work) => done,
        () = cancel.cancelled() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

/// A way to attach an uploaded file.
struct Attachment {
    context: FileContext,
    operation: &'static str,
    /// The parameter that takes the handle.
    parameter: &'static str,
}

impl Attachment {
    const RESUME: Self = Self {
        context: FileContext::CandidateResume,
        operation: "candidate.uploadResume",
        parameter: "resumeHandle",
    };
    const FILE: Self = Self {
        context: FileContext::CandidateFiles,
        operation: "candidate.uploadFile",
        parameter: "fileHandle",
    };

    fn operation(&self) -> Result<&'static Operation, Failure> {
        crate::call::flags::operation(self.operation)
    }

    /// The request that attaches, checked.
    fn plan(&self, candidate: &str, handle: &str) -> Result<Plan, Failure> {
        let mut draft = Draft::new(self.operation()?);
        draft.set_texts("candidateId", &[candidate]);
        draft.set_texts(self.parameter, &[handle]);
        draft.plan().map_err(|problems| mistakes(&problems, Spelling::Members))
    }
}

/// Uploads files and attaches each; each attaching is sent once.
async fn upload_all(
    settings: &Settings,
    attachment: &Attachment,
    candidate: &str,
    paths: &[PathBuf],
    flags: &UploadFlags,
) -> Result<(), Failure> {
    let operation = attachment.operation()?;
    attachment.plan(candidate, "handle")?;
    let mut files = Vec::new();
    for path in paths {
        files.push(open(path, flags.content_type.as_deref()).await?);
    }
    if flags.dry_run {
        let create = crate::call::flags::operation("file.createFileUploadHandle")?;
        if settings.json() {
            let plan = attachment.plan(candidate, "[the handle that the upload answers]")?;
            let requests =
                files.iter().map(|file| upload_request(attachment.context, file)).collect::<Vec<_>>();
            let requests: Vec<_> = requests
                .iter()
                .flat_map(|place| [DryRun::of(settings, create, place, None), DryRun::new(settings, &plan)])
                .collect();
            return output::print_json(&requests);
        }
        for file in &files {
            let place = upload_request(attachment.context, file);
            output::print(&format!("{}\n", DryRun::of(settings, create, &place, None)))?;
            output::print(&format!(
                "POST [the address that this answers]: {} bytes\n\n",
                file.length_bytes()
            ))?;
            let plan = attachment.plan(candidate, "[the handle that this answers]")?;
            output::print(&format!("{}\n", DryRun::new(settings, &plan)))?;
        }
        return Ok(());
    }
    let client = settings.client()?;
    let mut all = Vec::new();
    for (path, file) in paths.iter().zip(files) {
        let moved = Moved {
            path: path.display().to_string(),
            content_type: Some(file.content_type().to_owned()),
            length_bytes: file.length_bytes(),
        };
        let handle = upload(&client, attachment.context, path, file).await?;
        // Whoever names the file wants it attached.
        let plan = attachment.plan(candidate, handle.as_str())?.approve();
        let response =
            ashby_calls::send(&client, &plan).await.map_err(|error| send::failure(operation, error))?;
        response.warnings.iter().for_each(|warning| explain(&format!("warning: {}\n", text::line(warning))));
        moved.tell(settings, ": attached");
        all.push(moved);
    }
    tell(settings, &all)
}

/// A file that is there and can be uploaded.
pub(crate) async fn open(path: &Path, content_type: Option<&str>) -> Result<Upload, Failure> {
    let file = Upload::from_path(path).await.map_err(|error| {
        let failure = of_path(error, path);
        if path.exists() { failure } else { failure.with_code(USAGE) }
    })?;
    Ok(match content_type {
        Some(content_type) => file.with_content_type(content_type),
        None => file,
    })
}

/// Uploads a file; what goes wrong names it.
pub(crate) async fn upload(
    client: &Client,
    context: FileContext,
    path: &Path,
    file: Upload,
) -> Result<FileHandle, Failure> {
    client.upload(context, file).await.map_err(|error| of_path(error, path))
}

fn of_path(error: ashby_client::Error, path: &Path) -> Failure {
    Failure::from(error).about(&path.display().to_string())
}

fn upload_request(context: FileContext, file: &Upload) -> Map<String, Value> {
    Map::from_iter([
        ("fileUploadContext".to_owned(), context.name().into()),
        ("filename".to_owned(), file.name().into()),
        ("contentType".to_owned(), file.content_type().into()),
        ("contentLength".to_owned(), file.length_bytes().into()),
    ])
}

async fn candidate_of(client: &Client, id: &str) -> Result<Candidate, Failure> {
    let operation = crate::call::flags::operation("candidate.info")?;
    let mut draft = Draft::new(operation);
    draft.set_texts("id", &[id]);
    let plan = draft.plan().map_err(|problems| mistakes(&problems, Spelling::Members))?;
    let response = ashby_calls::send(client, &plan).await.map_err(|error| send::failure(operation, error))?;
    json_slices::read(&response.results)
        .map_err(|_| Failure::new(FAILED, "candidate.info: the answer does not describe a candidate"))
}

async fn download(settings: &Settings, flags: DownloadFlags) -> Result<(), Failure> {
    let client = settings.client()?;
    let usual = || flags.candidate.as_deref().map_or_else(|| DIRECTORY.into(), directory_of);
    let directory = flags.out.clone().unwrap_or_else(usual);
    let files = match (flags.handle, &flags.candidate) {
        (Some(handle), _) => vec![Attached { id: None, name: None, handle: handle.into() }],
        (None, Some(candidate)) => {
            let candidate = candidate_of(&client, candidate).await?;
            chosen(candidate, flags.name.as_deref(), flags.all)?
        }
        (None, None) => Vec::new(),
    };
    let _made = make(&directory, "-o")?;
    let (mut taken, mut all) = (HashSet::new(), Vec::new());
    for file in files {
        let open = client.open_file(&file.handle).await?.limit_bytes(flags.size.max_size);
        let name = name(&open, &file, &mut taken);
        all.push(save(settings, open, &directory.join(name), flags.force).await?);
    }
    tell(settings, &all)
}

/// Makes the directory that files are written to, its owner's alone: names of files tell who somebody is. Where nothing
/// is written, it goes again.
fn make(directory: &Path, flag: &str) -> Result<MadeDirectories, Failure> {
    // Only our own place is made whole.
    let is_ours = directory.starts_with(DIRECTORY);
    let has_place = if is_ours { Ok(()) } else { private_file::check_directory_of(directory) };
    has_place.and_then(|()| private_file::make_directories(directory)).map_err(|error| {
        // A place that cannot be is a slip; one that this user may not write to, or a full disk, is none.
        use std::io::ErrorKind::{AlreadyExists, InvalidInput, NotADirectory, NotFound};
        let is_slip = matches!(error.kind(), NotFound | NotADirectory | AlreadyExists | InvalidInput);
        let code = if is_slip { USAGE } else { FAILED };
        let failure = Failure::new(code, format!("cannot make the directory {}", directory.display()));
        let failure = failure.with_source(error);
        if failure.is_of_the_disk() {
            failure
        } else {
            failure.with_hint(format!("name another with {flag}"))
        }
    })
}

/// Where files of a candidate go unless somebody says otherwise: where `ashby purge --candidate` finds them.
fn directory_of(candidate: &str) -> PathBuf {
    Path::new(DIRECTORY).join(candidate)
}

pub(super) fn is_configuration(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case("ashby.toml")
}

/// The files of a candidate that are meant.
fn chosen(candidate: Candidate, name: Option<&str>, all: bool) -> Result<Vec<Attached>, Failure> {
    let mut files = candidate.file_handles;
    let is_among = |files: &[Attached], resume: &Attached| {
        files.iter().any(|file| file.handle == resume.handle || (file.id.is_some() && file.id == resume.id))
    };
    if let Some(resume) = candidate.resume_file_handle.filter(|resume| !is_among(&files, resume)) {
        files.insert(0, resume);
    }
    let names: Vec<String> = files.iter().filter_map(|file| file.name.clone()).collect();
    let (of_name, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| name.is_none_or(|name| file.name.as_deref() == Some(name)));
    match (&of_name[..], name) {
        ([], None) if others.is_empty() => Err(Failure::new(FAILED, "this candidate has no files")),
        ([], _) => Err(Failure::new(FAILED, "this candidate has no file of this name")
            .with_hint(format!("there is {}", text::line(&names.join(", "))))),
        ([_, _, ..], None) if !all => Err(Failure::new(USAGE, "this candidate has several files")
            .with_hint(format!("say --all, or --name with one of {}", text::line(&names.join(", "))))),
        _ => Ok(of_name),
    }
}

/// What a file is called where it is alone.
fn safe_name(open: &FileDownload, file: &Attached) -> String {
    let recorded = || file.name.as_deref().and_then(safe_file_name);
    let name = open.suggested_name.clone().or_else(recorded).unwrap_or_else(|| "file".to_owned());
    // What others have named must not be taken for a file of this program.
    if crate::settings::is_ours(&name) { format!("file {name}") } else { name }
}

/// What a file is to be called: as the storage says, or as the record says; none twice.
fn name(open: &FileDownload, file: &Attached, taken: &mut HashSet<String>) -> String {
    let name = safe_name(open, file);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name.as_str(), String::new()),
    };
    let numbered = (2..).map(|number| format!("{stem} ({number}){extension}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or(name.clone());
    taken.insert(free.clone());
    free
}

async fn save(settings: &Settings, open: FileDownload, path: &Path, force: bool) -> Result<Moved, Failure> {
    let saved = Box::pin(open.save(path, force)).await.map_err(|error| {
        let exists = !force && path.exists();
        let failure = of_download(error, path);
        match exists {
            true => failure.with_code(USAGE).with_hint("--force replaces it, -o writes elsewhere"),
            false => failure,
        }
    })?;
    let path = path.display().to_string();
    let moved = Moved { path, content_type: saved.content_type, length_bytes: saved.length_bytes };
    moved.tell(settings, "");
    Ok(moved)
}

/// What went wrong with a file on its way to a path.
fn of_download(error: ashby_client::Error, path: &Path) -> Failure {
    let is_too_large = error.kind() == ErrorKind::TooLarge;
    let failure = of_path(error, path);
    if is_too_large { failure.with_hint("--max-size takes larger ones") } else { failure }
}

async fn to_stdout(mut open: FileDownload) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        // Whatever is in it, a terminal would obey it.
        return Err(Failure::new(USAGE, "a file is not shown on a terminal")
            .with_hint("-o FILE writes it, or let another program read it"));
    }
    let mut length_bytes = 0;
    let mut stdout = std::io::stdout().lock();
    while let Some(chunk) = open.chunk().await? {
        length_bytes += chunk.len() as u64;
        match stdout.write_all(&chunk) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(cannot_print)?,
        }
    }
    stdout.flush().map_err(cannot_print)?;
    let content_type = open.content_type.as_deref().unwrap_or("of unknown type");
    explain(&format!("{}, {}\n", text::line(content_type), counted(length_bytes, "byte")));
    Ok(())
}

fn cannot_print(error: std::io::Error) -> Failure {
    Failure::new(FAILED, "cannot write to standard output").with_source(error)
}

/// A file of `ashby call applicationForm.submit --attach PATH=FILE`, which answers the question at a path.
pub(crate) struct FormFile {
    path: String,
    file: PathBuf,
}

impl FormFile {
    /// Reads `PATH=FILE`, for an operation that takes such.
    pub(crate) fn parse(operation: &Operation, text: &str) -> Result<Self, Failure> {
        if operation.name != "applicationForm.submit" {
            return Err(Failure::new(USAGE, "--attach is for applicationForm.submit")
                .with_hint("`ashby file upload` and `ashby resume upload` attach files to candidates"));
        }
        match text.split_once('=') {
            Some((path, file)) if !path.is_empty() && !file.is_empty() => {
                Ok(Self { path: path.to_owned(), file: file.into() })
            }
            _ => Err(Failure::new(USAGE, "--attach must be PATH=FILE: the form field's path, and a file")),
        }
    }

    /// Uploads the file, unless `client` is `None`, and makes it the answer to its question.
    pub(crate) async fn attach(&self, client: Option<&Client>, plan: Plan) -> Result<Plan, Failure> {
        let mut draft = plan.into_draft();
        let file = open(&self.file, None).await?;
        let value = match client {
            Some(client) => {
                upload(client, FileContext::ApplicationForm, &self.file, file).await?.as_str().to_owned()
            }
            None => format!("[the handle of {}]", self.file.display()),
        };
        let answers =
            draft.body_mut().get_mut("applicationForm").and_then(|form| form.get_mut("fieldSubmissions"));
        let answers = answers.and_then(Value::as_array_mut);
        let answers = answers.ok_or_else(|| {
            Failure::new(USAGE, "--attach needs a form to attach to")
                .with_hint("give --application-form '{\"fieldSubmissions\": […]}'")
        })?;
        answers.retain(|answer| answer["path"] != self.path.as_str());
        answers.push(serde_json::json!({"path": self.path, "value": value}));
        draft.plan().map_err(|problems| mistakes(&problems, Spelling::Flags))
    }
}

#[cfg(test)]
mod tests {
    use ashby_client::catalog;

    use super::*;

    fn candidate(resume: Option<&str>, files: &[&str]) -> Candidate {
        let attached = |name: &&str| Attached {
            id: Some(format!("id of {name}")),
            name: Some((*name).to_owned()),
            handle: FileHandle::from(format!("handle of {name}")),
        };
        Candidate {
            resume_file_handle: resume.as_ref().map(attached),
            file_handles: files.iter().map(attached).collect(),
        }
    }

    #[test]
    fn the_file_that_is_meant_is_chosen() {
        let names = |resume, files, name, all| {
            let chosen = chosen(candidate(resume, files), name, all).ok()?;
            Some(chosen.into_iter().filter_map(|file| file.name).collect::<Vec<_>>().join(" "))
        };
        let (cv, two) = (Some("cv.pdf"), &["cv.pdf", "letter.pdf"][..]);
        assert_eq!(names(cv, two, None, true).as_deref(), Some("cv.pdf letter.pdf"));
        assert_eq!(names(cv, &["letter.pdf"], None, true).as_deref(), Some("cv.pdf letter.pdf"));
        assert_eq!(names(cv, two, Some("letter.pdf"), false).as_deref(), Some("letter.pdf"));
        assert_eq!(names(cv, &[], None, false).as_deref(), Some("cv.pdf"));
        assert_eq!(names(cv, two, None, false), None, "several");
        assert_eq!(names(cv, two, Some("x"), false), None, "no such");
        assert_eq!(names(None, &[], None, true), None, "none at all");
        assert!(catalog::find(Attachment::FILE.operation).is_some());
    }

    #[test]
    fn only_forms_take_files_as_answers() {
        let form = catalog::find("applicationForm.submit").unwrap();
        assert!(FormFile::parse(form, "_systemfield_resume=cv.pdf").is_ok());
        for wrong in ["", "cv.pdf", "=cv.pdf", "path="] {
            assert!(FormFile::parse(form, wrong).is_err(), "{wrong}");
        }
        assert!(FormFile::parse(catalog::find("candidate.create").unwrap(), "a=b").is_err());
    }
}
