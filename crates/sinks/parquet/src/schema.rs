//! The columns of files, and how files are written.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use typed_records::{Column, ColumnType};

/// The type of members' columns in files.
pub(crate) fn arrow_type(column: ColumnType) -> DataType {
    match column {
        ColumnType::Text | ColumnType::Json => DataType::Utf8,
        ColumnType::Instant => instant(),
        ColumnType::Integer => DataType::Int64,
        ColumnType::Number => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
    }
}

pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A stream as it stands.
    Current,
    /// What commits brought.
    Changes,
}

/// The columns of ours that stand behind members: name, type, and whether there may be none.
pub(crate) fn own(of: Of) -> Vec<Field> {
    let mut own = vec![
        Field::new("_captured_at", instant(), false),
        Field::new("_deleted_at", instant(), true),
        Field::new("_deleted_why", DataType::Utf8, true),
        Field::new("_merged_into", DataType::Utf8, true),
        Field::new("_scope", DataType::Utf8, true),
        Field::new("_record", DataType::Utf8, false),
        Field::new("_original", DataType::Utf8, true),
        Field::new("_hash", DataType::Int64, false),
        Field::new("_seen", DataType::Int64, false),
        Field::new("_commit", DataType::Int64, false),
    ];
    if of == Of::Changes {
        own.push(Field::new("_op", DataType::Utf8, false));
    }
    own
}

/// All columns of a file, in their order.
pub(crate) fn schema(columns: &[Column], of: Of) -> SchemaRef {
    let mut fields = vec![Field::new("_key", DataType::Utf8, false)];
    for column in columns {
        let Some(column_type) = column.column_type else { continue };
        let field = Field::new(&column.name, arrow_type(column_type), true);
        let said = HashMap::from([("ashby.member".to_owned(), column.member.clone())]);
        fields.push(field.with_metadata(said));
    }
    fields.extend(own(of));
    Arc::new(Schema::new(fields))
}

/// Rows that may be a group of their own.
const GROUP_ROWS: usize = 65_536;
/// … and bytes, as they are packed: what is being written is held in memory.
const GROUP_BYTES: usize = 12 << 20;
/// What is packed at once of a column of texts.
const PAGE_BYTES: usize = 256 << 10;

/// The name under which a file says up to which commit it goes.
pub(crate) const COMMIT: &str = "ashby.commit";

/// How a file of a stream is written.
pub(crate) fn properties(stream: &str, columns: &[Column], commit: u64) -> WriterProperties {
    let level = ZstdLevel::try_new(3).unwrap_or_default();
    let said = [
        ("ashby.stream", stream.to_owned()),
        (COMMIT, commit.to_string()),
        ("ashby.version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let sorted = SortingColumn { column_idx: 0, descending: false, nulls_first: false };
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(format!("ashby {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_size_limit(PAGE_BYTES)
        .set_write_batch_size(256)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_sorting_columns(Some(vec![sorted]))
        .set_key_value_metadata(Some(
            said.into_iter().map(|(name, value)| KeyValue::new(name.to_owned(), value)).collect(),
        ));
    let path = |name: &str| ColumnPath::from(name.to_owned());
    let plain = ["_key", "_record", "_original", "_hash"];
    let instants = ["_captured_at", "_deleted_at", "_commit"];
    let wide = columns.iter().filter(|column| column.column_type == Some(ColumnType::Json));
    for name in plain.into_iter().chain(wide.map(|column| &*column.name)) {
        builder = builder.set_column_dictionary_enabled(path(name), false);
    }
    builder = builder.set_column_encoding(path("_key"), Encoding::PLAIN);
    let timed = columns.iter().filter(|column| column.column_type == Some(ColumnType::Instant));
    let measured = instants.into_iter().chain(timed.map(|column| &*column.name));
    for name in measured.chain(["_key"]) {
        builder = builder.set_column_statistics_enabled(path(name), EnabledStatistics::Chunk);
    }
    builder.build()
}

/// Whether what is being written is to be packed and put down.
pub(crate) fn is_group_full(in_progress_bytes: usize) -> bool {
    in_progress_bytes >= GROUP_BYTES
}

#[cfg(test)]
mod tests {
    use capture_core::{FieldKind, StreamDescriptor};
    use serde_json::{Value, json};
    use typed_records::Table;

    use super::*;

    /// A type as Arrow's programs write it in JSON.
    fn written(of: &DataType) -> Value {
        match of {
            DataType::Utf8 => json!({"name": "utf8"}),
            DataType::Int64 => json!({"name": "int", "bitWidth": 64, "isSigned": true}),
            DataType::Float64 => json!({"name": "floatingpoint", "precision": "DOUBLE"}),
            DataType::Boolean => json!({"name": "bool"}),
            DataType::Timestamp(TimeUnit::Microsecond, Some(zone)) => {
                json!({"name": "timestamp", "unit": "MICROSECOND", "timezone": &**zone})
            }
            other => panic!("{other} is no type of ours"),
        }
    }

    #[test]
    fn files_have_the_columns_that_a_table_is_said_to_have() {
        use FieldKind::{Any, Array, Boolean, Instant, Integer, Number, Object, String};
        let kinds = [Any, Array, Boolean, Instant, Integer, Number, Object, String];
        let fields = kinds.map(|kind| capture_core::Field::new(format!("of{kind:?}"), kind));
        let table = Table::new(&StreamDescriptor::new("pets", ["id"]).with_fields(fields));
        let said = table.arrow();
        let schema = schema(&table.columns, Of::Current);
        let written: Vec<Value> = schema
            .fields()
            .iter()
            .map(|field| {
                let (name, is_nullable) = (field.name(), field.is_nullable());
                json!({"name": name, "type": written(field.data_type()), "nullable": is_nullable, "children": []})
            })
            .collect();
        assert_eq!(said["schema"]["fields"], Value::from(written));
    }
}
