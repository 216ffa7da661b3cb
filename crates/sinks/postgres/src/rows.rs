//! Rows on their way to the server as one array a column.

use tokio_postgres::types::Type;

/// Rows of as many fields each, in the server's binary form.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Each field is its length and its bytes, one behind the other.
    bytes: Vec<u8>,
    /// Where each row begins.
    starts: Vec<usize>,
}

/// What stands before the rows of a binary `COPY`, and behind them.
pub(crate) const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
pub(crate) const COPY_TRAILER: &[u8] = &(-1_i16).to_be_bytes();

impl Rows {
    /// Where the fields of the next row go.
    pub(crate) fn begin(&mut self) -> &mut Vec<u8> {
        self.starts.push(self.bytes.len());
        &mut self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    fn row(&self, index: usize) -> &[u8] {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        &self.bytes[self.starts[index]..end]
    }

    /// One array for each field, of the types of their elements.
    pub(crate) fn arrays(&self, types: &[Type]) -> Vec<Vec<u8>> {
        let count = i32::try_from(self.starts.len()).unwrap_or(i32::MAX);
        let mut arrays: Vec<Vec<u8>> = types.iter().map(|element| array_header(element, count)).collect();
        for index in 0..self.starts.len() {
            let mut rest = self.row(index);
            for array in &mut arrays {
                let (field, after) = rest.split_at(field_bytes(rest));
                array.extend_from_slice(field);
                rest = after;
            }
        }
        arrays
    }
}

/// An array of one dimension, which may hold nulls, before its elements.
fn array_header(element: &Type, count: i32) -> Vec<u8> {
    let mut array = Vec::with_capacity(64);
    for part in [1, 1] {
        array.extend_from_slice(&i32::to_be_bytes(part));
    }
    array.extend_from_slice(&element.oid().to_be_bytes());
    array.extend_from_slice(&count.to_be_bytes());
    array.extend_from_slice(&1_i32.to_be_bytes());
    array
}

/// How long the field is with which these begin.
fn field_bytes(fields: &[u8]) -> usize {
    let length = fields.first_chunk().map_or(-1, |length| i32::from_be_bytes(*length));
    4 + usize::try_from(length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{push_bytes, push_null};

    #[test]
    fn rows_become_columns() {
        let mut rows = Rows::default();
        for text in ["ab", "c"] {
            let row = rows.begin();
            push_bytes(row, text.as_bytes());
            push_null(row);
        }
        let arrays = rows.arrays(&[Type::TEXT, Type::INT8]);
        assert_eq!(arrays[0][20..], *b"\0\0\0\x02ab\0\0\0\x01c");
        assert_eq!(arrays[1][20..], [255; 8]);
        assert_eq!(arrays[0][8..16], [0, 0, 0, 25, 0, 0, 0, 2]);
    }
}
