//! `ashby resume text`.

use std::process::ExitCode;

use agents::Resumes;
use document_text::Reader;
use serde::Serialize;

use crate::failure::{CREDENTIALS, FAILED, Failure};
use crate::output::{self, explain};
use crate::settings::Settings;
use crate::{local, text};

/// What is printed as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    candidate: &'a str,
    file: File<'a>,
    pages: Option<u32>,
    unreadable_pages: u32,
    is_cut: bool,
    text: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    id: &'a str,
    name: Option<&'a str>,
    kind: &'static str,
}

pub(super) async fn run(settings: &Settings, candidate: &str) -> Result<ExitCode, Failure> {
    let resumes = Resumes {
        // Other destinations have no texts beside them.
        copy: local::copy(settings).ok(),
        client: if settings.has_key() { Some(settings.client()?) } else { None },
        reader: Reader::of_this_program().ok(),
    };
    let resume = resumes.read(candidate).await.map_err(failure)?;
    let found = &resume.text;
    if settings.json() {
        let file = File { id: &resume.file_id, name: resume.file_name.as_deref(), kind: found.kind.name() };
        output::print_json(&Shown {
            candidate,
            file,
            pages: found.pages,
            unreadable_pages: found.unreadable_pages,
            is_cut: found.is_cut,
            text: &found.text,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    output::print(&format!("{}\n", found.text))?;
    if found.unreadable_pages > 0 {
        explain(&format!("{} could not be read\n", output::counted(found.unreadable_pages.into(), "page")));
    }
    if found.is_cut {
        explain("the file goes on; no more of it is read\n");
    }
    Ok(ExitCode::SUCCESS)
}

fn failure(error: agents::Error) -> Failure {
    let code = match error.code {
        "ashby_key_refused" | "missing_permission" => CREDENTIALS,
        _ => FAILED,
    };
    let failure = Failure::new(code, text::line(&error.message).into_owned());
    match error.hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
