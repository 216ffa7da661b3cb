//! Types of columns as databases spell them.

use serde_json::{Value, json};

use crate::ColumnType;

/// Whose SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// DuckDB.
    DuckDb,
    /// BigQuery.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// Athena, and Hive.
    Athena,
    /// Spark, and Databricks.
    Spark,
}

impl Dialect {
    /// All of them, with their names.
    pub const ALL: [(&str, Self); 7] = [
        ("sqlite", Self::Sqlite),
        ("postgres", Self::Postgres),
        ("duckdb", Self::DuckDb),
        ("bigquery", Self::BigQuery),
        ("snowflake", Self::Snowflake),
        ("athena", Self::Athena),
        ("spark", Self::Spark),
    ];

    /// A name, quoted.
    pub fn quoted(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres | Self::DuckDb | Self::Snowflake => {
                format!("\"{}\"", name.replace('"', "\"\""))
            }
            Self::BigQuery | Self::Athena | Self::Spark => format!("`{}`", name.replace('`', "")),
        }
    }
}

/// The types, in the order of [`Dialect::ALL`].
const TYPES: [(ColumnType, [&str; 7]); 6] = [
    (ColumnType::Text, ["TEXT", "text", "VARCHAR", "STRING", "VARCHAR", "string", "STRING"]),
    (
        ColumnType::Instant,
        ["TEXT", "timestamptz", "TIMESTAMPTZ", "TIMESTAMP", "TIMESTAMP_TZ", "timestamp", "TIMESTAMP"],
    ),
    (ColumnType::Integer, ["INTEGER", "bigint", "BIGINT", "INT64", "BIGINT", "bigint", "BIGINT"]),
    (ColumnType::Number, ["REAL", "numeric", "DOUBLE", "FLOAT64", "DOUBLE", "double", "DOUBLE"]),
    (ColumnType::Boolean, ["INTEGER", "boolean", "BOOLEAN", "BOOL", "BOOLEAN", "boolean", "BOOLEAN"]),
    // In files JSON is text; whoever reads them makes more of it.
    (ColumnType::Json, ["TEXT", "jsonb", "VARCHAR", "STRING", "VARCHAR", "string", "STRING"]),
];

impl ColumnType {
    /// What a column of this type is called there.
    pub fn sql(self, dialect: Dialect) -> &'static str {
        let place = Dialect::ALL.iter().position(|(_, known)| *known == dialect).unwrap_or(0);
        TYPES.iter().find(|(column, _)| *column == self).map_or("", |(_, names)| names[place])
    }
}

impl ColumnType {
    /// Its type in Parquet files, as Arrow's programs write types in JSON.
    pub fn arrow(self) -> Value {
        match self {
            Self::Text | Self::Json => json!({"name": "utf8"}),
            Self::Instant => json!({"name": "timestamp", "unit": "MICROSECOND", "timezone": "UTC"}),
            Self::Integer => json!({"name": "int", "bitWidth": 64, "isSigned": true}),
            Self::Number => json!({"name": "floatingpoint", "precision": "DOUBLE"}),
            Self::Boolean => json!({"name": "bool"}),
        }
    }

    /// Its type in Avro.
    pub fn avro(self) -> Value {
        match self {
            Self::Text | Self::Json => json!("string"),
            Self::Instant => json!({"type": "long", "logicalType": "timestamp-micros"}),
            Self::Integer => json!("long"),
            Self::Number => json!("double"),
            Self::Boolean => json!("boolean"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_name_in_every_dialect() {
        for (_, dialect) in Dialect::ALL {
            for column in ColumnType::ALL {
                assert!(!column.sql(dialect).is_empty(), "{column:?} in {dialect:?}");
            }
        }
        assert_eq!(ColumnType::Instant.sql(Dialect::Postgres), "timestamptz");
        assert_eq!(Dialect::Sqlite.quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::BigQuery.quoted("a`b"), "`ab`");
    }
}
