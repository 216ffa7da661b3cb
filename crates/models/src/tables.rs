//! Every table of the model, as data.

pub(crate) mod activity;
mod derived;
mod hiring;
mod metrics;
mod others;
mod people;
mod settings;

use std::sync::LazyLock;

use crate::table::Table;

/// Every table and view of the model but the wide ones of custom fields, which depend on the organisation, in an order in which
/// they can be built.
pub static TABLES: LazyLock<Vec<&'static Table>> = LazyLock::new(|| {
    [
        settings::TABLES,
        people::TABLES,
        activity_first(),
        hiring::TABLES,
        activity_rest(),
        &others::TABLES[..],
        derived::TABLES,
        metrics::TABLES,
    ]
    .iter()
    .flat_map(|tables| tables.iter())
    .collect()
});

/// Rounds of interviews and scorecards: other tables are computed from them.
fn activity_first() -> &'static [Table] {
    &activity::TABLES[..3]
}

fn activity_rest() -> &'static [Table] {
    &activity::TABLES[3..]
}

/// The definition of a table.
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().copied().find(|table| table.name == name)
}
