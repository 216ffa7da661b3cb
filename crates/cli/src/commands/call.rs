//! `ashby call`, `ashby get` and `ashby list`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use ashby_calls::{Continuation, Plan, Spelling, list_items};
use ashby_client::Client;

use super::file::FormFile;
use crate::batch;
use crate::call::flags::Invocation;
use crate::call::print::Printer;
use crate::call::send::{DryRun, failure, mistakes, wanted};
use crate::failure::Failure;
use crate::output::{self, explain};
use crate::settings::Settings;
use crate::text;

pub(crate) async fn run(settings: &Settings, invocation: &Invocation) -> Result<ExitCode, Failure> {
    let Invocation { operation, common, .. } = invocation;
    if let Some(instead) = operation.deprecated {
        explain(&format!("{} is deprecated: use {instead}\n", operation.name));
    }
    // What can be found wrong without a request is found first.
    if let Some(rows) = &common.batch.each {
        return {
            let how = (common.dry_run, common.yes);
            Box::pin(batch::run(settings, &common.batch, rows, &invocation.draft()?, how)).await
        };
    }
    let mut plan = invocation.plan()?;
    for doubt in plan.doubts() {
        explain(&format!("warning: {}: {doubt}; it is sent as it is\n", operation.name));
    }
    let attached: Vec<FormFile> =
        common.attach.iter().map(|text| FormFile::parse(operation, text)).collect::<Result<_, _>>()?;
    if common.dry_run {
        for file in &attached {
            plan = file.attach(None, plan).await?;
        }
        let request = DryRun::new(settings, &plan);
        match settings.json() {
            true => output::print_json(&request)?,
            false => output::print(&request.to_string())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let printer = Printer::new(settings, operation, common.jq.as_deref())?;
    let client = settings.client()?;
    plan = wanted(plan, common.yes)?;
    for file in &attached {
        plan = file.attach(Some(&client), plan).await?.approve();
    }
    if plan.is_paged() {
        if let (true, Some(limit)) = (common.all, settings.page_limit()) {
            let mut draft = plan.into_draft();
            draft.body_mut().entry("limit").or_insert(limit.into());
            plan = draft.plan().map_err(|problems| mistakes(&problems, Spelling::Flags))?;
        }
        list(&client, &plan, common.all, printer).await?;
    } else {
        once(&client, &plan, printer).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn once(client: &Client, plan: &Plan, mut printer: Printer) -> Result<(), Failure> {
    let operation = plan.operation();
    let response = ashby_calls::send(client, plan).await.map_err(|error| failure(operation, error))?;
    warn(&response.warnings);
    match list_items(&response.results) {
        Some(items) => {
            printer.page(&items)?;
            printer.finish()
        }
        None => printer.single(&response.results),
    }
}

async fn list(client: &Client, plan: &Plan, all: bool, mut printer: Printer) -> Result<(), Failure> {
    let operation = plan.operation();
    let mut listing = ashby_calls::list(client, plan, all);
    while let Some(page) = listing.next().await.map_err(|error| failure(operation, error))? {
        warn(&page.warnings);
        let records: Vec<_> = page.records().collect();
        if !printer.page(&records)? {
            return Ok(());
        }
    }
    printer.finish()?;
    // Where nobody looks, neither cursor nor token belongs into a log.
    let is_seen = std::io::stderr().is_terminal();
    match listing.continuation() {
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
    Ok(())
}

fn warn(warnings: &[String]) {
    warnings.iter().for_each(|warning| explain(&format!("warning: {}\n", text::line(warning))));
}
