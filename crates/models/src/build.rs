//! Building a model: whole in a new file, or in the old one what changed.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use capture_core::Lock;
use rusqlite::Connection;
use serde::Serialize;

use crate::custom::{Answers, CustomFields};
use crate::error::{Error, Result};
use crate::extract::Reader;
use crate::incremental::{self, Step};
use crate::options::Options;
use crate::place::{self, Draft};
use crate::raw::{Raw, Records};
use crate::sql::Dialect;
use crate::table::{Making, Table};
use crate::tables::TABLES;
use crate::tables::activity::OBJECTS;
use crate::{counting, dates, ddl, derive, functions, info, wide};

/// How a model was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Everything, in a new file that then took the old one's place.
    Full,
    /// What changed, or nothing.
    Incremental,
}

/// What a build did to a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TableReport {
    /// Rows now.
    pub rows: u64,
    /// Rows written.
    pub written: u64,
    /// Rows taken out; those that were made anew among them.
    pub removed: u64,
}

/// What a build did.
#[derive(Debug, Clone, Serialize)]
pub struct BuildReport {
    /// Whether all of it.
    pub mode: Mode,
    /// Why all of it, where that was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Against which moment ages are measured (RFC 3339).
    pub as_of: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// Streams that tables are made of and that were not captured.
    pub missing_streams: Vec<String>,
    /// Tables with rows that were written or removed; all of them after a full build.
    pub tables: BTreeMap<String, TableReport>,
}

impl BuildReport {
    /// Rows written and taken out.
    pub fn changes(&self) -> u64 {
        self.tables.values().map(|table| table.written + table.removed).sum()
    }
}

/// Builds the model of the records at `records` in the file `model`: what changed since the last time, or all of it where that
/// cannot be told. Readers see the old model until the new one is whole. It blocks.
///
/// # Errors
/// [`Error::Records`] if the records cannot be read or another build is under way, [`Error::Foreign`] if there is something else
/// in the model's place, and what SQLite refuses. The old model stays.
pub fn build(records: &Path, model: &Path, options: &Options) -> Result<BuildReport> {
    let begun = Instant::now();
    let _lock = Lock::acquire_with(model, options.locking)?;
    for _ in 1..ATTEMPTS {
        if let Some(mut report) = attempt(Raw::open(records)?, model, options)? {
            report.seconds = begun.elapsed().as_secs_f64();
            return Ok(report);
        }
    }
    // They change all the time, so who writes them is at work, and in a mode in which nobody waits for readers.
    let mut report = attempt(Raw::hold(records)?, model, options)?.ok_or_else(|| {
        Error::Records(capture_core::Error::new(
            capture_core::ErrorKind::Busy,
            "the records do not stand still",
        ))
    })?;
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// How often records are read that change meanwhile.
const ATTEMPTS: u32 = 3;

/// Builds from these records; `None` if they changed meanwhile, and nothing was done.
fn attempt(raw: Raw, model: &Path, options: &Options) -> Result<Option<BuildReport>> {
    // Also where all is built anew: what a killed build left undone is undone here, and a foreign file is left alone.
    let existing = place::existing(model)?;
    // Columns keep the names that dashboards know.
    let names = place::open(model).ok().and_then(|old| wide::names(&old).ok()).unwrap_or_default();
    let mut reason = None;
    if let (Some(connection), false) = (existing, options.full) {
        match incremental::update(&connection, &raw, options) {
            Ok(Step::Done(report)) => return Ok(Some(report)),
            Ok(Step::Moved) => return Ok(None),
            Ok(Step::All(why)) => reason = Some(why),
            Err(error) if place::is_damage(&error) => reason = Some("it was damaged"),
            Err(error) => return Err(Error::sqlite(model)(error)),
        }
    }
    let (draft, connection) = Draft::new(model)?;
    let report = whole(&connection, raw, options, &names).map_err(Error::sqlite(model))?;
    let Some(mut report) = report else { return Ok(None) };
    draft.keep(connection)?;
    report.reason = reason;
    Ok(Some(report))
}

/// Builds everything of records that are elsewhere in the file `model`, where columns of custom fields have the names that
/// `names` gives them by field. It blocks.
///
/// # Errors
/// As for [`build`].
pub fn build_of(
    records: Rc<dyn Records>,
    model: &Path,
    options: &Options,
    names: &BTreeMap<String, String>,
) -> Result<BuildReport> {
    let begun = Instant::now();
    let (draft, connection) = Draft::new(model)?;
    let report = whole(&connection, Raw::elsewhere(records), options, names);
    let mut report = match report {
        Ok(Some(report)) => report,
        // They are of one moment.
        Ok(None) => return Err(Error::sqlite(model)(rusqlite::Error::InvalidQuery)),
        Err(rusqlite::Error::UserFunctionError(error)) => match error.downcast::<capture_core::Error>() {
            Ok(error) => return Err(Error::Records(*error)),
            Err(error) => return Err(Error::sqlite(model)(rusqlite::Error::UserFunctionError(error))),
        },
        Err(error) => return Err(Error::sqlite(model)(error)),
    };
    draft.keep(connection)?;
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Builds everything in an empty database; `None` if the records changed while they were read.
pub(crate) fn whole(
    connection: &Connection,
    raw: Raw,
    options: &Options,
    names: &BTreeMap<String, String>,
) -> rusqlite::Result<Option<BuildReport>> {
    functions::register(connection, options)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch("BEGIN")?;
    for table in TABLES.iter() {
        if let Some(create) = ddl::create(table) {
            connection.execute_batch(&create)?;
        }
        if is_staged(table) {
            connection.execute_batch(&ddl::create_staging(table))?;
        }
    }
    let mut work = Work::new(connection, Applications::All);
    info::create(connection)?;
    if !extract_all(connection, &raw, options)? {
        return Ok(None);
    }
    let missing = missing(&raw);
    let (change, mark, chosen) = (raw.change, raw.mark, chosen(&raw));
    let as_of = options.as_of.or(raw.as_of);
    // From here on the records are anybody's again.
    drop(raw);
    info::set_as_of(connection, as_of)?;
    work.settings(&|_| true)?;
    work.compute()?;
    wide::create(&mut work, names)?;
    dates::create(connection, options)?;
    info::fill(connection, options, &missing)?;
    info::set_through(connection, change, mark, &chosen, options)?;
    for table in TABLES.iter() {
        // The others have theirs since they were filled.
        if matches!(table.making, Making::Whole(_) | Making::Counted(_)) || table.name == "dates" {
            ddl::indexes(table).iter().try_for_each(|index| connection.execute_batch(index))?;
        }
    }
    for table in TABLES.iter() {
        for view in ddl::views(table) {
            connection.execute_batch(&view)?;
        }
    }
    // Some hundred rows of each index tell the planner enough.
    connection.execute_batch("COMMIT; PRAGMA analysis_limit = 400; ANALYZE;")?;
    let mut tables = BTreeMap::new();
    for table in TABLES.iter().filter(|table| !matches!(table.making, Making::View(_))) {
        let rows = count(connection, &table.stored())?;
        tables.insert(table.name.to_owned(), TableReport { rows, written: rows, removed: 0 });
    }
    Ok(Some(BuildReport {
        mode: Mode::Full,
        reason: None,
        as_of: as_of.map(crate::values::written),
        seconds: 0.0,
        missing_streams: missing,
        tables,
    }))
}

pub(crate) fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        .map(i64::unsigned_abs)
}

/// Streams that tables are made of and that are not there.
pub(crate) fn missing(raw: &Raw) -> Vec<String> {
    let mut missing: Vec<String> = TABLES
        .iter()
        .filter(|table| !table.origins().is_empty())
        .filter(|table| !table.origins().iter().any(|(stream, _)| raw.has(stream)))
        .map(|table| table.origins()[0].0.to_owned())
        .collect();
    missing.sort();
    missing.dedup();
    missing
}

/// Which streams tables are made of that could be made of several: each table of the first that has records.
pub(crate) fn chosen(raw: &Raw) -> String {
    let several = TABLES
        .iter()
        .filter(|table| matches!(table.making, Making::Records { .. }) && table.origins().len() > 1);
    let chosen = several.flat_map(|table| origins(table, raw)).map(|(stream, _)| stream);
    chosen.collect::<Vec<_>>().join(", ")
}

/// Whether rows are made from those that were put aside once everything is read.
fn is_computed(table: &Table) -> bool {
    table.is_staged() && matches!(table.making, Making::Records { .. })
}

/// Whether rows are put aside as they are read, to be computed when all is read.
pub(crate) fn is_staged(table: &Table) -> bool {
    table.is_staged() || matches!(table.making, Making::Settings { .. })
}

/// From which of its streams a table is made: all of a setting's, and the first that has records of the others'.
pub(crate) fn origins(table: &'static Table, raw: &Raw) -> Vec<(&'static str, &'static str)> {
    let there = |(stream, _): &&(&'static str, &'static str)| raw.has(stream);
    match table.making {
        Making::Settings { origins } => origins.iter().filter(there).copied().collect(),
        Making::Records { origins } => origins.iter().find(there).copied().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What rows of one stream's records go where.
pub(crate) struct Readers<'c> {
    connection: &'c Connection,
    stream: String,
    readers: Vec<Reader<'c>>,
    fields: Vec<CustomFields<'c>>,
    answers: Vec<Answers<'c>>,
}

impl<'c> Readers<'c> {
    /// `is_direct`: rows that need no computing go into their tables at once, else all are put aside.
    pub(crate) fn of(
        connection: &'c Connection,
        stream: &str,
        raw: &Raw,
        is_direct: bool,
        wanted: &dyn Fn(&Table) -> bool,
    ) -> rusqlite::Result<Self> {
        let mut readers = Vec::new();
        for table in TABLES.iter().filter(|table| wanted(table)) {
            for (_, each) in origins(table, raw).into_iter().filter(|(of, _)| *of == stream) {
                let is_final = is_direct && !is_staged(table);
                let into = if is_final { table.stored() } else { format!("s_{}", table.name) };
                readers.push(Reader::new(connection, table, each, &into, is_final)?);
            }
        }
        let into = |name: &str| if is_direct { format!("_{name}") } else { format!("s_{name}") };
        Ok(Self {
            connection,
            stream: stream.to_owned(),
            readers,
            fields: CustomFields::of(connection, stream, &into("custom_field_values"))?,
            answers: Answers::of(connection, stream, &into("form_answers"))?,
        })
    }

    /// Only settings, put aside.
    pub(crate) fn settings(
        connection: &'c Connection,
        stream: &str,
        raw: &Raw,
        wanted: &dyn Fn(&Table) -> bool,
    ) -> rusqlite::Result<Self> {
        let mut readers = Vec::new();
        for table in TABLES.iter().filter(|table| wanted(table)) {
            for (_, each) in origins(table, raw).into_iter().filter(|(of, _)| *of == stream) {
                readers.push(Reader::new(connection, table, each, &format!("s_{}", table.name), false)?);
            }
        }
        Ok(Self { connection, stream: stream.to_owned(), readers, fields: Vec::new(), answers: Vec::new() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.readers.is_empty() && self.fields.is_empty() && self.answers.is_empty()
    }

    pub(crate) fn read(
        &mut self,
        record: &crate::json::Json<'_>,
        number: i64,
        deleted_at: Option<&str>,
        types: &HashMap<String, String>,
        options: &Options,
    ) -> rusqlite::Result<()> {
        for reader in &mut self.readers {
            reader.read(record, deleted_at, options)?;
            for (column, values) in std::mem::take(&mut reader.unparsed) {
                info::note_unparsed(
                    self.connection,
                    reader.table.name,
                    column,
                    &self.stream,
                    number,
                    values,
                )?;
            }
        }
        for fields in &mut self.fields {
            fields.read(record, deleted_at, types, options)?;
        }
        for answers in &mut self.answers {
            answers.read(record, deleted_at, options)?;
        }
        Ok(())
    }
}

/// Types of custom fields, by their ids.
pub(crate) fn field_types(raw: &Raw) -> rusqlite::Result<HashMap<String, String>> {
    let mut types = HashMap::new();
    if raw.has("custom_fields") {
        raw.each("custom_fields", None, &mut |record, _, deleted_at| {
            if let (Some(id), Some(kind), None) =
                (record.get("id").text(), record.get("fieldType").text(), deleted_at)
            {
                types.insert(id.to_owned(), kind.to_owned());
            }
            Ok(())
        })?;
    }
    Ok(types)
}

/// Lets what the records say go into tables or aside; `false` if they changed meanwhile.
fn extract_all(connection: &Connection, raw: &Raw, options: &Options) -> rusqlite::Result<bool> {
    let types = field_types(raw)?;
    for stream in raw.streams.keys() {
        let mut readers = Readers::of(connection, stream, raw, true, &|_| true)?;
        if readers.is_empty() {
            continue;
        }
        let read = raw.each(stream, None, &mut |record, number, deleted_at| {
            readers.read(record, number, deleted_at, &types, options)
        });
        if raw.settled(read)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which applications are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applications {
    All,
    /// Those in the table `dirty`.
    Dirty,
}

/// Computing what is put aside, and what follows from it.
pub(crate) struct Work<'c> {
    pub(crate) connection: &'c Connection,
    applications: Applications,
    pub(crate) reports: BTreeMap<&'static str, TableReport>,
}

impl<'c> Work<'c> {
    pub(crate) fn new(connection: &'c Connection, applications: Applications) -> Self {
        Self { connection, applications, reports: BTreeMap::new() }
    }

    pub(crate) fn sql(&self, template: &str) -> String {
        let condition = match self.applications {
            Applications::All => "1",
            Applications::Dirty => "a.application_id IN (SELECT application_id FROM dirty)",
        };
        Dialect::SqliteBuild.expand(template).unwrap_or_default().replace("{applications}", condition)
    }

    pub(crate) fn is_all(&self) -> bool {
        self.applications == Applications::All
    }

    /// Settings, and what is computed of them alone; those that `wanted` names.
    pub(crate) fn settings(&mut self, wanted: &dyn Fn(&Table) -> bool) -> rusqlite::Result<()> {
        for table in TABLES.iter().copied().filter(|table| wanted(table)) {
            match table.making {
                Making::Settings { .. } => {
                    let select = self.selection(table);
                    self.replace(table, &select, None)?;
                }
                Making::Whole(sql) if table.name == "milestones" => {
                    let select = self.sql(sql);
                    self.replace(table, &select, None)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Everything else, in its order.
    pub(crate) fn compute(&mut self) -> rusqlite::Result<()> {
        // What is looked for while others are computed, must be found.
        for table in TABLES.iter().copied().filter(|table| table.is_of_records() && !is_computed(table)) {
            self.index(table)?;
        }
        self.connection.execute_batch(derive::STAGES)?;
        for table in TABLES.iter().copied().filter(|table| matches!(table.making, Making::Records { .. })) {
            if table.name == "applications" {
                let evidence = self.sql(derive::EVIDENCE);
                self.connection.execute_batch(&evidence)?;
            }
            if table.is_staged() {
                self.staged(table)?;
            }
            if table.is_staged() {
                self.index(table)?;
            }
        }
        self.liveness()?;
        for table in TABLES.iter().copied() {
            if let Making::PerApplication(sql) = table.making {
                let select = self.sql(sql);
                self.replace(table, &select, Some(&incremental::renewed(table)))?;
                self.index(table)?;
            }
        }
        let has_dirty = "SELECT EXISTS (SELECT 1 FROM dirty) OR EXISTS (SELECT 1 FROM s_interview_stages)";
        if !self.is_all() && !self.connection.query_row(has_dirty, [], |row| row.get::<_, bool>(0))? {
            return Ok(());
        }
        for table in TABLES.iter().copied().filter(|table| table.name != "milestones") {
            match table.making {
                Making::Whole(sql) => {
                    let select = self.sql(sql);
                    self.replace(table, &select, None)?;
                }
                Making::Counted(count) => counting::count(self, table, &count)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn note(&mut self, table: &Table, written: usize, removed: usize) {
        let report = self.reports.entry(table.name).or_default();
        report.written += written as u64;
        report.removed += removed as u64;
    }

    /// What is selected of the rows that were put aside.
    pub(crate) fn selection(&self, table: &Table) -> String {
        let columns: Vec<String> = table
            .stored_columns()
            .map(|column| match column.from.strip_prefix('=') {
                Some(sql) => self.sql(sql),
                None => format!("r.{}", column.name),
            })
            .collect();
        let joins =
            if table.joins.is_empty() { format!("s_{} r", table.name) } else { self.sql(table.joins) };
        format!("SELECT {}, r.deleted_at, r.deleted_at IS NULL FROM {joins}", columns.join(", "))
    }

    fn staged(&mut self, table: &Table) -> rusqlite::Result<()> {
        if !self.is_all() {
            return self.replace(table, &self.selection(table), Some(&incremental::renewed(table)));
        }
        let columns = ddl::stored_names(table).join(", ");
        let sql = format!("INSERT INTO {} ({columns}) {}", table.stored(), self.selection(table));
        let written = self.connection.execute(&sql, [])?;
        self.note(table, written, 0);
        Ok(())
    }

    /// Lets a table, or of it the rows `x` that are `within`, have just the rows that are selected; rows that stay the same are
    /// not written.
    pub(crate) fn replace(
        &mut self,
        table: &Table,
        select: &str,
        within: Option<&str>,
    ) -> rusqlite::Result<()> {
        let (stored, names) = (table.stored(), ddl::stored_names(table));
        let columns = names.join(", ");
        if self.is_all() {
            let written =
                self.connection.execute(&format!("INSERT INTO {stored} ({columns}) {select}"), [])?;
            self.note(table, written, 0);
            return Ok(());
        }
        let new = format!("n_{}", table.name);
        let same = |names: &[&str]| {
            let same: Vec<String> = names.iter().map(|name| format!("x.{name} IS n.{name}")).collect();
            same.join(" AND ")
        };
        let create = format!(
            "DROP TABLE IF EXISTS temp.{new}; CREATE TEMP TABLE {new} AS SELECT * FROM {stored} LIMIT 0;
             INSERT INTO {new} ({columns}) {select};
             CREATE INDEX temp.k_{new} ON {new} ({})",
            table.key.join(", ")
        );
        self.connection.execute_batch(&create)?;
        incremental::meanings(self, table, &new)?;
        let removed = self.connection.execute(
            &format!(
                "DELETE FROM {stored} AS x WHERE {} AND NOT EXISTS (SELECT 1 FROM {new} n WHERE {})",
                within.unwrap_or("1"),
                same(&names)
            ),
            [],
        )?;
        let written = self.connection.execute(
            &format!(
                "INSERT INTO {stored} ({columns}) SELECT {columns} FROM {new} n
                 WHERE NOT EXISTS (SELECT 1 FROM {stored} x WHERE {})",
                same(table.key)
            ),
            [],
        )?;
        self.connection.execute_batch(&format!("DROP TABLE temp.{new}"))?;
        self.note(table, written, removed);
        Ok(())
    }

    /// What belongs to something that is gone is not live, either: owners first.
    fn liveness(&mut self) -> rusqlite::Result<()> {
        let mut done: Vec<&str> = Vec::new();
        let mut waiting: Vec<&'static Table> =
            TABLES.iter().copied().filter(|table| table.is_of_records()).collect();
        while !waiting.is_empty() {
            let is_due = |table: &&'static Table| {
                let needs = table.owners.iter().map(|(_, owner)| *owner);
                let objects = OBJECTS
                    .iter()
                    .map(|(_, owner, _)| *owner)
                    .filter(|_| table.name == "custom_field_values");
                needs.chain(objects).all(|owner| done.contains(&owner))
            };
            let due: Vec<&'static Table> = waiting.iter().copied().filter(is_due).collect();
            debug_assert!(!due.is_empty(), "owners in a circle");
            waiting.retain(|table| !due.iter().any(|one| one.name == table.name));
            for table in due {
                incremental::liveness(self, table)?;
                done.push(table.name);
            }
        }
        Ok(())
    }

    /// Makes the indexes of a table that is filled, where all is built.
    fn index(&self, table: &Table) -> rusqlite::Result<()> {
        if self.is_all() {
            ddl::indexes(table).iter().try_for_each(|index| self.connection.execute_batch(index))?;
        }
        Ok(())
    }
}
