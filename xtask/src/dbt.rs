//! `cargo xtask dbt`: what the dbt package has from the definitions of the model: sources, staging models, and what the
//! marts' columns mean. The SQL of the marts is written by hand, in `dbt/ashby/models`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use models::{Column, Table};

use crate::Result;
use crate::workspace::root;

/// What to do with the package.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a committed file is not what the code says
    #[arg(long)]
    pub(crate) check: bool,
}

/// Writes or checks the files.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = root().join("dbt/ashby/models");
    for (name, text) in files()? {
        let path = folder.join(&name);
        let error = |error| format!("{}: {error}", path.display());
        if !options.check {
            fs::write(&path, text).map_err(error)?;
        } else if fs::read_to_string(&path).map_err(error)? != text {
            return Err(format!("{} is not what the code says; run `cargo xtask dbt`", path.display()).into());
        }
    }
    Ok(())
}

/// Streams whose records are rows of a table as they are.
fn streams() -> BTreeMap<&'static str, &'static Table> {
    let mut all = BTreeMap::new();
    for table in models::TABLES.iter() {
        for (stream, each) in table.origins() {
            // Details of applications hold the history of each in an array.
            if each.is_empty() {
                all.entry(*stream).or_insert(*table);
            }
        }
    }
    all
}

fn files() -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let streams = streams();
    for (stream, table) in &streams {
        files.insert(format!("staging/stg_ashby__{stream}.sql"), staging(stream, table));
    }
    files.insert("staging/_sources.yml".to_owned(), sources(&streams));
    files.insert("staging/_staging.yml".to_owned(), staged(&streams));
    let folder = root().join("dbt/ashby/models/marts");
    let mut marts = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        marts.extend(name.strip_suffix(".sql").map(str::to_owned));
    }
    marts.sort();
    let mut text = String::from("# Written by `cargo xtask dbt`.\nversion: 2\nmodels:\n");
    for mart in &marts {
        let table = models::find(mart).ok_or_else(|| format!("the model has no table {mart}"))?;
        let sql = fs::read_to_string(folder.join(format!("{mart}.sql")))?;
        describe_mart(table, &sql, &mut text);
    }
    files.insert("marts/_marts.yml".to_owned(), text);
    Ok(files)
}

/// The columns that are read from paths, with their names in staging: those that a mart has too by their own.
fn read(table: &Table) -> impl Iterator<Item = (String, &'static Column)> {
    let plain = |column: &&Column| {
        column.is_read() && !column.from.contains(['!', '^', '#']) && !column.from.is_empty()
            || column.from.contains('|') && !column.from.contains('!')
    };
    table.read_columns().filter(plain).map(|column| {
        let name = column.name.strip_prefix('_');
        (name.map_or_else(|| column.name.to_owned(), |name| format!("noted_{name}")), column)
    })
}

/// A path without what stands for the record around it, which is the record itself here.
fn path(column: &Column) -> String {
    let paths: Vec<&str> = column.from.split('|').filter(|path| !path.starts_with('^')).collect();
    paths.join("|")
}

fn staging(stream: &str, table: &Table) -> String {
    let mut text = format!("-- Written by `cargo xtask dbt`.\n{{{{ ashby.staged('{stream}', [\n");
    for (name, column) in read(table) {
        let kind = column.kind.name();
        let _ = writeln!(text, "    ('{name}', '{}', '{kind}'),", path(column));
    }
    text.push_str("]) }}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn sources(streams: &BTreeMap<&str, &Table>) -> String {
    let mut text = String::from(
        "# Written by `cargo xtask dbt`.\nversion: 2\nsources:\n  - name: ashby\n    description: What `ashby sync` keeps\n    \
         schema: \"{{ var('ashby_schema') }}\"\n    loaded_at_field: _captured_at\n    tables:\n",
    );
    for (stream, table) in streams {
        let _ = writeln!(text, "      - name: {stream}\n        description: {}", quoted(table.row));
        if *stream == "applications" {
            text.push_str("        freshness:\n          warn_after: {count: 24, period: hour}\n");
        }
    }
    text
}

fn staged(streams: &BTreeMap<&str, &Table>) -> String {
    let mut text = String::from("# Written by `cargo xtask dbt`.\nversion: 2\nmodels:\n");
    for (stream, table) in streams {
        let about = format!("{}; what is gone has a deleted_at", table.row);
        let _ = writeln!(
            text,
            "  - name: stg_ashby__{stream}\n    description: {}\n    columns:",
            quoted(&about)
        );
        for (name, column) in read(table) {
            let _ = writeln!(text, "      - name: {name}\n        description: {}", quoted(column.about));
            if table.record == [column.name] {
                text.push_str("        data_tests: [unique, not_null]\n");
            }
        }
    }
    text
}

/// Columns whose values are words of ours, or Ashby's.
const ACCEPTED: &[(&str, &str, &[&str], bool)] = &[
    ("applications", "status", &["Active", "Archived", "Hired", "Lead"], false),
    (
        "applications",
        "outcome",
        &["hired", "active", "lead", "rejected", "withdrew", "archived_other", "archived_unknown"],
        true,
    ),
    ("applications", "reached_basis", &["history", "evidence"], true),
    ("applications", "hired_at_source", &["history", "offer"], true),
    ("offers", "outcome", &["accepted", "declined", "cancelled", "open"], true),
    ("hires", "time_to_fill_basis", &["opening", "job"], true),
    ("hires", "time_to_fill_problem", &["hired_before_opened"], true),
    (
        "sources",
        "source_category",
        &["inbound", "referral", "sourced", "agency", "internal", "event", "other"],
        true,
    ),
    (
        "stage_transitions",
        "direction",
        &["entry", "archive", "hire", "unarchive", "unhire", "transfer", "forward", "backward", "same"],
        true,
    ),
];

/// Foreign keys: table, column, the table that has it as its key. Whoever may not read that finds nothing there.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("application_stage_intervals", "application_id", "applications"),
    ("application_stage_durations", "application_id", "applications"),
    ("stage_transitions", "application_id", "applications"),
    ("offers", "application_id", "applications"),
    ("hires", "application_id", "applications"),
    ("applications", "job_id", "jobs"),
    ("applications", "source_id", "sources"),
    ("interview_events", "application_id", "applications"),
];

/// What holds of every row.
const HOLDS: &[(&str, &str)] = &[
    ("application_stage_intervals", "left_at is null or left_at >= entered_at"),
    ("metric_funnel", "ended_reached <= reached and entered <= reached and by_evidence <= reached"),
    ("metric_stage_conversion", "entered = progressed + rejected + withdrew + archived_other + pending"),
    ("metric_interviewer_load", "feedback_missing <= feedback_due and feedback_due <= interviews"),
];

fn describe_mart(table: &Table, sql: &str, text: &mut String) {
    let has = |column: &Column| {
        column.is_shown()
            && sql
                .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .any(|word| word == column.name)
    };
    let columns: Vec<&Column> = table.columns.iter().filter(|column| has(column)).collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let _ =
        writeln!(text, "  - name: {}\n    description: {}\n    data_tests:", table.name, quoted(table.row));
    let _ = writeln!(text, "      - unique_together:\n          columns: [{}]", table.key.join(", "));
    let _ = writeln!(text, "      - equals_model:\n          columns: [{}]", names.join(", "));
    for (_, condition) in HOLDS.iter().filter(|(of, _)| *of == table.name) {
        let _ = writeln!(text, "      - holds:\n          condition: {}", quoted(condition));
    }
    text.push_str("    columns:\n");
    for column in columns {
        let _ =
            writeln!(text, "      - name: {}\n        description: {}", column.name, quoted(column.about));
        let mut tests = String::new();
        if table.key == [column.name] && table.name != "metric_time_to_hire" {
            tests.push_str("          - not_null\n");
        }
        for (_, _, values, is_ours) in
            ACCEPTED.iter().filter(|(of, name, ..)| (*of, *name) == (table.name, column.name))
        {
            let _ = writeln!(
                tests,
                "          - accepted_values:\n              values: [{}]",
                values.join(", ")
            );
            if !is_ours {
                tests.push_str("              config: {severity: warn}\n");
            }
        }
        for (_, name, to) in
            REFERENCES.iter().filter(|(of, name, _)| (*of, *name) == (table.name, column.name))
        {
            let _ = writeln!(
                tests,
                "          - relationships:\n              to: ref('{to}')\n              field: {name}"
            );
            if !matches!(*to, "applications") {
                tests.push_str("              config: {severity: warn}\n");
            }
        }
        if !tests.is_empty() {
            let _ = write!(text, "        data_tests:\n{tests}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_package_is_what_the_code_says() {
        run(&Options { check: true }).unwrap();
    }
}
