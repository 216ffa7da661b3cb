//! Builds a model and says how long it took: `build RECORDS [full]`.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let records = arguments.next().unwrap();
    let mut options = models::Options::default();
    options.full = arguments.next().is_some();
    let records = Path::new(&records);
    let report = models::build(records, &models::path_of(records), &options).unwrap();
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}
