//! Lets a history happen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::body::{ODD, USUAL};
use crate::destination::{Destination, Holding};
use crate::fault::Fault;
use crate::judge::{Judge, Ran, Violation, selected};
use crate::keys::{KeyName, Right};
use crate::process::{Ended, start, until, until_seen};
use crate::server::Server;
use crate::site::{Hold, Run, Site};
use crate::step::{Alias, Feature, Kind, Plan, Selection, Step, Sync};
use crate::stream::{SCOPES, Stream};
use crate::tally::Tally;
use crate::world::Change;

/// How often a destination is read while a run writes to it.
const GLANCE_AT_ROWS: Duration = Duration::from_millis(50);

/// Whether a watch that was stopped may say this: what it had not been able to read yet, and why.
fn may_end_with(ran: &Ran) -> bool {
    let forbids = |(_, fault): &(_, Fault)| *fault == Fault::ProxyForbids;
    matches!(ran.code, Some(0 | 1 | 4)) || (ran.code == Some(3) && ran.fired.iter().any(forbids))
}

/// A history that is happening.
struct Player<'a> {
    binary: &'a Path,
    server: Server,
    directory: TempDir,
    destination: Destination,
    judge: Judge,
    tally: Tally,
    holding: Holding,
    /// Outputs of processes are numbered.
    processes: usize,
    exported: Option<PathBuf>,
    exported_yardstick: BTreeMap<Stream, BTreeSet<KeyName>>,
}

/// Lets the steps of a plan happen (those of `kept`, if given), then compares with the truth.
///
/// # Errors
/// What keeps the test itself from running.
pub(crate) fn play(
    plan: &Plan,
    kept: Option<&[usize]>,
    binary: &Path,
) -> io::Result<(Vec<Violation>, Tally)> {
    let mut player = Player::new(plan, binary)?;
    for (index, step) in plan.steps.iter().enumerate() {
        if kept.is_none_or(|kept| kept.contains(&index)) {
            player.judge.step = index;
            player.step(step)?;
        }
    }
    player.judge.step = plan.steps.len();
    player.end()?;
    // What follows from the first violation of a rule only repeats it.
    let mut rules = BTreeSet::new();
    let found = player.judge.found.into_iter().filter(|violation| rules.insert(violation.rule)).collect();
    Ok((found, player.tally))
}

impl<'a> Player<'a> {
    fn new(plan: &Plan, binary: &'a Path) -> io::Result<Self> {
        let mut styles = USUAL.to_vec();
        if plan.has(Feature::Odd) {
            styles.extend(ODD);
        }
        let site = Site::new(plan.seed, &styles, plan.size, plan.page_size, plan.has(Feature::Offset));
        let directory = tempfile::tempdir()?;
        let mut tally = Tally::default();
        tally.count("histories");
        for feature in &plan.features {
            tally.count(&format!("feature {}", feature.name()));
        }
        tally.count(&format!("destination {:?}", plan.kind).to_lowercase());
        Ok(Self {
            binary,
            server: Server::start(site)?,
            destination: Destination::new(plan.kind, directory.path()),
            directory,
            judge: Judge::new(plan.kind),
            tally,
            holding: Holding::default(),
            processes: 0,
            exported: None,
            exported_yardstick: BTreeMap::new(),
        })
    }

    fn step(&mut self, step: &Step) -> io::Result<()> {
        self.tally.count("steps");
        match step {
            Step::Change(change) => self.change(*change),
            Step::Sync(sync) => self.sync(sync.clone()).map(drop)?,
            Step::Right(name, right) => self.right(*name, *right),
            Step::RefuseTokens(code) => {
                let mut site = self.server.site();
                site.serial += 1;
                site.tokens_refused = Some((site.serial, code));
                drop(site);
                self.tally.count(&format!("tokens refused: {code}"));
            }
            Step::RefuseCursors(code) => {
                let mut site = self.server.site();
                site.serial += 1;
                site.cursors_refused = Some((site.serial, code));
                drop(site);
                self.tally.count(&format!("cursors refused: {code}"));
            }
            Step::Curse(stream, pick, curse) => {
                let mut site = self.server.site();
                let parents = stream.row().parent.unwrap_or(*stream);
                let organisation = &site.organisations[0];
                let live: Vec<String> = organisation
                    .records(parents)
                    .iter()
                    .filter(|parent| organisation.is_live(parents, parent))
                    .map(|parent| parent.key.clone())
                    .collect();
                if !live.is_empty() {
                    let parent = live[*pick as usize % live.len()].clone();
                    self.judge.troubled.insert((*stream, parent.clone()));
                    site.cursed.push((*stream, parent, *curse));
                    self.tally.count(&format!("parent cursed: {curse:?}"));
                }
            }
            Step::Spoil(operation) => {
                self.server.site().spoilt.insert(operation);
                self.tally.count("lists spoilt by a record without an id");
            }
            Step::Mend => self.mend(),
            Step::Lose(loss, pick) => {
                if self.destination.lose(*loss, *pick) {
                    self.tally.count(&format!("file lost: {loss:?}"));
                    self.judge.doubts.insert("loss");
                    (self.judge.starts_over, self.judge.may_repeat) = (true, true);
                    self.judge.forgets_what_was_written = true;
                    self.look();
                }
            }
            Step::Export => self.export()?,
            Step::Import(elsewhere) => self.import(*elsewhere)?,
            Step::Reset(stream) => {
                self.judge.may_repeat = true;
                self.judge.forgets_what_was_written = true;
                self.run_command(&["state", "reset", stream.name()])?;
                self.tally.count("states reset");
            }
            Step::Two(alias, changes) => self.two(*alias, changes)?,
            Step::Watch(sync, changes) => self.watch(sync.clone(), changes)?,
        }
        Ok(())
    }

    fn change(&mut self, change: Change) {
        let mut site = self.server.site();
        let Site { organisations, ever, .. } = &mut *site;
        if organisations[0].apply(change, ever) {
            let text = format!("{change:?}");
            self.tally.count(&format!("change: {}", text.split(' ').next().unwrap_or_default()));
        }
    }

    fn right(&mut self, name: KeyName, right: Right) {
        let mut site = self.server.site();
        site.keys.change(name, right);
        self.tally.count("rights changed");
        if right == Right::Confidential(true) {
            self.judge.excuse_confidential(&site);
        }
    }

    fn mend(&mut self) {
        let mut site = self.server.site();
        site.cursed.clear();
        site.spoilt.clear();
    }

    /// Reads the destination.
    fn look(&mut self) {
        let read = self.destination.read(&self.server.site().ever);
        match read {
            Ok(holding) => self.holding = holding,
            Err(text) => self.judge.say("unreadable", text),
        }
    }

    fn arguments(&self, sync: &Sync) -> Vec<String> {
        let mut arguments = vec!["sync".to_owned()];
        match &sync.selection {
            Selection::World | Selection::Some(_) => {
                arguments.extend(selected(&sync.selection).iter().map(|stream| stream.name().to_owned()));
            }
            Selection::Default => {}
            Selection::All => arguments.push("--all".to_owned()),
        }
        arguments.extend(sync.full.then(|| "--full".to_owned()));
        if sync.accept {
            arguments.extend(["--reconcile", "accept"].map(str::to_owned));
        }
        arguments
    }

    fn prepare(&self, sync: &Sync) -> u64 {
        let mut site = self.server.site();
        site.run = Run {
            armed: sync.faults.clone(),
            during: sync.during.clone(),
            stop: sync.stop,
            ..Run::default()
        };
        site.organisations[0].now
    }

    fn sync(&mut self, sync: Sync) -> io::Result<Ran> {
        let began = self.prepare(&sync);
        self.processes += 1;
        let stdout = self.destination.output(self.processes);
        let mut arguments = self.arguments(&sync);
        arguments.extend(self.destination.arguments());
        let url = self.server.url(sync.address);
        let process = start(self.binary, self.directory.path(), &arguments, (&url, sync.key), &stdout)?;
        self.server.site().run.process = Some(process.number());
        let ended = process.wait()?;
        let ran = self.ran(sync, began, ended);
        self.judge_run(&ran);
        Ok(ran)
    }

    /// What a run was, once its process has ended.
    fn ran(&mut self, sync: Sync, began: u64, ended: Ended) -> Ran {
        let mut site = self.server.site();
        site.run.process = None;
        let run = &site.run;
        let stop = sync.stop.filter(|stop| run.requests >= stop.at_request);
        let ran = Ran {
            stopped: stop.is_some(),
            code: ended.code,
            hung: ended.hung,
            stderr: ended.stderr,
            requests: run.requests,
            fired: run.fired.clone(),
            changed: run.changed,
            met_standing_trouble: run.met_standing_trouble,
            began,
            sync,
        };
        drop(site);
        let tally = &mut self.tally;
        tally.count("runs");
        tally.add("requests", ran.requests);
        tally.count(&ran.code.map_or("ended by a signal".to_owned(), |code| format!("exit code {code}")));
        if let Some(stop) = stop {
            tally.count(&format!("stop: {:?}", stop.how));
        }
        ran.fired.iter().for_each(|(_, fault)| tally.count(&format!("fault: {}", fault.name())));
        tally.add("runs with changes meanwhile", ran.changed.into());
        tally.add("runs with --full", ran.sync.full.into());
        tally.count(&format!("key: {:?}", ran.sync.key));
        tally.add("runs at another address", ran.sync.address as u64);
        tally.add("runs that stop and ask", ran.asks().into());
        ran
    }

    fn judge_run(&mut self, ran: &Ran) {
        let before = self.holding.clone();
        let leaves_log = ran.code == Some(0) && self.destination.has_log();
        self.look();
        let mut site = self.server.site();
        if ran.sync.accept || ran.sync.key != KeyName::Wide || ran.sync.address != 0 {
            self.judge.may_repeat = true;
        }
        if ran.code.is_none() && self.judge.kind == Kind::Stdout {
            // What a killed run printed and had not committed, nobody can take back, and nobody knows.
            self.judge.forgets_what_was_written = true;
        }
        if leaves_log {
            self.judge.say("log-left", "a finished run left a write-ahead log beside the database");
        }
        self.judge.after_run(&site, &before, &self.holding, ran);
        let reads_audit = selected(&ran.sync.selection).contains(&Stream::Audit);
        if ran.code == Some(0) && ran.fired.is_empty() && reads_audit && ran.sync.address == 0 {
            site.organisations[0].late = 0;
        }
    }

    /// Another command of the binary, on the same destination.
    fn run_command(&mut self, arguments: &[&str]) -> io::Result<(Ended, PathBuf)> {
        self.processes += 1;
        let stdout = self.directory.path().join(format!("{}.command", self.processes));
        let mut arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.extend(self.destination.arguments());
        let url = self.server.url(0);
        let ended =
            start(self.binary, self.directory.path(), &arguments, (&url, KeyName::Wide), &stdout)?.wait()?;
        if ended.hung || !matches!(ended.code, Some(0..=4)) {
            self.judge.say("exit-code", format!("{}: {:?}", arguments.join(" "), ended.code));
        }
        Ok((ended, stdout))
    }

    fn export(&mut self) -> io::Result<()> {
        let (ended, stdout) = self.run_command(&["state", "export"])?;
        if ended.code == Some(0) {
            self.tally.count("states exported");
            self.exported = Some(stdout);
            self.exported_yardstick = self.judge.yardstick.clone();
        }
        Ok(())
    }

    fn import(&mut self, elsewhere: bool) -> io::Result<()> {
        let Some(file) =
            self.exported.clone().filter(|file| fs::metadata(file).is_ok_and(|file| file.len() > 2))
        else {
            return Ok(());
        };
        if elsewhere {
            if !self.destination.replace() {
                return Ok(());
            }
            self.judge.yardstick.clear();
            (self.judge.starts_over, self.judge.may_repeat) = (true, true);
            self.look();
        }
        self.judge.doubts.insert("state");
        self.judge.may_repeat = true;
        self.judge.forgets_what_was_written = true;
        let (ended, _) = self.run_command(&["state", "import", &file.display().to_string()])?;
        if ended.code == Some(0) {
            self.tally.count(if elsewhere {
                "states imported beside an empty destination"
            } else {
                "states imported"
            });
            for (stream, keys) in self.exported_yardstick.clone() {
                self.judge.yardstick.entry(stream).or_default().extend(keys);
            }
        } else {
            self.tally.count("imports refused");
        }
        Ok(())
    }

    /// A run that waits in its middle, and another one that begins and ends meanwhile.
    fn two(&mut self, alias: Alias, changes: &[Change]) -> io::Result<()> {
        let sync = Sync { full: true, ..Sync::quiet(KeyName::Wide) };
        let began = self.prepare(&sync);
        self.server.site().run.hold = Hold::Armed;
        let url = self.server.url(0);
        let mut arguments = self.arguments(&sync);
        arguments.extend(self.destination.arguments());
        self.processes += 1;
        let stdout = self.destination.output(self.processes);
        let to = (url.as_str(), KeyName::Wide);
        let mut first = start(self.binary, self.directory.path(), &arguments, to, &stdout)?;
        self.server.site().run.process = Some(first.number());
        until(|| {
            self.server.site().run.hold == Hold::Held || first.peek().is_ok_and(|ended| ended.is_some())
        });

        let mut arguments = self.arguments(&sync);
        arguments.extend(self.destination.alias(alias));
        self.processes += 1;
        let stdout = self.destination.output(self.processes);
        let second = start(self.binary, self.directory.path(), &arguments, to, &stdout)?.wait()?;
        for change in changes {
            self.change(*change);
        }
        self.server.release();
        let first = first.wait()?;
        self.tally.count(&format!("two at once: {alias:?}"));
        if first.code == Some(0) && second.code == Some(0) {
            self.judge.say("two-at-once", format!("both runs ended well, one by another way: {alias:?}"));
        }
        self.judge.may_repeat = true;
        let mut ran = self.ran(sync, began, first);
        ran.changed = true;
        self.judge_run(&ran);
        Ok(())
    }

    /// A run that stays up. What passes is no reason to end, nor to stay behind.
    fn watch(&mut self, sync: Sync, changes: &[Change]) -> io::Result<()> {
        let began = self.prepare(&sync);
        self.processes += 1;
        let stdout = self.destination.output(self.processes);
        let mut arguments = self.arguments(&sync);
        arguments.extend(["--watch", "--interval", "1s"].map(str::to_owned));
        arguments.extend(self.destination.arguments());
        let url = self.server.url(sync.address);
        let mut process = start(self.binary, self.directory.path(), &arguments, (&url, sync.key), &stdout)?;
        self.server.site().run.process = Some(process.number());
        let streams = selected(&sync.selection);
        let mut behind = Vec::new();
        let mut has_ended = false;
        for changes in [&[][..], changes] {
            for change in changes {
                self.change(*change);
            }
            until_seen(GLANCE_AT_ROWS, || {
                has_ended = process.peek().is_ok_and(|ended| ended.is_some());
                let site = self.server.site();
                // It may be in the making.
                let Ok(holding) = self.destination.read(&site.ever) else { return has_ended };
                behind = self.judge.missing(&site, &holding, sync.key, &streams, true);
                // Before its first requests it does not listen to signals either.
                (behind.is_empty() && site.run.requests > 1) || has_ended
            });
            if has_ended {
                break;
            }
            if !behind.is_empty() {
                self.judge.say("watch-behind", format!("a watch that stays up: {}", behind.join(", ")));
                break;
            }
        }
        self.server.terminate();
        let ended = process.wait()?;
        self.tally.count("watches");
        let mut ran = self.ran(sync, began, ended);
        // Not before its end is it known which answers were good.
        ran.changed = true;
        if has_ended && !ran.asks() {
            let last = ran.stderr.lines().last().unwrap_or_default();
            self.judge.say("watch-ended", format!("exit code {:?}: {last}", ran.code));
        } else if !has_ended && !may_end_with(&ran) {
            self.judge.say("exit-code", format!("a watch that was stopped: {:?}", ran.code));
        }
        self.judge_run(&ran);
        Ok(())
    }

    /// Everything is mended; the destination must become the truth.
    fn end(&mut self) -> io::Result<()> {
        self.mend();
        {
            let mut site = self.server.site();
            for right in SCOPES.into_iter().chain([crate::stream::OWN_SCOPE]).map(Right::Grant) {
                site.keys.change(KeyName::Wide, right);
            }
            if site.keys.get(KeyName::Wide).is_some_and(|key| !key.sees_confidential) {
                site.keys.change(KeyName::Wide, Right::Confidential(true));
                self.judge.excuse_confidential(&site);
            }
        }
        let may_ask = !self.judge.doubts.is_empty();
        let mut sync = Sync::quiet(KeyName::Wide);
        for round in 0..2 {
            let mut ran = self.sync(sync.clone())?;
            if ran.asks() && may_ask && !sync.accept {
                sync.accept = true;
                ran = self.sync(sync.clone())?;
            }
            // Parents that were in trouble may wait for their next turn.
            let judge = &self.judge;
            let excused = judge.doubts.contains("loss")
                || !judge.troubled.is_empty()
                || !judge.excused_streams.is_empty();
            if ran.code != Some(0) && !excused {
                self.stuck(&format!("quiet sync {}", round + 1), &ran);
            }
        }
        sync.full = true;
        let mut ran = self.sync(sync.clone())?;
        if ran.code != Some(0) && may_ask && !sync.accept {
            sync.accept = true;
            ran = self.sync(sync.clone())?;
        }
        if ran.code != Some(0) && self.judge.doubts.contains("loss") {
            // Files are not what the state says, and the choice is ours.
            for stream in Stream::all() {
                self.run_command(&["state", "reset", stream.name()])?;
            }
            ran = self.sync(sync.clone())?;
        }
        if ran.code != Some(0) {
            self.stuck("quiet --full", &ran);
            return Ok(());
        }
        let kept = |player: &Self| player.judge.kept(&player.server.site(), &player.holding, KeyName::Wide);
        if may_ask && !sync.accept && !kept(self).is_empty() {
            sync.accept = true;
            ran = self.sync(sync)?;
            if ran.code != Some(0) {
                self.stuck("quiet --full --reconcile accept", &ran);
            }
        }
        let kept = kept(self);
        let is_database = matches!(self.judge.kind, Kind::Sqlite | Kind::Postgres | Kind::Parquet);
        let knows = is_database || !self.judge.forgets_what_was_written;
        if !kept.is_empty() && knows {
            let rule = if is_database { "kept-dead" } else { "kept-dead-in-lines" };
            self.judge.say(rule, format!("after a quiet --full: {}", kept.join(", ")));
        }
        let all: Vec<Stream> = Stream::all().collect();
        let missing = self.judge.missing(&self.server.site(), &self.holding, KeyName::Wide, &all, false);
        if !missing.is_empty() {
            self.judge.say("not-the-truth", format!("after a quiet --full: {}", missing.join(", ")));
        }
        let open = self.destination.open_to_others();
        if !open.is_empty() {
            self.judge.say("open-to-others", format!("readable by others: {}", open.join(", ")));
        }
        Ok(())
    }

    fn stuck(&mut self, what: &str, ran: &Ran) {
        let why: Vec<&str> = ran
            .stderr
            .lines()
            .filter(|line| line.starts_with("failed") || line.starts_with("error"))
            .collect();
        self.judge.say("stuck", format!("{what}: exit code {:?}: {}", ran.code, why.join("; ")));
    }
}
