//! Words in records.

use std::cmp::Ordering;

use capture_core::Searchable;
use rusqlite::{OptionalExtension, params};
use sink_sqlite::{Texts, search_table, words};

use crate::Snapshot;
use crate::error::Error;
use crate::plain::plain;
use crate::records::Held;

/// Letters of a snippet, about.
const SNIPPET_LETTERS: usize = 160;

/// Of more matches than this in a stream none is weighed: it would take its time.
const WEIGHED_MAX: usize = 2_000;

/// The score of one that is not weighed and has the words in its title, and of another: what is weighed has some −1 to −15.
const IN_TITLE: f64 = -2.0;
const ELSEWHERE: f64 = -1.0;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Search<'a> {
    /// Words. Records have all of them, the last one perhaps only begun, unless very many have it whole; if none has, any
    /// of them.
    pub text: &'a str,
    /// In these streams, as far as they have an index; all that have one if it is empty.
    pub streams: Vec<&'a str>,
    /// So many at most.
    pub limit: usize,
    /// Behind this one.
    pub after: Option<After>,
}

/// Where a search goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct After {
    /// How well the last one matched; the less, the better.
    pub score: f64,
    /// Its stream.
    pub stream: String,
    /// Its row.
    pub row: i64,
    /// Whether records need to have only some of the words.
    pub any: bool,
}

/// Records with the words, best first.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Hits {
    /// One each.
    pub hits: Vec<Hit>,
    /// Whether they have only some of the words.
    pub any: bool,
    /// Where others follow; `None` after the last.
    pub next: Option<After>,
    /// The streams that were looked through.
    pub streams: Vec<String>,
    /// Those of the streams asked for that are not in the copy.
    pub not_held: Vec<String>,
}

/// A record with the words.
#[derive(Debug)]
#[non_exhaustive]
pub struct Hit {
    /// Its stream.
    pub stream: String,
    /// It.
    pub held: Held,
    /// What it is called.
    pub title: String,
    /// Where the words are, or how it begins.
    pub snippet: String,
    /// Where a search would go on behind it.
    pub after: After,
}

impl Snapshot {
    /// The streams that have an index of words, by name.
    ///
    /// # Errors
    /// [`Error::NoIndex`] if none has.
    pub fn searchable(&self) -> Result<Vec<String>, Error> {
        let streams = self.indexed(self.streams()?.into_iter().map(|stream| stream.name))?;
        if streams.is_empty() { Err(Error::NoIndex) } else { Ok(streams) }
    }

    fn indexed(&self, streams: impl IntoIterator<Item = String>) -> Result<Vec<String>, Error> {
        let mut indexed = Vec::new();
        for stream in streams {
            if Texts::of(&self.connection, &stream)?.is_some() {
                indexed.push(stream);
            }
        }
        Ok(indexed)
    }

    /// Looks words up. Text without any finds nothing.
    ///
    /// # Errors
    /// If none of the streams has an index: [`Error::NotHeld`] if none is in the copy at all, else [`Error::NoIndex`].
    pub fn search(&self, search: &Search<'_>) -> Result<Hits, Error> {
        let mut not_held = Vec::new();
        let streams = if search.streams.is_empty() {
            self.searchable()?
        } else {
            let held: Vec<String> = self.streams()?.into_iter().map(|stream| stream.name).collect();
            let wanted = search.streams.iter().map(|stream| (*stream).to_owned());
            let (held, others): (Vec<_>, Vec<_>) = wanted.partition(|stream| held.contains(stream));
            if let ([], [first, ..]) = (&*held, &*others) {
                return Err(Error::not_held(first));
            }
            not_held = others;
            self.indexed(held)?
        };
        if streams.is_empty() {
            return Err(Error::NoIndex);
        }
        if streams.iter().any(|stream| self.glass(stream).is_some()) {
            return self.sifted(search, streams, not_held);
        }
        let mut any = search.after.as_ref().is_some_and(|after| after.any);
        let mut found = self.matches(search, &streams, any)?;
        if found.is_empty() && search.after.is_none() {
            any = true;
            found = self.matches(search, &streams, any)?;
        }
        let is_more = found.len() > search.limit;
        found.truncate(search.limit);
        let mut hits = Vec::new();
        for after in found {
            let Some(held) = self.row(&after.stream, after.row)? else { continue };
            let texts = Texts::of(&self.connection, &after.stream)?;
            let texts = texts.map(|texts| texts.read(&held.record)).unwrap_or_default();
            hits.push(self.hit(search.text, held, texts, after)?);
        }
        let next = hits.last().map(|hit| hit.after.clone()).filter(|_| is_more);
        Ok(Hits { hits, any, next, streams, not_held })
    }

    pub(crate) fn hit(
        &self,
        text: &str,
        held: Held,
        (title, body): (String, String),
        after: After,
    ) -> Result<Hit, Error> {
        Ok(Hit {
            stream: after.stream.clone(),
            snippet: snippet(&plain(&body), text),
            title: title.replace('\n', self.between_titles(&after.stream)?),
            held,
            after,
        })
    }

    /// What is put between the parts of a title: parts of one object, first and last name, are one name.
    fn between_titles(&self, stream: &str) -> Result<&'static str, Error> {
        let sql = "SELECT texts FROM _capture_search WHERE stream = ?1";
        let saved: Option<String> = self.connection.query_row(sql, [stream], |row| row.get(0)).optional()?;
        let texts: Option<Searchable> = saved.and_then(|saved| serde_json::from_str(&saved).ok());
        let titles = texts.map(|texts| texts.title).unwrap_or_default();
        let mut parents = titles.iter().map(|title| title.rsplit_once('/').map(|(parent, _)| parent));
        let first = parents.next();
        Ok(if parents.all(|parent| Some(parent) == first) { " " } else { " · " })
    }

    /// One more than wanted, best first.
    pub(crate) fn matches(
        &self,
        search: &Search<'_>,
        streams: &[String],
        any: bool,
    ) -> Result<Vec<After>, Error> {
        let Some(words) = words(search.text, any) else { return Ok(Vec::new()) };
        let mut found: Vec<After> = Vec::new();
        for stream in streams {
            let table = search_table(stream);
            // To look for what begins with a word, the index merges the rows of all such words: where very many have the
            // word itself, they are enough.
            let mut queries = [&words.whole, &words.begun].into_iter();
            let common = queries.find_map(|query| match self.has_more_than(&table, query, WEIGHED_MAX) {
                Ok(false) => None,
                Ok(true) => Some(Ok(query)),
                Err(error) => Some(Err(error)),
            });
            if let Some(query) = common.transpose()? {
                found.extend(self.newest(search, stream, query, any)?);
                continue;
            }
            let (score, row) = match &search.after {
                Some(after) if after.stream == *stream => (after.score, after.row),
                // Streams of one score come in the order of their names.
                Some(after) if *stream < after.stream => (after.score, i64::MAX),
                Some(after) => (after.score, i64::MIN),
                None => (f64::NEG_INFINITY, i64::MIN),
            };
            let sql = format!(
                "SELECT rowid, rank FROM {table} WHERE {table} MATCH ?1 AND rank MATCH 'bm25(8.0, 1.0)'
                 AND (rank > ?2 OR rank = ?2 AND rowid > ?3) ORDER BY rank, rowid LIMIT ?4"
            );
            let mut select = self.connection.prepare_cached(&sql)?;
            let mut rows = select.query(params![words.begun, score, row, search.limit as i64 + 1])?;
            while let Some(row) = rows.next()? {
                found.push(After { row: row.get(0)?, score: row.get(1)?, stream: stream.clone(), any });
            }
        }
        found.sort_by(|one, other| {
            one.score
                .total_cmp(&other.score)
                .then_with(|| one.stream.cmp(&other.stream))
                .then_with(|| one.row.cmp(&other.row))
        });
        found.truncate(search.limit + 1);
        Ok(found)
    }

    /// Words that so many have say little of each: whoever has them in the title first, and of those the last that came.
    /// The scores say just that, among those of other streams. The index has rows in the order of their numbers, so that no
    /// more of them are read than wanted.
    fn newest(&self, search: &Search<'_>, stream: &str, query: &str, any: bool) -> Result<Vec<After>, Error> {
        let table = search_table(stream);
        let sql = format!(
            "SELECT rowid FROM {table} WHERE {table} MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3"
        );
        let mut select = self.connection.prepare_cached(&sql)?;
        let in_title = format!("{{title}} : ({query})");
        let elsewhere = format!("({query}) NOT ({in_title})");
        let mut found: Vec<After> = Vec::new();
        for (base, query) in [(IN_TITLE, in_title), (ELSEWHERE, elsewhere)] {
            let missing = (search.limit + 1).saturating_sub(found.len());
            let last = search.after.as_ref().map_or(i64::MAX, |after| last_behind(after, base, stream));
            let mut rows = select.query(params![query, last, missing as i64])?;
            while let Some(row) = rows.next()? {
                let row = row.get(0)?;
                found.push(After { row, score: score_of(base, row), stream: stream.to_owned(), any });
            }
        }
        Ok(found)
    }

    /// Whether more than so many rows match.
    fn has_more_than(&self, table: &str, query: &str, most: usize) -> Result<bool, Error> {
        let sql = format!("SELECT rowid FROM {table} WHERE {table} MATCH ?1 LIMIT 1 OFFSET {most}");
        Ok(self.connection.prepare_cached(&sql)?.exists([query])?)
    }
}

/// The score of a row that is not weighed: the later, the better.
fn score_of(base: f64, row: i64) -> f64 {
    base - row as f64 * 1e-9
}

/// The largest number of a row that is behind this one, if it is not weighed; 0 if none is.
fn last_behind(after: &After, base: f64, stream: &str) -> i64 {
    let is_behind = |row: i64| {
        let by_stream = || match stream.cmp(&after.stream) {
            Ordering::Equal => row > after.row,
            order => order == Ordering::Greater,
        };
        match score_of(base, row).total_cmp(&after.score) {
            Ordering::Equal => by_stream(),
            order => order == Ordering::Greater,
        }
    };
    // Where the scores would be equal; to the nearest number, for they are not exact.
    let about = ((base - after.score) * 1e9).clamp(0.0, 9e15) as i64 + 2;
    (0..=about).rev().take(5).find(|row| is_behind(*row)).unwrap_or(0)
}

/// The part of a text around the first of these words; without any, its beginning.
fn snippet(body: &str, text: &str) -> String {
    let lower = body.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let at = words.filter_map(|word| lower.find(&word.to_lowercase())).min().unwrap_or(0);
    // Where letters change their length with their case, the place is only about right.
    let before = lower[..at].chars().count();
    let letters: Vec<char> = body.chars().collect();
    let start = before.min(letters.len()).saturating_sub(SNIPPET_LETTERS / 4);
    let end = (start + SNIPPET_LETTERS).min(letters.len());
    let mut snippet: String = letters[start..end].iter().collect();
    if start > 0 {
        snippet.insert(0, '…');
    }
    if end < letters.len() {
        snippet.push('…');
    }
    snippet.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_weighed_goes_on_behind_any_other() {
        let after = |score, row, stream: &str| After { score, row, stream: stream.to_owned(), any: false };
        // Rows 10, 9, 8 … of one stream, and behind one of another that has the same score.
        for base in [IN_TITLE, ELSEWHERE] {
            for row in [1, 2, 10, 99_999, 3_000_000, 123_456_789] {
                let here = after(score_of(base, row), row, "jobs");
                assert_eq!(last_behind(&here, base, "jobs"), row - 1, "{base} {row}");
                assert_eq!(last_behind(&here, base, "notes"), row, "{base} {row}: later by name");
                assert_eq!(last_behind(&here, base, "candidates"), row - 1, "{base} {row}: earlier by name");
            }
        }
        // All those elsewhere are behind those in titles, and none the other way round.
        assert!(last_behind(&after(score_of(IN_TITLE, 7), 7, "jobs"), ELSEWHERE, "jobs") >= 900_000_000);
        assert_eq!(last_behind(&after(score_of(ELSEWHERE, 7), 7, "jobs"), IN_TITLE, "jobs"), 0);
        // What is weighed is better than all, or in between.
        assert!(last_behind(&after(-9.5, 3, "notes"), IN_TITLE, "jobs") > 1_000_000_000);
    }

    #[test]
    fn a_snippet_shows_the_word_in_its_place() {
        let long = format!("{} needle {}", "a".repeat(300), "b ".repeat(300));
        let shown = snippet(&long, "x Needle");
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("needle"), "{shown}");
        assert_eq!(snippet("one\ntwo", "none"), "one two");
        assert_eq!(snippet("", "x"), "");
        snippet("İİİİ ß needle", "needle");
    }
}
