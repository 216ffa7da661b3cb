//! Words where not everything may be seen. The index knows all words of the copy; so what it finds is read as it is seen, and
//! looked through a second time, by an index of its own that is gone afterwards. What was found by a word that is not seen is
//! not found.

use rusqlite::{Connection, params};
use sink_sqlite::{Texts, words};

use crate::Snapshot;
use crate::error::Error;
use crate::records::Held;
use crate::search::{After, Hits, Search};

/// Hits that are looked through at once, and how often: then the search says where it would go on.
const AT_ONCE: usize = 100;
const TIMES: usize = 20;

impl Snapshot {
    /// As [`Snapshot::search`].
    pub(crate) fn sifted(
        &self,
        search: &Search<'_>,
        streams: Vec<String>,
        not_held: Vec<String>,
    ) -> Result<Hits, Error> {
        let any = search.after.as_ref().is_some_and(|after| after.any);
        let (mut hits, mut next) = self.sift(search, &streams, any)?;
        let is_any = any || hits.is_empty() && next.is_none() && search.after.is_none();
        if is_any && !any {
            (hits, next) = self.sift(search, &streams, true)?;
        }
        let found = hits
            .into_iter()
            .map(|(held, texts, after)| self.hit(search.text, held, texts, after))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Hits { hits: found, any: is_any, next, streams, not_held })
    }

    #[allow(clippy::type_complexity)]
    fn sift(
        &self,
        search: &Search<'_>,
        streams: &[String],
        any: bool,
    ) -> Result<(Vec<(Held, (String, String), After)>, Option<After>), Error> {
        let Some(words) = words(search.text, any) else { return Ok((Vec::new(), None)) };
        let query = words.begun;
        let sieve = Sieve::new(query)?;
        let mut passed = Vec::new();
        let mut after = search.after.clone();
        for _ in 0..TIMES {
            let part =
                Search { text: search.text, streams: Vec::new(), limit: AT_ONCE, after: after.clone() };
            let mut found = self.matches(&part, streams, any)?;
            let is_more = found.len() > AT_ONCE;
            found.truncate(AT_ONCE);
            after = found.last().cloned();
            let mut seen = Vec::new();
            for place in found {
                let Some(held) = self.row(&place.stream, place.row)? else { continue };
                let texts = Texts::of(&self.connection, &place.stream)?;
                let texts = texts.map(|texts| texts.read(&held.record)).unwrap_or_default();
                seen.push((held, texts, place));
            }
            let kept = sieve.keeps(seen.iter().map(|(_, texts, _)| texts))?;
            passed.extend(seen.into_iter().zip(kept).filter_map(|(hit, kept)| kept.then_some(hit)));
            if passed.len() > search.limit {
                passed.truncate(search.limit);
                let next = passed.last().map(|(_, _, after)| after.clone());
                return Ok((passed, next));
            }
            if !is_more {
                return Ok((passed, None));
            }
        }
        Ok((passed, after))
    }
}

/// Finds words as the index of the copy does.
struct Sieve {
    connection: Connection,
    query: String,
}

impl Sieve {
    fn new(query: String) -> Result<Self, Error> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(
            "CREATE VIRTUAL TABLE texts USING fts5 (title, body, tokenize = 'unicode61 remove_diacritics 2')",
        )?;
        Ok(Self { connection, query })
    }

    /// Of each text whether it has the words.
    fn keeps<'a>(&self, texts: impl Iterator<Item = &'a (String, String)>) -> Result<Vec<bool>, Error> {
        self.connection.execute_batch("DELETE FROM texts")?;
        let mut put =
            self.connection.prepare_cached("INSERT INTO texts (rowid, title, body) VALUES (?1, ?2, ?3)")?;
        let mut count = 0_i64;
        for (title, body) in texts {
            put.execute(params![count, title, body])?;
            count += 1;
        }
        let mut kept = vec![false; usize::try_from(count).unwrap_or_default()];
        let mut select = self.connection.prepare_cached("SELECT rowid FROM texts WHERE texts MATCH ?1")?;
        for row in select.query_map([&self.query], |row| row.get::<_, i64>(0))? {
            if let Some(kept) = usize::try_from(row?).ok().and_then(|row| kept.get_mut(row)) {
                *kept = true;
            }
        }
        Ok(kept)
    }
}
