//! What can be found out by asking Ashby: the key, what it may do and see, the clock, limits, the API's version.

use std::collections::BTreeMap;

use ashby_client::catalog::{self, Permission};
use ashby_client::{DEFAULT_REQUESTS_PER_MINUTE, ServerNote};
use ashby_source::{Readable, Survey, streams};
use capture_core::ErrorKind;

use super::Finding;
use crate::failure::{CREDENTIALS, Failure};
use crate::output::{counted, thousands};
use crate::settings::Settings;
use crate::sight::{self, WHERE};

/// Clocks that differ by no more than this are right: the answer took time, and is dated to the second.
const CLOCK_TOLERANCE_S: u64 = 5;

/// Looks; returns what the key may read.
///
/// # Errors
/// If nothing could be asked; with the code of credentials if the key is missing or refused.
pub(super) async fn look(settings: &Settings, findings: &mut Vec<Finding>) -> Result<Survey, Failure> {
    let client = match settings.client() {
        Ok(client) => client,
        Err(failure) => {
            let is_key = failure.code() == CREDENTIALS;
            findings.push(Finding::fail(if is_key { "key" } else { "settings" }, &failure));
            return Err(failure);
        }
    };
    let mut survey = match ashby_source::survey(&client).await {
        Ok(survey) => survey,
        Err(error) => {
            let is_refused = error.kind() == ErrorKind::Credentials;
            let about = if is_refused { "key" } else { "Ashby" };
            let failure = Failure::from(error);
            findings.push(Finding::fail(about, &failure));
            findings.extend(client.server_note().map(|note| clock(&note)));
            return Err(failure);
        }
    };
    let probed = ashby_source::probe(&client, &mut survey).await;
    findings.push(key(&survey));
    if let Err(error) = probed {
        let failure = Failure::from(error);
        findings.push(Finding::fail("permissions", &failure));
    }
    findings.extend(permissions(&survey));
    let sight = sight::look(&client).await;
    let confidential = Finding::ok("confidential", sight.of_confidential());
    findings.push(match sight.hint_of_confidential() {
        Some(hint) => confidential.hint(hint),
        None => confidential,
    });
    findings.push(Finding::ok("private", sight.of_private()).hint(sight.hint_of_private()));
    let note = client.server_note().unwrap_or_default();
    findings.push(clock(&note));
    findings.push(limit(settings, &note));
    findings.push(version(settings, &note));
    Ok(survey)
}

fn key(survey: &Survey) -> Finding {
    match &survey.key {
        Some(key) => {
            let created = key.created_at.as_deref().map(|at| format!(", made {at}")).unwrap_or_default();
            Finding::ok(
                "key",
                format!("it works: {}{created}", key.title.as_deref().unwrap_or("it has no name")),
            )
        }
        None => {
            let permission = Permission::new("apiKeysRead").screen_name();
            let message = format!(
                "it works, but may not read its own name and permissions (\"{permission}\" is not ticked)"
            );
            Finding::ok("key", message)
                .hint("what it may read was found out by trying; writes were not tried")
        }
    }
}

/// What a permission is good for.
#[derive(Default)]
struct Use {
    streams: Vec<String>,
    operations: Vec<&'static str>,
}

impl Use {
    fn counted(&self) -> String {
        let operations = counted(self.operations.len() as u64, "operation");
        match self.streams.len() as u64 {
            0 => operations,
            streams => format!("{} and {operations}", counted(streams, "stream")),
        }
    }

    fn named(&self) -> Vec<String> {
        let streams = self.streams.iter().map(|stream| format!("stream {stream}"));
        streams.chain(self.operations.iter().map(|operation| format!("operation {operation}"))).collect()
    }
}

/// By permission, all that needs it.
fn uses() -> BTreeMap<Permission, Use> {
    let mut uses: BTreeMap<Permission, Use> = BTreeMap::new();
    for operation in catalog::operations() {
        if let Some(permission) = operation.permission {
            uses.entry(permission).or_default().operations.push(operation.name);
        }
    }
    for stream in streams() {
        if !stream.permission.is_empty() {
            let name = stream.name().to_owned();
            uses.entry(Permission::new(stream.permission)).or_default().streams.push(name);
        }
    }
    uses
}

/// Whether the key has a permission; `None` if nothing tells.
fn is_ticked(permission: Permission, needed_by: &Use, survey: &Survey) -> Option<bool> {
    let readable = |stream: &String| match survey.streams.get(stream.as_str()) {
        Some(Readable::Yes) => Some(true),
        Some(Readable::No) => Some(false),
        _ => None,
    };
    let is_it = |word: &String| Permission::parse(word) == Some(permission);
    let listed = survey.key.as_ref().map(|key| key.scopes.iter().any(is_it));
    match listed {
        Some(true) => Some(true),
        // What was tried is surer than how a permission is probably spelled.
        listed => needed_by.streams.iter().find_map(readable).or(listed),
    }
}

fn permissions(survey: &Survey) -> Vec<Finding> {
    const ABOUT: &str = "permissions";
    let mut findings = Vec::new();
    let (mut ticked, mut spared, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let mut spared_names = Vec::new();
    for (permission, needed_by) in uses() {
        let name = permission.screen_name();
        match is_ticked(permission, &needed_by, survey) {
            Some(true) => ticked.push(name),
            None => unknown.push(name),
            Some(false) if needed_by.streams.is_empty() => {
                spared.push(format!("{name} ({})", needed_by.counted()));
                spared_names.extend(needed_by.named());
            }
            Some(false) => findings.push(
                Finding::warn(ABOUT, format!("{name} is not ticked, which costs {}", needed_by.counted()))
                    .hint(format!("tick it if you need them ({WHERE})"))
                    .details(needed_by.named()),
            ),
        }
    }
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    findings.insert(0, Finding::ok(ABOUT, format!("ticked: {}", list(&ticked))));
    if !spared.is_empty() {
        let message = format!("not ticked, and not needed to sync: {}", list(&spared));
        findings.push(Finding::ok(ABOUT, message).details(spared_names));
    }
    if !unknown.is_empty() {
        findings.push(Finding::ok(ABOUT, format!("cannot tell: {}", list(&unknown))));
    }
    findings
}

fn clock(note: &ServerNote) -> Finding {
    const ABOUT: &str = "clock";
    match note.clock_ahead_s {
        None => Finding::ok(ABOUT, "Ashby did not say what time it is"),
        Some(ahead_s) if ahead_s.unsigned_abs() <= CLOCK_TOLERANCE_S => Finding::ok(ABOUT, "as Ashby's"),
        Some(ahead_s) => {
            let direction = if ahead_s > 0 { "behind" } else { "ahead of" };
            let message =
                format!("this machine is {} s {direction} Ashby", thousands(ahead_s.unsigned_abs()));
            Finding::warn(ABOUT, message)
                .hint("set the clock: instants in records and state are compared with it")
        }
    }
}

fn limit(settings: &Settings, note: &ServerNote) -> Finding {
    const ABOUT: &str = "limit";
    let configured = match settings.max_rpm() {
        Some(limit) => format!("{} a minute as configured", counted(u64::from(limit), "request")),
        None => "requests are not paced".to_owned(),
    };
    let exceeds = settings.max_rpm().is_none_or(|limit| limit > DEFAULT_REQUESTS_PER_MINUTE);
    let published = thousands(u64::from(DEFAULT_REQUESTS_PER_MINUTE));
    match (note.rate_limit, note.rate_limit_remaining) {
        (Some(limit), Some(left)) => {
            let message = format!(
                "Ashby says that {} of {} left; {configured}",
                thousands(left),
                if limit == 1 {
                    "1 request is".to_owned()
                } else {
                    format!("{} requests are", thousands(limit))
                }
            );
            if left < limit / 10 {
                let paced = match settings.max_rpm() {
                    Some(_) => "lower --max-rpm",
                    None => "say how many are yours with --max-rpm",
                };
                Finding::warn(ABOUT, message)
                    .hint(format!("something else uses the same key: {paced}, or give each a key"))
            } else {
                Finding::ok(ABOUT, message)
            }
        }
        _ if exceeds => {
            let what = match settings.max_rpm() {
                Some(_) => "lower --max-rpm",
                None => "--max-rpm 0 paces nothing: leave it out, or say how many",
            };
            Finding::warn(ABOUT, format!("{configured}; Ashby publishes {published}"))
                .hint(format!("{what}; requests above the limit are refused, and slow everything down"))
        }
        _ => Finding::ok(
            ABOUT,
            format!("{configured}, of {published} that Ashby publishes; what is left it does not say"),
        ),
    }
}

fn version(settings: &Settings, note: &ServerNote) -> Finding {
    const ABOUT: &str = "API version";
    let version = note.version.as_deref().unwrap_or(settings.api_version());
    match note.version_status.as_deref() {
        None => Finding::ok(ABOUT, format!("{version}; Ashby does not say what becomes of it")),
        Some("active") => Finding::ok(ABOUT, format!("{version} is active")),
        Some(status @ ("unsupported" | "removed")) => Finding {
            level: super::Level::Fail,
            ..Finding::warn(ABOUT, format!("{version} is {status}"))
                .hint("update ashby, or drop --api-version")
        },
        Some(status) => {
            Finding::warn(ABOUT, format!("{version} is {status}")).hint("update ashby in the coming months")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Level;

    fn note(version_status: &str, clock_ahead_s: i64) -> ServerNote {
        let mut note = ServerNote::default();
        note.version_status = Some(version_status.to_owned());
        note.clock_ahead_s = Some(clock_ahead_s);
        note
    }

    #[test]
    fn clocks_may_differ_a_little() {
        for (ahead_s, level, says) in [
            (0, Level::Ok, "as Ashby's"),
            (-5, Level::Ok, ""),
            (6, Level::Warn, "6 s behind"),
            (-3_600, Level::Warn, "3,600 s ahead"),
        ] {
            let finding = clock(&note("active", ahead_s));
            assert!(finding.level == level && finding.message.contains(says), "{finding:?}");
        }
    }

    #[test]
    fn every_permission_is_good_for_something() {
        let uses = uses();
        let candidates = &uses[&Permission::new("candidatesRead")];
        assert!(candidates.streams.iter().any(|stream| stream == "candidates"));
        assert!(candidates.operations.contains(&"candidate.list"));
        assert!(uses[&Permission::new("candidatesWrite")].counted().ends_with("operations"));
        assert!(uses.values().all(|needed_by| !needed_by.operations.is_empty()));
    }
}
