//! Values of SQLite on their way to PostgreSQL, in the text form of `COPY`.

use models::Kind;
use rusqlite::types::ValueRef;

/// Adds a field.
pub(crate) fn push(row: &mut Vec<u8>, value: ValueRef<'_>, kind: Kind) {
    match (value, kind) {
        (ValueRef::Null, _) => row.extend_from_slice(b"\\N"),
        (ValueRef::Integer(number), Kind::Bool) => row.push(if number == 0 { b'f' } else { b't' }),
        (ValueRef::Integer(number), _) => row.extend_from_slice(number.to_string().as_bytes()),
        (ValueRef::Real(number), _) => row.extend_from_slice(number.to_string().as_bytes()),
        // There is no such year in PostgreSQL.
        (ValueRef::Text([b'0', b'0', b'0', b'0', ..] | [b'-', ..]), Kind::Instant | Kind::Date) => {
            row.extend_from_slice(b"\\N");
        }
        (ValueRef::Text(text) | ValueRef::Blob(text), _) => escaped(row, text),
    }
}

fn escaped(row: &mut Vec<u8>, text: &[u8]) {
    for letter in text {
        match letter {
            b'\\' => row.extend_from_slice(b"\\\\"),
            b'\t' => row.extend_from_slice(b"\\t"),
            b'\n' => row.extend_from_slice(b"\\n"),
            b'\r' => row.extend_from_slice(b"\\r"),
            0 => row.extend_from_slice("\u{fffd}".as_bytes()),
            letter => row.push(*letter),
        }
    }
}

/// Adds a field of text.
pub(crate) fn push_text(row: &mut Vec<u8>, text: &str) {
    escaped(row, text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_a_text_it_stays_one_field() {
        let field = |value, kind| {
            let mut row = Vec::new();
            push(&mut row, value, kind);
            String::from_utf8(row).unwrap()
        };
        assert_eq!(field(ValueRef::Text(b"a\tb\\N\r\n\0"), Kind::Text), "a\\tb\\\\N\\r\\n\u{fffd}");
        assert_eq!(field(ValueRef::Null, Kind::Text), "\\N");
        assert_eq!(field(ValueRef::Integer(1), Kind::Bool), "t");
        assert_eq!(field(ValueRef::Integer(1), Kind::Int), "1");
        assert_eq!(field(ValueRef::Real(0.1), Kind::Real), "0.1");
        assert_eq!(field(ValueRef::Text(b"0000-01-01"), Kind::Date), "\\N");
    }
}
