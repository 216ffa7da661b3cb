//! `ashby call`, `ashby get` and `ashby list`.

use std::io::IsTerminal as _;
use std::num::NonZeroU64;
use std::process::ExitCode;

use ashby_calls::{Continuation, Plan, Spelling, Window, list_items};
use ashby_client::catalog::Kind;
use ashby_client::{Client, Cursor};

use super::file::FormFile;
use crate::batch;
use crate::call::flags::{CallFlags, Invocation};
use crate::call::print::Printer;
use crate::call::send::{DryRun, failure, mistakes, wanted};
use crate::failure::{Failure, INTERRUPTED, USAGE};
use crate::output::{self, explain};
use crate::settings::{OutputFormat, Settings};
use crate::{signals, text};

/// Records of a page unless Ashby is asked for fewer.
const FULL_PAGE: u32 = 100;

pub(crate) async fn run(settings: &Settings, invocation: &Invocation) -> Result<ExitCode, Failure> {
    let Invocation { operation, common, .. } = invocation;
    if let Some(instead) = operation.deprecated {
        explain(&format!("{} is deprecated: use {instead}\n", operation.name));
    }
    // What can be found wrong without a request is found first.
    if let Some(rows) = &common.batch.each {
        if matches!(settings.output(), Some(OutputFormat::Csv | OutputFormat::Table)) {
            let message = "--each prints a line of JSON for each row: --output csv and table are not for it";
            return Err(Failure::new(USAGE, message).with_hint("leave --output out, or take ndjson"));
        }
        return {
            let how = (common.dry_run, common.yes);
            Box::pin(batch::run(settings, &common.batch, rows, &invocation.draft()?, how)).await
        };
    }
    let (mut plan, limit) = (invocation.plan()?, invocation.limit()?);
    for doubt in plan.doubts() {
        explain(&format!("warning: {}: {doubt}; it is sent as it is\n", operation.name));
    }
    let attached: Vec<FormFile> =
        common.attach.iter().map(|text| FormFile::parse(operation, text)).collect::<Result<_, _>>()?;
    if common.dry_run {
        for file in &attached {
            plan = file.attach(None, plan).await?;
        }
        if plan.is_paged() {
            let window = window(&plan, common, limit);
            plan = paged(plan, &window, settings.page_size())?;
        }
        let request = DryRun::new(settings, &plan);
        match settings.json() {
            true => output::print_json(&request)?,
            false => output::print(&request.to_string())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let printer = Printer::new(settings, operation, common)?;
    let client = settings.client()?;
    plan = wanted(plan, common.yes)?;
    for file in &attached {
        plan = file.attach(Some(&client), plan).await?.approve();
    }
    let window = window(&plan, common, limit);
    if plan.is_paged() {
        let paged = paged(plan, &window, settings.page_size())?;
        list(&client, &paged, window, common, printer).await?;
    } else {
        once(&client, &plan, window, printer).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Which records are wanted of what may be a list.
fn window(plan: &Plan, common: &CallFlags, limit: Option<NonZeroU64>) -> Window {
    let given = plan.parameters().get("cursor").filter(|_| plan.is_paged()).and_then(|value| value.as_str());
    let cursor = common.cursor.as_deref().or(given).map(Cursor::from);
    Window::new(cursor, limit.map(NonZeroU64::get))
}

/// The same request for the pages of a window.
fn paged(plan: Plan, window: &Window, page_size: Option<u32>) -> Result<Plan, Failure> {
    let mut draft = plan.into_draft();
    let body = draft.body_mut();
    match window.page() {
        Some(cursor) => body.insert("cursor".to_owned(), cursor.as_str().into()),
        None => body.remove("cursor"),
    };
    // What is not wanted need not be sent.
    let few = window.wanted().filter(|wanted| *wanted < u64::from(page_size.unwrap_or(FULL_PAGE)));
    if let Some(limit) = few.or(page_size.map(u64::from)) {
        body.entry("limit").or_insert(limit.into());
    }
    draft.plan().map_err(|problems| mistakes(&problems, Spelling::Flags))
}

async fn once(client: &Client, plan: &Plan, mut window: Window, mut printer: Printer) -> Result<(), Failure> {
    let operation = plan.operation();
    let response = match operation.kind {
        Kind::Read => ashby_calls::send(client, plan).await,
        _ => uninterrupted(plan, ashby_calls::send(client, plan)).await?,
    };
    let response = response.map_err(|error| failure(operation, error))?;
    warn(&response.warnings);
    match list_items(&response.results) {
        Some(items) => {
            printer.page(&window.cut(items, None))?;
            let goes_on = window.next().cloned().map(Continuation::Page);
            printer.finish(goes_on.as_ref())?;
            tell(goes_on.as_ref());
            Ok(())
        }
        None => printer.single(&response.results),
    }
}

/// Waits for a write; a signal meanwhile leaves its fate open, which is said.
async fn uninterrupted<T>(plan: &Plan, sending: impl Future<Output = T>) -> Result<T, Failure> {
    let cancel = signals::cancellation_in_person("interrupted\n")?;
    tokio::select! {
        sent = sending => Ok(sent),
        () = cancel.cancelled() => {
            let name = plan.operation().name;
            let message = format!("{name}: stopped before Ashby had answered: it may have been carried out, or not");
            Err(Failure::new(INTERRUPTED, message).with_hint("look before sending it again"))
        }
    }
}

async fn list(
    client: &Client,
    plan: &Plan,
    mut window: Window,
    common: &CallFlags,
    mut printer: Printer,
) -> Result<(), Failure> {
    let operation = plan.operation();
    let mut listing = ashby_calls::list(client, plan, common.all || common.limit.is_some());
    while let Some(page) = listing.next().await.map_err(|error| failure(operation, error))? {
        warn(&page.warnings);
        let records = window.cut(page.records().collect(), page.next_cursor.as_ref());
        if !printer.page(&records)? {
            return Ok(());
        }
        if window.is_full() {
            break;
        }
    }
    let goes_on = match window.next() {
        Some(cursor) => Some(Continuation::Page(cursor.clone())),
        None => listing.continuation().cloned().filter(|next| matches!(next, Continuation::Changes(_))),
    };
    printer.finish(goes_on.as_ref())?;
    tell(goes_on.as_ref());
    Ok(())
}

/// Says how a list goes on. Where nobody looks, neither cursor nor token belongs into a log.
fn tell(goes_on: Option<&Continuation>) {
    let is_seen = std::io::stderr().is_terminal();
    match goes_on {
        Some(Continuation::Page(cursor)) if is_seen => explain(&format!(
            "there is more: --cursor {} goes on, --all prints everything\n",
            text::word(cursor.as_str())
        )),
        Some(Continuation::Page(_)) => explain("there is more: --all prints everything\n"),
        Some(Continuation::Changes(token)) if is_seen => {
            explain(&format!("--sync-token {} lists what changes from now on\n", text::word(token.as_str())));
        }
        _ => {}
    }
}

fn warn(warnings: &[String]) {
    warnings.iter().for_each(|warning| explain(&format!("warning: {}\n", text::line(warning))));
}
