//! `ashby webhook trigger`: events from the catalog's examples, signed and sent as Ashby would.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashby_webhooks::{HEADER, Signature};
use clap::Args;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::{Items, counted, explain, print, print_json, thousands};
use crate::settings::{OutputFormat, Settings};
use crate::{outgoing, webhooks};

/// Deliveries under way at once.
const AT_ONCE: usize = 64;
/// An address that has not answered after this time does not count as one.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What to send, and where to.
#[derive(Debug, Args)]
pub(crate) struct Trigger {
    /// The type of event: candidateHire
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Where to send it
    #[arg(long, required_unless_present = "dry_run")]
    url: Option<String>,
    /// Replace a member: data.application.candidate.id=…, JSON or text; {number} in it is that of the event
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// How many events, each with an id of its own
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// How many a second at most [default: as many as are answered]
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,
    /// Print the events, send nothing
    #[arg(long)]
    dry_run: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "it must be a number above 0".to_owned())
}

/// How a delivery ended.
struct Ended {
    /// The status, or why there was no answer.
    status: Result<u16, reqwest::Error>,
    took: Duration,
}

impl Trigger {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, Failure> {
        let event = super::event(&self.kind)?;
        let data: Value = serde_json::from_str(event.example).map_err(|error| {
            Failure::new(FAILED, format!("the example of {} is no JSON", event.name)).with_source(error)
        })?;
        let sets = self.set.iter().map(|set| assignment(set)).collect::<Result<Vec<_>, _>>()?;
        let whole = json!({"action": event.name, "data": data});
        sets.iter().try_for_each(|(path, _)| has_parent(&whole, path))?;
        let make = |number: u64| {
            let mut body = json!({"action": event.name, "data": data});
            if event.name != "ping" {
                body["webhookActionId"] = json!(action_id());
            }
            for (path, value) in &sets {
                *place(&mut body, path) = read(&value.replace("{number}", &number.to_string()));
            }
            body
        };
        if self.dry_run {
            let mut items = Items::new(settings);
            for number in 1..=self.count {
                if !items.item(make(number).to_string().as_bytes())? {
                    return Ok(ExitCode::SUCCESS);
                }
            }
            items.finish()?;
            return Ok(ExitCode::SUCCESS);
        }
        let secret = webhooks::signing_if_any(settings)?;
        if secret.is_none() {
            explain("the events are not signed: --secret-file names what signs them\n");
        }
        let client = outgoing::client(TIMEOUT)?;
        let url = outgoing::address(self.url.as_deref().unwrap_or_default(), "--url")?;
        let (url, secret) = (Arc::new(url), secret.map(Arc::new));
        let started = Instant::now();
        let (mut under_way, mut ended) = (JoinSet::new(), Vec::new());
        for number in 1..=self.count {
            if let Some(rate) = self.rate {
                let due = Duration::try_from_secs_f64((number - 1) as f64 / rate).unwrap_or(Duration::MAX);
                tokio::time::sleep(due.saturating_sub(started.elapsed())).await;
            }
            if under_way.len() == AT_ONCE {
                ended.extend(under_way.join_next().await.and_then(Result::ok));
            }
            let (client, url, secret) = (client.clone(), Arc::clone(&url), secret.clone());
            let body = make(number).to_string().into_bytes();
            under_way
                .spawn(async move { send(&client, &url, secret.as_deref().map(String::as_str), body).await });
        }
        while let Some(delivery) = under_way.join_next().await {
            ended.extend(delivery.ok());
        }
        tell(&mut ended, started.elapsed(), settings.output() == Some(OutputFormat::Json))?;
        let is_forged = ended.iter().any(|ended| matches!(ended.status, Ok(401)));
        let taken =
            ended.iter().filter(|ended| ended.status.as_ref().is_ok_and(|status| status / 100 == 2)).count();
        if taken as u64 != self.count {
            let missing = thousands(self.count - taken as u64);
            let failure =
                Failure::new(FAILED, format!("not taken: {missing} of {}", counted(self.count, "event")));
            let failure = failure.with_hint(match is_forged {
                true => "401 means that the secret is another one",
                false => "see that a receiver answers at --url, and at that path",
            });
            // The address is left out: whoever has it may write there.
            let why = ended.into_iter().find_map(|ended| ended.status.err());
            return Err(match why {
                Some(error) => failure.with_source(error.without_url()),
                None => failure,
            });
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn send(client: &reqwest::Client, url: &reqwest::Url, secret: Option<&str>, body: Vec<u8>) -> Ended {
    let started = Instant::now();
    let mut request =
        client.post(url.clone()).header(USER_AGENT, "Ashby-Webhook").header(CONTENT_TYPE, "application/json");
    if let Some(secret) = secret {
        request = request.header(HEADER, Signature::of(secret, &body).to_string());
    }
    let status = match request.body(body).send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            // Read to its end, so that the connection can be used again.
            drop(response.bytes().await);
            Ok(status)
        }
        Err(error) => Err(error),
    };
    Ended { status, took: started.elapsed() }
}

/// Says how it went.
fn tell(ended: &mut [Ended], elapsed: Duration, is_json: bool) -> Result<(), Failure> {
    ended.sort_by_key(|ended| ended.took);
    let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
    for delivery in ended.iter() {
        let status = match &delivery.status {
            Ok(status) => status.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        *statuses.entry(status).or_default() += 1;
    }
    let answered: Vec<f64> = ended
        .iter()
        .filter(|ended| ended.status.is_ok())
        .map(|ended| ended.took.as_secs_f64() * 1e3)
        .collect();
    let at = |hundredths: usize| {
        let place = (answered.len() * hundredths).div_ceil(100).saturating_sub(1);
        answered.get(place).copied()
    };
    if is_json {
        return print_json(&json!({
            "events": ended.len(), "seconds": elapsed.as_secs_f64(), "statuses": statuses,
            "latency_ms": at(50).map(|median| json!({"p50": median, "p99": at(99), "max": at(100)})),
        }));
    }
    let latency = match (at(50), at(99), at(100)) {
        (Some(median), Some(most), Some(all)) => {
            format!("; answered in {median:.1} ms at the median, {most:.1} ms at 99 %, {all:.1} ms at most")
        }
        _ => String::new(),
    };
    let statuses: Vec<String> =
        statuses.iter().map(|(status, count)| format!("{status} ({})", thousands(*count))).collect();
    print(&format!(
        "{} in {:.1} s: {}{latency}\n",
        counted(ended.len() as u64, "event"),
        elapsed.as_secs_f64(),
        statuses.join(", "),
    ))
}

/// Reads `path=value`.
fn assignment(text: &str) -> Result<(&str, &str), Failure> {
    let given = text
        .split_once('=')
        .filter(|(path, _)| !path.is_empty() && path.split('.').all(|name| !name.is_empty()));
    given.ok_or_else(|| {
        Failure::new(USAGE, format!("--set {text} must name a member and its value"))
            .with_hint("for example --set data.application.status=Hired; --dry-run prints the event")
    })
}

/// Refuses a path whose members, but for the last, the event does not have: what it would make nobody reads.
fn has_parent(event: &Value, path: &str) -> Result<(), Failure> {
    let names: Vec<&str> = path.split('.').collect();
    let mut at = event;
    for (depth, name) in names[..names.len() - 1].iter().enumerate() {
        let index = name.parse::<usize>().ok();
        let Some(next) = index.and_then(|index| at.get(index)).or_else(|| at.get(*name)) else {
            let there: Vec<&str> = at.as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
            let before = names[..depth].join(".");
            let message = format!("--set {path}: the event has no {}", names[..=depth].join("."));
            return Err(Failure::new(USAGE, message).with_hint(format!(
                "{} has {}",
                if depth == 0 { "it" } else { &*before },
                there.join(", ")
            )));
        };
        at = next;
    }
    Ok(())
}

/// JSON, or else text.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

/// The member at a path, made if there is none; a number leads into an array that has so many elements.
fn place<'v>(value: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(value, |value, name| {
        let index = name.parse::<usize>().ok().filter(|&index| value.get(index).is_some());
        if let Some(index) = index {
            return &mut value[index];
        }
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[name]
    })
}

/// A random UUID.
fn action_id() -> String {
    let digits = format!("{:032x}", rand::random::<u128>());
    format!("{}-{}-4{}-a{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_replaced_and_made() {
        let mut body = json!({"data": {"ids": ["a", "b"], "candidate": "?"}});
        for set in ["data.ids.1=\"c\"", "data.candidate.id=x-1", "data.new.count=3"] {
            let (path, value) = assignment(set).unwrap();
            *place(&mut body, path) = read(value);
        }
        let expected = json!({"data": {"ids": ["a", "c"], "candidate": {"id": "x-1"}, "new": {"count": 3}}});
        assert_eq!(body, expected);
        assert!(
            assignment("data").is_err() && assignment("data..id=1").is_err() && assignment("=1").is_err()
        );
    }

    #[test]
    fn a_member_that_nobody_reads_is_not_made() {
        let event = json!({"data": {"application": {"candidate": {"id": "x"}}, "ids": ["a"]}});
        for path in ["data.application.candidate.id", "data.application.new", "data.ids.0", "data", "new"] {
            assert!(has_parent(&event, path).is_ok(), "{path}");
        }
        let failure = has_parent(&event, "data.candidate.id").unwrap_err();
        assert!(failure.with_causes().contains("no data.candidate"), "{failure:?}");
        assert_eq!(failure.hint(), Some("data has application, ids"));
    }

    #[test]
    fn every_event_has_an_id_of_its_own() {
        let (one, other) = (action_id(), action_id());
        assert!(one != other && one.len() == 36 && one.as_bytes()[14] == b'4', "{one}");
    }
}
