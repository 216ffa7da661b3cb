//! The index of words: for each stream that says what people look for, a full-text table `_search_STREAM`.
//!
//! It holds words and no texts (what FTS5 calls contentless), by the row they stand in, and only rows that are not gone. It
//! is changed in the transaction that changes the row. What was taken out stays on disk among the words until SQLite
//! merges that part of the index; where a record was erased, all is merged at once, and what becomes free is overwritten.

use std::borrow::Cow;
use std::fmt::Write as _;

use capture_core::Searchable;
use json_slices::{Path, texts_below};
use rusqlite::{Connection, OptionalExtension, params};

use crate::names::{quoted, rows_table, search_table};

/// Texts of a record beyond this are not indexed.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// A word that is shorter is not taken for the beginning of one.
const BEGINNING_BYTES: usize = 3;

/// What is read of a record.
#[derive(Debug, Clone)]
pub struct Texts {
    /// Titles first.
    paths: Vec<Path>,
    titles: usize,
}

impl Texts {
    /// As a stream says.
    pub fn new(searchable: &Searchable) -> Self {
        let all = searchable.title.iter().chain(&searchable.body);
        Self { paths: all.map(|pointer| names(pointer)).collect(), titles: searchable.title.len() }
    }

    /// Those of a stream in a database; `None` if it has no index.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of(connection: &Connection, stream: &str) -> rusqlite::Result<Option<Self>> {
        let exists = "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE name = '_capture_search')";
        if !connection.query_row(exists, [], |row| row.get(0))? {
            return Ok(None);
        }
        Ok(saved(connection, stream)?.and_then(|saved| Some(Self::new(&serde_json::from_str(&saved).ok()?))))
    }

    /// Title and body of a record: its texts, one a line. Ids are left out, and what is no JSON has none.
    pub fn read(&self, record: &[u8]) -> (String, String) {
        let (mut title, mut body) = (String::new(), String::new());
        let mut found = |path: usize, text: json_slices::Text<'_>| {
            let output = if path < self.titles { &mut title } else { &mut body };
            let text = text.lossy();
            if text.is_empty() || is_id(&text) || output.len() + text.len() > TEXT_BYTES_MAX {
                return;
            }
            if !output.is_empty() {
                output.push('\n');
            }
            output.push_str(&text);
        };
        // What was found before a fault is as good as any.
        let _ = texts_below(record, &self.paths, &mut found);
        (title, body)
    }
}

/// The member names of a JSON pointer.
fn names(pointer: &str) -> Path {
    let names = pointer.split('/').skip(1);
    names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

/// A UUID: nobody looks for it by its parts.
fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The index of one stream.
#[derive(Debug)]
pub(crate) struct Index {
    texts: Texts,
    table: String,
    put: String,
    remove: String,
    /// A record was erased since the last commit.
    is_erased: bool,
}

impl Index {
    /// The index as the stream wants it: made and filled if it is not there or of other texts, dropped if it is not
    /// wanted.
    pub(crate) fn open(
        connection: &Connection,
        stream: &str,
        wanted: Option<&Searchable>,
    ) -> rusqlite::Result<Option<Self>> {
        let saved = saved(connection, stream)?;
        let Some(wanted) = wanted else {
            if saved.is_some() {
                drop_index(connection, stream)?;
            }
            return Ok(None);
        };
        let index = Self::new(stream, wanted);
        let plan = serde_json::to_string(wanted).expect("pointers are text");
        if saved.as_deref() != Some(&plan) {
            drop_index(connection, stream)?;
            index.make(connection, stream, &plan)?;
        }
        Ok(Some(index))
    }

    fn new(stream: &str, wanted: &Searchable) -> Self {
        let table = search_table(stream);
        Self {
            texts: Texts::new(wanted),
            put: format!("INSERT OR REPLACE INTO {table} (rowid, title, body) VALUES (?1, ?2, ?3)"),
            remove: format!("DELETE FROM {table} WHERE rowid = ?1"),
            table,
            is_erased: false,
        }
    }

    fn make(&self, connection: &Connection, stream: &str, plan: &str) -> rusqlite::Result<()> {
        connection.execute_batch(&format!(
            "CREATE VIRTUAL TABLE {} USING fts5 (title, body, content = '', contentless_delete = 1,
                 tokenize = 'unicode61 remove_diacritics 2')",
            self.table
        ))?;
        connection.execute("INSERT INTO _capture_search (stream, texts) VALUES (?1, ?2)", [stream, plan])?;
        let live = format!("SELECT _row, _record FROM {} WHERE _deleted_at IS NULL", rows_table(stream));
        let mut select = connection.prepare(&live)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            self.put(connection, row.get(0)?, row.get_ref(1)?.as_bytes().unwrap_or_default())?;
        }
        Ok(())
    }

    /// The words of a row's record are these now.
    pub(crate) fn put(&self, connection: &Connection, row: i64, record: &[u8]) -> rusqlite::Result<()> {
        let (title, body) = self.texts.read(record);
        connection.prepare_cached(&self.put)?.execute(params![row, title, body])?;
        Ok(())
    }

    /// A row is gone.
    pub(crate) fn remove(&self, connection: &Connection, row: i64) -> rusqlite::Result<()> {
        connection.prepare_cached(&self.remove)?.execute([row])?;
        Ok(())
    }

    /// Nothing of a row that is gone may be left by the next commit.
    pub(crate) fn erase(&mut self) {
        self.is_erased = true;
    }

    /// Part of every commit.
    pub(crate) fn settle(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if std::mem::take(&mut self.is_erased) {
            connection.execute_batch("PRAGMA secure_delete = ON")?;
            let merged =
                connection.execute_batch(&format!("INSERT INTO {0} ({0}) VALUES ('optimize')", self.table));
            connection.execute_batch("PRAGMA secure_delete = OFF")?;
            merged?;
        }
        Ok(())
    }
}

fn saved(connection: &Connection, stream: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT texts FROM _capture_search WHERE stream = ?1";
    connection.query_row(sql, [stream], |row| row.get(0)).optional()
}

/// Leaves no word of rows that are gone in the index of a stream, if it has one.
pub(crate) fn settle(connection: &Connection, stream: &str) -> rusqlite::Result<()> {
    if saved(connection, stream)?.is_some() {
        connection
            .execute_batch(&format!("INSERT INTO {0} ({0}) VALUES ('optimize')", search_table(stream)))?;
    }
    Ok(())
}

pub(crate) fn drop_index(connection: &Connection, stream: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {}", search_table(stream)))?;
    connection.execute("DELETE FROM _capture_search WHERE stream = ?1", [stream])?;
    Ok(())
}

/// Makes the indexes of these streams anew, as far as the database has them; returns how many records each has.
pub(crate) fn rebuild(
    connection: &Connection,
    streams: &[(String, Searchable)],
) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut counts = Vec::new();
    for (stream, wanted) in streams {
        let known = "SELECT id FROM _capture_streams WHERE stream = ?1";
        let id: Option<i64> = connection.query_row(known, [stream], |row| row.get(0)).optional()?;
        let Some(id) = id else { continue };
        let plan = serde_json::to_string(wanted).expect("pointers are text");
        drop_index(connection, stream)?;
        Index::new(stream, wanted).make(connection, stream, &plan)?;
        let count = "SELECT count(*) FROM _capture_live WHERE stream = ?1";
        let records: i64 = connection.query_row(count, [id], |row| row.get(0))?;
        counts.push((stream.clone(), records.unsigned_abs()));
    }
    Ok(counts)
}

/// Words of a search as FTS5 takes them, each of them quoted, so that none is a word of its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Each of them whole.
    pub whole: String,
    /// The last one perhaps only begun, if it has three letters.
    pub begun: String,
}

/// What records must hold: all words of a text, or `any` of them. `None` if there is no word in it.
pub fn words(text: &str, any: bool) -> Option<Words> {
    let words: Vec<&str> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let (last, all) = words.split_last()?;
    let mut whole = String::new();
    for word in all {
        let _ = write!(whole, "{} {} ", Cow::from(quoted(word)), if any { "OR" } else { "AND" });
    }
    whole.push_str(&quoted(last));
    // Half of all words begin with some letter: that is no beginning of a word, where words have letters.
    let star = if last.len() >= BEGINNING_BYTES { " *" } else { "" };
    Some(Words { begun: format!("{whole}{star}"), whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_title_and_body() {
        let searchable = Searchable {
            title: vec!["/name".into()],
            body: vec!["/tags/title".into(), "/values".into(), "/a~1b".into()],
        };
        let texts = Texts::new(&searchable);
        let record = r#"{"name":"Mia","tags":[{"title":"cat"},{"title":"old"}],
            "values":{"x":["likes fish",3],"id":"9d1b7c0e-2f5e-4d9c-8b1a-3c2f5e4d9c8b"},"a/b":"z","other":"no"}"#;
        assert_eq!(texts.read(record.as_bytes()), ("Mia".into(), "cat\nold\nlikes fish\nz".into()));
        assert_eq!(texts.read(b"no json").0, "");
    }

    #[test]
    fn nothing_in_a_search_is_a_word_of_the_language() {
        let staff = words("staff engineer", false).unwrap();
        assert_eq!(staff.whole, "\"staff\" AND \"engineer\"");
        assert_eq!(staff.begun, "\"staff\" AND \"engineer\" *");
        assert_eq!(words("a\" OR NEAR(b", true).unwrap().begun, "\"a\" OR \"OR\" OR \"NEAR\" OR \"b\"");
        assert_eq!(words(" -\"*^: ", false), None);
    }
}
