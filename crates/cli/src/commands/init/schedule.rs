//! When a sync runs by itself: units of systemd, and the line of cron.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;

use crate::failure::{FAILED, Failure, USAGE};
use crate::output::span;
use crate::text;

/// What starts a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// You do.
    None,
    /// A timer of systemd.
    Systemd,
    /// A line of cron.
    Cron,
    /// Nothing: a sync that stays up, as a service of systemd.
    Watch,
}

impl Kind {
    /// How often it is, unless somebody says otherwise.
    pub(super) fn usual(self) -> Duration {
        Duration::from_secs(if self == Self::Watch { 5 * 60 } else { 15 * 60 })
    }

    /// Whether it is started where the variables of a shell are not.
    pub(super) fn has_no_shell(self) -> bool {
        matches!(self, Self::Systemd | Self::Cron)
    }
}

/// A file for what starts a sync, by its name.
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) content: String,
}

/// What starts a sync, as text.
pub(super) struct Scheduled {
    pub(super) units: Vec<Unit>,
    /// What to do with them.
    pub(super) then: String,
}

/// The command that is started.
pub(super) struct Started {
    pub(super) program: PathBuf,
    /// Behind `sync`.
    pub(super) flags: Vec<String>,
    pub(super) profile: Option<String>,
}

impl Started {
    /// This program, with these flags behind `sync`.
    ///
    /// # Errors
    /// If the system does not tell where it is.
    pub(super) fn this(flags: Vec<String>, profile: Option<String>) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(FAILED, "the system does not tell where this program is").with_source(error)
        })?;
        Ok(Self { program, flags, profile })
    }

    fn words(&self, more: &str, quoted: impl Fn(&str) -> String) -> String {
        let program = self.program.display().to_string();
        let words = [program.as_str(), "sync", more].into_iter().chain(self.flags.iter().map(String::as_str));
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }

    fn name(&self) -> String {
        match &self.profile {
            Some(profile) => format!("ashby-sync-{}", plain(profile)),
            None => "ashby-sync".to_owned(),
        }
    }
}

/// A name of which only letters, digits, - and _ are left.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '-' })
        .collect()
}

/// What starts a sync so often; `directory` is where units go, if somebody said. Nothing for [`Kind::None`].
///
/// # Errors
/// If no calendar has that interval.
pub(super) fn made(
    kind: Kind,
    every: Duration,
    started: &Started,
    directory: Option<&Path>,
) -> Result<Option<Scheduled>, Failure> {
    let is_system = directory.is_some_and(|directory| directory.ends_with("systemd/system"));
    let name = started.name();
    Ok(Some(match kind {
        Kind::None => return Ok(None),
        Kind::Cron => {
            let command = started.words("--quiet", |word| text::word(word).replace('%', r"\%"));
            let content = format!("{} {command}\n", calendar(every)?.cron);
            let then = "add the line with `crontab -e`".to_owned();
            Scheduled { units: vec![Unit { name: format!("{name}.cron"), content }], then }
        }
        Kind::Systemd => {
            let service = service(
                started,
                "--quiet",
                is_system,
                "One sync of Ashby's recruiting data",
                "Type=oneshot\n",
            );
            let timer = format!(
                "[Unit]\nDescription=Ashby's recruiting data, every {}\n\n[Timer]\nOnCalendar={}\nRandomizedDelaySec=30\n\
                 Persistent=true\nUnit={name}.service\n\n[Install]\nWantedBy=timers.target\n",
                span(every),
                calendar(every)?.systemd
            );
            let units = vec![
                Unit { name: format!("{name}.service"), content: service },
                Unit { name: format!("{name}.timer"), content: timer },
            ];
            Scheduled { units, then: enable(directory, &format!("{name}.timer")) }
        }
        Kind::Watch => {
            let restart = "Type=exec\nRestart=on-failure\nRestartSec=30\nRestartPreventExitStatus=2 3\n";
            let about = "Ashby's recruiting data, kept up to date";
            let target = if is_system { "multi-user.target" } else { "default.target" };
            let service = service(started, "--watch", is_system, about, restart);
            let content = format!("{service}\n[Install]\nWantedBy={target}\n");
            let units = vec![Unit { name: format!("{name}.service"), content }];
            Scheduled { units, then: enable(directory, &format!("{name}.service")) }
        }
    }))
}

/// A service of a person's own systemd, or of the system's for that person.
fn service(started: &Started, more: &str, is_system: bool, about: &str, kind: &str) -> String {
    let network = match is_system {
        true => "Wants=network-online.target\nAfter=network-online.target\n",
        false => "",
    };
    let user = std::env::var("USER").ok().filter(|user| is_system && user != "root" && plain(user) == *user);
    let user = user.map(|user| format!("User={user}\n")).unwrap_or_default();
    format!(
        "[Unit]\nDescription={about}\n{network}\n[Service]\n{kind}{user}ExecStart={}\nTimeoutStopSec=60\nUMask=0077\n\
         NoNewPrivileges=true\n",
        started.words(more, systemd_word)
    )
}

fn enable(directory: Option<&Path>, unit: &str) -> String {
    if directory.is_some_and(|directory| directory.ends_with("systemd/system")) {
        return format!("`systemctl daemon-reload && systemctl enable --now {unit}`");
    }
    let first = if directory.is_none() { "put them into ~/.config/systemd/user, then " } else { "" };
    format!(
        "{first}`systemctl --user daemon-reload && systemctl --user enable --now {unit}`; and `loginctl enable-linger`, so that \
         it also runs while you are not logged in"
    )
}

/// A word of `ExecStart=`.
fn systemd_word(word: &str) -> String {
    let escaped = word.replace('\\', r"\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-=:%$@+,".contains(letter);
    if !escaped.is_empty() && escaped.chars().all(is_plain) { escaped } else { format!("\"{escaped}\"") }
}

/// Instants so far apart, as calendars spell them.
struct Calendar {
    systemd: String,
    cron: String,
}

fn calendar(every: Duration) -> Result<Calendar, Failure> {
    let minutes = every.as_secs() / 60;
    let is_whole = every.as_secs() == minutes * 60;
    let both = |systemd: String, cron: String| Ok(Calendar { systemd, cron });
    match minutes {
        1..60 if is_whole && 60_u64.is_multiple_of(minutes) => {
            both(format!("*:0/{minutes}"), format!("*/{minutes} * * * *"))
        }
        60 if is_whole => both("hourly".to_owned(), "0 * * * *".to_owned()),
        61..1440 if is_whole && minutes.is_multiple_of(60) && 24_u64.is_multiple_of(minutes / 60) => {
            let hours = minutes / 60;
            both(format!("0/{hours}:00"), format!("0 */{hours} * * *"))
        }
        1440 if is_whole => both("daily".to_owned(), "0 0 * * *".to_owned()),
        _ => Err(Failure::new(USAGE, format!("no calendar has every {}", span(every)))
            .with_hint("take what divides an hour or a day: 5m, 10m, 15m, 30m, 1h, 2h, 6h, 12h, 24h")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(program: &str, flags: &[&str]) -> Started {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Started { program: PathBuf::from(program), flags, profile: None }
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn intervals_are_those_that_calendars_have() {
        for (given, systemd, cron) in [
            (5, "*:0/5", "*/5 * * * *"),
            (60, "hourly", "0 * * * *"),
            (360, "0/6:00", "0 */6 * * *"),
            (1440, "daily", "0 0 * * *"),
        ] {
            let found = calendar(minutes(given)).unwrap();
            assert_eq!([found.systemd, found.cron], [systemd, cron]);
        }
        for wrong in
            [minutes(7), minutes(90), minutes(300), minutes(2880), Duration::from_secs(90), Duration::ZERO]
        {
            assert!(calendar(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn words_of_a_command_arrive_as_they_are() {
        let started = started("/opt/a b/ashby", &["--config", "/x/100%$1.toml"]);
        let units = made(Kind::Systemd, minutes(15), &started, None).unwrap().unwrap().units;
        let line = "ExecStart=\"/opt/a b/ashby\" sync --quiet --config /x/100%%$$1.toml\n";
        assert!(units[0].content.contains(line), "{}", units[0].content);
        assert!(units[1].content.contains("OnCalendar=*:0/15\n") && units[1].name == "ashby-sync.timer");
        let cron = made(Kind::Cron, minutes(15), &started, None).unwrap().unwrap().units;
        assert_eq!(
            cron[0].content,
            "*/15 * * * * '/opt/a b/ashby' sync --quiet --config '/x/100\\%$1.toml'\n"
        );
    }

    #[test]
    fn a_watch_is_a_service_that_a_refused_key_ends() {
        let started =
            Started { profile: Some("a b".to_owned()), ..started("/bin/ashby", &["--profile", "a b"]) };
        let directory = Path::new("/etc/systemd/system");
        let system = made(Kind::Watch, minutes(5), &started, Some(directory)).unwrap().unwrap();
        let unit = &system.units[0];
        assert_eq!(unit.name, "ashby-sync-a-b.service");
        assert!(
            unit.content.contains("ExecStart=/bin/ashby sync --watch --profile \"a b\"\n"),
            "{}",
            unit.content
        );
        assert!(unit.content.contains("RestartPreventExitStatus=2 3\n"));
        assert!(unit.content.ends_with("WantedBy=multi-user.target\n"));
        assert!(made(Kind::None, minutes(5), &started, None).unwrap().is_none());
    }
}
