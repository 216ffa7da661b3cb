//! Tables without lines, as wide as the terminal that shows them; where none does, as wide as they are.

use std::num::NonZeroUsize;

use comfy_table::{CellAlignment, ContentArrangement, Table as Drawn, presets};
use outside_text::push_row;
use unicode_width::UnicodeWidthStr as _;

use crate::text;

/// Between columns.
const GAP: usize = 2;

/// The narrowest column that is worth showing, where columns may be left out.
const NARROWEST: usize = 12;

/// A table.
#[derive(Default)]
pub(crate) struct Table {
    header: Vec<String>,
    numeric: Vec<usize>,
    rows: Vec<Vec<String>>,
    is_ranked: bool,
}

impl Table {
    /// Its columns; without any it has no header.
    pub(crate) fn new<T: AsRef<str>>(header: &[T]) -> Self {
        let header = header.iter().map(|name| text::line(name.as_ref()).into_owned()).collect();
        Self { header, ..Self::default() }
    }

    /// Columns that are aligned to the right.
    pub(crate) fn numeric(self, columns: &[usize]) -> Self {
        Self { numeric: columns.to_vec(), ..self }
    }

    /// The columns are ranked: empty ones are left out, and the last that a terminal has no room for.
    pub(crate) fn ranked(self) -> Self {
        Self { is_ranked: true, ..self }
    }

    pub(crate) fn add(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().map(|cell| text::line(&cell).into_owned()).collect());
    }

    pub(crate) fn rows(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        rows.into_iter().for_each(|row| self.add(row));
        self
    }

    /// The table as CSV, with all its columns.
    pub(crate) fn csv(&self) -> String {
        let mut csv = Vec::new();
        self.rows_with_header().for_each(|row| push_row(&mut csv, row));
        String::from_utf8_lossy(&csv).into_owned()
    }

    fn rows_with_header(&self) -> impl Iterator<Item = &Vec<String>> {
        Some(&self.header).filter(|header| !header.is_empty()).into_iter().chain(&self.rows)
    }

    /// The table in so many columns of a terminal, long cells on several lines; as wide as it is without a width.
    pub(crate) fn draw(mut self, width: Option<NonZeroUsize>) -> String {
        if self.is_ranked {
            self.leave_out(width);
        }
        let mut drawn = Drawn::new();
        drawn.load_style(presets::NOTHING);
        if !self.header.is_empty() {
            drawn.set_header(self.header);
        }
        if let Some(width) = width {
            drawn.set_content_arrangement(ContentArrangement::Dynamic);
            drawn.set_width(u16::try_from(width.get()).unwrap_or(u16::MAX));
        }
        for row in self.rows {
            drawn.add_row(row);
        }
        let columns = drawn.column_count();
        for (index, column) in drawn.column_iter_mut().enumerate() {
            column.set_padding((0, if index + 1 < columns { GAP as u16 } else { 0 }));
            if self.numeric.contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = drawn.trim_fmt();
        text.push('\n');
        text
    }

    fn leave_out(&mut self, width: Option<NonZeroUsize>) {
        let mut left = width.map_or(usize::MAX, NonZeroUsize::get);
        let mut kept = Vec::new();
        for (index, name) in self.header.iter().enumerate() {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let widest = cells.map(|cell| cell.width()).max().unwrap_or(0);
            if widest == 0 && !self.rows.is_empty() {
                continue;
            }
            // The first columns are shown whole; the last one may take more lines.
            let wanted = widest.max(name.width());
            if wanted > left && (left < NARROWEST || wanted > 2 * left) && !kept.is_empty() {
                break;
            }
            left = left.saturating_sub(wanted + GAP);
            kept.push(index);
            if left == 0 {
                break;
            }
        }
        for row in self.rows.iter_mut().chain([&mut self.header]) {
            *row = kept.iter().map(|index| row.get(*index).cloned().unwrap_or_default()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(table: Table, width: usize) -> String {
        table.draw(NonZeroUsize::new(width))
    }

    fn wide() -> Table {
        let row = |name: &str| {
            vec![name.to_owned(), "1,000".to_owned(), "many words that need some room".to_owned()]
        };
        Table::new(&["name", "count", "text"]).numeric(&[1]).rows(["candidate.list", "x"].map(row))
    }

    #[test]
    fn a_table_is_as_wide_as_its_terminal_and_loses_nothing() {
        for width in 20..80 {
            let text = drawn(wide(), width);
            assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
            let words: String = text.split_whitespace().collect();
            assert!(width < 40 || words.contains("words"), "{width}:\n{text}");
        }
        let text = drawn(wide(), 0);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("candidate.list  1,000  many words that need some room\n"), "{text}");
    }

    #[test]
    fn wide_characters_and_marks_keep_columns_in_line() {
        let row = |name: &str| vec![name.to_owned(), "|1".to_owned()];
        let names = ["田中太郎 田中太郎", "Zoe\u{308} Ada", "한국어", "plain"];
        for width in [0, 12, 16, 24, 40] {
            let text = drawn(Table::new(&["name", "count"]).rows(names.map(row)), width);
            let columns = text.lines().filter_map(|line| Some(line[..line.find('|')?].width()));
            let columns: std::collections::BTreeSet<usize> = columns.collect();
            assert_eq!(columns.len(), 1, "{width}:\n{text}");
            assert!(width == 0 || text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
        }
    }

    #[test]
    fn cells_are_one_line_that_no_terminal_obeys() {
        let table = Table::new(&["a\nb"]).rows([vec!["\u{1b}[31mc\nd\u{202e}".to_owned()]]);
        assert_eq!(drawn(table, 0), "a b\n [31mc d\n");
    }

    #[test]
    fn columns_that_have_no_room_or_nothing_to_show_are_left_out_if_they_are_ranked() {
        let table = || {
            Table::new(&["id", "none", "name", "more"]).ranked().rows([[
                "12345",
                "",
                "abcde",
                "much too long",
            ]
            .map(str::to_owned)
            .to_vec()])
        };
        assert_eq!(drawn(table(), 16), "id     name\n12345  abcde\n");
        assert_eq!(drawn(table(), 0), "id     name   more\n12345  abcde  much too long\n");
    }
}
