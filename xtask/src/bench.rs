//! `cargo xtask bench`: the real binary against the simulator in another process.

mod agents;
mod models;
mod process;
mod report;
mod wide;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

use self::process::{Cost, ResultOn, Simulator, measure, measure_served};
use self::report::{Figure, Report, is_equal};
use self::wide::Lists;
use crate::Result;
use crate::workspace::{cargo, run as run_command, target_directory};

/// The key of the simulator.
const KEY: &str = "sim-key";
/// The stream that is synced: the simulator serves it with the least work, and its records are of 2 KB.
const STREAM: &str = "candidates";
/// What the connector logs when a stream's first listing is through and checkpointed.
const BACKFILLED: &str = "backfill complete";
/// Asks what the key may read; comes before every sync.
const SURVEY_REQUESTS: u64 = 1;
/// The rate that the rate is measured with.
const REQUESTS_PER_MINUTE: u64 = 600;
/// Records that take two minutes at that rate, at 100 a page.
const TWO_MINUTES_RECORDS: u64 = 2 * REQUESTS_PER_MINUTE * 100;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Records of 2 KB to sync
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Measure only this
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',')]
    only: Vec<Part>,
    /// How often each sync is measured; the median counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// With --only agents or --only models: measure this program instead of building one
    #[arg(long, requires = "only", value_name = "FILE")]
    program: Option<PathBuf>,
    /// Put the figures into BENCHMARKS.md
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A sync to standard output
    Stdout,
    /// A sync to a JSON lines file
    Jsonl,
    /// A first sync to SQLite with and without the index of words, the same again with `--full`, and a quiet poll
    Sqlite,
    /// A session of the Estuary connector, beside the sync to standard output
    Connector,
    /// A quiet poll of all default streams
    Quiet,
    /// Peak memory at a tenth of the records beside that at all of them
    Memory,
    /// Peak memory of 24 streams side by side, and of four streams with pages of 200 MB
    Wide,
    /// What agents wait for on a copy of 100,000 candidates, and memory while a sync runs in the same process
    Agents,
    /// The analyst's model of 200,000 applications: building it, and the twelve questions, of it, of raw views, and of Parquet
    /// files in DuckDB where ASHBY_LAKE_PYTHON names a Python that has it; takes some ten minutes
    Models,
    /// How much of a limit of 600 requests a minute is used; takes two minutes
    Rate,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// The destinations to sync to.
    fn destinations(&self) -> Vec<Destination> {
        let all = [Destination::Stdout, Destination::Jsonl, Destination::Sqlite];
        let beside = |to: &Destination| *to == Destination::Stdout && self.wants(Part::Connector);
        all.into_iter().filter(|to| self.wants(Part::Memory) || self.wants(to.part()) || beside(to)).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Stdout,
    Jsonl,
    Sqlite,
}

impl Destination {
    fn part(self) -> Part {
        match self {
            Self::Stdout => Part::Stdout,
            Self::Jsonl => Part::Jsonl,
            Self::Sqlite => Part::Sqlite,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Jsonl => "jsonl",
            Self::Sqlite => "sqlite, first sync",
        }
    }
}

/// What `ashby sync --output json` says.
#[derive(Debug, Deserialize)]
struct Summary {
    requests: u64,
    throttled: u64,
    failed: usize,
    streams: BTreeMap<String, StreamSummary>,
}

#[derive(Debug, Deserialize)]
struct StreamSummary {
    #[serde(default)]
    records: u64,
    #[serde(default)]
    requests: u64,
}

/// Measures, prints, and writes if asked to.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Whoever may be nicer to himself than to others, is; it only makes the figures steadier.
    let _ = rustix::process::setpriority_process(None, -5);
    let bench = match (&options.program, &options.only[..]) {
        (Some(program), [Part::Agents | Part::Models]) => Bench::of(program)?,
        (Some(_), _) => return Err("--program goes with --only agents or --only models".into()),
        (None, _) => Bench::new()?,
    };
    let load_before = report::load();
    let mut report = Report::default();
    let floor = bench.throughput(options, &mut report)?;
    if options.wants(Part::Quiet) {
        bench.quiet(&mut report)?;
    }
    if options.wants(Part::Wide) {
        bench.wide(&mut report)?;
    }
    if options.wants(Part::Agents) {
        bench.agents(&mut report)?;
    }
    if options.wants(Part::Rate) {
        bench.rate(&mut report)?;
    }
    let answers = if options.wants(Part::Models) { bench.models(&mut report)? } else { String::new() };
    let heading = format!(
        "{}, {}; load average {load_before} before and {} after.\n\n`cargo xtask bench --records {} --runs {}`",
        jiff::Timestamp::now().strftime("%Y-%m-%d"),
        report::machine(),
        report::load(),
        options.records,
        options.runs,
    );
    let mut text = format!("{heading}\n\n{}", report.to_markdown(floor.as_ref()));
    if !answers.is_empty() {
        text = format!("{text}\n{answers}");
    }
    println!("{text}");
    if options.write { report::write(&text) } else { Ok(()) }
}

/// The binaries, and a place for what they write.
struct Bench {
    ashby: PathBuf,
    connector: PathBuf,
    floor: PathBuf,
    scratch: TempDir,
}

impl Bench {
    fn new() -> Result<Self> {
        // All of it, so that all have the same dependencies with the same features, which are compiled already.
        run_command(&mut cargo(&["build", "--release", "--workspace", "--bins", "--example", "floor"]))?;
        let release = target_directory()?.join("release");
        // On the disk that the target folder is on: a temporary folder may be memory.
        let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&release)?;
        let connector = release.join("source-ashby");
        Ok(Self {
            ashby: release.join("ashby"),
            connector,
            floor: release.join("examples").join("floor"),
            scratch,
        })
    }

    /// Of a program that is built already, for what needs no other.
    fn of(program: &Path) -> Result<Self> {
        let program = program.canonicalize()?;
        let beside = program.parent().unwrap_or(Path::new("."));
        let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
        Ok(Self { ashby: program, connector: PathBuf::new(), floor: PathBuf::new(), scratch })
    }

    /// Syncs one large stream to each destination, and the floor beside them, in turn so that whatever else the
    /// machine does meets them all alike. Returns the floor.
    fn throughput(&self, options: &Options, report: &mut Report) -> Result<Option<Figure>> {
        let destinations = options.destinations();
        if destinations.is_empty() {
            return Ok(None);
        }
        let simulator = self.simulator(options.records)?;
        let mut floor = Figure::new("floor", options.records);
        let mut figures: Vec<Figure> =
            destinations.iter().map(|to| Figure::new(to.name(), options.records)).collect();
        let mut rows_only = Figure::new("sqlite, first sync, `--no-index`", options.records);
        let mut relisting = Figure::new("sqlite, `--full` without changes", options.records);
        let mut poll = Figure::new("sqlite, quiet poll", 0);
        let mut connector = Figure::new("source-ashby, a session", options.records);
        for _ in 0..options.runs.max(1) {
            floor.add(self.measure_floor(&simulator)?);
            for (to, figure) in destinations.iter().zip(&mut figures) {
                let folder = self.folder()?;
                let first = self.sync(&simulator, &folder, *to, &[STREAM], options.records)?;
                figure.add(first);
                if *to == Destination::Sqlite && options.wants(Part::Sqlite) {
                    relisting.add(self.sync(
                        &simulator,
                        &folder,
                        *to,
                        &[STREAM, "--full"],
                        options.records,
                    )?);
                    poll.add(self.sync(&simulator, &folder, *to, &[STREAM], 0)?);
                    let more = [STREAM, "--no-index"];
                    rows_only.add(self.sync(&simulator, &self.folder()?, *to, &more, options.records)?);
                }
                folder.close()?;
            }
            if options.wants(Part::Connector) {
                connector.add(self.connector_session(&simulator, options.records)?);
            }
        }
        drop(simulator);

        let find = |name: &str| figures.iter().find(|figure| figure.name == name);
        if let Some(stdout) = find(Destination::Stdout.name()).filter(|_| options.wants(Part::Stdout)) {
            let ratio = stdout.processor_seconds() / floor.processor_seconds();
            report.target(
                "stdout takes at most 0.85 times the floor's CPU time",
                ratio <= 0.85,
                format!("{ratio:.2}"),
            );
        }
        if let Some(stdout) = find(Destination::Stdout.name()).filter(|_| options.wants(Part::Connector)) {
            let ratio = connector.processor_seconds() / stdout.processor_seconds();
            report.target(
                "a connector's session takes at most 1.3 times the CPU time of a sync to stdout",
                ratio <= 1.3,
                format!("{ratio:.2}"),
            );
        }
        if options.wants(Part::Sqlite) {
            // What the index of words costs stands beside it; the targets are those of the rows.
            let rate = rows_only.records_per_second();
            report.target(
                "a first sync to SQLite with `--no-index` brings 60,000 records/s",
                rate >= 60_000.0,
                format!("{rate:.0} records/s"),
            );
            let each_us = rows_only.processor_seconds() * 1e6 / options.records as f64;
            report.target(
                "a first sync to SQLite with `--no-index` takes at most 11 µs of CPU time a record",
                each_us <= 11.0,
                format!("{each_us:.2} µs"),
            );
            let requests = poll.requests - SURVEY_REQUESTS;
            report.target(
                "a quiet poll of a large stream is one request",
                requests == 1,
                requests.to_string(),
            );
        }
        let small = if options.wants(Part::Memory) {
            self.memory(options, &destinations, &figures, report)?
        } else {
            Vec::new()
        };
        report.figures.push(floor.clone());
        report.figures.extend(figures);
        report.figures.extend(
            [rows_only, relisting, poll, connector].into_iter().filter(|figure| !figure.costs.is_empty()),
        );
        report.figures.extend(small);
        Ok(Some(floor))
    }

    /// Peak memory at a tenth of the records, beside that of `large`.
    fn memory(
        &self,
        options: &Options,
        destinations: &[Destination],
        large: &[Figure],
        report: &mut Report,
    ) -> Result<Vec<Figure>> {
        let records = options.records / 10;
        let simulator = self.simulator(records)?;
        let mut small = Vec::new();
        for to in destinations {
            let mut figure = Figure::new(format!("{}, {records} records", to.name()), records);
            for _ in 0..options.runs.max(1) {
                figure.add(self.sync(&simulator, &self.folder()?, *to, &[STREAM], records)?);
            }
            small.push(figure);
        }
        let highest = large.iter().map(Figure::peak_mebibytes).fold(0.0, f64::max);
        report.target(
            "peak memory of one stream is at most 48 MiB",
            highest <= 48.0,
            format!("{highest:.1} MiB"),
        );
        let pairs =
            || small.iter().zip(large).map(|(small, large)| (small.peak_mebibytes(), large.peak_mebibytes()));
        let measured: Vec<String> =
            pairs().map(|(small, large)| format!("{small:.1} → {large:.1} MiB")).collect();
        let equal = pairs().all(|(small, large)| is_equal(small, large));
        report.target("peak memory is the same at ten times the records (±10 %)", equal, measured.join(", "));
        Ok(small)
    }

    /// All default streams of a small organisation, twice: the second sync finds nothing new.
    fn quiet(&self, report: &mut Report) -> Result<()> {
        let simulator = Simulator::start(&self.ashby, "small", &[])?;
        let folder = self.folder()?;
        self.run_sync(&simulator, &folder, Destination::Sqlite, &[])?;
        let (cost, summary) = self.run_sync(&simulator, &folder, Destination::Sqlite, &[])?;
        let mut figure = Figure::new("sqlite, quiet poll of all default streams", 0);
        figure.add((cost, summary.requests));
        report.figures.push(figure);
        // Streams that share a listing share its request.
        let busiest = summary.streams.values().map(|stream| stream.requests).max().unwrap_or(0);
        let in_streams: u64 = summary.streams.values().map(|stream| stream.requests).sum();
        let exact = busiest == 1 && summary.requests == in_streams + SURVEY_REQUESTS;
        let measured = format!("{in_streams} for {} streams, at most {busiest} each", summary.streams.len());
        report.target("a quiet organisation costs one request a stream", exact, measured);
        Ok(())
    }

    /// Many streams side by side, and pages that are far larger than Ashby's.
    fn wide(&self, report: &mut Report) -> Result<()> {
        let side_by_side = |record_bytes| Lists { pages: 40, records_per_page: 100, record_bytes };
        let huge = Lists { pages: 2, records_per_page: 100, record_bytes: 2_000_000 };
        let runs = [
            ("24 streams side by side, 2 KB a record", &wide::STREAMS[..], side_by_side(2_048)),
            ("24 streams side by side, 4 KB a record", &wide::STREAMS[..], side_by_side(4_096)),
            ("4 streams side by side, 200 MB a page", &wide::STREAMS[..4], huge),
        ];
        let mut peaks = Vec::new();
        for (name, streams, lists) in runs {
            let records = lists.records() * streams.len() as u64;
            let mut figure = Figure::new(format!("sqlite, {name}"), records);
            let base_url = lists.serve()?;
            let folder = self.folder()?;
            let mut command = self.sync_command(&base_url, &folder, Destination::Sqlite);
            command.args(["--max-page-mb", "256"]).args(streams);
            let (cost, printed) = measure(&mut command, ResultOn::Stdout)?;
            let summary = read_summary(Destination::Sqlite, &printed)?;
            let brought: u64 = summary.streams.values().map(|stream| stream.records).sum();
            if summary.failed > 0 || brought != records {
                let failed = summary.failed;
                return Err(format!("{name}: {brought} records of {records}, {failed} failed").into());
            }
            figure.add((cost, summary.requests));
            eprintln!("{name}: {:.1} MiB, {:.2} s", figure.peak_mebibytes(), cost.wall.as_secs_f64());
            peaks.push(figure.peak_mebibytes());
            report.figures.push(figure);
        }
        let side = peaks[0].max(peaks[1]);
        report.target(
            "peak memory of 24 streams side by side is at most 48 MiB",
            side <= 48.0,
            format!("{side:.1} MiB"),
        );
        // One such page is what its stream cannot do without; four at once are what the budget is for.
        report.target(
            "four streams with pages of 200 MB take no more than two of them",
            peaks[2] <= 400.0,
            format!("{:.1} MiB", peaks[2]),
        );
        Ok(())
    }

    /// Two minutes at the limit that the server enforces.
    fn rate(&self, report: &mut Report) -> Result<()> {
        let limit = REQUESTS_PER_MINUTE.to_string();
        let shape = TWO_MINUTES_RECORDS.to_string();
        let simulator = Simulator::start(&self.ashby, &shape, &["--rpm", &limit])?;
        let more = [STREAM, "--max-rpm", &limit];
        let (cost, summary) = self.run_sync(&simulator, &self.folder()?, Destination::Stdout, &more)?;
        let used = summary.requests as f64 / (cost.wall.as_secs_f64() / 60.0 * REQUESTS_PER_MINUTE as f64);
        let measured = format!("{:.1} %, {} throttled", used * 100.0, summary.throttled);
        let met = used >= 0.95 && summary.throttled == 0;
        report.target("95 % of a limit of 600/min is used, and no 429 provoked", met, measured);
        Ok(())
    }

    fn simulator(&self, records: u64) -> Result<Simulator> {
        Simulator::start(&self.ashby, &records.to_string(), &[])
    }

    fn folder(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(self.scratch.path())?)
    }

    fn measure_floor(&self, simulator: &Simulator) -> Result<(Cost, u64)> {
        #[derive(Deserialize)]
        struct Done {
            requests: u64,
        }
        let mut command = Command::new(&self.floor);
        let (cost, done) =
            measure_served(command.args([&simulator.base_url, KEY]), ResultOn::Stderr, simulator)?;
        eprintln!("floor: {:.2} s CPU, {:.2} s", cost.processor.as_secs_f64(), cost.wall.as_secs_f64());
        Ok((cost, serde_json::from_str::<Done>(&done)?.requests))
    }

    /// A session with one binding, from its opening until everything is captured; documents go to the null device.
    fn connector_session(&self, simulator: &Simulator, records: u64) -> Result<(Cost, u64)> {
        let open = json!({"open": {
            "capture": {
                "name": "acmeCo/ashby",
                "connectorType": "IMAGE",
                "config": {
                    "credentials": {"access_token": KEY},
                    "advanced": {"base_url": simulator.base_url, "requests_per_minute": 0},
                },
                "bindings": [{
                    "resourceConfig": {"name": STREAM, "interval": "PT5M"},
                    "resourcePath": [STREAM],
                    "stateKey": STREAM,
                    "collection": {"name": "acmeCo/candidates"},
                }],
            },
            "version": "1",
            "range": {"keyEnd": u32::MAX, "rClockEnd": u32::MAX},
            "state": {},
        }});
        let folder = self.folder()?;
        let mut command = clean(&self.connector, folder.path());
        let session = ResultOn::StderrOfSession { input: &format!("{open}\n"), until: BACKFILLED };
        let (cost, log) = measure_served(&mut command, session, simulator)?;
        eprintln!("connector: {:.2} s CPU, {:.2} s", cost.processor.as_secs_f64(), cost.wall.as_secs_f64());
        #[derive(Deserialize)]
        struct Backfilled {
            records: u64,
        }
        let line = log.lines().find(|line| line.contains(BACKFILLED)).unwrap_or_default();
        let brought = serde_json::from_str::<Backfilled>(line)?.records;
        if brought != records {
            return Err(format!("the connector brought {brought} records instead of {records}").into());
        }
        // It does not count its requests.
        Ok((cost, 0))
    }

    /// A sync that must bring so many records.
    fn sync(
        &self,
        simulator: &Simulator,
        folder: &TempDir,
        to: Destination,
        more: &[&str],
        records: u64,
    ) -> Result<(Cost, u64)> {
        let (cost, summary) = self.run_sync(simulator, folder, to, more)?;
        let brought = summary.streams.get(STREAM).map_or(0, |stream| stream.records);
        if brought != records {
            return Err(format!("{} brought {brought} records instead of {records}", to.name()).into());
        }
        Ok((cost, summary.requests))
    }

    fn run_sync(
        &self,
        simulator: &Simulator,
        folder: &TempDir,
        to: Destination,
        more: &[&str],
    ) -> Result<(Cost, Summary)> {
        let result_on = if to == Destination::Stdout { ResultOn::Stderr } else { ResultOn::Stdout };
        let mut command = self.sync_command(&simulator.base_url, folder, to);
        let (cost, printed) = measure_served(command.args(more), result_on, simulator)?;
        let summary = read_summary(to, &printed)?;
        let seconds = (cost.processor.as_secs_f64(), cost.wall.as_secs_f64());
        eprintln!("{} {more:?}: {:.2} s CPU, {:.2} s", to.name(), seconds.0, seconds.1);
        if summary.failed > 0 {
            return Err(format!("{}: {} streams failed", to.name(), summary.failed).into());
        }
        Ok((cost, summary))
    }

    fn sync_command(&self, base_url: &str, folder: &TempDir, to: Destination) -> Command {
        let to_argument = match to {
            Destination::Stdout => "stdout",
            Destination::Jsonl => "jsonl:out",
            Destination::Sqlite => "sqlite:ashby.db",
        };
        // Later flags win over earlier variables.
        let mut command = clean(&self.ashby, folder.path());
        command.env("ASHBY_API_KEY", KEY).env("ASHBY_MAX_RPM", "0").env("ASHBY_BASE_URL", base_url);
        // The model is measured by itself.
        command.env("ASHBY_MODELS", "off");
        command.args(["sync", "--no-progress", "--output", "json", "--log", "error", "--to", to_argument]);
        command
    }
}

fn read_summary(to: Destination, printed: &str) -> Result<Summary> {
    serde_json::from_str(printed)
        .map_err(|error| format!("{} printed no summary ({error}): {printed}", to.name()).into())
}

/// The program, without any settings of the person who measures.
fn clean(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ASHBY_")) {
        command.env_remove(name);
    }
    command
}
