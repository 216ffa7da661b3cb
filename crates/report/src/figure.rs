//! A figure as data: rows of cells. Its picture and its table are both made of these, so they cannot say different things.

use std::fmt;

use maud::Markup;

use crate::numbers::{FEW, RATE_MIN, counted, interval, percent, rounded, thousands};

/// A value, as it is in the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Whole(u64),
    Real(f64),
}

impl Number {
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

/// Unrounded: the shortest text that reads as the same number.
impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(formatter),
            Self::Real(number) => number.fmt(formatter),
        }
    }
}

/// What stands in a table where nothing is known: missing is not zero.
pub(crate) const MISSING: &str = "–";

/// A cell of a table, and perhaps a mark in the picture.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) value: Option<Number>,
    pub(crate) shown: String,
    /// Whether it says little, for want of cases.
    pub(crate) is_few: bool,
}

impl Cell {
    pub(crate) fn text(shown: impl Into<String>) -> Self {
        Self { value: None, shown: shown.into(), is_few: false }
    }

    pub(crate) fn missing() -> Self {
        Self::text(MISSING)
    }

    pub(crate) fn count(number: u64) -> Self {
        Self { value: Some(Number::Whole(number)), shown: thousands(number), is_few: false }
    }

    /// Days, or whatever else has one decimal below 10.
    pub(crate) fn real(number: Option<f64>) -> Self {
        match number.filter(|number| number.is_finite()) {
            Some(number) => Self { value: Some(Number::Real(number)), shown: rounded(number), is_few: false },
            None => Self::missing(),
        }
    }

    /// A number that so many cases gave.
    pub(crate) fn real_of(number: Option<f64>, n: u64) -> Self {
        let cell = Self::real(number);
        Self { is_few: cell.value.is_some() && n < RATE_MIN, ..cell }
    }

    /// So many of a total: a share of 1, times `of` (1 for percent, 100 for "per 100").
    fn share(count: u64, total: u64, shown: impl Fn(f64) -> String, of: f64) -> Self {
        if total == 0 {
            return Self::missing();
        }
        if total < RATE_MIN {
            return Self { is_few: true, ..Self::text(format!("{} of {total}", thousands(count))) };
        }
        let share = count as f64 / total as f64;
        let is_few = total < FEW;
        let shown = if is_few { format!("{} few", shown(share)) } else { shown(share) };
        Self { value: Some(Number::Real(share * of)), shown, is_few }
    }

    /// A rate in percent; its value is a share of 1.
    pub(crate) fn rate(count: u64, total: u64) -> Self {
        Self::share(count, total, percent, 1.0)
    }

    /// So many of each hundred.
    pub(crate) fn per_hundred(count: u64, total: u64) -> Self {
        let shown = |share: f64| if share == 0.0 { "0".to_owned() } else { rounded(share * 100.0) };
        Self::share(count, total, shown, 100.0)
    }

    /// How sure a rate is.
    pub(crate) fn interval(count: u64, total: u64) -> Self {
        match interval(count, total).filter(|_| total >= RATE_MIN) {
            Some(shown) => Self::text(shown),
            None => Self::missing(),
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// `data-col`.
    pub(crate) col: &'static str,
    pub(crate) heading: &'static str,
}

pub(crate) const fn column(col: &'static str, heading: &'static str) -> Column {
    Column { col, heading }
}

/// A row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// `data-key`.
    pub(crate) key: String,
    pub(crate) heading: String,
    /// As many as there are columns.
    pub(crate) cells: Vec<Cell>,
}

/// What a mark in a picture stands for.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) key: String,
    pub(crate) col: &'static str,
    pub(crate) value: Number,
    /// Said when somebody points at it.
    pub(crate) tip: String,
}

/// Rows with the columns that they have.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// What the rows are.
    pub(crate) heads: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Whether it is open on the page.
    pub(crate) is_open: bool,
}

impl Table {
    pub(crate) fn new(heads: &'static str, columns: Vec<Column>) -> Self {
        Self { heads, columns, rows: Vec::new(), is_open: false }
    }

    pub(crate) fn push(&mut self, key: impl Into<String>, heading: impl Into<String>, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(Row { key: key.into(), heading: heading.into(), cells });
    }

    pub(crate) fn cell<'a>(&self, row: &'a Row, col: &str) -> Option<&'a Cell> {
        row.cells.get(self.columns.iter().position(|column| column.col == col)?)
    }

    pub(crate) fn value(&self, row: &Row, col: &str) -> f64 {
        self.cell(row, col).and_then(|cell| cell.value).map_or(0.0, Number::as_f64)
    }

    /// The largest value of a column.
    pub(crate) fn largest(&self, col: &str) -> f64 {
        self.rows.iter().map(|row| self.value(row, col)).fold(0.0, f64::max)
    }

    /// The mark of a cell that has a value.
    pub(crate) fn mark(&self, row: &Row, col: &'static str) -> Option<Mark> {
        let cell = self.cell(row, col)?;
        let heading = self.columns.iter().find(|column| column.col == col)?.heading;
        let tip = format!("{}: {}, {}", row.heading, cell.shown, heading.to_lowercase());
        Some(Mark { key: row.key.clone(), col, value: cell.value?, tip })
    }
}

/// What is to be seen.
#[derive(Debug)]
pub(crate) enum Body {
    /// A picture and its table.
    Shown {
        /// The `<svg>`'s content, and its height in pixels.
        picture: Markup,
        height: u32,
        table: Table,
    },
    /// Why there is nothing, and what to do; words in backticks are commands.
    Empty(String),
}

/// One of the eight.
#[derive(Debug)]
pub(crate) struct Figure {
    /// `data-chart`.
    pub(crate) chart: &'static str,
    pub(crate) title: &'static str,
    /// What it counts.
    pub(crate) sentence: String,
    /// What else must be known: `data-n` is of what the sentence counts.
    pub(crate) notes: Vec<String>,
    pub(crate) n: u64,
    pub(crate) body: Body,
}

impl Figure {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.body, Body::Empty(_))
    }
}

/// `12 of them`, for notes: nothing if there are none.
pub(crate) fn note(number: u64, noun: &str, rest: &str) -> Option<String> {
    (number > 0).then(|| format!("{} {rest}", counted(number, noun)))
}
