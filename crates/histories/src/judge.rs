//! What must hold after a run, whatever happened in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::body::compact;
use crate::destination::{Holding, Row};
use crate::fault::Fault;
use crate::keys::{Key, KeyName};
use crate::site::{MOST_REQUESTS, Site};
use crate::step::{Kind, Selection, Sync};
use crate::stream::{Shape, Stream};
use crate::world::Record;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Which rule: `buried-live`.
    pub rule: &'static str,
    /// After which step of the history, from 0; the end counts as a step behind the last.
    pub step: usize,
    /// What was found.
    pub text: String,
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) sync: Sync,
    pub(crate) code: Option<i32>,
    pub(crate) hung: bool,
    /// A signal of ours ended it.
    pub(crate) stopped: bool,
    pub(crate) stderr: String,
    pub(crate) requests: u64,
    pub(crate) fired: Vec<(&'static str, Fault)>,
    pub(crate) changed: bool,
    pub(crate) met_standing_trouble: bool,
    /// When it began, in the first organisation's time.
    pub(crate) began: u64,
}

impl Ran {
    /// Nothing went wrong that would excuse anything.
    fn is_clean(&self) -> bool {
        self.fired.is_empty() && !self.changed && !self.stopped && !self.hung
    }

    fn is_of_first_organisation(&self) -> bool {
        self.sync.address == 0 && !matches!(self.sync.key, KeyName::Other | KeyName::Wrong)
    }

    /// It stopped, and asks for a word to go on.
    pub(crate) fn asks(&self) -> bool {
        self.code == Some(2) && self.stderr.contains("--reconcile accept")
    }
}

/// What a person would have to know to judge.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) kind: Kind,
    /// By stream, the keys whose view a destination was filled with; what all of them see may not be buried.
    pub(crate) yardstick: BTreeMap<Stream, BTreeSet<KeyName>>,
    /// Records and streams that need not be up to date before everything was listed again.
    excused: BTreeSet<(Stream, String)>,
    pub(crate) excused_streams: BTreeSet<Stream>,
    /// Parents of a child stream that were in trouble.
    pub(crate) troubled: BTreeSet<(Stream, String)>,
    /// Why a run may stop and ask, or keep what is gone.
    pub(crate) doubts: BTreeSet<&'static str>,
    /// What lines were read before is no measure any more.
    pub(crate) starts_over: bool,
    /// Lines may repeat what was written.
    pub(crate) may_repeat: bool,
    /// A destination of lines may no longer know which lines it wrote.
    pub(crate) forgets_what_was_written: bool,
    settled: Option<Holding>,
    /// The wide key has seen everything once.
    filled_by_wide: bool,
    pub(crate) step: usize,
    pub(crate) found: Vec<Violation>,
}

impl Judge {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            yardstick: BTreeMap::new(),
            excused: BTreeSet::new(),
            excused_streams: BTreeSet::new(),
            troubled: BTreeSet::new(),
            doubts: BTreeSet::new(),
            starts_over: false,
            may_repeat: false,
            forgets_what_was_written: false,
            settled: None,
            filled_by_wide: false,
            step: 0,
            found: Vec::new(),
        }
    }

    pub(crate) fn say(&mut self, rule: &'static str, text: impl Into<String>) {
        self.found.push(Violation { rule, step: self.step, text: text.into() });
    }

    /// A record's state is no longer announced to a key that sees it only now.
    pub(crate) fn excuse_confidential(&mut self, site: &Site) {
        let organisation = &site.organisations[0];
        for stream in Stream::all() {
            let hidden =
                organisation.records(stream).iter().filter(|record| !organisation.is_open(stream, record));
            self.excused.extend(hidden.map(|record| (stream, record.key.clone())));
        }
    }

    pub(crate) fn after_run(&mut self, site: &Site, before: &Holding, after: &Holding, ran: &Ran) {
        self.ending(ran);
        self.remember(site, before, ran);
        self.buried(site, before, after, ran);
        self.strangers(site, before, after, ran);
        self.went_back(site, before, after, ran);
        self.fresh(site, after, ran);
        if ran.code == Some(0) {
            self.settled = Some(after.clone());
            self.starts_over = false;
        }
    }

    fn ending(&mut self, ran: &Ran) {
        let code = ran.code;
        if ran.hung {
            self.say("hangs", format!("no end after {} requests", ran.requests));
        } else if ran.requests > MOST_REQUESTS {
            self.say("without-bound", format!("{} requests, ended by the server", ran.requests));
        } else if code.is_none() && !ran.stopped {
            self.say("dies", "a signal ended the run");
        } else if code.is_some_and(|code| ![0, 1, 2, 3, 4, 130].contains(&code)) {
            self.say("exit-code", format!("exit code {code:?}"));
        } else if ran.sync.key == KeyName::Wrong && code.is_some_and(|code| code != 3) && ran.is_clean() {
            self.say("exit-code", format!("a refused key, and exit code {code:?}"));
        }
        if ran.stderr.contains("panicked") {
            self.say("panics", ran.stderr.lines().find(|line| line.contains("panicked")).unwrap_or_default());
        }
    }

    /// What a run changes in what is to be expected.
    fn remember(&mut self, site: &Site, before: &Holding, ran: &Ran) {
        let selected = selected(&ran.sync.selection);
        if let Some(key) = site.keys.get(ran.sync.key).filter(|_| ran.is_of_first_organisation()) {
            for stream in Stream::all() {
                let yardstick = self.yardstick.entry(stream).or_default();
                let reads = selected.contains(&stream) && key.reads(stream);
                let covers_all =
                    yardstick.iter().filter_map(|name| site.keys.get(*name)).all(|other| key.covers(other));
                // A run that accepts and does not end may or may not have come that far.
                if ran.sync.accept || (reads && covers_all) {
                    if ran.code == Some(0) {
                        yardstick.clear();
                    }
                    yardstick.insert(key.name);
                } else if reads && sees_all(key, site, stream, before) {
                    // It may take over, and nobody knows that it would not see what becomes confidential later.
                    yardstick.insert(key.name);
                }
            }
        }
        // Another key may be the yardstick then, and the wide one cannot prove that it sees what is gone. A key that is
        // known to have fewer rights than the yardstick never takes its place.
        self.filled_by_wide |=
            ran.code == Some(0) && ran.sync.key == KeyName::Wide && ran.sync.selection == Selection::World;
        let takes_over = match ran.sync.key {
            KeyName::Wide | KeyName::Wrong => false,
            KeyName::Limited => ran.sync.accept || !self.filled_by_wide,
            _ => true,
        };
        if takes_over {
            self.doubts.insert("keys");
        }
        if !ran.is_of_first_organisation() && ran.sync.key != KeyName::Wrong {
            self.doubts.insert("organisations");
        }
        for (operation, fault) in &ran.fired {
            if let Some(stream) = Site::is_for_children(operation) {
                self.excused_streams.insert(stream);
            }
            if *fault == Fault::Empty {
                self.doubts.insert("empty");
                for stream in Stream::all().filter(|stream| stream.row().operation == *operation) {
                    self.excused_streams.insert(stream);
                    self.excused_streams.extend(stream.children());
                }
            }
        }
        self.excused.extend(site.hollow.iter().cloned());
    }

    /// Nothing is marked as deleted that all who filled the destination see, and that stood still.
    fn buried(&mut self, site: &Site, before: &Holding, after: &Holding, ran: &Ran) {
        let organisation = &site.organisations[0];
        let mut buried = Vec::new();
        for stream in Stream::all() {
            let Some(yardstick) = self.yardstick.get(&stream).filter(|yardstick| !yardstick.is_empty())
            else {
                continue;
            };
            // Rows that a server's offset pages skip can be told from rows that are gone only one by one.
            if site.offset_pages
                && !stream.has_info()
                && !matches!(stream.row().shape, Shape::Snapshot | Shape::NewestFirst)
            {
                continue;
            }
            let parent_operation = stream.row().parent.map(|parent| parent.row().operation);
            let parents_empty = ran
                .fired
                .iter()
                .any(|(operation, fault)| *fault == Fault::Empty && Some(*operation) == parent_operation);
            if parents_empty {
                continue;
            }
            let is_protected = |record: &&Record| {
                // Gone from one parent, and the other one cannot be asked: that it lives there nobody can know without
                // asking every parent first, and one that stays broken would keep all that is gone for ever. It comes
                // back when that parent can be read.
                let is_out_of_sight = record.has_moved
                    && record
                        .parent
                        .as_ref()
                        .is_some_and(|parent| self.troubled.contains(&(stream, parent.clone())));
                organisation.altered(stream, record) <= ran.began
                    && !is_out_of_sight
                    && (ran.code == Some(0) || !record.has_moved)
                    && yardstick
                        .iter()
                        .filter_map(|name| site.keys.get(*name))
                        .all(|key| key.views(organisation, stream, record))
            };
            for record in organisation.records(stream).iter().filter(is_protected) {
                let was_dead = before.get(stream, &record.key).is_some_and(|row| !row.live);
                if !was_dead && after.get(stream, &record.key).is_some_and(|row| !row.live) {
                    buried.push(format!("{} {}", stream.name(), record.key));
                }
            }
        }
        if !buried.is_empty() {
            let (count, first) = (buried.len(), buried.join(", "));
            self.say("buried-live", format!("{count} marked as deleted although they live: {first}"));
        }
    }

    /// Nothing is there that the server never had, or that another organisation has.
    fn strangers(&mut self, site: &Site, before: &Holding, after: &Holding, ran: &Ran) {
        if let Some(strange) = after.strange.iter().find(|strange| !before.strange.contains(strange)) {
            self.say("strange-line", format!("neither a record nor a deletion: {strange}"));
        }
        if self.kind == Kind::Jsonl
            && !self.may_repeat
            && after.repeated.len() > before.repeated.len()
            && ran.code == Some(0)
        {
            let (count, last) = (after.repeated.len() - before.repeated.len(), after.repeated.last());
            self.say(
                "written-twice",
                format!("{count} lines repeat the one before them, {}", last.map_or("", String::as_str)),
            );
        }
        for stream in Stream::all() {
            let of = |holding: &Holding, number: usize| {
                let live = holding.of(stream).filter(|(_, row)| row.live);
                live.filter(|(_, row)| {
                    site.ever.get(stream, &row.body).is_some_and(|known| known.organisation == number)
                })
                .count()
            };
            let (was, is) = ([of(before, 0), of(before, 1)], [of(after, 0), of(after, 1)]);
            if !ran.sync.accept && is[0] > 0 && is[1] > 0 && (was[0] == 0 || was[1] == 0) && was != [0, 0] {
                self.say(
                    "two-organisations",
                    format!("{}: {} rows of one and {} of another", stream.name(), is[0], is[1]),
                );
            }
            for (key, row) in after.of(stream) {
                let known = site.ever.get(stream, &row.body);
                if row.live && known.is_none_or(|known| known.key != *key) {
                    self.say("never-had", format!("{} {key}: {}", stream.name(), row.body));
                }
                let only_twice =
                    !ran.fired.is_empty() && ran.fired.iter().all(|(_, fault)| *fault == Fault::Twice);
                if row.live && site.made_up.contains(key) && only_twice && ran.code == Some(0) {
                    self.say(
                        "earlier-copy-counts",
                        format!("the event {key} stood only in the earlier of two copies"),
                    );
                }
            }
        }
    }

    fn went_back(&mut self, site: &Site, before: &Holding, after: &Holding, ran: &Ran) {
        // Lines that were not committed may be taken back.
        let before = match (self.kind, &self.settled) {
            (Kind::Jsonl, _) if self.starts_over || ran.code != Some(0) => return,
            (Kind::Jsonl, Some(settled)) => settled.clone(),
            (Kind::Jsonl, None) => return,
            _ => before.clone(),
        };
        for stream in Stream::all() {
            let version = |row: &Row| site.ever.get(stream, &row.body).map(|known| known.version);
            for (key, old) in before.of(stream) {
                match after.get(stream, key) {
                    None => self.say(
                        "vanished",
                        format!("{} {key} is neither there nor marked as deleted", stream.name()),
                    ),
                    Some(new) if version(new) < version(old) && version(new).is_some() => {
                        self.say(
                            "went-back",
                            format!(
                                "{} {key}: from version {:?} to {:?}",
                                stream.name(),
                                version(old),
                                version(new)
                            ),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// "Up to date" means that all that the key sees is there.
    fn fresh(&mut self, site: &Site, after: &Holding, ran: &Ran) {
        let trouble = ran.met_standing_trouble && matches!(ran.code, Some(1 | 4));
        if !ran.is_clean() || !ran.is_of_first_organisation() || !(ran.code == Some(0) || trouble) {
            return;
        }
        let missing = self.missing(site, after, ran.sync.key, &selected(&ran.sync.selection), true);
        if !missing.is_empty() {
            let rule = if trouble { "blocked-by-one" } else { "not-up-to-date" };
            self.say(rule, format!("exit code {:?}, but {}", ran.code, missing.join(", ")));
        }
    }

    /// What a key sees and the destination has not.
    pub(crate) fn missing(
        &self,
        site: &Site,
        after: &Holding,
        key: KeyName,
        streams: &[Stream],
        with_excuses: bool,
    ) -> Vec<String> {
        let organisation = &site.organisations[0];
        let Some(key) = site.keys.get(key) else { return Vec::new() };
        let mut missing = Vec::new();
        for stream in streams.iter().copied() {
            let pages_move =
                site.offset_pages && !matches!(stream.row().shape, Shape::Snapshot | Shape::NewestFirst);
            let is_late = stream == Stream::Audit && organisation.late > 1;
            if with_excuses && (pages_move || is_late || self.excused_streams.contains(&stream)) {
                continue;
            }
            for record in
                organisation.records(stream).iter().filter(|record| key.sees(organisation, stream, record))
            {
                let name = (stream, record.key.clone());
                let in_trouble = record
                    .parent
                    .as_ref()
                    .is_some_and(|parent| self.troubled.contains(&(stream, parent.clone())));
                let is_excused =
                    in_trouble || self.excused.contains(&name) || organisation.unannounced.contains(&name);
                if with_excuses && is_excused {
                    continue;
                }
                let expected = organisation.delivered(stream, record);
                let what = match after.get(stream, &record.key) {
                    Some(row) if row.live && is_same(self.kind, &row.body, &expected) => continue,
                    Some(row) if row.live => "is old",
                    Some(_) => "is marked as deleted",
                    None => "is not there",
                };
                missing.push(format!("{} {} {what}", stream.name(), record.key));
            }
        }
        missing
    }

    /// What the destination holds although it is gone.
    pub(crate) fn kept(&self, site: &Site, after: &Holding, key: KeyName) -> Vec<String> {
        let organisation = &site.organisations[0];
        let Some(key) = site.keys.get(key) else { return Vec::new() };
        let mut kept = Vec::new();
        // What stands in an audit log stays.
        for stream in Stream::all().filter(|stream| *stream != Stream::Audit) {
            for (name, _) in after.of(stream).filter(|(_, row)| row.live) {
                let record = organisation.find(stream, name);
                if record.is_none_or(|record| !key.sees(organisation, stream, record)) {
                    kept.push(format!("{} {name}", stream.name()));
                }
            }
        }
        kept
    }
}

/// Whether a key sees every row that was there.
fn sees_all(key: &Key, site: &Site, stream: Stream, holding: &Holding) -> bool {
    let organisation = &site.organisations[0];
    holding.of(stream).filter(|(_, row)| row.live).all(|(name, _)| {
        organisation.find(stream, name).is_some_and(|record| key.sees(organisation, stream, record))
    })
}

fn is_same(kind: Kind, body: &str, expected: &str) -> bool {
    let is_written_anew = match kind {
        Kind::Sqlite | Kind::Parquet => false,
        Kind::Postgres => true,
        Kind::Jsonl | Kind::Stdout => expected.contains(['\n', '\r']),
    };
    body == expected || (is_written_anew && compact(body) == compact(expected))
}

/// The streams that a selection is about, of those that have anything.
pub(crate) fn selected(selection: &Selection) -> Vec<Stream> {
    match selection {
        Selection::World | Selection::All => Stream::all().collect(),
        Selection::Some(streams) => streams.clone(),
        Selection::Default => Stream::all().filter(|stream| stream.is_on_by_default()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::USUAL;
    use crate::world::Change;

    fn site() -> Site {
        Site::new(5, &USUAL, 6, 2, false)
    }

    /// What a sync that makes no mistake would leave.
    fn perfect(site: &Site) -> Holding {
        let organisation = &site.organisations[0];
        let mut holding = Holding::default();
        for stream in Stream::all() {
            for record in organisation.records(stream) {
                let row = Row {
                    live: organisation.is_live(stream, record),
                    body: organisation.delivered(stream, record),
                };
                holding.put(stream, record.key.clone(), row);
            }
        }
        holding
    }

    fn ran(site: &Site) -> Ran {
        Ran {
            sync: Sync::quiet(KeyName::Wide),
            code: Some(0),
            hung: false,
            stopped: false,
            stderr: String::new(),
            requests: 40,
            fired: Vec::new(),
            changed: false,
            met_standing_trouble: false,
            began: site.organisations[0].now,
        }
    }

    /// The rules that a run breaks which left `after` where `before` was.
    fn rules(site: &Site, before: &Holding, after: &Holding, ran: &Ran) -> Vec<&'static str> {
        let mut judge = Judge::new(Kind::Sqlite);
        judge.after_run(site, before, after, ran);
        let mut rules: Vec<&'static str> = judge.found.iter().map(|violation| violation.rule).collect();
        rules.dedup();
        rules
    }

    fn first(holding: &Holding) -> (String, Row) {
        let (key, row) = holding.of(Stream::Candidates).next().expect("there are candidates");
        (key.clone(), row.clone())
    }

    #[test]
    fn the_truth_breaks_no_rule() {
        let site = site();
        let holding = perfect(&site);
        assert!(rules(&site, &Holding::default(), &holding, &ran(&site)).is_empty());
        assert!(rules(&site, &holding, &holding, &ran(&site)).is_empty());
        assert!(Judge::new(Kind::Sqlite).kept(&site, &holding, KeyName::Wide).is_empty());
    }

    #[test]
    fn each_mistake_is_noticed() {
        let site = site();
        let before = perfect(&site);
        let (key, row) = first(&before);
        let after_with = |key: &str, row: Row| {
            let mut after = before.clone();
            after.put(Stream::Candidates, key.to_owned(), row);
            after
        };
        let buried = after_with(&key, Row { live: false, ..row.clone() });
        assert_eq!(rules(&site, &before, &buried, &ran(&site)), ["buried-live", "not-up-to-date"]);
        let invented = after_with(&key, Row { body: "{}".to_owned(), ..row.clone() });
        assert_eq!(rules(&site, &before, &invented, &ran(&site)), ["never-had", "not-up-to-date"]);
        let other = &site.organisations[1];
        let foreign = &other.records(Stream::Candidates)[0];
        let body = other.delivered(Stream::Candidates, foreign);
        let mixed = after_with(&foreign.key, Row { live: true, body });
        assert_eq!(rules(&site, &before, &mixed, &ran(&site)), ["two-organisations"]);
        assert_eq!(rules(&site, &before, &Holding::default(), &ran(&site))[0], "vanished");
    }

    #[test]
    fn what_is_old_or_gone_is_noticed() {
        let mut site = site();
        let old = perfect(&site);
        let Site { organisations, ever, .. } = &mut site;
        organisations[0].apply(Change::Edit { stream: Stream::Candidates, pick: 0, quietly: false }, ever);
        let new = perfect(&site);
        assert_eq!(rules(&site, &old, &old, &ran(&site)), ["not-up-to-date"]);
        assert_eq!(rules(&site, &new, &old, &ran(&site)), ["went-back", "not-up-to-date"]);
        let Site { organisations, ever, .. } = &mut site;
        organisations[0].apply(Change::Delete { stream: Stream::Jobs, pick: 0, quietly: false }, ever);
        assert_eq!(Judge::new(Kind::Sqlite).kept(&site, &new, KeyName::Wide).len(), 1);
    }

    #[test]
    fn a_narrower_key_buries_nothing_and_need_not_see_it() {
        let mut site = site();
        let Site { organisations, ever, .. } = &mut site;
        organisations[0].apply(Change::Hide { stream: Stream::Candidates, pick: 0 }, ever);
        let before = perfect(&site);
        let mut after = before.clone();
        let hidden =
            site.organisations[0].records(Stream::Candidates).iter().find(|record| record.confidential);
        let hidden = hidden.expect("one is hidden");
        let body = site.organisations[0].delivered(Stream::Candidates, hidden);
        after.put(Stream::Candidates, hidden.key.clone(), Row { live: false, body });
        let narrow = Ran { sync: Sync::quiet(KeyName::Narrow), ..ran(&site) };
        let mut judge = Judge::new(Kind::Sqlite);
        judge.after_run(&site, &Holding::default(), &before, &ran(&site));
        judge.after_run(&site, &before, &after, &narrow);
        assert_eq!(judge.found.iter().map(|found| found.rule).collect::<Vec<_>>(), ["buried-live"]);
        // Alone, it is the yardstick.
        assert!(rules(&site, &before, &after, &narrow).is_empty());
    }

    #[test]
    fn endings_are_judged() {
        let site = site();
        let holding = perfect(&site);
        let judged = |ran: Ran| rules(&site, &holding, &holding, &ran).first().copied();
        assert_eq!(judged(Ran { hung: true, code: None, ..ran(&site) }), Some("hangs"));
        assert_eq!(judged(Ran { requests: MOST_REQUESTS + 1, ..ran(&site) }), Some("without-bound"));
        assert_eq!(judged(Ran { code: None, ..ran(&site) }), Some("dies"));
        assert_eq!(judged(Ran { code: Some(101), ..ran(&site) }), Some("exit-code"));
        assert_eq!(judged(Ran { stderr: "thread 'main' panicked".to_owned(), ..ran(&site) }), Some("panics"));
    }
}
