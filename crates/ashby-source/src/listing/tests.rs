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

/// A keyed destination: each page is durable together with its checkpoint. It decides what is gone as the runner does.
#[derive(Default)]
struct Destination {
    /// By id: newest change, and when it was seen.
    rows: BTreeMap<u32, (u64, u64)>,
    checkpoint: Option<Checkpoint>,
    /// What was seen last, and when the full listing under way began.
    stamp: u64,
    since: Option<u64>,
}

impl Destination {
    fn restore(&self, fingerprint: &str) -> Listing {
        match &self.checkpoint {
            Some(saved) => Listing::from_checkpoint("model", saved, None).unwrap().restored(fingerprint).0,
            None => Listing::new(fingerprint),
        }
    }

    /// One request and what follows from it; `true` when the listing is complete.
    fn step(&mut self, listing: &mut Listing, server: &mut Server, refresh: Refresh) -> bool {
        listing.begin(refresh);
        let (cursor, token) = listing.position();
        let is_complete = match server.page(cursor, token) {
            Ok(answer) => {
                let records = answer.records.len() as u32;
                let arrived =
                    Arrived { next: answer.next, token: answer.token, records, ..Arrived::default() };
                let progress = listing.page(refresh, arrived);
                self.stamp += 1;
                if let Some(extent) = progress.begins {
                    self.since = (extent == Extent::Everything).then_some(self.stamp);
                }
                for (id, change) in answer.records {
                    self.rows.insert(id, (change, self.stamp));
                }
                if let Some(ends) = &progress.ends
                    && let Some(since) = self.since.take()
                    // Where nothing is listed, whatever is left can be asked for by itself.
                    && !matches!(ends, Ends::Incomplete(_))
                {
                    self.rows.retain(|_, row| row.1 >= since);
                }
                progress.ends.is_some() && !progress.is_to_be_confirmed
            }
            Err(recovery) => {
                // Both ways leave a listing that can go on.
                let _ = listing.refused(recovery);
                false
            }
        };
        self.checkpoint = Some(listing.to_checkpoint(None).unwrap());
        is_complete
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
    /// Changes are to be listed from a token that some listing has left.
    LookBack(usize),
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
        2 => (0..5usize).prop_map(Happening::LookBack),
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
        let mut destination = Destination::default();
        let mut fingerprint = "f0".to_owned();
        let mut listing = destination.restore(&fingerprint);
        let mut tokens: Vec<SyncToken> = Vec::new();
        for (index, happening) in happenings.iter().enumerate() {
            match happening {
                Happening::Touch(id) => server.touch(*id),
                Happening::Delete(id) => drop(server.records.remove(id)),
                Happening::ExpireTokens => server.oldest_token = server.sequence,
                Happening::ExpireCursors => server.oldest_cursor = server.sequence,
                Happening::Crash => listing = destination.restore(&fingerprint),
                Happening::Request => {
                    let is_complete = destination.step(&mut listing, &mut server, refresh);
                    tokens.extend(listing.token().filter(|_| is_complete).cloned());
                }
                Happening::ChangeParameters => {
                    fingerprint = format!("f{index}");
                    listing = destination.restore(&fingerprint);
                    tokens.clear();
                }
                Happening::ListEverything => listing.forget(),
                Happening::LookBack(back) => {
                    if let Some(token) = tokens.iter().rev().nth(*back) {
                        listing.look_back(token);
                    }
                }
            }
        }
        // The listing that is under way ends; the next one sees a quiet organisation.
        for _ in 0..2 {
            let mut steps = 0;
            while !destination.step(&mut listing, &mut server, refresh) {
                steps += 1;
                prop_assert!(steps < 100, "the listing does not end");
            }
        }
        for (id, record) in &server.records {
            let row = destination.rows.get(id).map(|row| row.0);
            prop_assert_eq!(row, Some(record.1), "record {} is missing or old", id);
        }
        // Deletions show once everything has been listed.
        listing.forget();
        while !destination.step(&mut listing, &mut server, refresh) {}
        let rows: Vec<_> = destination.rows.keys().collect();
        prop_assert_eq!(rows, server.records.keys().collect::<Vec<_>>());
    }
}

fn arrived(next: Option<&str>, token: Option<&str>, records: u32) -> Arrived {
    let next = next.map(|cursor| Cursor::from(cursor.to_owned()));
    let token = token.map(|token| SyncToken::from(token.to_owned()));
    Arrived { next, token, records, ..Arrived::default() }
}

#[test]
fn the_token_of_an_empty_listing_is_kept() {
    let mut listing = Listing::new("f");
    for token in ["a", "b"] {
        listing.begin(Refresh::Token);
        listing.page(Refresh::Token, arrived(None, Some(token), 0));
    }
    listing.begin(Refresh::Token);
    assert_eq!(listing.position(), (None, Some(&SyncToken::from("b".to_owned()))));
}

#[test]
fn an_earlier_token_that_is_refused_costs_no_listing_of_everything() {
    let (first, second) = (SyncToken::from("first"), SyncToken::from("second"));
    let mut listing = Listing::of(Some(second.clone()), None, Some("f"));
    assert!(listing.look_back(&first));
    listing.begin(Refresh::Token);
    assert_eq!(listing.position(), (None, Some(&first)));
    assert!(!listing.look_back(&second), "one is under way");
    listing.refused(Recovery::DropToken).unwrap();
    assert_eq!(listing.position(), (None, Some(&second)));
    let end = listing.page(Refresh::Token, arrived(None, Some("third"), 1));
    assert_eq!(end.ends, Some(Ends::Complete));
    // The newest one is refused like any other.
    listing.begin(Refresh::Token);
    listing.refused(Recovery::DropToken).unwrap();
    assert_eq!(listing.position(), (None, None));
}

#[test]
fn who_has_looked_back_and_gets_no_token_goes_on_from_the_newest() {
    let (first, second) = (SyncToken::from("first"), SyncToken::from("second"));
    let mut listing = Listing::of(Some(second.clone()), None, Some("f"));
    assert!(listing.look_back(&second) && listing.look_back(&first) && listing.look_back(&first));
    listing.begin(Refresh::Token);
    listing.page(Refresh::Token, arrived(None, None, 1));
    assert_eq!(listing.token(), Some(&second));
    assert!(listing.look_back(&first));
    listing.begin(Refresh::Token);
    listing.page(Refresh::Token, arrived(None, Some("third"), 1));
    assert_eq!(listing.token(), Some(&"third".into()));
    assert!(!Listing::new("f").look_back(&first), "everything will be listed");
}

#[test]
fn a_cursor_that_dies_again_and_again_fails_the_listing_but_not_for_ever() {
    let mut listing = Listing::new("f");
    listing.begin(Refresh::Token);
    let mut refusals = 0;
    let error = loop {
        listing.page(Refresh::Token, arrived(Some("c"), None, 1));
        match listing.refused(Recovery::DropCursor) {
            Ok(_) => refusals += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((refusals, error.kind()), (MAX_RESTARTS, ErrorKind::Data));
    listing.page(Refresh::Token, arrived(Some("c"), None, 1));
    listing.refused(Recovery::DropCursor).expect("patience is fresh after a failure");
}

#[test]
fn newest_first_looks_beyond_what_is_known() {
    let page = |listing: &mut Listing, keys: &[&str], next: Option<&str>| {
        listing.begin(Refresh::NewestFirst);
        let reached = listing.reaches(keys.iter().copied(), 2);
        let next = next.filter(|_| !reached);
        listing.page(Refresh::NewestFirst, arrived(next, None, keys.len() as u32)).ends.is_some()
    };
    let mut listing = Listing::new("f");
    assert!(!page(&mut listing, &["3", "2"], Some("c")));
    assert!(page(&mut listing, &["1"], None));
    assert!(page(&mut listing, &["5", "4", "3", "2", "1"], Some("c")), "two below the newest are enough");
    assert!(!page(&mut listing, &["6", "5", "4"], Some("c")), "one may have come late below it");
    assert!(page(&mut listing, &["late", "3"], Some("d")));
    assert!(page(&mut listing, &["6", "5", "4"], Some("c")), "a quiet one costs one page");
}

#[test]
fn i4_a_full_listing_proves_only_what_it_proves() {
    let ends = |pages: Vec<Arrived>, refresh: Refresh| {
        let mut listing = Listing::new("f");
        listing.begin(refresh);
        let mut ends = (None, None);
        for page in pages {
            // It is told after a crash as well.
            listing = Listing::from_checkpoint("x", &listing.to_checkpoint(None).unwrap(), None).unwrap();
            let progress = listing.page(refresh, page);
            ends = (progress.ends, progress.embedded_ends);
        }
        let word = |ends: Option<Ends>| match ends {
            None => "-",
            Some(Ends::Complete) => "complete",
            Some(Ends::Doubtful(_)) => "doubtful",
            Some(Ends::Incomplete(_)) => "incomplete",
        };
        (word(ends.0), word(ends.1))
    };
    let hollow = |page: Arrived| Arrived { hollow: true, ..page };
    let unusable = |page: Arrived| Arrived { unusable: 1, ..page };
    let of_tokens = |page: Arrived| Arrived { gives_token: true, ..page };
    let page = |next| arrived(next, None, 5);
    let last = || arrived(None, Some("t"), 5);
    for (pages, refresh, expected) in [
        (vec![page(Some("a")), last()], Refresh::Token, ("complete", "complete")),
        (vec![page(Some("a"))], Refresh::Token, ("-", "-")),
        (vec![page(Some("a")), page(None)], Refresh::Token, ("incomplete", "incomplete")),
        (vec![page(None)], Refresh::Snapshot, ("complete", "complete")),
        (vec![of_tokens(page(None))], Refresh::Snapshot, ("incomplete", "incomplete")),
        (vec![of_tokens(last())], Refresh::Snapshot, ("complete", "complete")),
        (vec![arrived(Some("a"), None, 0), last()], Refresh::Token, ("incomplete", "incomplete")),
        (vec![arrived(None, Some("t"), 0)], Refresh::Token, ("complete", "complete")),
        (vec![hollow(page(Some("a"))), last()], Refresh::Token, ("complete", "incomplete")),
        (vec![unusable(page(Some("a"))), last()], Refresh::Token, ("incomplete", "incomplete")),
    ] {
        assert_eq!(ends(pages.clone(), refresh), expected, "{pages:?}");
    }
}

#[test]
fn i4_what_is_odd_is_listed_once_more_before_it_is_believed() {
    let empty = || arrived(None, Some("t"), 0);
    let whole = || arrived(None, Some("t"), 5);
    let with_gap = || [arrived(Some("a"), None, 0), whole()];
    // Full listings one after the other, and for each page whether it proves something.
    let proves = |pages: Vec<Arrived>| {
        let mut listing = Listing::new("f");
        let mut proves = Vec::new();
        for page in pages {
            if listing.place.running.is_none() {
                listing.forget();
                listing.begin(Refresh::Token);
            }
            let progress = listing.page(Refresh::Token, page);
            proves.push((progress.ends == Some(Ends::Complete), progress.is_to_be_confirmed));
        }
        proves
    };
    let (no, yes, again) = ((false, false), (true, false), (false, true));
    assert_eq!(proves(vec![empty(), empty()]), [yes, yes], "it never had records");
    assert_eq!(proves(vec![whole(), empty(), empty(), empty()]), [yes, again, yes, yes]);
    assert_eq!(proves(vec![whole(), empty(), whole(), empty(), empty()]), [yes, again, yes, again, yes]);
    let pages = with_gap().into_iter().chain(with_gap()).chain([whole()]).collect();
    assert_eq!(proves(pages), [no, again, no, yes, yes], "a gap that is always there is none");
}

#[test]
fn another_request_starts_anew_and_a_bare_token_belongs_to_that_of_the_other_program() {
    let mut listing = Listing::new("f");
    listing.begin(Refresh::Token);
    listing.page(Refresh::Token, arrived(None, Some("t"), 1));
    let (anew, note) = listing.clone().restored("g");
    assert!(note.is_some());
    assert_eq!(anew.position(), (None, None));

    let bare = listing.to_checkpoint(Some("f")).unwrap();
    assert_eq!((bare.token.is_some(), &bare.progress), (true, &None));
    let read = Listing::from_checkpoint("x", &bare, Some("f")).unwrap();
    // Of a bare token it is not known whether there have ever been records.
    listing.place.has_had_records = false;
    assert_eq!(read, listing);
    assert!(listing.to_checkpoint(Some("g")).unwrap().progress.is_some());
    listing.begin(Refresh::Token);
    assert!(listing.to_checkpoint(Some("f")).unwrap().progress.is_some(), "a listing is under way");
}
