//! Webhooks: what an organisation tells of its changes, and what happens to that on its way.
//!
//! All chance here has dice of its own, so that a seed stays the same history with and without webhooks.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::dice::Dice;
use crate::stream::Stream;
use crate::world::{Organisation, Record};

/// Keeps these dice from being those of the plan.
const SALT: u64 = 0x7765_6268_6F6F_6B73;
/// A receiver that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How bad the way is: chances in a hundred, for each delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Way {
    pub(crate) loss: usize,
    pub(crate) copies: usize,
    pub(crate) late: usize,
    /// The most changes that overtake a late one.
    pub(crate) overtaken_by: usize,
}

impl Way {
    /// The way of a history: each trouble is part of some histories and no part of others.
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ SALT);
        let mut trouble = |most: usize| if dice.chance(40) { dice.between(5, most) } else { 0 };
        Self { loss: trouble(60), copies: trouble(60), late: trouble(80), overtaken_by: trouble(12).max(1) }
    }
}

/// What is told, and how Ashby names it: when it is new, when it changed, when it is gone.
struct Told {
    stream: Stream,
    member: &'static str,
    created: &'static [&'static str],
    changed: &'static [&'static str],
    gone: &'static [&'static str],
}

const TOLD: [Told; 5] = [
    Told {
        stream: Stream::Candidates,
        member: "candidate",
        created: &[],
        changed: &[],
        gone: &["candidateDelete"],
    },
    Told {
        stream: Stream::Applications,
        member: "application",
        created: &["applicationSubmit"],
        // One event that triggers another.
        changed: &["candidateStageChange", "applicationUpdate"],
        gone: &[],
    },
    Told { stream: Stream::Jobs, member: "job", created: &["jobCreate"], changed: &["jobUpdate"], gone: &[] },
    Told {
        stream: Stream::Offers,
        member: "offer",
        created: &["offerCreate"],
        changed: &["offerUpdate"],
        gone: &["offerDelete"],
    },
    Told {
        stream: Stream::Schedules,
        member: "interviewSchedule",
        created: &["interviewScheduleCreate", "interviewScheduleUpdate"],
        changed: &["interviewScheduleUpdate"],
        gone: &[],
    },
];

/// A delivery, signed or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) action: &'static str,
    pub(crate) stream: Stream,
    pub(crate) key: String,
    pub(crate) body: String,
}

/// An organisation's deliveries.
#[derive(Debug)]
pub(crate) struct Post {
    way: Way,
    dice: Dice,
    /// What was last told of each record: its version, and whether it is gone.
    known: BTreeMap<(Stream, String), (u64, bool)>,
    /// Deliveries that wait, each until so many more changes have been told.
    waiting: Vec<(usize, Delivery)>,
    events: u64,
    pub(crate) lost: usize,
}

impl Post {
    /// Tells of changes from now on.
    pub(crate) fn new(seed: u64, way: Way, organisation: &Organisation) -> Self {
        let mut post = Self {
            way,
            dice: Dice::new(seed ^ SALT.rotate_left(1)),
            known: BTreeMap::new(),
            waiting: Vec::new(),
            events: 0,
            lost: 0,
        };
        post.changes(organisation);
        post
    }

    /// Sees what has changed, and returns what is delivered now, in this order.
    pub(crate) fn after_change(&mut self, organisation: &Organisation) -> Vec<Delivery> {
        let told = self.changes(organisation);
        let (mut now, mut later) = (Vec::new(), Vec::new());
        for (pause, delivery) in self.waiting.drain(..) {
            if pause <= 1 { now.push(delivery) } else { later.push((pause - 1, delivery)) }
        }
        self.waiting = later;
        for delivery in told {
            if self.dice.chance(self.way.loss) {
                self.lost += 1;
                continue;
            }
            let copies = if self.dice.chance(self.way.copies) { 2 } else { 1 };
            for _ in 0..copies {
                if self.dice.chance(self.way.late) {
                    let pause = self.dice.between(1, self.way.overtaken_by.max(1));
                    self.waiting.push((pause, delivery.clone()));
                } else {
                    now.push(delivery.clone());
                }
            }
        }
        now
    }

    /// What has not arrived yet arrives.
    pub(crate) fn rest(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.waiting).into_iter().map(|(_, delivery)| delivery).collect()
    }

    /// What Ashby says of all that has changed since the last time.
    fn changes(&mut self, organisation: &Organisation) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for told in &TOLD {
            for record in organisation.records(told.stream) {
                let present = (record.version, !organisation.is_live(told.stream, record));
                let before = self.known.insert((told.stream, record.key.clone()), present);
                let actions = match before {
                    None if present.1 => continue,
                    None => told.created,
                    Some(before) if before == present => continue,
                    Some(_) if present.1 => told.gone,
                    Some(_) => told.changed,
                };
                self.events += 1;
                deliveries.extend(actions.iter().map(|action| Delivery {
                    action,
                    stream: told.stream,
                    key: record.key.clone(),
                    body: body(action, self.events, told, organisation, record, present.1),
                }));
            }
        }
        deliveries
    }
}

fn body(
    action: &str,
    event: u64,
    told: &Told,
    organisation: &Organisation,
    record: &Record,
    is_gone: bool,
) -> String {
    let member = told.member;
    let said = if is_gone {
        format!(r#"{{"id":"{}"}}"#, record.key)
    } else {
        organisation.body(told.stream, record)
    };
    let organisation = organisation.number;
    format!(
        r#"{{"webhookActionId":"{organisation}-{event}","action":"{action}","data":{{"{member}":{said}}}}}"#
    )
}

/// The value of `Ashby-Signature`.
pub(crate) fn sign(secret: &str, body: &str) -> io::Result<String> {
    let mut key: Hmac<Sha256> = Hmac::new_from_slice(secret.as_bytes()).map_err(io::Error::other)?;
    key.update(body.as_bytes());
    let digits = key.finalize().into_bytes();
    Ok(digits.iter().fold("sha256=".to_owned(), |text, byte| text + &format!("{byte:02x}")))
}

/// Delivers once; the status of the answer.
///
/// # Errors
/// When nobody answers.
pub(crate) fn send(receiver: SocketAddr, path: &str, secret: &str, body: &str) -> io::Result<u16> {
    let signature = sign(secret, body)?;
    let mut stream = TcpStream::connect(receiver)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {receiver}\r\nContent-Type: application/json\r\nAshby-Signature: {signature}\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| io::Error::other("no status came back"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::body::USUAL;
    use crate::world::{Change, Ever};

    /// A year of changes: all that arrives, in order, and how much was lost.
    fn year(way: Way) -> (Vec<Delivery>, usize) {
        let mut ever = Ever::default();
        let mut organisation = Organisation::new(0, USUAL.to_vec(), &mut Dice::new(1), 8, &mut ever);
        let mut post = Post::new(9, way, &organisation);
        let (mut dice, mut arrived) = (Dice::new(2), Vec::new());
        let streams =
            [Stream::Candidates, Stream::Applications, Stream::Offers, Stream::Events, Stream::Notes];
        for _ in 0..300 {
            let (stream, pick, quietly) = (dice.of(&streams), dice.pick(), false);
            let change = match dice.below(4) {
                0 | 1 => Change::Create { stream, pick, quietly },
                2 => Change::Edit { stream, pick, quietly },
                _ => Change::Delete { stream, pick, quietly },
            };
            organisation.apply(change, &mut ever);
            arrived.extend(post.after_change(&organisation));
        }
        arrived.extend(post.rest());
        (arrived, post.lost)
    }

    fn sorted(mut deliveries: Vec<Delivery>) -> Vec<String> {
        deliveries.sort_by(|one, other| one.body.cmp(&other.body));
        deliveries.into_iter().map(|delivery| delivery.body).collect()
    }

    #[test]
    fn changes_are_told_as_ashby_tells_them() {
        let (arrived, lost) = year(Way::default());
        assert_eq!(lost, 0);
        for action in [
            "candidateDelete",
            "applicationSubmit",
            "applicationUpdate",
            "offerDelete",
            "interviewScheduleUpdate",
        ] {
            assert!(arrived.iter().any(|delivery| delivery.action == action), "{action}");
        }
        assert!(arrived.iter().all(|delivery| delivery.stream != Stream::Notes));
        for delivery in &arrived {
            let event: serde_json::Value = serde_json::from_str(&delivery.body).unwrap();
            assert_eq!(event["action"], delivery.action);
            assert!(
                event["data"]
                    .as_object()
                    .is_some_and(|data| data.values().all(|said| said["id"] == delivery.key.as_str()))
            );
        }
    }

    #[test]
    fn the_way_loses_copies_and_turns_round_what_it_should() {
        let (all, _) = year(Way::default());
        let (some, lost) = year(Way { loss: 30, ..Way::default() });
        assert!(lost > 0 && some.len() + lost == all.len());
        let (copied, _) = year(Way { copies: 100, ..Way::default() });
        assert_eq!(copied.len(), 2 * all.len());
        let (late, _) = year(Way { late: 50, overtaken_by: 5, ..Way::default() });
        assert_ne!(late, all);
        assert_eq!(sorted(late), sorted(all));
    }

    #[test]
    fn troubles_are_parts_of_some_histories() {
        let ways: Vec<Way> = (0..200).map(Way::of).collect();
        for trouble in [|way: &Way| way.loss, |way: &Way| way.copies, |way: &Way| way.late] {
            let troubled = ways.iter().filter(|way| trouble(way) > 0).count();
            assert!((20..180).contains(&troubled), "{troubled}");
        }
        assert_eq!(Way::of(3), Way::of(3));
    }

    #[test]
    fn a_delivery_is_signed_and_answered() {
        // RFC 4231, test case 2.
        let known = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign("Jefe", "what do ya want for nothing?").unwrap(), known);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\n\r\n").unwrap();
            head
        });
        assert_eq!(send(address, "/webhooks/ashby", "Jefe", "{}").unwrap(), 202);
        assert!(receiver.join().unwrap().contains("Ashby-Signature: sha256="));
    }
}
