//! What changed, and what follows from it.
//!
//! Rows of the records that changed are made anew. What is computed is made anew application by application: those whose own
//! records changed, or records of theirs, or their person's, or what a setting means that they depend on. Tables that are
//! small, or counted, are made anew in memory and compared, so that only what differs is written.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::build::{
    Applications, BuildReport, Mode, Readers, TableReport, Work, chosen, count, field_types, is_staged,
    missing, origins,
};
use crate::extract::key_text;
use crate::options::Options;
use crate::raw::Raw;
use crate::table::{Making, Table};
use crate::tables::activity::{CUSTOM_FIELDS, FORMS, OBJECTS};
use crate::tables::{TABLES, find};
use crate::{counting, ddl, functions, info, wide};

/// How far an update came.
pub(crate) enum Step {
    Done(BuildReport),
    /// The records changed while they were read; nothing was done.
    Moved,
    /// Everything must be built anew, and why.
    All(&'static str),
}

/// More changed records than one in so many, and building everything is quicker.
const SHARE: u64 = 4;

/// Applications whose rows depend on a changed row, before and after: table, and applications by `{keys}`.
const DEPENDENTS: &[(&str, &str)] = &[
    ("applications", "SELECT application_id FROM _applications WHERE application_id IN {keys}"),
    ("candidates", "SELECT application_id FROM _applications WHERE candidate_id IN {keys}"),
    (
        "application_stage_intervals",
        "SELECT application_id FROM _application_stage_intervals WHERE interval_id IN {keys}",
    ),
    ("application_details", "SELECT id AS application_id FROM {keys}"),
    ("offers", "SELECT application_id FROM _offers WHERE offer_id IN {keys}"),
    (
        "offer_versions",
        "SELECT o.application_id FROM _offers o JOIN _offer_versions v ON v.offer_id = o.offer_id WHERE v.offer_version_id IN {keys}",
    ),
    (
        "interview_schedules",
        "SELECT application_id FROM _interview_schedules WHERE interview_schedule_id IN {keys}",
    ),
    (
        "interview_events",
        "SELECT s.application_id FROM _interview_schedules s JOIN _interview_events e ON e.interview_schedule_id = s.interview_schedule_id WHERE e.interview_event_id IN {keys}",
    ),
    ("application_feedback", "SELECT application_id FROM _application_feedback WHERE feedback_id IN {keys}"),
];

/// The same after the change, from rows that were put aside.
const NEWCOMERS: &[(&str, &str)] = &[
    ("applications", "SELECT application_id FROM s_applications"),
    ("application_stage_intervals", "SELECT application_id FROM s_application_stage_intervals"),
    ("offers", "SELECT application_id FROM s_offers"),
    (
        "offer_versions",
        "SELECT o.application_id FROM s_offer_versions v JOIN _offers o ON o.offer_id = v.offer_id",
    ),
    ("interview_schedules", "SELECT application_id FROM s_interview_schedules"),
    (
        "interview_events",
        "SELECT s.application_id FROM s_interview_events e JOIN _interview_schedules s ON s.interview_schedule_id = e.interview_schedule_id",
    ),
    ("application_feedback", "SELECT application_id FROM s_application_feedback"),
];

/// Which rows of computed tables belong to applications that are made anew.
const SCOPES: &[(&str, &str)] = &[
    ("applications", "application_id IN (SELECT application_id FROM dirty)"),
    ("application_stage_intervals", "application_id IN (SELECT application_id FROM dirty)"),
    ("offers", "application_id IN (SELECT application_id FROM dirty)"),
    ("interview_events", "interview_event_id IN (SELECT interview_event_id FROM d_interview_events)"),
    (
        "interview_event_interviewers",
        "interview_event_id IN (SELECT interview_event_id FROM d_interview_events)",
    ),
];

/// What of settings has a meaning for others: table, columns, and the applications that depend on it by `{keys}`; where none
/// are named, everything does.
const MEANINGS: &[(&str, &str, Option<&str>)] = &[
    ("milestones", "milestone_order, milestone_type, interview_stage_group_id", None),
    ("interview_stages", "stage_id, stage_type, interview_plan_id, order_in_plan, milestone_order, is_live", None),
    ("archive_reasons", "archive_reason_id, reason_type, is_live",
        Some("SELECT application_id FROM _applications WHERE archive_reason_id IN {keys}")),
    ("sources", "source_id, source_category, is_live",
        Some("SELECT application_id FROM _applications WHERE source_id IN {keys}")),
    ("jobs", "job_id, is_confidential, department_id, location_id, is_live",
        Some("SELECT application_id FROM _applications WHERE job_id IN {keys}")),
    // Only how long it took to fill it depends on when it was opened.
    ("jobs", "job_id, opened_at", Some("SELECT application_id FROM hires WHERE job_id IN {keys}")),
    ("openings", "opening_id, opened_at, is_live",
        Some("SELECT application_id FROM _offers WHERE opening_id IN {keys}")),
    ("interviews", "interview_id, is_debrief, is_live",
        Some("SELECT application_id FROM _interview_events WHERE interview_id IN {keys}")),
    ("job_boards", "job_board_id, is_internal, is_live",
        Some("SELECT a.application_id FROM _applications a JOIN _job_board_postings p ON p.job_posting_id = a.applied_via_job_posting_id
            WHERE p.job_board_id IN {keys}")),
    ("job_board_postings", "job_posting_id, job_board_id, is_live",
        Some("SELECT application_id FROM _applications WHERE applied_via_job_posting_id IN {keys}")),
];

/// Columns that rows of one table share in staging and in the table.
fn read_columns(table: &Table) -> String {
    let mut names: Vec<&str> = table.read_columns().map(|column| column.name).collect();
    names.push("deleted_at");
    names.join(", ")
}

pub(crate) fn update(connection: &Connection, raw: &Raw, options: &Options) -> rusqlite::Result<Step> {
    let Some(through) = info::get(connection, "through_change")?.and_then(|text| text.parse::<i64>().ok())
    else {
        return Ok(Step::All("it does not say what it is of"));
    };
    if info::get(connection, "options")? != Some(options.fingerprint()) {
        return Ok(Step::All("settings changed"));
    }
    let mark = info::get(connection, "through_mark")?.and_then(|text| text.parse::<i64>().ok());
    if mark.is_none() || raw.mark_of(through)? != mark || raw.change < through {
        return Ok(Step::All("the records are of another course, or rows were taken out of them"));
    }
    let missing = missing(raw);
    let is_same = |key: &str, now: &str| info::get(connection, key).map(|then| then.as_deref() == Some(now));
    if !is_same("missing_streams", &missing.join(", "))? || !is_same("chosen_streams", &chosen(raw))? {
        return Ok(Step::All("other streams are captured"));
    }
    let as_of = options.as_of.or(raw.as_of);
    let changed: Vec<&str> =
        raw.streams.keys().map(String::as_str).filter(|stream| raw.has_changed(stream, through)).collect();
    if changed.is_empty() {
        if info::get(connection, "as_of")? != as_of.map(crate::values::written) {
            info::set_as_of(connection, as_of)?;
        }
        return Ok(Step::Done(report(connection, &BTreeMap::new(), &missing)?));
    }
    functions::register(connection, options)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch("PRAGMA secure_delete = ON; PRAGMA cache_size = -32768; BEGIN IMMEDIATE")?;
    let attempt = || -> rusqlite::Result<Step> {
        let step = changes(connection, raw, options, through, &changed, &missing)?;
        if let Step::Done(_) = step {
            info::set_as_of(connection, as_of)?;
            connection.execute_batch("COMMIT")?;
        }
        Ok(step)
    };
    let step = attempt();
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    match step? {
        Step::Done(mut done) => {
            done.as_of = as_of.map(crate::values::written);
            Ok(Step::Done(done))
        }
        other => Ok(other),
    }
}

fn report(
    connection: &Connection,
    tables: &BTreeMap<&'static str, TableReport>,
    missing: &[String],
) -> rusqlite::Result<BuildReport> {
    let mut all = BTreeMap::new();
    for (name, report) in tables.iter().filter(|(_, report)| report.written + report.removed > 0) {
        let stored = find(name).map_or_else(|| (*name).to_owned(), Table::stored);
        all.insert((*name).to_owned(), TableReport { rows: count(connection, &stored)?, ..*report });
    }
    Ok(BuildReport {
        mode: Mode::Incremental,
        reason: None,
        as_of: info::get(connection, "as_of")?,
        seconds: 0.0,
        missing_streams: missing.to_vec(),
        tables: all,
    })
}

/// Streams whose settings are read whole because one of them changed, and of which others are computed.
fn settings_due(raw: &Raw, through: i64) -> BTreeSet<&'static str> {
    let mut due: BTreeSet<&'static str> = TABLES
        .iter()
        .filter(|table| matches!(table.making, Making::Settings { .. }))
        .filter(|table| origins(table, raw).iter().any(|(stream, _)| raw.has_changed(stream, through)))
        .map(|table| table.name)
        .collect();
    if due.contains("interview_stage_groups") {
        due.insert("interview_stages");
    }
    due
}

fn changes(
    connection: &Connection,
    raw: &Raw,
    options: &Options,
    through: i64,
    changed: &[&str],
    missing: &[String],
) -> rusqlite::Result<Step> {
    connection.execute_batch(
        "CREATE TEMP TABLE dirty (application_id TEXT PRIMARY KEY) WITHOUT ROWID;
         CREATE TEMP TABLE touched (of TEXT, id TEXT, PRIMARY KEY (of, id)) WITHOUT ROWID;
         CREATE TEMP TABLE more_events (interview_event_id TEXT PRIMARY KEY) WITHOUT ROWID;
         CREATE TEMP TABLE meant (why TEXT PRIMARY KEY) WITHOUT ROWID;",
    )?;
    for table in TABLES.iter().filter(|table| table.is_of_records()) {
        connection.execute_batch(&ddl::create_staging(table))?;
        if table.making == Making::Values {
            // Their functions say whether a row is live.
            connection.execute_batch(&format!("ALTER TABLE s_{} ADD COLUMN is_live INTEGER", table.name))?;
        }
    }
    if definitions_changed(connection, raw, changed)? {
        return Ok(Step::All("types of custom fields changed"));
    }
    let due = settings_due(raw, through);
    let records = read(connection, raw, options, through, changed, &due);
    let Some(records) = raw.settled(records)? else { return Ok(Step::Moved) };
    let all = count(connection, "_applications")?;
    if records > 1_000 && records > all / SHARE {
        return Ok(Step::All("much changed"));
    }
    depend(connection, DEPENDENTS)?;
    // Scorecards may be about interviews of which no application is known.
    let told = "SELECT interview_event_id FROM _application_feedback WHERE feedback_id IN {keys}";
    more_events(connection, &told.replace("{keys}", &keys_of("application_feedback")))?;
    more_events(connection, "SELECT interview_event_id FROM s_application_feedback")?;
    let mut work = Work::new(connection, Applications::Dirty);
    take_in(&mut work)?;
    depend(connection, NEWCOMERS)?;
    // Settings first: what they mean may concern further applications.
    work.settings(&|table| {
        due.contains(table.name) || (table.name == "milestones" && due.contains("interview_stage_groups"))
    })?;
    if let Ok(why) = connection.query_row("SELECT why FROM meant", [], |row| row.get::<_, String>(0)) {
        let reason = if why == "milestones" { "milestones changed" } else { "stages changed" };
        return Ok(Step::All(reason));
    }
    connection.execute("DELETE FROM dirty WHERE application_id IS NULL", [])?;
    counting::note_groups(connection)?;
    put_aside(&mut work)?;
    work.compute()?;
    wide::update(&mut work)?;
    info::set_through(connection, raw.change, raw.mark, &chosen(raw), options)?;
    info::fill(connection, options, missing)?;
    Ok(Step::Done(report(connection, &work.reports, missing)?))
}

/// Whether a field that has values is of another type than it was.
fn definitions_changed(connection: &Connection, raw: &Raw, changed: &[&str]) -> rusqlite::Result<bool> {
    if !changed.contains(&"custom_fields") {
        return Ok(false);
    }
    let types = field_types(raw)?;
    let mut select = connection.prepare(
        "SELECT DISTINCT d.custom_field_id, CASE WHEN d.is_live THEN d.field_type END FROM _custom_fields d",
    )?;
    let mut before: BTreeMap<String, Option<String>> =
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let mut is_used = connection
        .prepare("SELECT EXISTS (SELECT 1 FROM _custom_field_values WHERE custom_field_id = ?1)")?;
    for (id, kind) in &types {
        if before.remove(id).flatten().as_ref() != Some(kind) && is_used.query_row([id], |row| row.get(0))? {
            return Ok(true);
        }
    }
    for (id, kind) in before {
        if kind.is_some() && is_used.query_row([id], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads what changed, and puts it aside; returns how many records it was.
fn read(
    connection: &Connection,
    raw: &Raw,
    options: &Options,
    through: i64,
    changed: &[&str],
    due: &BTreeSet<&'static str>,
) -> rusqlite::Result<u64> {
    let types = field_types(raw)?;
    let mut records = 0;
    let mut touch = connection.prepare("INSERT OR IGNORE INTO touched VALUES (?1, ?2)")?;
    for stream in changed {
        let wanted = |table: &Table| !matches!(table.making, Making::Settings { .. });
        let mut readers = Readers::of(connection, stream, raw, false, &wanted)?;
        let tables: Vec<&'static Table> = TABLES
            .iter()
            .copied()
            .filter(|table| wanted(table) && origins(table, raw).iter().any(|(of, _)| of == stream))
            .collect();
        if readers.is_empty() {
            continue;
        }
        raw.each(stream, Some(through), &mut |record, number, deleted_at| {
            records += 1;
            for table in &tables {
                info::forget_unparsed(connection, table.name, Some((*stream, number)))?;
                let array = origins(table, raw)[0].1;
                if table.name == "application_stage_intervals" && !array.is_empty() {
                    touch.execute(params!["application_details", record.get("id").text()])?;
                } else if let Some(key) = key_text(record, table, array) {
                    touch.execute(params![table.name, key])?;
                }
            }
            if let Some(id) = record.get("id").text() {
                for (_, _, kind, _) in CUSTOM_FIELDS.iter().filter(|(of, ..)| of == stream) {
                    touch.execute(params![format!("field.{kind}"), id])?;
                }
                for (_, array, kind, _) in FORMS.iter().filter(|(of, ..)| of == stream) {
                    if array.is_empty() {
                        touch.execute(params![format!("form.{kind}"), id])?;
                    } else {
                        touch.execute(params![format!("forms.{kind}"), id])?;
                    }
                }
            }
            readers.read(record, number, deleted_at, &types, options)
        })?;
    }
    // Settings are read whole.
    due.iter().try_for_each(|table| info::forget_unparsed(connection, table, None))?;
    for stream in raw.streams.keys() {
        let wanted = |table: &Table| due.contains(table.name);
        let mut readers = Readers::settings(connection, stream, raw, &wanted)?;
        if !readers.is_empty() {
            raw.each(stream, None, &mut |record, number, deleted_at| {
                readers.read(record, number, deleted_at, &types, options)
            })?;
        }
    }
    Ok(records)
}

fn keys_of(table: &str) -> String {
    format!("(SELECT id FROM touched WHERE of = '{table}')")
}

fn depend(connection: &Connection, queries: &[(&str, &str)]) -> rusqlite::Result<()> {
    for (table, query) in queries {
        let query = query.replace("{keys}", &keys_of(table));
        let sql = format!(
            "INSERT OR IGNORE INTO dirty SELECT application_id FROM ({query}) WHERE application_id IS NOT NULL"
        );
        connection.execute(&sql, [])?;
    }
    Ok(())
}

fn more_events(connection: &Connection, query: &str) -> rusqlite::Result<()> {
    let sql = format!(
        "INSERT OR IGNORE INTO more_events SELECT * FROM ({query}) WHERE interview_event_id IS NOT NULL"
    );
    connection.execute(&sql, []).map(|_| ())
}

/// Lets rows that need no computing take the place of those that were made of the same records.
fn take_in(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let connection = work.connection;
    for table in TABLES.iter().copied().filter(|table| table.is_of_records()) {
        match table.making {
            Making::Records { .. } if !is_staged(table) => {
                let record = table.record.last().unwrap_or(&table.key[0]);
                let stored = table.stored();
                let delete = if table.record.len() > 1 {
                    // All of them together name the record, and what was read has them.
                    let same: Vec<String> =
                        table.record.iter().map(|column| format!("t.{column} = s.{column}")).collect();
                    format!(
                        "DELETE FROM {stored} WHERE rowid IN (SELECT t.rowid FROM s_{} s CROSS JOIN {stored} t WHERE {})",
                        table.name,
                        same.join(" AND ")
                    )
                } else {
                    format!("DELETE FROM {stored} WHERE {record} IN {}", keys_of(table.name))
                };
                let removed = connection.execute(&delete, [])?;
                let columns = read_columns(table);
                let insert = format!(
                    "INSERT INTO {stored} ({columns}, is_live) SELECT {columns}, deleted_at IS NULL FROM s_{}",
                    table.name
                );
                let written = connection.execute(&insert, [])?;
                work.note(table, written, removed);
            }
            Making::Values => {
                let stored = table.stored();
                let mut removed = 0;
                if table.name == "custom_field_values" {
                    for (_, _, kind, _) in CUSTOM_FIELDS {
                        let sql = format!(
                            "DELETE FROM {stored} WHERE object_type = '{kind}' AND object_id IN {}",
                            keys_of(&format!("field.{kind}"))
                        );
                        removed += connection.execute(&sql, [])?;
                    }
                } else {
                    for (_, array, kind, _) in FORMS {
                        let sql = if array.is_empty() {
                            format!(
                                "DELETE FROM {stored} WHERE submission_kind = '{kind}' AND submission_id IN {}",
                                keys_of(&format!("form.{kind}"))
                            )
                        } else {
                            format!(
                                "DELETE FROM {stored} WHERE submission_kind = '{kind}' AND application_id IN {}",
                                keys_of(&format!("forms.{kind}"))
                            )
                        };
                        removed += connection.execute(&sql, [])?;
                    }
                }
                let columns = ddl::stored_names(table).join(", ");
                let sql = format!("INSERT INTO {stored} ({columns}) SELECT {columns} FROM s_{}", table.name);
                let written = connection.execute(&sql, [])?;
                work.note(table, written, removed);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Puts rows of all applications that are made anew beside those that were read.
fn put_aside(work: &mut Work<'_>) -> rusqlite::Result<()> {
    let connection = work.connection;
    connection.execute_batch(
        "CREATE TEMP TABLE d_interview_events AS SELECT interview_event_id FROM _interview_events
            WHERE interview_schedule_id IN (SELECT interview_schedule_id FROM _interview_schedules
                WHERE application_id IN (SELECT application_id FROM dirty)
                UNION SELECT id FROM touched WHERE of = 'interview_schedules')
            UNION SELECT interview_event_id FROM s_interview_events
            UNION SELECT interview_event_id FROM more_events
            UNION SELECT id FROM touched WHERE of = 'interview_events';",
    )?;
    for (name, scope) in SCOPES {
        let table = find(name).expect("scopes are of tables");
        let (stored, columns) = (table.stored(), read_columns(table));
        let keep = format!(
            "INSERT INTO s_{name} ({columns}) SELECT {columns} FROM {stored} WHERE {scope} AND NOT {}",
            touched(table)
        );
        connection.execute(&keep, [])?;
    }
    Ok(())
}

/// Which rows were made of records that were read.
fn touched(table: &Table) -> String {
    let record = table.record.last().expect("they are made of records");
    let touched = format!("{record} IN {}", keys_of(table.name));
    if table.name == "application_stage_intervals" {
        // Where all entries of an application come together, those that came before go together.
        return format!("({touched} OR application_id IN {})", keys_of("application_details"));
    }
    touched
}

/// Which rows of a table are made anew.
pub(crate) fn renewed(table: &Table) -> String {
    match SCOPES.iter().find(|(name, _)| *name == table.name) {
        Some((_, scope)) => format!("({scope} OR {})", touched(table)),
        None => "application_id IN (SELECT application_id FROM dirty)".to_owned(),
    }
}

/// Notes which applications depend on what a changed setting means, or that everything does.
pub(crate) fn meanings(work: &Work<'_>, table: &Table, new: &str) -> rusqlite::Result<()> {
    for (_, columns, dependents) in MEANINGS.iter().filter(|(name, ..)| *name == table.name) {
        meaning(work, table, new, columns, *dependents)?;
    }
    Ok(())
}

fn meaning(
    work: &Work<'_>,
    table: &Table,
    new: &str,
    columns: &str,
    dependents: Option<&str>,
) -> rusqlite::Result<()> {
    let stored = table.stored();
    let key = columns.split(',').next().unwrap_or_default();
    let differ = |a: &str, b: &str| {
        format!("SELECT {key} FROM (SELECT {columns} FROM {a} EXCEPT SELECT {columns} FROM {b})")
    };
    let keys = format!("({} UNION {})", differ(&stored, new), differ(new, &stored));
    match dependents {
        Some(query) => {
            if table.name == "interviews" {
                let events = "SELECT interview_event_id FROM _interview_events WHERE interview_id IN {keys}";
                more_events(work.connection, &events.replace("{keys}", &keys))?;
            }
            let query = query.replace("{keys}", &keys);
            let sql = format!(
                "INSERT OR IGNORE INTO dirty SELECT application_id FROM ({query}) WHERE application_id IS NOT NULL"
            );
            work.connection.execute(&sql, [])?;
        }
        None => {
            let sql = format!("INSERT OR IGNORE INTO meant SELECT ?1 WHERE EXISTS {keys}");
            work.connection.execute(&sql, [table.name])?;
        }
    }
    Ok(())
}

/// Which rows may be live no more, or again.
fn concerned(table: &Table) -> String {
    let record = table.record.last().copied().unwrap_or("''");
    let mut all = vec![format!("{record} IN {}", keys_of(table.name))];
    let of_dirty = |table: &str, key: &str| {
        format!(
            "(SELECT {key} FROM _{table} WHERE application_id IN (SELECT application_id FROM dirty)
             UNION SELECT id FROM touched WHERE of = '{table}')"
        )
    };
    for (column, owner) in table.owners {
        all.push(match *owner {
            "applications" => format!("{column} IN (SELECT application_id FROM dirty)"),
            "candidates" => format!("{column} IN {}", keys_of("candidates")),
            "offers" => format!("{column} IN {}", of_dirty("offers", "offer_id")),
            "interview_schedules" => {
                format!("{column} IN {}", of_dirty("interview_schedules", "interview_schedule_id"))
            }
            "interview_events" => format!("{column} IN (SELECT interview_event_id FROM d_interview_events)"),
            _ => "1".to_owned(),
        });
    }
    // Rows that were made anew count as live until it is said here.
    all.extend(SCOPES.iter().filter(|(name, _)| *name == table.name).map(|(_, scope)| (*scope).to_owned()));
    match table.name {
        "form_answers" => {
            all = all.split_off(1);
            all.extend(FORMS.iter().map(|(_, array, kind, _)| {
                if array.is_empty() {
                    format!(
                        "submission_kind = '{kind}' AND submission_id IN {}",
                        keys_of(&format!("form.{kind}"))
                    )
                } else {
                    format!(
                        "submission_kind = '{kind}' AND application_id IN {}",
                        keys_of(&format!("forms.{kind}"))
                    )
                }
            }));
        }
        "custom_field_values" => {
            all = CUSTOM_FIELDS
                .iter()
                .map(|(_, _, kind, _)| {
                    format!("object_type = '{kind}' AND object_id IN {}", keys_of(&format!("field.{kind}")))
                })
                .collect();
            let dirty = "(SELECT application_id FROM dirty)".to_owned();
            for (kind, keys) in [
                ("application", dirty.clone()),
                ("archive_detail", dirty),
                ("candidate", keys_of("candidates")),
                ("offer", of_dirty("offers", "offer_id")),
                (
                    "offer_version",
                    format!(
                        "(SELECT offer_version_id FROM _offer_versions WHERE offer_id IN {})",
                        of_dirty("offers", "offer_id")
                    ),
                ),
            ] {
                all.push(format!("object_type = '{kind}' AND object_id IN {keys}"));
            }
        }
        _ => {}
    }
    all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR ")
}

/// Says of rows whether they are live: of all, or of those that may have changed in that.
pub(crate) fn liveness(work: &mut Work<'_>, table: &'static Table) -> rusqlite::Result<()> {
    let stored = table.stored();
    let is_all = work.is_all();
    let mut dead: Vec<String> = Vec::new();
    for (column, owner) in table.owners {
        let owner = find(owner).expect("owners are tables");
        let (key, owner) = (owner.key[0], owner.stored());
        dead.push(if is_all {
            format!("{column} IN (SELECT {key} FROM {owner} WHERE NOT is_live)")
        } else {
            format!("EXISTS (SELECT 1 FROM {owner} o WHERE o.{key} = t.{column} AND NOT o.is_live)")
        });
    }
    if table.name == "custom_field_values" {
        dead.extend(OBJECTS.iter().map(|(kind, owner, key)| {
            if is_all {
                format!("object_type = '{kind}' AND object_id IN (SELECT {key} FROM _{owner} WHERE NOT is_live)")
            } else {
                format!("t.object_type = '{kind}' AND EXISTS (SELECT 1 FROM _{owner} o WHERE o.{key} = t.object_id AND NOT o.is_live)")
            }
        }));
    }
    if dead.is_empty() {
        return Ok(());
    }
    let dead = dead.join(" OR ");
    let sql = if is_all {
        format!("UPDATE {stored} SET is_live = 0 WHERE is_live AND ({dead})")
    } else {
        let is_live = format!("(t.deleted_at IS NULL AND NOT ({dead}))");
        format!(
            "UPDATE {stored} AS t SET is_live = {is_live} WHERE ({}) AND t.is_live <> {is_live}",
            concerned(table)
        )
    };
    let changed = work.connection.execute(&sql, [])?;
    if !is_all {
        work.note(table, changed, 0);
    }
    Ok(())
}
