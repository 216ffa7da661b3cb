//! Tables that another program has made, read as they are.

use std::collections::{BTreeMap, BTreeSet};

use capture_core::Result;

use crate::address::Address;
use crate::family::{look_with, read};
use crate::names::quoted;

/// A schema of a PostgreSQL database in which another program keeps tables. Nothing is ever changed in it. Calls block.
#[derive(Debug)]
pub struct Foreign {
    address: Address,
}

impl Foreign {
    /// At an address as [`Family`](crate::Family) takes it; `None` if it is not one.
    pub fn at(address: &str) -> Option<Result<Self>> {
        Some(read(address)?.map(|address| Self { address }))
    }

    /// Its address without secrets.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Its tables and views with the names of their columns.
    ///
    /// # Errors
    /// As for [`Place::peek`](capture_core::Place::peek).
    pub fn tables(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        look_with(&self.address, async |link, layout| {
            let relations = layout.relations(link).await?;
            Ok(relations.into_iter().map(|(table, columns)| (table, columns.into_keys().collect())).collect())
        })
    }

    /// Tells of each row what some columns hold, as text.
    ///
    /// # Errors
    /// As for [`Place::peek`](capture_core::Place::peek).
    pub fn each_row(
        &self,
        table: &str,
        columns: &[&str],
        each: &mut (dyn FnMut(Vec<Option<&str>>) + Send),
    ) -> Result<()> {
        let columns: Vec<String> = columns.iter().map(|column| format!("{}::text", quoted(column))).collect();
        look_with(&self.address, async |link, layout| {
            let sql = format!("SELECT {} FROM {}", columns.join(", "), layout.table(table));
            link.each_row(&sql, |row| {
                let values: Result<Vec<_>, _> =
                    (0..columns.len()).map(|column| row.try_get(column)).collect();
                each(values?);
                Ok(())
            })
            .await
        })
    }
}
