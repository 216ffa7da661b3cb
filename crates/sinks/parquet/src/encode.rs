//! Rows as columns: what is sent becomes a batch of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use capture_core::{Error, ErrorKind, Shape};
use json_slices::{Text, unicode};
use typed_records::{Column, ColumnType, Columns, Wanted, instant_us, integer};

use crate::grave::Grave;
use crate::schema::{self, Of};

/// As many columns as readers put up with.
pub(crate) const COLUMNS_MAX: usize = 1_000;

/// A row of a batch.
pub(crate) struct Encoded<'a> {
    pub(crate) key: &'a str,
    pub(crate) body: &'a [u8],
    pub(crate) shape: Option<Shape>,
    pub(crate) scope: Option<&'a str>,
    pub(crate) grave: Option<&'a Grave>,
    pub(crate) hash: u64,
    pub(crate) seen: u64,
}

/// The columns of a stream, and how values get into them.
pub(crate) struct Encoder {
    stream: String,
    columns: Columns,
    changes: SchemaRef,
    /// Values that did not fit their columns, by column.
    misfits: BTreeMap<String, u64>,
    /// Records that came since the last commit and are shown mended.
    mended: u64,
}

impl Encoder {
    pub(crate) fn new(stream: &str, columns: Vec<Column>) -> Self {
        let own = schema::own(Of::Changes).into_iter().map(|field| field.name().clone());
        let columns = Columns::new(columns, own.chain(["_key".to_owned()]), COLUMNS_MAX);
        let changes = schema::schema(columns.all(), Of::Changes);
        Self { stream: stream.to_owned(), columns, changes, misfits: BTreeMap::new(), mended: 0 }
    }

    pub(crate) fn columns(&self) -> &[Column] {
        self.columns.all()
    }

    /// Values that did not fit, by column, since this was asked last.
    pub(crate) fn take_misfits(&mut self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.misfits)
    }

    /// How many records are shown mended, of those that came since this was asked last.
    pub(crate) fn take_mended(&mut self) -> u64 {
        std::mem::take(&mut self.mended)
    }

    /// Adds columns for these members; whether there are new ones.
    pub(crate) fn add(&mut self, wanted: &Wanted) -> bool {
        let is_news = !self.columns.add(wanted).is_empty();
        if is_news {
            self.changes = schema::schema(self.columns.all(), Of::Changes);
        }
        is_news
    }

    /// Adds columns for members of a record that have none.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if it is no JSON object.
    pub(crate) fn make_room(&mut self, body: &[u8], shape: Option<Shape>) -> Result<(), Error> {
        let mut missing = BTreeSet::new();
        let shown = unicode(body);
        self.mended += u64::from(matches!(shown, std::borrow::Cow::Owned(_)));
        self.columns.missing(&self.stream, &shown, shape, &mut missing)?;
        if !missing.is_empty() {
            self.add(&missing.into_iter().map(|member| (member, ColumnType::Json)).collect());
        }
        Ok(())
    }

    /// What a commit brings of these rows.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] if one is no JSON object.
    pub(crate) fn batch(
        &mut self,
        rows: &[Encoded<'_>],
        commit: u64,
        now_us: i64,
    ) -> Result<RecordBatch, Error> {
        let mut cells: Vec<Cells> =
            self.columns.all().iter().map(|column| Cells::new(column.column_type, rows.len())).collect();
        let texts = || StringBuilder::with_capacity(rows.len(), 0);
        let mut key = texts();
        let (mut captured, mut deleted) = (instants(rows.len()), instants(rows.len()));
        let (mut why, mut merged, mut scope) = (texts(), texts(), texts());
        let (mut record, mut original, mut op) = (texts(), texts(), texts());
        let whole = || Int64Builder::with_capacity(rows.len());
        let (mut hash, mut seen, mut commits) = (whole(), whole(), whole());
        for row in rows {
            let body = unicode(row.body);
            let text = std::str::from_utf8(&body).map_err(|_| self.no_text())?;
            key.append_value(row.key);
            captured.append_value(now_us);
            deleted.append_option(row.grave.map(|grave| grave.at_us));
            why.append_option(row.grave.map(|grave| grave.why));
            merged.append_option(row.grave.and_then(|grave| grave.merged_into.as_deref()));
            scope.append_option(row.scope);
            record.append_value(text);
            let is_mended = matches!(body, std::borrow::Cow::Owned(_));
            let exact = if is_mended {
                Some(std::str::from_utf8(row.body).map_err(|_| self.no_text())?)
            } else {
                None
            };
            original.append_option(exact);
            hash.append_value(row.hash.cast_signed());
            seen.append_value(i64::try_from(row.seen).unwrap_or(i64::MAX));
            commits.append_value(i64::try_from(commit).unwrap_or(i64::MAX));
            op.append_value(if row.grave.is_some() { "delete" } else { "upsert" });
            // Of a name that comes twice the later value counts.
            let mut values: Vec<Option<&[u8]>> = vec![None; cells.len()];
            self.columns.values(&self.stream, &body, row.shape, |column, json| {
                values[usize::from(column)] = Some(json);
            })?;
            for (index, (cells, value)) in cells.iter_mut().zip(values).enumerate() {
                if !cells.push(value.filter(|value| *value != b"null")) {
                    *self.misfits.entry(self.columns.all()[index].name.clone()).or_default() += 1;
                }
            }
        }
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(key.finish())];
        arrays.extend(cells.into_iter().filter_map(Cells::finish));
        let own: [ArrayRef; 11] = [
            Arc::new(captured.finish()),
            Arc::new(deleted.finish()),
            Arc::new(why.finish()),
            Arc::new(merged.finish()),
            Arc::new(scope.finish()),
            Arc::new(record.finish()),
            Arc::new(original.finish()),
            Arc::new(hash.finish()),
            Arc::new(seen.finish()),
            Arc::new(commits.finish()),
            Arc::new(op.finish()),
        ];
        arrays.extend(own);
        RecordBatch::try_new(Arc::clone(&self.changes), arrays).map_err(|error| {
            let message = format!("the columns of {} do not fit together", self.stream);
            Error::new(ErrorKind::Contract, message).with_source(error)
        })
    }

    fn no_text(&self) -> Error {
        Error::new(ErrorKind::Data, format!("a record of {} is no text", self.stream))
    }
}

fn instants(rows: usize) -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::with_capacity(rows).with_timezone("UTC")
}

/// The values of one column.
enum Cells {
    Text(StringBuilder),
    Json(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    /// A column in which members have no place.
    None,
}

impl Cells {
    fn new(column: Option<ColumnType>, rows: usize) -> Self {
        match column {
            Some(ColumnType::Text) => Self::Text(StringBuilder::with_capacity(rows, 0)),
            Some(ColumnType::Json) => Self::Json(StringBuilder::with_capacity(rows, 0)),
            Some(ColumnType::Instant) => Self::Instant(instants(rows)),
            Some(ColumnType::Integer) => Self::Integer(Int64Builder::with_capacity(rows)),
            Some(ColumnType::Number) => Self::Number(Float64Builder::with_capacity(rows)),
            Some(ColumnType::Boolean) => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            None => Self::None,
        }
    }

    /// The next row's value; `false` if it does not fit, so that there is none.
    fn push(&mut self, json: Option<&[u8]>) -> bool {
        fn fits<T>(json: Option<&[u8]>, value: Option<T>, append: impl FnOnce(Option<T>)) -> bool {
            let fits = json.is_none() || value.is_some();
            append(value);
            fits
        }
        match self {
            Self::Text(cells) => {
                fits(json, json.and_then(Text::of).map(Text::lossy), |value| cells.append_option(value))
            }
            Self::Json(cells) => fits(json, json.and_then(|json| std::str::from_utf8(json).ok()), |value| {
                cells.append_option(value)
            }),
            Self::Instant(cells) => fits(json, json.and_then(instant_us), |value| cells.append_option(value)),
            Self::Integer(cells) => fits(json, json.and_then(integer), |value| cells.append_option(value)),
            Self::Number(cells) => fits(json, json.and_then(number), |value| cells.append_option(value)),
            Self::Boolean(cells) => fits(json, json.and_then(boolean), |value| cells.append_option(value)),
            Self::None => true,
        }
    }

    fn finish(self) -> Option<ArrayRef> {
        Some(match self {
            Self::Text(mut cells) | Self::Json(mut cells) => Arc::new(cells.finish()),
            Self::Instant(mut cells) => Arc::new(cells.finish()),
            Self::Integer(mut cells) => Arc::new(cells.finish()),
            Self::Number(mut cells) => Arc::new(cells.finish()),
            Self::Boolean(mut cells) => Arc::new(cells.finish()),
            Self::None => return None,
        })
    }
}

fn boolean(json: &[u8]) -> Option<bool> {
    matches!(json, b"true" | b"false").then(|| json == b"true")
}

/// A number as JSON writes it, if it is within the range of 64 bits with a point.
fn number(json: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(json).ok()?;
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    text.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

#[cfg(test)]
mod tests {
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};

    use super::*;

    fn encoder() -> Encoder {
        let mut encoder = Encoder::new("pets", Vec::new());
        let wanted = [
            ("at", ColumnType::Instant),
            ("is", ColumnType::Boolean),
            ("name", ColumnType::Text),
            ("order", ColumnType::Integer),
            ("score", ColumnType::Number),
        ];
        encoder.add(&wanted.map(|(member, column)| (member.to_owned(), column)).into_iter().collect());
        encoder
    }

    fn row(body: &str) -> Encoded<'_> {
        Encoded { key: "a", body: body.as_bytes(), shape: None, scope: None, grave: None, hash: 1, seen: 2 }
    }

    #[test]
    fn a_value_that_fits_is_there_and_any_other_is_null_and_counted() {
        let mut encoder = encoder();
        let bodies = [
            r#"{"name":"\u00fc","at":"2026-01-02T03:04:05.5+01:00","order":7,"score":1.5,"is":true,"x":[1, 2]}"#,
            r#"{"name":1,"at":"soon","order":7.5,"score":"1","is":"no"}"#,
            r#"{"name":null,"score":1e400,"order":9223372036854775808}"#,
            r#"{"name":"\ud83d"}"#,
        ];
        for body in bodies {
            encoder.make_room(body.as_bytes(), None).unwrap();
        }
        let batch = encoder.batch(&bodies.map(row), 42, 1_000).unwrap();
        assert_eq!((batch.num_rows(), batch.num_columns()), (4, 1 + 6 + 11));
        let column = |name: &str| Arc::clone(batch.column_by_name(name).unwrap());
        let text = |name: &str, row: usize| {
            let column = column(name);
            let column = column.as_string::<i32>();
            (!column.is_null(row)).then(|| column.value(row).to_owned())
        };
        assert_eq!(text("name", 0).as_deref(), Some("ü"));
        assert_eq!([text("name", 1), text("name", 2)], [None, None]);
        assert_eq!(text("x", 0).as_deref(), Some("[1, 2]"));
        assert_eq!(column("at").as_primitive::<TimestampMicrosecondType>().value(0), 1_767_319_445_500_000);
        assert_eq!(column("order").as_primitive::<Int64Type>().value(0), 7);
        assert!((column("score").as_primitive::<Float64Type>().value(0) - 1.5).abs() < 1e-9);
        for name in ["at", "order", "score", "is"] {
            assert!(column(name).is_null(1), "{name}");
        }
        assert_eq!(text("_record", 0).as_deref(), Some(bodies[0]));
        assert_eq!((text("_original", 0), text("_original", 3).as_deref()), (None, Some(bodies[3])));
        assert_eq!(text("_record", 3).as_deref(), Some(r#"{"name":"\ufffd"}"#));
        let misfits = encoder.take_misfits();
        assert_eq!((misfits["name"], misfits["order"], misfits["score"]), (1, 2, 2));
    }

    #[test]
    fn names_of_ours_and_names_that_meet_have_other_columns() {
        let mut encoder = encoder();
        let body = r#"{"_key":1,"_record":2,"Name":3,"":4,"name":"x"}"#;
        encoder.make_room(body.as_bytes(), None).unwrap();
        let names: Vec<&str> = encoder.columns().iter().map(|column| &*column.name).collect();
        assert!(names.contains(&"f_key") && names.contains(&"f_record") && names.contains(&"unnamed"));
        assert!(names.iter().any(|name| name.starts_with("name_")), "{names:?}");
        encoder.batch(&[row(body)], 1, 1).unwrap();
        assert_eq!(encoder.batch(&[row("[]")], 1, 1).unwrap_err().kind(), ErrorKind::Data);
    }
}
