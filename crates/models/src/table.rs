//! What a definition of a table is: data, from which SQL, extraction and documentation follow.

/// The type of a column, in every dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, identifiers among it.
    Text,
    /// A moment: `YYYY-MM-DDTHH:MM:SS.sssZ` in SQLite.
    Instant,
    /// A date: `YYYY-MM-DD`.
    Date,
    /// A month in the reporting zone: `YYYY-MM`.
    Month,
    /// True or false: 1 or 0 in SQLite.
    Bool,
    /// A whole number.
    Int,
    /// A number; of days where the name ends so.
    Real,
    /// JSON text.
    Json,
}

impl Kind {
    /// Its name in `model_columns`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Instant => "instant",
            Self::Date => "date",
            Self::Month => "month",
            Self::Bool => "boolean",
            Self::Int => "integer",
            Self::Real => "real",
            Self::Json => "json",
        }
    }
}

/// A column.
///
/// `from` says where it comes from: `a.b` is a path in the record (or in the element of its array that the row is made
/// of), `^a.b` a path in the record around the element, `a|b` the first that is there; `#` is the element's place;
/// `!name` is made by a function of that name (`special.rs`); `=sql` is computed when the row is stored, from the row as
/// it was read (`r`) and what the table's `joins` bring; `~sql` is computed when it is looked at (`t` is the stored row).
/// A name that begins with an underscore is kept for the machinery and not shown.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// In snake case; the unit is its end.
    pub name: &'static str,
    /// The type.
    pub kind: Kind,
    /// Where it comes from.
    pub from: &'static str,
    /// One sentence for those who query.
    pub about: &'static str,
}

impl Column {
    /// Whether analysts see it.
    pub fn is_shown(&self) -> bool {
        !self.name.starts_with('_')
    }

    /// Whether it is read from the record.
    pub fn is_read(&self) -> bool {
        !self.from.starts_with(['=', '~'])
    }

    /// Whether it stands in the stored row.
    pub fn is_stored(&self) -> bool {
        !self.from.starts_with('~')
    }
}

/// How a table's rows come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// From records of the first of these streams that was captured, one by one; `each` is the array whose elements are
    /// the rows (`""`: the record itself).
    Records {
        /// Stream and array.
        origins: &'static [(&'static str, &'static str)],
    },
    /// The same, of a stream that is so small that all of it is made anew when one of its records changed.
    Settings {
        /// Stream and array.
        origins: &'static [(&'static str, &'static str)],
    },
    /// By functions of their own, from several streams: custom fields and answers.
    Values,
    /// By SQL from other tables, whole.
    Whole(&'static str),
    /// By SQL from other tables, application by application: `{applications}` is those that are made anew.
    PerApplication(&'static str),
    /// By counting facts of applications in groups: those that something left or came into are counted anew.
    Counted(Count),
    /// A view.
    View(&'static str),
}

/// What is counted, in which groups. A group is all facts of which some columns are the same, so that it can be counted without
/// the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// What stands behind `FROM`; each `a` is a fact of the application `a.application_id`.
    pub facts: &'static str,
    /// Which of them count.
    pub only: &'static str,
    /// What facts of a group have in common: the first columns of the table's key.
    pub groups: &'static [&'static str],
    /// The counting: `{facts}` stands for `FROM` and `WHERE`, of all facts or of those in some groups.
    pub sql: &'static str,
}

impl Count {
    /// The counting of all facts.
    pub fn of_all(&self) -> String {
        self.sql.replace("{facts}", &format!("FROM {} WHERE {}", self.facts, self.only))
    }
}

/// A table or view of the model.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// As it is queried.
    pub name: &'static str,
    /// What a row is, for people.
    pub row: &'static str,
    /// How rows come about.
    pub making: Making,
    /// The columns that tell rows apart.
    pub key: &'static [&'static str],
    /// Of rows made from records: the columns that name the record.
    pub record: &'static [&'static str],
    /// Columns that name rows of other tables without which this one is not live: column, table.
    pub owners: &'static [(&'static str, &'static str)],
    /// Columns of indexes, separated by commas; what follows a question mark is the condition.
    pub indexes: &'static [&'static str],
    /// What stands behind `FROM` when computed columns are stored; `r` is the row as it was read.
    pub joins: &'static str,
    /// What is joined to the stored row (`t`) in the views.
    pub view_joins: &'static str,
    /// The columns.
    pub columns: &'static [Column],
}

/// What most tables have.
pub(crate) const TABLE: Table = Table {
    name: "",
    row: "",
    making: Making::Values,
    key: &[],
    record: &[],
    owners: &[],
    indexes: &[],
    joins: "",
    view_joins: "",
    columns: &[],
};

impl Table {
    /// Whether rows come from records, so that there is a table of all and one of those that are live.
    pub fn is_of_records(&self) -> bool {
        matches!(self.making, Making::Records { .. } | Making::Settings { .. } | Making::Values)
            && !self.is_plain()
    }

    /// Whether rows pass through a table of rows as they were read.
    pub fn is_staged(&self) -> bool {
        self.is_of_records() && self.columns.iter().any(|column| column.from.starts_with('='))
    }

    /// Whether what is queried is a view of the stored rows.
    pub fn has_view(&self) -> bool {
        let is_stored = !matches!(self.making, Making::View(_)) && !self.is_plain();
        is_stored
            && (self.is_of_records()
                || self.columns.iter().any(|column| !column.is_stored() || !column.is_shown()))
    }

    /// Whether its rows are of no record's, though functions make them.
    fn is_plain(&self) -> bool {
        self.making == Making::Values && self.record.is_empty()
    }

    /// The name of the table that holds its rows.
    pub fn stored(&self) -> String {
        if self.has_view() { format!("_{}", self.name) } else { self.name.to_owned() }
    }

    /// Columns of the stored row.
    pub fn stored_columns(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.is_stored())
    }

    /// Columns that are read from records.
    pub fn read_columns(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.is_read())
    }

    /// Streams and arrays.
    pub fn origins(&self) -> &'static [(&'static str, &'static str)] {
        match self.making {
            Making::Records { origins } | Making::Settings { origins } => origins,
            _ => &[],
        }
    }
}

/// Columns as a table of text: name, kind, where from, what it is.
macro_rules! columns {
    ($($name:ident $kind:ident $from:literal $about:literal)*) => {
        &[$($crate::table::Column {
            name: stringify!($name),
            kind: $crate::table::Kind::$kind,
            from: $from,
            about: $about,
        }),*]
    };
}
pub(crate) use columns;
