//! The page that describes every table: `docs/model.md`.

use crate::table::Making;
use crate::tables::TABLES;

const BEFORE: &str = "# The model

What analysts query: a file beside the records (`ashby.db` → `ashby.model.db`), kept up by every `ashby sync`, or built by `ashby models
build`. `<table>` shows what exists; `<table>_all`, where there is one, also what is gone (`deleted_at`, `is_live`). Records are a join
away by key: `ATTACH 'ashby.db' AS raw`. Instants are UTC text (`2026-01-31T12:00:00.000Z`), booleans 0 and 1, days elapsed time / 24 h;
months, weeks and dates are cut in the zone of the setting `timezone`. Ages are measured against `as_of`, the start of the last complete
sync of applications: `SELECT * FROM model_info`. `application_history` (or `sync --all`) makes visits, moves and durations known; without
it, `reached_basis` says that what was reached is a lower bound.

This page is made from the definitions; `model_columns` in the file says the same.
";

/// The page.
pub fn markdown() -> String {
    let mut out = BEFORE.to_owned();
    for table in TABLES.iter() {
        let kind = if matches!(table.making, Making::View(_)) { ", a view" } else { "" };
        let streams: Vec<&str> = table.origins().iter().map(|(stream, _)| *stream).collect();
        let from = match &streams[..] {
            [] => String::new(),
            streams => format!(" From `{}`.", streams.join("`, `")),
        };
        out.push_str(&format!(
            "\n## {}\n\n{}{kind}. Key: `{}`.{from}\n\n| column | type | what it is |\n|---|---|---|\n",
            table.name,
            table.row,
            table.key.join("`, `")
        ));
        for column in table.columns.iter().filter(|column| column.is_shown()) {
            let about = column.about.replace('|', "\\|");
            out.push_str(&format!("| `{}` | {} | {about} |\n", column.name, column.kind.name()));
        }
    }
    out.push_str(
        "\n## Custom fields as columns\n\n`candidate_custom_fields`, `application_custom_fields`, `job_custom_fields`, `offer_custom_fields`, \
         `opening_custom_fields`, `project_custom_fields` and `user_custom_fields` have a row for each object with a value and a typed \
         column for each field. A column keeps the name that it got first, whatever becomes of the title; `ashby models rename` \
         changes it. Currencies are `<x>_amount` and `<x>_currency`, ranges `<x>_min` and `<x>_max`; several options are one text, sorted.\n",
    );
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_what_the_definitions_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/model.md");
        if std::env::var_os("ASHBY_UPDATE_DOCUMENTS").is_some() {
            std::fs::write(path, super::markdown()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == super::markdown(),
            "docs/model.md is old: run this test with ASHBY_UPDATE_DOCUMENTS=1"
        );
    }
}
