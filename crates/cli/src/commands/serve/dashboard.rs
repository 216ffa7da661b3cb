//! `/dashboard`: the analyst's page, live.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agents::{Document, Pages, html_response};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use report::{Confidential, Options, Page};
use tokio::sync::Semaphore;
use url::form_urlencoded;

const PATH: &str = "/dashboard";

/// Pages that are made at once: each keeps a core busy for a moment.
const AT_ONCE: usize = 2;

/// Jobs and departments that a view can name.
const NAMES_MAX: usize = 200;

#[derive(Clone)]
struct Board {
    model: Arc<Path>,
    places: Arc<Semaphore>,
    /// Whether what agents may see is less than all: then the page, which shows names of jobs and interviewers, is not served.
    is_under_policy: bool,
}

/// The page of the model beside this copy.
pub(super) fn pages(copy: &Path, is_under_policy: bool) -> Pages {
    let model: PathBuf = models::path_of(copy);
    let board = Board { model: model.into(), places: Arc::new(Semaphore::new(AT_ONCE)), is_under_policy };
    Pages {
        path: PATH,
        router: Router::new().route(PATH, get(show)).with_state(board),
        sign_in: |action, was_wrong| document(report::sign_in_page(action, was_wrong)),
        notice: |why| document(report::notice_page(why, None)),
    }
}

fn document(page: Page) -> Document {
    Document { html: page.html, policy: page.content_security_policy }
}

async fn show(State(board): State<Board>, RawQuery(query): RawQuery) -> Response {
    let notice = |status, what: &str, hint: Option<&str>| {
        html_response(status, document(report::notice_page(what, hint)))
    };
    if board.is_under_policy {
        let hint = "`ashby serve` without `--privacy` and `--agents-privacy` shows it.";
        return notice(
            StatusCode::FORBIDDEN,
            "This server is under a privacy policy, and the dashboard shows the model as it is.",
            Some(hint),
        );
    }
    let options = match options(query.as_deref().unwrap_or_default()) {
        Ok(options) => options,
        Err(error) => return notice(StatusCode::BAD_REQUEST, &sentence(&error), error.hint()),
    };
    let Ok(_place) = board.places.acquire().await else {
        return notice(StatusCode::SERVICE_UNAVAILABLE, "The server is stopping.", None);
    };
    let made = tokio::task::spawn_blocking(move || report::page(&board.model, &options)).await;
    match made {
        Ok(Ok(page)) => html_response(StatusCode::OK, document(page)),
        Ok(Err(error)) if error.is_usage() => {
            notice(StatusCode::BAD_REQUEST, &sentence(&error), error.hint())
        }
        // The place of a file is the owner's business.
        Ok(Err(report::Error::NoModel(_))) => notice(
            StatusCode::SERVICE_UNAVAILABLE,
            "There is no model yet.",
            Some("`ashby sync` keeps it up, `ashby models build` makes it."),
        ),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the dashboard could not be made");
            notice(StatusCode::SERVICE_UNAVAILABLE, "The model cannot be read just now.", None)
        }
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, "The page could not be made.", None),
    }
}

fn sentence(error: &report::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What a view's address asks for. What is not known there is passed over, as browsers and proxies add this and that.
fn options(query: &str) -> Result<Options, report::Error> {
    let mut options = Options { served_at: Some(PATH.to_owned()), ..Options::default() };
    for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
        let value = value.into_owned();
        match &*name {
            "period" => options.period = value.parse()?,
            "job" if options.jobs.len() < NAMES_MAX => options.jobs.push(value),
            "department" if options.departments.len() < NAMES_MAX => options.departments.push(value),
            "confidential" => options.confidential = Confidential::named(&value).unwrap_or_default(),
            _ => {}
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use report::Period;

    use super::*;

    #[test]
    fn a_view_is_its_address() {
        let asked =
            options("period=all&job=&job=a&job=b%26c&department=&confidential=exclude&utm=x").unwrap();
        assert_eq!((asked.period, asked.confidential), (Period::All, Confidential::Exclude));
        assert_eq!(asked.jobs, ["a", "b&c"]);
        assert!(asked.departments.is_empty());
        assert_eq!(options("").unwrap().period, Period::Months(12));
        let wrong = options("period=%3Cscript%3E").unwrap_err();
        assert_eq!(sentence(&wrong), "\"<script>\" is no period.");
    }
}
