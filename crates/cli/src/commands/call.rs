//! `ashby call`, `ashby get` and `ashby list`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use ashby_client::catalog::{self, Operation, Paging};
use ashby_client::{Client, Cursor, ListRequest, ReadOperation, SyncToken, split_array};
use serde_json::{Map, Value};

use super::file::FormFile;
use crate::batch;
use crate::call::flags::Invocation;
use crate::call::print::Printer;
use crate::call::send::{self, DryRun, confirm, failure, target};
use crate::failure::{Failure, USAGE};
use crate::output::{self, explain};
use crate::settings::Settings;

pub(crate) async fn run(settings: &Settings, invocation: &Invocation) -> Result<ExitCode, Failure> {
    let Invocation { operation, common, .. } = invocation;
    if let Some(instead) = operation.deprecated {
        explain(&format!("{} is deprecated: use {instead}\n", operation.name));
    }
    // What can be found wrong without a request is found first.
    let on_behalf_of = on_behalf_of(operation, common.on_behalf_of.as_deref())?;
    if let Some(rows) = &common.batch.each {
        return Box::pin(batch::run(settings, invocation, rows, on_behalf_of)).await;
    }
    let mut body = invocation.request()?;
    let attached: Vec<FormFile> =
        common.attach.iter().map(|text| FormFile::parse(operation, text)).collect::<Result<_, _>>()?;
    if common.dry_run {
        for file in &attached {
            file.attach(None, &mut body).await?;
        }
        let request = DryRun::new(settings, operation, &body, on_behalf_of);
        match settings.json() {
            true => output::print_json(&request)?,
            false => output::print(&request.to_string())?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    let printer = Printer::new(settings, operation, common.jq.as_deref())?;
    let client = settings.client()?;
    let client = match on_behalf_of {
        Some(user) => client.on_behalf_of(user)?,
        None => client,
    };
    confirm(operation, &target(operation, &body), common.yes)?;
    for file in &attached {
        file.attach(Some(&client), &mut body).await?;
    }
    if operation.is_read() && operation.paging != Paging::None {
        if let (true, Some(limit)) = (common.all, settings.page_limit()) {
            body.entry("limit").or_insert(limit.into());
        }
        list(&client, operation, body, common.all, printer).await?;
    } else {
        once(&client, operation, &body, printer).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The user whose doing a change is.
fn on_behalf_of<'a>(operation: &Operation, user: Option<&'a str>) -> Result<Option<&'a str>, Failure> {
    let Some(user) = user else { return Ok(None) };
    if operation.is_read() {
        return Err(Failure::new(USAGE, "--on-behalf-of is for changes, and this changes nothing"));
    }
    match catalog::check_value("--on-behalf-of", &catalog::Type::Uuid, &user.into()) {
        Ok(()) => Ok(Some(user)),
        Err(_) => {
            Err(Failure::new(USAGE, "--on-behalf-of must be a UUID")
                .with_hint("`ashby list users` shows them"))
        }
    }
}

async fn once(
    client: &Client,
    operation: &Operation,
    body: &Map<String, Value>,
    mut printer: Printer,
) -> Result<(), Failure> {
    let response = send::send(client, operation, body).await.map_err(|error| failure(operation, error))?;
    warn(&response.warnings);
    if response.results.starts_with(b"[") {
        let no_keys: [&str; 0] = [];
        let split = split_array(&response.results, &[], &no_keys);
        // Lists of words have no records in them.
        let records = match split {
            Ok(Some(records)) => records.iter().collect(),
            Ok(None) | Err(_) => items(&response.results),
        };
        printer.page(&records)?;
        return printer.finish();
    }
    printer.single(&response.results)
}

/// The items of a list, whatever they are.
fn items(list: &bytes::Bytes) -> Vec<bytes::Bytes> {
    let items: Vec<&serde_json::value::RawValue> = serde_json::from_slice(list).unwrap_or_default();
    items.into_iter().map(|item| list.slice_ref(item.get().as_bytes())).collect()
}

async fn list(
    client: &Client,
    operation: &Operation,
    mut body: Map<String, Value>,
    all: bool,
    mut printer: Printer,
) -> Result<(), Failure> {
    let mut text = |name: &str| body.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let request = ListRequest {
        cursor: text("cursor").map(Cursor::from),
        sync_token: text("syncToken").map(SyncToken::from),
        parameters: body,
        ..ListRequest::new(ReadOperation::new(operation.name))
    };
    // Where nobody looks, a token belongs into no log; whoever sent one wants the next.
    let wants_token = request.sync_token.is_some() || std::io::stderr().is_terminal();
    let mut pages = client.pages(request);
    let mut next = None;
    while let Some(page) = pages.next().await.map_err(|error| failure(operation, error))? {
        warn(&page.warnings);
        let records: Vec<_> = page.records().collect();
        if !printer.page(&records)? {
            return Ok(());
        }
        next = match (page.next_cursor, page.sync_token) {
            (Some(cursor), _) => Some(format!(
                "there is more: --cursor '{}' goes on, --all prints everything\n",
                cursor.as_str()
            )),
            (None, token) => token
                .filter(|_| wants_token)
                .map(|token| format!("--sync-token '{}' lists what changes from now on\n", token.as_str())),
        };
        if !all {
            break;
        }
    }
    printer.finish()?;
    explain(&next.unwrap_or_default());
    Ok(())
}

fn warn(warnings: &[String]) {
    warnings.iter().for_each(|warning| explain(&format!("warning: {warning}\n")));
}
