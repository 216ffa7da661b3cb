//! The state machine against a model of Ashby: whatever is changed, refused or interrupted in between, a keyed
//! destination ends up with what Ashby holds.

use std::collections::BTreeMap;

use ashby_client::{Cursor, Recovery, SyncToken};
use proptest::prelude::*;

use super::*;

/// Records of a page.
const PAGE: usize = 2;

/// What Ashby does, as far as a listing can see: records with the sequence numbers of their creation and of their
/// newest change; a full listing goes by creation, an incremental one by change; a token names the change that was
/// the newest when its listing began, and so does a cursor.
#[derive(Default)]
struct Server {
    sequence: u64,
    /// By id: creation, newest change.
    records: BTreeMap<u32, (u64, u64)>,
    oldest_token: u64,
    oldest_cursor: u64,
}

struct Answer {
    records: Vec<(u32, u64)>,
    next: Option<Cursor>,
    token: Option<SyncToken>,
}

impl Server {
    fn touch(&mut self, id: u32) {
        self.sequence += 1;
        let now = self.sequence;
        self.records.entry(id).and_modify(|record| record.1 = now).or_insert((now, now));
    }

    fn page(&mut self, cursor: Option<&Cursor>, token: Option<&SyncToken>) -> Result<Answer, Recovery> {
        let since: Option<u64> = token.map(|token| token.as_str().parse().unwrap());
        if since.is_some_and(|since| since < self.oldest_token) {
            return Err(Recovery::DropToken);
        }
        let (began, issued, after) = match cursor {
            None => (self.sequence, self.sequence, 0),
            Some(cursor) => {
                let numbers: Vec<u64> =
                    cursor.as_str().split('.').map(|number| number.parse().unwrap()).collect();
                (numbers[0], numbers[1], numbers[2])
            }
        };
        if cursor.is_some() && issued < self.oldest_cursor {
            return Err(Recovery::DropCursor);
        }
        let position = |record: &(u64, u64)| if since.is_some() { record.1 } else { record.0 };
        let mut found: Vec<(u64, u32, u64)> = self
            .records
            .iter()
            .map(|(id, record)| (position(record), *id, record.1))
            .filter(|(position, ..)| *position > after.max(since.unwrap_or(0)))
            .collect();
        found.sort_unstable();
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        // Cursors never look the same twice.
        self.sequence += 1;
        let next = found.last().map(|last| Cursor::from(format!("{began}.{}.{}", self.sequence, last.0)));
        Ok(Answer {
            records: found.into_iter().map(|(_, id, change)| (id, change)).collect(),
            next: next.filter(|_| more),
            token: (!more).then(|| SyncToken::from(began.to_string())),
        })
    }
}

/// A keyed destination: each page is durable together with its checkpoint.
struct Destination {
    rows: BTreeMap<u32, (u64, u64)>,
    checkpoint: Option<serde_json::Value>,
}

impl Destination {
    fn restore(&self, fingerprint: &str) -> Listing {
        match &self.checkpoint {
            Some(value) => {
                let saved = from_checkpoint::<Listing>("model", &Checkpoint(value.clone())).unwrap();
                saved.restored(fingerprint).unwrap().0
            }
            None => Listing::new(fingerprint),
        }
    }

    /// One request and what follows from it; `true` when the listing is complete.
    fn step(&mut self, listing: &mut Listing, server: &mut Server, refresh: Refresh, now_ms: u64) -> bool {
        listing.begin(refresh, now_ms);
        let (cursor, token) = listing.position();
        let progress = match server.page(cursor, token) {
            Ok(answer) => {
                for (id, change) in answer.records {
                    self.rows.insert(id, (change, listing.pass()));
                }
                let progress = listing.page(answer.next, answer.token);
                if progress.last && progress.full {
                    self.rows.retain(|_, row| row.1 == listing.pass());
                }
                progress.last
            }
            Err(recovery) => {
                // Both ways leave a listing that can go on.
                let _ = listing.refused(recovery, now_ms);
                false
            }
        };
        self.checkpoint = Some(to_checkpoint(listing).unwrap().0);
        progress
    }
}

#[derive(Debug, Clone)]
enum Happening {
    Touch(u32),
    Delete(u32),
    ExpireTokens,
    ExpireCursors,
    /// The process dies and starts again from the durable checkpoint; the clock may have been set back.
    Crash,
    Request,
    ChangeParameters,
    ListEverything,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        5 => (0..12u32).prop_map(Happening::Touch),
        2 => (0..12u32).prop_map(Happening::Delete),
        1 => Just(Happening::ExpireTokens),
        1 => Just(Happening::ExpireCursors),
        2 => Just(Happening::Crash),
        9 => Just(Happening::Request),
        1 => Just(Happening::ChangeParameters),
        1 => Just(Happening::ListEverything),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_whatever_happens(
        happenings in proptest::collection::vec(happening(), 0..120),
        snapshot in any::<bool>(),
    ) {
        let refresh = if snapshot { Refresh::Snapshot } else { Refresh::Token };
        let mut server = Server::default();
        let mut destination = Destination { rows: BTreeMap::new(), checkpoint: None };
        let mut fingerprint = "f0".to_owned();
        let mut listing = destination.restore(&fingerprint);
        for (index, happening) in happenings.iter().enumerate() {
            match happening {
                Happening::Touch(id) => server.touch(*id),
                Happening::Delete(id) => drop(server.records.remove(id)),
                Happening::ExpireTokens => server.oldest_token = server.sequence,
                Happening::ExpireCursors => server.oldest_cursor = server.sequence,
                Happening::Crash => listing = destination.restore(&fingerprint),
                Happening::Request => drop(destination.step(&mut listing, &mut server, refresh, 7)),
                Happening::ChangeParameters => {
                    fingerprint = format!("f{index}");
                    listing = destination.restore(&fingerprint);
                }
                Happening::ListEverything => listing.forget(),
            }
        }
        // The listing that is under way ends; the next one sees a quiet organisation.
        for _ in 0..2 {
            let mut steps = 0;
            while !destination.step(&mut listing, &mut server, refresh, 7) {
                steps += 1;
                prop_assert!(steps < 100, "the listing does not end");
            }
        }
        prop_assert!(!listing.is_running());
        for (id, record) in &server.records {
            let row = destination.rows.get(id).map(|row| row.0);
            prop_assert_eq!(row, Some(record.1), "record {} is missing or old", id);
        }
        // Deletions show once everything has been listed.
        listing.forget();
        while !destination.step(&mut listing, &mut server, refresh, 7) {}
        let rows: Vec<_> = destination.rows.keys().collect();
        prop_assert_eq!(rows, server.records.keys().collect::<Vec<_>>());
    }

    #[test]
    fn a_pass_is_never_used_twice(clocks in proptest::collection::vec(0..20u64, 1..20)) {
        let mut listing = Listing::new("f");
        let mut passes = Vec::new();
        for now_ms in clocks {
            listing.begin(Refresh::Snapshot, now_ms);
            passes.push(listing.pass());
            listing.page(None, None);
        }
        prop_assert!(passes.is_sorted_by(|a, b| a < b), "{passes:?}");
    }
}

#[test]
fn the_token_of_an_empty_listing_is_kept() {
    let mut listing = Listing::new("f");
    for token in ["a", "b"] {
        listing.begin(Refresh::Token, 1);
        listing.page(None, Some(SyncToken::from(token.to_owned())));
    }
    listing.begin(Refresh::Token, 1);
    assert_eq!(listing.position(), (None, Some(&SyncToken::from("b".to_owned()))));
}

#[test]
fn a_cursor_that_dies_again_and_again_fails_the_listing_but_not_for_ever() {
    let mut listing = Listing::new("f");
    listing.begin(Refresh::Token, 1);
    let mut refusals = 0;
    let error = loop {
        listing.page(Some(Cursor::from("c".to_owned())), None);
        match listing.refused(Recovery::DropCursor, 1) {
            Ok(_) => refusals += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((refusals, error.kind()), (MAX_RESTARTS, ErrorKind::Data));
    listing.page(Some(Cursor::from("c".to_owned())), None);
    listing.refused(Recovery::DropCursor, 1).expect("patience is fresh after a failure");
}

#[test]
fn newest_first_stops_at_what_is_known() {
    let mut listing = Listing::new("f");
    listing.begin(Refresh::NewestFirst, 1);
    assert_eq!(listing.count_new(["3", "2"].into_iter()), None);
    listing.page(Some(Cursor::from("c".to_owned())), None);
    assert_eq!(listing.count_new(["1"].into_iter()), None);
    assert!(listing.page(None, None).full);
    listing.begin(Refresh::NewestFirst, 2);
    assert_eq!(listing.count_new(["5", "4", "3", "2"].into_iter()), Some(2));
    assert_eq!(listing.page(None, None), Progress { last: true, full: false, hollow: false });
    listing.begin(Refresh::NewestFirst, 3);
    assert_eq!(listing.count_new(["5"].into_iter()), Some(0));
}

#[test]
fn another_version_is_refused_and_another_request_starts_anew() {
    let mut listing = Listing::new("f");
    listing.begin(Refresh::Token, 5);
    listing.page(None, Some(SyncToken::from("t".to_owned())));
    let (anew, note) = listing.clone().restored("g").unwrap();
    assert!(note.is_some());
    assert_eq!((anew.position(), anew.pass()), ((None, None), 5));
    listing.version = 2;
    assert_eq!(listing.restored("f").err().map(|error| error.kind()), Some(ErrorKind::State));
}
