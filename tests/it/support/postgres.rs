//! A schema of the server that these tests share: one a site.

use private_postgres::{Cluster, SUPERUSER, shared};
use serde_json::Value;

use super::records::own;
use super::{Records, Site};

/// The site's schema.
pub(crate) fn schema(site: &Site) -> String {
    let name = site.directory.path().file_name().unwrap().to_str().unwrap();
    format!("of {}", name.trim_start_matches('.'))
}

/// The server; tests that need it have asked whether it is there.
fn cluster() -> &'static Cluster {
    shared().expect("the test has looked for a server")
}

pub(crate) fn address(site: &Site) -> String {
    cluster().address(SUPERUSER, "postgres", &format!("schema={}", schema(site).replace(' ', "%20")))
}

/// What a query gives, with the site's tables at hand.
pub(crate) fn sql(site: &Site, sql: &str) -> String {
    cluster().sql("postgres", &format!("SET search_path = \"{}\"; {sql}", schema(site)))
}

/// The live rows of a stream.
pub(crate) fn records(site: &Site, stream: &str) -> Records {
    if sql(site, &format!("SELECT to_regclass('{stream}') IS NOT NULL")) == "f" {
        return Records::new();
    }
    let rows = "SELECT json_build_array(_key, coalesce(_original, _record::text))";
    let rows = sql(site, &format!("{rows} FROM {stream} WHERE _deleted_at IS NULL"));
    let row = |line: &str| {
        let (key, record): (String, String) = serde_json::from_str(line).unwrap();
        (key, serde_json::from_str::<Value>(&record).unwrap())
    };
    own(stream, rows.lines().map(row).collect())
}

/// Whether a state has been saved.
pub(crate) fn has_saved(site: &Site) -> bool {
    sql(site, "SELECT to_regclass('_ashby_state') IS NOT NULL") == "t"
        && sql(site, "SELECT EXISTS (SELECT FROM _ashby_state)") == "t"
}

/// How much the server has written ahead.
pub(crate) fn log_bytes() -> u64 {
    cluster().sql("postgres", "SELECT pg_current_wal_insert_lsn() - '0/0'").parse().unwrap()
}
