//! What a stream looks like as a table, told in the languages of those who read tables.

use capture_core::StreamDescriptor;
use serde_json::{Value, json};

use crate::{Column, ColumnType, Columns, Dialect, Wanted, table_name};

/// What is ours in each table: name, type, whether it always has a value, what it is.
pub const OWN: [(&str, ColumnType, bool, &str); 11] = [
    ("_key", ColumnType::Text, true, "What tells the record from others of its stream"),
    ("_captured_at", ColumnType::Instant, true, "When it last changed here, or was found to be gone"),
    ("_deleted_at", ColumnType::Instant, false, "Since when it is gone; none while it is there"),
    (
        "_deleted_why",
        ColumnType::Text,
        false,
        "How that is known: unseen, not_found, reported, merged, erased",
    ),
    ("_merged_into", ColumnType::Text, false, "The key of the record that it became part of"),
    ("_scope", ColumnType::Text, false, "The key of the record that it belongs to"),
    ("_record", ColumnType::Json, true, "The whole record"),
    ("_original", ColumnType::Text, false, "The record as it came, where _record had to be mended"),
    ("_hash", ColumnType::Integer, true, "Tells one version of the record from others"),
    ("_seen", ColumnType::Integer, true, "When it was read, in an order that grows"),
    ("_commit", ColumnType::Integer, true, "The commit that brought it"),
];

/// A stream as a table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The stream's name, and the table's.
    pub name: String,
    /// Columns that show members, in the order in which destinations make them.
    pub columns: Vec<Column>,
}

impl Table {
    /// The table that destinations make of a stream before anything has come.
    pub fn new(stream: &StreamDescriptor) -> Self {
        let mut columns = Columns::new([], OWN.map(|(name, ..)| name.to_owned()), usize::MAX);
        let wanted: Wanted =
            stream.fields.iter().map(|field| (field.name.clone(), ColumnType::of(field.kind))).collect();
        columns.add(&wanted);
        Self { name: stream.name.clone(), columns: columns.all().to_vec() }
    }

    /// The columns that show members, with their types, in a dialect; SQLite has them under the members' own names.
    fn members(&self, dialect: Dialect) -> impl Iterator<Item = (&str, ColumnType)> {
        let is_as_sent = dialect == Dialect::Sqlite;
        self.columns.iter().filter_map(move |column| {
            Some((if is_as_sent { &*column.member } else { &*column.name }, column.column_type?))
        })
    }

    /// All columns there: the key, members, and the others of ours.
    fn all(&self, dialect: Dialect) -> impl Iterator<Item = (&str, ColumnType, bool)> {
        let own = move |(name, column, is_required, _): &(&'static str, ColumnType, bool, &'static str)| {
            let is_there = match dialect {
                Dialect::Sqlite => !matches!(*name, "_original" | "_hash" | "_seen" | "_commit"),
                Dialect::Postgres => *name != "_commit",
                _ => true,
            };
            is_there.then_some((*name, *column, *is_required))
        };
        let key = OWN[..1].iter().filter_map(own);
        let members = self.members(dialect).map(|(name, column)| (name, column, false));
        key.chain(members).chain(OWN[1..].iter().filter_map(own))
    }

    /// The table in SQL.
    pub fn sql(&self, dialect: Dialect) -> String {
        let name = match dialect {
            Dialect::Sqlite => self.name.clone(),
            _ => table_name(&self.name),
        };
        let columns = self.all(dialect).map(|(name, column, is_required)| {
            let required = match (name, dialect) {
                ("_key", Dialect::Postgres) => " COLLATE \"C\" PRIMARY KEY",
                // They have none in files that stand outside.
                (_, Dialect::Athena | Dialect::Spark) => "",
                _ if is_required => " NOT NULL",
                _ => "",
            };
            format!("    {} {}{required}", dialect.quoted(name), column.sql(dialect))
        });
        let columns: Vec<String> = columns.collect();
        format!("CREATE TABLE {} (\n{}\n);\n", dialect.quoted(&name), columns.join(",\n"))
    }

    /// The schema of its Parquet files, as Arrow's programs write schemas in JSON.
    pub fn arrow(&self) -> Value {
        let fields: Vec<Value> = self
            .all(Dialect::DuckDb)
            .map(|(name, column, is_required)| {
                json!({"name": name, "type": column.arrow(), "nullable": !is_required, "children": []})
            })
            .collect();
        json!({ "schema": { "fields": fields } })
    }

    /// An Avro schema.
    pub fn avro(&self) -> Value {
        let fields: Vec<Value> = self
            .all(Dialect::DuckDb)
            .map(|(name, column, is_required)| match is_required {
                true => json!({"name": name, "type": column.avro()}),
                false => json!({"name": name, "type": ["null", column.avro()], "default": null}),
            })
            .collect();
        json!({"type": "record", "name": self.name, "namespace": "ashby", "fields": fields})
    }

    /// Its part of dbt's `sources.yml`.
    pub fn dbt(&self, dialect: Dialect) -> String {
        let mut yaml = format!("      - name: {}\n        columns:\n", quoted(&self.name));
        for (name, column, is_required) in self.all(dialect) {
            yaml.push_str(&format!(
                "          - name: {}\n            data_type: {}\n",
                quoted(name),
                column.sql(dialect)
            ));
            if let Some((.., about)) = OWN.iter().find(|(own, ..)| *own == name) {
                yaml.push_str(&format!("            description: {}\n", quoted(about)));
            }
            if name == "_key" {
                yaml.push_str("            tests: [unique, not_null]\n");
            } else if is_required {
                yaml.push_str("            tests: [not_null]\n");
            }
        }
        yaml
    }

    /// What shows Parquet files below `root` as tables: the stream as it stands, and what commits brought.
    pub fn views(&self, dialect: Dialect, root: &str) -> String {
        let folder = |of: &str| format!("{root}/{of}/{}", self.name);
        let (current, changes) = (folder("current"), folder("changes"));
        let (name, history) = (dialect.quoted(&self.name), dialect.quoted(&format!("{}_changes", self.name)));
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        match dialect {
            Dialect::BigQuery => {
                let external = |name: &str, folder: &str, more: &str| {
                    format!(
                        "CREATE OR REPLACE EXTERNAL TABLE {name}{more}\nOPTIONS (format = 'PARQUET', uris = [{}]{});\n",
                        text(&format!("{folder}/*")),
                        match more {
                            "" => String::new(),
                            _ => format!(", hive_partition_uri_prefix = {}", text(folder)),
                        }
                    )
                };
                external(&name, &current, "")
                    + &external(&history, &changes, "\nWITH PARTITION COLUMNS (captured_on DATE)")
            }
            Dialect::Snowflake => {
                let columns: Vec<String> = self
                    .all(dialect)
                    .map(|(name, column, _)| {
                        let value = format!("VALUE:{}", dialect.quoted(name));
                        match column {
                            ColumnType::Json => format!(
                                "    {} VARIANT AS (TRY_PARSE_JSON({value}::VARCHAR))",
                                dialect.quoted(name)
                            ),
                            other => {
                                let sql = other.sql(dialect);
                                format!("    {} {sql} AS ({value}::{sql})", dialect.quoted(name))
                            }
                        }
                    })
                    .collect();
                let external = |name: &str, folder: &str| {
                    format!(
                        "CREATE OR REPLACE EXTERNAL TABLE {name} (\n{}\n)\nLOCATION = @ashby/{folder}/{}/ FILE_FORMAT = (TYPE = PARQUET) AUTO_REFRESH = FALSE;\n",
                        columns.join(",\n"),
                        self.name
                    )
                };
                external(&name, "current") + &external(&history, "changes")
            }
            Dialect::Athena => {
                let columns: Vec<String> = self
                    .all(dialect)
                    .map(|(name, column, _)| format!("    {} {}", dialect.quoted(name), column.sql(dialect)))
                    .collect();
                let columns = columns.join(",\n");
                format!(
                    "CREATE EXTERNAL TABLE IF NOT EXISTS {name} (\n{columns}\n)\nSTORED AS PARQUET LOCATION {};\n\
                     CREATE EXTERNAL TABLE IF NOT EXISTS {history} (\n{columns},\n    `_op` string\n)\n\
                     PARTITIONED BY (`captured_on` date) STORED AS PARQUET LOCATION {};\nMSCK REPAIR TABLE {history};\n",
                    text(&format!("{current}/")),
                    text(&format!("{changes}/"))
                )
            }
            Dialect::Spark => {
                let view = |name: &str, folder: &str| {
                    format!(
                        "CREATE OR REPLACE TEMPORARY VIEW {name} USING parquet OPTIONS (path {});\n",
                        text(folder)
                    )
                };
                view(&name, &current) + &view(&history, &changes)
            }
            _ => {
                let view = |name: &str, files: &str, more: &str| {
                    format!(
                        "CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({}{more});\n",
                        text(files)
                    )
                };
                view(&name, &format!("{current}/*.parquet"), "")
                    + &view(&history, &format!("{changes}/*/*.parquet"), ", union_by_name = true")
            }
        }
    }
}

/// What comes before all views of a dialect.
pub fn views_before(dialect: Dialect, root: &str) -> String {
    match dialect {
        Dialect::Snowflake => format!(
            "-- once, with an integration that may read it: CREATE STAGE ashby URL = '{}' STORAGE_INTEGRATION = …;\n",
            root.replace('\'', "''")
        ),
        _ => String::new(),
    }
}

/// What comes before all tables in dbt's `sources.yml`.
pub const DBT_BEFORE: &str = "version: 2\nsources:\n  - name: ashby\n    tables:\n";

/// A text in YAML: JSON is YAML.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use capture_core::{Field, FieldKind};

    use super::*;

    fn table() -> Table {
        let fields = [
            Field::new("id", FieldKind::String),
            Field::new("createdAt", FieldKind::Instant),
            Field::new("_key", FieldKind::Integer),
            Field::new("tags", FieldKind::Array),
        ];
        Table::new(&StreamDescriptor::new("pets", ["id"]).with_fields(fields))
    }

    #[test]
    fn tables_are_told_in_every_dialect() {
        let postgres = table().sql(Dialect::Postgres);
        for line in [
            "\"_key\" text COLLATE \"C\" PRIMARY KEY,",
            "\"created_at\" timestamptz,",
            "\"f_key\" bigint,",
            "\"tags\" jsonb,",
            "\"_record\" jsonb NOT NULL,",
        ] {
            assert!(postgres.contains(line), "{line}: {postgres}");
        }
        assert!(!postgres.contains("_commit"));
        let sqlite = table().sql(Dialect::Sqlite);
        assert!(sqlite.contains("\"createdAt\" TEXT") && !sqlite.contains("_hash"), "{sqlite}");
        for (_, dialect) in Dialect::ALL {
            assert!(table().sql(dialect).starts_with("CREATE TABLE"));
        }
    }

    #[test]
    fn schemas_name_the_same_columns() {
        let names = |fields: &Value| -> Vec<String> {
            fields
                .as_array()
                .unwrap()
                .iter()
                .map(|field| field["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let (arrow, avro) = (table().arrow(), table().avro());
        assert_eq!(names(&arrow["schema"]["fields"]), names(&avro["fields"]));
        assert_eq!(avro["fields"][0]["type"], "string");
        let created =
            avro["fields"].as_array().unwrap().iter().find(|field| field["name"] == "created_at").unwrap();
        assert_eq!(created["type"][1]["logicalType"], "timestamp-micros");
        let dbt = table().dbt(Dialect::Postgres);
        assert!(dbt.contains("- name: \"created_at\"\n            data_type: timestamptz"), "{dbt}");
    }

    #[test]
    fn views_name_files_and_no_text_can_be_left() {
        let duckdb = table().views(Dialect::DuckDb, "s3://it's/x");
        assert!(duckdb.contains("'s3://it''s/x/current/pets/*.parquet'"), "{duckdb}");
        assert!(
            table()
                .views(Dialect::Snowflake, "s3://x")
                .contains("TRY_PARSE_JSON(VALUE:\"_record\"::VARCHAR)")
        );
        assert!(table().views(Dialect::Athena, "s3://x").contains("LOCATION 's3://x/current/pets/'"));
        assert!(table().views(Dialect::BigQuery, "gs://x").contains("uris = ['gs://x/current/pets/*']"));
        assert!(table().views(Dialect::Spark, "s3a://x").contains("path 's3a://x/changes/pets'"));
    }
}
