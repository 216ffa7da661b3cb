//! Values of members as values of columns, in PostgreSQL's binary form, each behind its length.

use json_slices::Text;
use tokio_postgres::types::Type;
use typed_records::{ColumnType, instant_us, integer};

use crate::numeric;

/// What a column is for the server.
pub(crate) trait ServerType: Sized {
    /// The server's type.
    fn server_type(self) -> Type;

    /// An array of them.
    fn array_type(self) -> Type;

    /// That of a column with this type and modifier; `None` if values of members have no place there.
    fn of_column(oid: u32, modifier: i32) -> Option<Self>;
}

impl ServerType for ColumnType {
    fn server_type(self) -> Type {
        match self {
            Self::Text => Type::TEXT,
            Self::Instant => Type::TIMESTAMPTZ,
            Self::Integer => Type::INT8,
            Self::Number => Type::NUMERIC,
            Self::Boolean => Type::BOOL,
            Self::Json => Type::JSONB,
        }
    }

    fn array_type(self) -> Type {
        match self {
            Self::Text => Type::TEXT_ARRAY,
            Self::Instant => Type::TIMESTAMPTZ_ARRAY,
            Self::Integer => Type::INT8_ARRAY,
            Self::Number => Type::NUMERIC_ARRAY,
            Self::Boolean => Type::BOOL_ARRAY,
            Self::Json => Type::JSONB_ARRAY,
        }
    }

    fn of_column(oid: u32, modifier: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.server_type().oid() == oid && modifier == -1)
    }
}

/// No value.
pub(crate) fn push_null(row: &mut Vec<u8>) {
    row.extend_from_slice(&(-1_i32).to_be_bytes());
}

/// A value of these bytes.
pub(crate) fn push_bytes(row: &mut Vec<u8>, bytes: &[u8]) {
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    row.extend_from_slice(&length.to_be_bytes());
    row.extend_from_slice(bytes);
}

pub(crate) fn push_optional(row: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => push_bytes(row, text.as_bytes()),
        None => push_null(row),
    }
}

pub(crate) fn push_number(row: &mut Vec<u8>, number: i64) {
    push_bytes(row, &number.to_be_bytes());
}

/// Microseconds since 1970, as the server counts them: since 2000.
pub(crate) fn push_instant(row: &mut Vec<u8>, instant_us: i64) {
    const SINCE_2000_US: i64 = 946_684_800_000_000;
    push_number(row, instant_us - SINCE_2000_US);
}

/// `jsonb`: JSON that the server can hold.
pub(crate) fn push_json(row: &mut Vec<u8>, json: &[u8]) {
    const VERSION: u8 = 1;
    let length = i32::try_from(json.len() + 1).unwrap_or(i32::MAX);
    row.extend_from_slice(&length.to_be_bytes());
    row.push(VERSION);
    row.extend_from_slice(json);
}

/// The value of a member that is mended already. One that does not fit its column becomes null there; `false` then.
pub(crate) fn push(row: &mut Vec<u8>, column: ColumnType, value: &[u8]) -> bool {
    if value == b"null" {
        push_null(row);
        return true;
    }
    let start = row.len();
    let fits = match column {
        ColumnType::Json => {
            push_json(row, value);
            true
        }
        ColumnType::Text => match Text::of(value) {
            Some(text) => {
                push_bytes(row, text.lossy().as_bytes());
                true
            }
            None => false,
        },
        ColumnType::Instant => instant_us(value).is_some_and(|instant_us| {
            push_instant(row, instant_us);
            true
        }),
        ColumnType::Integer => integer(value).is_some_and(|number| {
            push_number(row, number);
            true
        }),
        ColumnType::Boolean => {
            matches!(value, b"true" | b"false") && {
                push_bytes(row, &[u8::from(value == b"true")]);
                true
            }
        }
        ColumnType::Number => {
            row.extend_from_slice(&[0; 4]);
            let fits = value.first() != Some(&b'"') && numeric::push(row, value);
            if fits {
                let length = i32::try_from(row.len() - start - 4).unwrap_or(i32::MAX);
                row[start..start + 4].copy_from_slice(&length.to_be_bytes());
            }
            fits
        }
    };
    if !fits {
        row.truncate(start);
        push_null(row);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(column: ColumnType, json: &str) -> Option<Vec<u8>> {
        let mut row = Vec::new();
        let fits = push(&mut row, column, json.as_bytes());
        let length = i32::from_be_bytes(row[..4].try_into().unwrap());
        assert_eq!(length, if row.len() == 4 && !fits { -1 } else { length });
        (length >= 0).then(|| row[4..].to_vec())
    }

    #[test]
    fn a_value_that_fits_is_there_and_any_other_is_null() {
        use ColumnType::{Boolean, Instant, Integer, Json, Number, Text};
        assert_eq!(value(Text, r#""\u00fc""#), Some("ü".into()));
        assert_eq!(value(Text, "1"), None);
        assert_eq!(value(Integer, "-9223372036854775808"), Some(i64::MIN.to_be_bytes().into()));
        assert_eq!(value(Integer, "7.00"), Some(7_i64.to_be_bytes().into()));
        for no_integer in ["9223372036854775808", "7.5", "\"7\"", "true", "[1]", "1e2"] {
            assert_eq!(value(Integer, no_integer), None, "{no_integer}");
        }
        assert_eq!(value(Boolean, "true"), Some(vec![1]));
        assert_eq!(value(Boolean, "1"), None);
        assert_eq!(value(Instant, r#""2000-01-01T01:00:00.000001+01:00""#), Some(1_i64.to_be_bytes().into()));
        for no_instant in [r#""not a date""#, "1700000000", r#""-000001-01-01T00:00:00Z""#, r#""2026-01-01""#]
        {
            assert_eq!(value(Instant, no_instant), None, "{no_instant}");
        }
        for instant in [r#""0001-01-01T00:00:00Z""#, r#""9999-12-31T23:59:59.999Z""#] {
            assert!(value(Instant, instant).is_some(), "{instant}");
        }
        assert_eq!(value(Number, "5"), Some(vec![0, 1, 0, 0, 0, 0, 0, 0, 0, 5]));
        assert_eq!(value(Number, "\"5\""), None);
        assert_eq!(value(Json, "[1]"), Some(b"\x01[1]".into()));
        assert_eq!(value(Json, "null"), None);
    }
}
