//! Results on standard output: JSON, a record a line, a table or CSV; all at once, or page by page.

use std::io::IsTerminal as _;
use std::slice::from_ref;

use ashby_calls::{Continuation, list_item, members};
use ashby_client::catalog::{Operation, Type};
use bytes::Bytes;
use outside_text::push_row;
use serde::Serialize;

use super::filter::{self, Filter};
use super::flags::CallFlags;
use super::table::{Rows, columns, read, single, text};
use crate::failure::{FAILED, Failure, USAGE};
use crate::output;
use crate::settings::{OutputFormat, Settings};
use crate::text::{json, mended};

/// Prints what an operation answers.
pub(crate) struct Printer {
    format: OutputFormat,
    /// Standard output is a terminal.
    is_terminal: bool,
    filter: Option<Filter>,
    /// What the records are, if that is known.
    kind: Option<Type>,
    /// Results stand in an object that says how they go on.
    envelope: bool,
    rows: Option<Rows>,
    csv: Option<Csv>,
    printed: usize,
}

/// The columns of a CSV file, which are settled by its first page.
struct Csv {
    columns: Vec<String>,
    /// Members that came later and have no column.
    left_out: Vec<String>,
}

impl Printer {
    /// As the settings say; without a word from them, lists are tables on a terminal, and everything else is JSON.
    ///
    /// # Errors
    /// If the filter is not one, or the format does not go with it.
    pub(crate) fn new(
        settings: &Settings,
        operation: &Operation,
        flags: &CallFlags,
    ) -> Result<Self, Failure> {
        let envelope = flags.envelope;
        let is_terminal = std::io::stdout().is_terminal();
        let item = operation.returns.as_ref().and_then(list_item);
        let filter = flags.jq.as_deref().map(Filter::new).transpose()?;
        let format = match settings.output() {
            Some(OutputFormat::Table | OutputFormat::Csv) if filter.is_some() => {
                return Err(Failure::new(USAGE, "what --jq makes is printed as JSON, not as a table or CSV"));
            }
            Some(OutputFormat::Table | OutputFormat::Csv | OutputFormat::Ndjson) if envelope => {
                return Err(Failure::new(
                    USAGE,
                    "--envelope makes one JSON document: it goes with --output json only",
                ));
            }
            Some(format) => format,
            None if envelope => OutputFormat::Json,
            None if is_terminal && item.is_some() && filter.is_none() => OutputFormat::Table,
            None => OutputFormat::Json,
        };
        let kind = item.copied().or(operation.returns);
        Ok(Self { format, is_terminal, filter, kind, envelope, rows: None, csv: None, printed: 0 })
    }

    /// Prints a result that is no list.
    pub(crate) fn single(&self, result: &Bytes) -> Result<(), Failure> {
        let result = &self.readable(result);
        let result = &if self.envelope { Bytes::from(enveloped(result)) } else { result.clone() };
        let text = match (&self.filter, self.format) {
            (Some(filter), format) => {
                filter.apply(result, self.is_terminal && format == OutputFormat::Json)?
            }
            (None, OutputFormat::Table) => single(result, output::width()).into_bytes(),
            (None, OutputFormat::Csv) => {
                Csv::new(self.kind.as_ref(), from_ref(result)).page(from_ref(result), true)?
            }
            (None, OutputFormat::Json) if self.is_terminal => {
                lines(&[for_terminal(&filter::pretty(result, 0)?)])
            }
            (None, _) if self.is_terminal => lines(&[for_terminal(result)]),
            // The formats of postings have been refused.
            (None, _) => lines(&[result]),
        };
        output::print_bytes(&text).map(drop)
    }

    /// Prints a page of a list; `false` if nobody reads any more.
    pub(crate) fn page(&mut self, records: &[Bytes]) -> Result<bool, Failure> {
        let records = &records.iter().map(|record| self.readable(record)).collect::<Vec<_>>()[..];
        if let Some(filter) = &self.filter {
            let array = [b"[", &records.join(&b","[..])[..], b"]"].concat();
            let pretty = self.is_terminal && self.format == OutputFormat::Json;
            return output::print_bytes(&filter.apply(&array, pretty)?);
        }
        let text = match self.format {
            OutputFormat::Json => self.json(records)?,
            OutputFormat::Table => {
                let rows = self.rows.get_or_insert_with(|| {
                    let first = records.first().and_then(|record| read(record));
                    Rows::new(columns(self.kind.as_ref(), first.as_ref()))
                });
                records.iter().for_each(|record| rows.add(record));
                Vec::new()
            }
            OutputFormat::Csv => {
                let is_first = self.csv.is_none();
                let kind = self.kind;
                self.csv.get_or_insert_with(|| Csv::new(kind.as_ref(), records)).page(records, is_first)?
            }
            _ if self.is_terminal => {
                lines(&records.iter().map(|record| for_terminal(record)).collect::<Vec<_>>())
            }
            // The formats of postings have been refused.
            _ => lines(records),
        };
        self.printed += records.len();
        output::print_bytes(&text)
    }

    /// Prints what is left after the last page, and in an envelope how the list goes on.
    pub(crate) fn finish(mut self, goes_on: Option<&Continuation>) -> Result<(), Failure> {
        if self.filter.is_some() {
            return Ok(());
        }
        let text = match (self.format, self.rows.take()) {
            (OutputFormat::Json, _) => {
                let begin = if self.envelope && self.printed == 0 { ENVELOPE } else { "" };
                let list = if self.printed == 0 { "[]" } else { "\n]" };
                let end = if self.envelope { end_of_envelope(goes_on)? } else { String::new() };
                let end = if self.is_terminal { json(&end).into_owned() } else { end };
                format!("{begin}{list}{end}\n")
            }
            (OutputFormat::Table, Some(rows)) if self.printed > 0 => rows.finish(output::width()),
            _ => String::new(),
        };
        if self.format == OutputFormat::Table && self.printed == 0 {
            output::explain("there is nothing\n");
        }
        if let Some(Csv { left_out, .. }) = &self.csv
            && !left_out.is_empty()
        {
            let names = left_out.join(", ");
            output::explain(&format!(
                "the CSV has no column for members that appeared after its first page: {names}\n"
            ));
        }
        output::print(&text)
    }

    /// What came, byte for byte, for programs; for all else text that they can hold.
    fn readable(&self, json: &Bytes) -> Bytes {
        let is_for_programs = matches!(self.format, OutputFormat::Json | OutputFormat::Ndjson)
            && self.filter.is_none()
            && !self.is_terminal;
        if is_for_programs { json.clone() } else { mended(json) }
    }

    /// A piece of one array.
    fn json(&self, records: &[Bytes]) -> Result<Vec<u8>, Failure> {
        let mut text = Vec::new();
        for (index, record) in records.iter().enumerate() {
            if self.envelope && self.printed + index == 0 {
                text.extend_from_slice(ENVELOPE.as_bytes());
            }
            text.extend_from_slice(if self.printed + index == 0 { b"[\n" } else { b",\n" });
            if self.is_terminal {
                text.extend_from_slice(b"  ");
                text.extend_from_slice(&for_terminal(&filter::pretty(record, 1)?));
            } else {
                text.extend_from_slice(record);
            }
        }
        Ok(text)
    }
}

/// How an envelope begins.
const ENVELOPE: &str = "{\"results\":";

/// What follows the results: whether there is more, and how to get it.
fn end_of_envelope(goes_on: Option<&Continuation>) -> Result<String, Failure> {
    let (cursor, token) = match goes_on {
        Some(Continuation::Page(cursor)) => (Some(cursor.as_str()), None),
        Some(Continuation::Changes(token)) => (None, Some(token.as_str())),
        _ => (None, None),
    };
    let more = Members { more_data_available: cursor.is_some(), next_cursor: cursor, sync_token: token };
    let json = serde_json::to_string(&more)
        .map_err(|error| Failure::new(FAILED, "cannot write the envelope as JSON").with_source(error))?;
    Ok(json.replacen('{', ",", 1))
}

/// The members of an envelope beside the results, in Ashby's words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    more_data_available: bool,
    next_cursor: Option<&'a str>,
    sync_token: Option<&'a str>,
}

/// What is no list, in an envelope.
fn enveloped(result: &[u8]) -> Vec<u8> {
    [ENVELOPE.as_bytes(), result, b"}"].concat()
}

impl Csv {
    /// The columns of a type, and those that are only in the records.
    fn new(kind: Option<&Type>, records: &[Bytes]) -> Self {
        let fields = kind.map(members).unwrap_or_default();
        let mut columns: Vec<String> = fields.iter().map(|field| field.name.to_owned()).collect();
        for record in records {
            for name in read(record).into_iter().flatten().map(|(name, _)| name) {
                if !columns.contains(&name) {
                    columns.push(name);
                }
            }
        }
        Self { columns, left_out: Vec::new() }
    }

    fn page(&mut self, records: &[Bytes], with_header: bool) -> Result<Vec<u8>, Failure> {
        let mut csv = Vec::new();
        if with_header {
            push_row(&mut csv, &self.columns);
        }
        for record in records {
            let Some(members) = read(record) else {
                return Err(Failure::new(FAILED, "the results are no records, and cannot be written as CSV")
                    .with_hint("--output json prints them as they are"));
            };
            let cell = |name: &String| members.get(name).map(|value| text(value)).unwrap_or_default();
            push_row(&mut csv, self.columns.iter().map(cell));
            for name in members.keys() {
                if !self.columns.contains(name) && !self.left_out.contains(name) {
                    self.left_out.push(name.clone());
                }
            }
        }
        Ok(csv)
    }
}

/// JSON that is shown and stays the same JSON.
fn for_terminal(json: &[u8]) -> Vec<u8> {
    self::json(&String::from_utf8_lossy(json)).into_owned().into_bytes()
}

fn lines(texts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    texts.iter().flat_map(|text| [text.as_ref(), b"\n"]).flatten().copied().collect()
}
