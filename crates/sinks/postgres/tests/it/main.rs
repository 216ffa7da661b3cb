//! The sink against a server of its own.
#![cfg(unix)]
// Clippy takes only the test functions themselves for tests, not what they call.
#![allow(clippy::unwrap_used)]

mod columns;
mod conformance;
mod loss;
mod rights;
mod support;

use private_postgres::{Cluster, SUPERUSER, fresh_name};
use sink_postgres::PostgresSink;

/// A schema of the shared server's, which is not there yet.
pub(crate) struct Place {
    pub(crate) cluster: &'static Cluster,
    pub(crate) schema: String,
}

impl Place {
    /// `None` where there is no server.
    pub(crate) fn new() -> Option<Self> {
        let cluster = private_postgres::shared()?;
        Some(Self { cluster, schema: fresh_name("ashby") })
    }

    pub(crate) fn address(&self) -> String {
        self.cluster.address(SUPERUSER, "postgres", &format!("schema={}", self.schema))
    }

    pub(crate) fn sink(&self) -> PostgresSink {
        PostgresSink::new(&self.address()).unwrap()
    }

    /// Rows as lines.
    pub(crate) fn sql(&self, sql: &str) -> String {
        self.cluster.sql("postgres", &format!("SET search_path = {}; {sql}", self.schema))
    }
}
