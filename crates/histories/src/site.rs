//! The server's memory: two organisations, the keys, and what is to go wrong in the present run.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::answer::{Answer, Outcome, refusal};
use crate::body::Style;
use crate::dice::Dice;
use crate::fault::{Armed, Curse, Fault};
use crate::keys::Keys;
use crate::stream::{ROWS, Stream};
use crate::world::{Change, Ever, Known, Organisation};

/// More requests than these are no sync of so small an organisation.
pub(crate) const MOST_REQUESTS: u64 = 3_000;

/// How a run is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    /// With this request, from 1.
    pub(crate) at_request: u64,
    pub(crate) how: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// SIGTERM: what came is committed.
    Terminate,
    Kill,
    /// Killed once what came until then had the time to be committed.
    KillLater,
}

/// The first request for candidates waits, so that something can be done meanwhile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Hold {
    #[default]
    Off,
    Armed,
    Held,
    Released,
}

/// What is counted and planned within a run.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) requests: u64,
    pub(crate) by_operation: HashMap<String, u32>,
    pub(crate) armed: Vec<Armed>,
    /// Changes with the `nth` request of an operation.
    pub(crate) during: Vec<(&'static str, u32, Change)>,
    pub(crate) stop: Option<Stop>,
    pub(crate) process: Option<u32>,
    pub(crate) hold: Hold,
    pub(crate) stuck: HashMap<String, (Fault, Answer, u32)>,
    /// Faults that happened, with their operation.
    pub(crate) fired: Vec<(&'static str, Fault)>,
    /// Whether anything changed while it ran.
    pub(crate) changed: bool,
    /// Whether a list became shorter while it ran.
    pub(crate) removed: bool,
    /// Whether a parent's curse or a record without an id was met.
    pub(crate) met_standing_trouble: bool,
}

/// Everything behind the two addresses.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) organisations: [Organisation; 2],
    pub(crate) ever: Ever,
    pub(crate) keys: Keys,
    pub(crate) page_size: usize,
    /// Cursors count rows instead of naming the last one.
    pub(crate) offset_pages: bool,
    /// Of tokens and cursors that are given out now.
    pub(crate) serial: u64,
    /// Those with a smaller serial are refused, with this code.
    pub(crate) tokens_refused: Option<(u64, &'static str)>,
    pub(crate) cursors_refused: Option<(u64, &'static str)>,
    /// Parents (by child stream) whose children cannot be read.
    pub(crate) cursed: Vec<(Stream, String, Curse)>,
    /// Operations whose first page has a record without an id, as long as nobody mends it.
    pub(crate) spoilt: BTreeSet<&'static str>,
    pub(crate) run: Run,
    /// Events that were only ever said to exist, by key, and schedules and their events whose newest version was
    /// answered wrongly.
    pub(crate) made_up: BTreeSet<String>,
    pub(crate) hollow: BTreeSet<(Stream, String)>,
}

/// What goes over the wire.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) body: String,
    pub(crate) cut: bool,
    /// Wait for the release first.
    pub(crate) held: bool,
    pub(crate) stop: Option<Ending>,
}

impl Reply {
    fn new(status: u16, body: String) -> Self {
        Self { status, retry_after_s: None, body, cut: false, held: false, stop: None }
    }
}

impl Site {
    /// Two organisations with up to so many records of each stream.
    pub(crate) fn new(
        seed: u64,
        styles: &[Style],
        size: usize,
        page_size: usize,
        offset_pages: bool,
    ) -> Self {
        let mut dice = Dice::new(seed ^ 0x7275_7468);
        let mut ever = Ever::default();
        let organisations =
            [0, 1].map(|number| Organisation::new(number, styles.to_vec(), &mut dice, size, &mut ever));
        Self {
            organisations,
            ever,
            keys: Keys::new(),
            page_size,
            offset_pages,
            serial: 0,
            tokens_refused: None,
            cursors_refused: None,
            cursed: Vec::new(),
            spoilt: BTreeSet::new(),
            run: Run::default(),
            made_up: BTreeSet::new(),
            hollow: BTreeSet::new(),
        }
    }

    /// Answers a request to one of the two addresses.
    pub(crate) fn reply(
        &mut self,
        address: usize,
        authorization: &str,
        operation: &str,
        body: &[u8],
    ) -> Reply {
        self.run.requests += 1;
        let stop = self.run.stop.filter(|stop| stop.at_request == self.run.requests).map(|stop| stop.how);
        let stop = if self.run.requests > MOST_REQUESTS { Some(Ending::Kill) } else { stop };
        let held = operation == "candidate.list" && self.run.hold == Hold::Armed;
        if held {
            self.run.hold = Hold::Held;
        }
        let reply = self.decide(address, authorization, operation, body);
        Reply { held, stop, ..reply }
    }

    fn decide(&mut self, address: usize, authorization: &str, operation: &str, body: &[u8]) -> Reply {
        let Some(key) = self.keys.authorized(authorization).cloned() else {
            return Reply::new(403, refusal("invalid_api_key"));
        };
        let number = if address == 1 { 1 } else { key.organisation };
        let nth = {
            let count = self.run.by_operation.entry(operation.to_owned()).or_default();
            *count += 1;
            *count
        };
        self.change_meanwhile(operation, nth);
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        if let Some(reply) = self.stuck(operation) {
            return reply;
        }
        if let Some(reply) = self.cursed(operation, &body) {
            return reply;
        }
        let outcome = self.answer(&key, &self.organisations[number], operation, &body);
        let due = self.run.armed.iter().position(|armed| armed.operation == operation && armed.nth == nth);
        let answer = match outcome {
            Outcome::Refused(status, code) => return Reply::new(status, refusal(code)),
            Outcome::Answer(answer) => answer,
        };
        match due {
            Some(due) => {
                let Armed { operation, fault, .. } = self.run.armed.remove(due);
                self.spoil(number, operation, fault, answer)
            }
            None => {
                let spoilt = self.spoilt.contains(operation) && body["cursor"].is_null();
                let mut answer = answer;
                if let (true, Some(records)) = (spoilt, &mut answer.records) {
                    self.run.met_standing_trouble = true;
                    records.insert(records.len() / 2, r#"{"name":"Nobody","id":null}"#.to_owned());
                }
                Reply::new(200, answer.render())
            }
        }
    }

    fn change_meanwhile(&mut self, operation: &str, nth: u32) {
        let (due, later): (Vec<_>, Vec<_>) =
            self.run.during.drain(..).partition(|(of, at, _)| *of == operation && *at == nth);
        self.run.during = later;
        for (_, _, change) in due {
            self.run.changed = true;
            self.run.removed |= matches!(change, Change::Delete { .. } | Change::Hide { .. });
            self.organisations[0].apply(change, &mut self.ever);
        }
    }

    fn stuck(&mut self, operation: &str) -> Option<Reply> {
        let (fault, answer, count) = self.run.stuck.get_mut(operation)?;
        *count += 1;
        let mut answer = answer.clone();
        answer.cursor = Some(format!("again.{count}"));
        answer.more = Some(true);
        answer.token = None;
        if *fault == Fault::EmptyPages {
            answer.records = Some(Vec::new());
        }
        Some(Reply::new(200, answer.render()))
    }

    fn cursed(&mut self, operation: &str, body: &Value) -> Option<Reply> {
        let curse = self.cursed.iter().find_map(|(stream, parent, curse)| {
            let row = stream.row();
            let parameter = row.shape.parameter()?;
            (row.operation == operation && body[parameter] == parent.as_str()).then_some(*curse)
        })?;
        self.run.met_standing_trouble = true;
        Some(match curse {
            Curse::Status500 => Reply::new(500, String::new()),
            Curse::Refused => Reply::new(200, refusal("something_about_this_one")),
            Curse::Malformed => Reply::new(200, r#"{"success":true,"results":"none"}"#.to_owned()),
        })
    }

    /// Makes a good answer bad.
    fn spoil(&mut self, number: usize, operation: &'static str, fault: Fault, mut answer: Answer) -> Reply {
        let whole = answer.render();
        let changed = |answer: &Answer| answer.render() != whole;
        let reply = match fault {
            Fault::Status(status, retry_after_s) => {
                Reply { retry_after_s, ..Reply::new(status, "trouble".to_owned()) }
            }
            Fault::ProxyForbids => Reply::new(403, "<html>Forbidden</html>".to_owned()),
            Fault::Cut => Reply { cut: true, ..Reply::new(200, whole) },
            Fault::Truncated => Reply::new(200, whole.chars().take(whole.chars().count() / 2).collect()),
            Fault::Refused(code) => {
                Reply::new(if code == "missing_endpoint_permission" { 403 } else { 200 }, refusal(code))
            }
            _ => {
                self.alter(number, operation, fault, &mut answer);
                if !changed(&answer) {
                    return Reply::new(200, whole);
                }
                Reply::new(200, answer.render())
            }
        };
        self.run.fired.push((operation, fault));
        reply
    }

    fn alter(&mut self, number: usize, operation: &'static str, fault: Fault, answer: &mut Answer) {
        match fault {
            Fault::NoResults => (answer.records, answer.results) = (None, None),
            Fault::NullResults => (answer.records, answer.results) = (None, Some("null".to_owned())),
            Fault::NoArray | Fault::NullArray => self.hollow(number, fault, answer),
            Fault::CursorWithoutFlag if answer.cursor.is_some() => answer.more = None,
            Fault::CursorWithFalseFlag if answer.cursor.is_some() => answer.more = Some(false),
            Fault::CursorWithNullFlag => {
                if let Some(cursor) = answer.cursor.take() {
                    // The rendering knows no null.
                    answer.more = None;
                    answer.token = None;
                    answer.cursor = Some(format!(r#"{cursor}","moreDataAvailable":null,"x":""#));
                }
            }
            Fault::FlagWithoutCursor => answer.cursor = None,
            Fault::NoToken => answer.token = None,
            Fault::EndsEarly if answer.cursor.is_some() => {
                (answer.more, answer.cursor, answer.token) = (Some(false), None, None);
            }
            Fault::Empty => {
                let token =
                    format!("t.{number}.{operation}.{}.{}", self.organisations[number].now, self.serial);
                (answer.more, answer.cursor, answer.token) = (Some(false), None, Some(token));
                answer.records = Some(Vec::new());
            }
            Fault::SamePage | Fault::EmptyPages if answer.cursor.is_some() => {
                self.run.stuck.insert(operation.to_owned(), (fault, answer.clone(), 0));
                answer.cursor = Some("again.0".to_owned());
            }
            Fault::WithoutId => {
                if let Some(records) = &mut answer.records {
                    records.insert(records.len() / 2, r#"{"name":"Nobody"}"#.to_owned());
                }
            }
            Fault::Twice => self.twice(number, answer),
            _ => {}
        }
    }

    /// Takes the array out of each record, or makes it null.
    fn hollow(&mut self, number: usize, fault: Fault, answer: &mut Answer) {
        if let Some(results) = &mut answer.results {
            if let Some(start) = results.find(r#","versions":"#) {
                results.truncate(start);
                results.push_str(if fault == Fault::NullArray { r#","versions":null}"# } else { "}" });
            }
            return;
        }
        let organisation = &self.organisations[number];
        let Some(records) = &mut answer.records else { return };
        for text in records {
            let Some(known) = self.ever.get(Stream::Schedules, text).cloned() else { continue };
            let Some(record) = organisation.find(Stream::Schedules, &known.key) else { continue };
            let array = (fault == Fault::NullArray).then_some(r#""interviewEvents":null"#);
            *text = organisation.schedule_with(record, array);
            self.ever.add(Stream::Schedules, text, Known { made_up: true, ..known.clone() });
            let events = organisation.records(Stream::Events).iter();
            let own = events.filter(|event| event.parent.as_ref() == Some(&known.key));
            self.hollow.extend(own.map(|event| (Stream::Events, event.key.clone())));
            self.hollow.insert((Stream::Schedules, known.key));
        }
    }

    /// Puts a copy with a foreign event before the first schedule.
    fn twice(&mut self, number: usize, answer: &mut Answer) {
        let Some(records) = &mut answer.records else { return };
        let Some(known) = records.first().and_then(|text| self.ever.get(Stream::Schedules, text)).cloned()
        else {
            return;
        };
        let organisation = &self.organisations[number];
        let Some(record) = organisation.find(Stream::Schedules, &known.key) else { return };
        let ghost = format!("inte-ghost{}", self.made_up.len());
        let event = format!(r#"{{"id":"{ghost}","v":1}}"#);
        let mut events = organisation.events(&known.key);
        events.push(event.clone());
        let copy =
            organisation.schedule_with(record, Some(&format!(r#""interviewEvents":[{}]"#, events.join(","))));
        self.ever.add(
            Stream::Events,
            &event,
            Known { key: ghost.clone(), version: 1, made_up: true, ..known.clone() },
        );
        self.ever.add(Stream::Schedules, &copy, Known { made_up: true, ..known });
        self.made_up.insert(ghost);
        records.insert(0, copy);
    }

    /// Whether an operation is one for children.
    pub(crate) fn is_for_children(operation: &str) -> Option<Stream> {
        ROWS.iter()
            .find(|row| row.operation == operation && row.stream.costs_a_request_per_parent())
            .map(|row| row.stream)
    }
}
