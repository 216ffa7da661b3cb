//! `ashby demo`: the whole thing, without an account.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashby_client::Client;
use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use capture_core::{Counts, Family as _, Observer, Report, RunnerOptions};
use tokio::sync::oneshot;

use super::sync::{Around, Job, Selected};
use crate::failure::{FAILED, Failure, INTERRUPTED};
use crate::logging::Screen;
use crate::output::{duration, print, table, thousands};
use crate::progress::Progress;
use crate::settings::Settings;
use crate::signals;

const DATABASE: &str = "ashby-demo.db";
const KEY: &str = "sim-key";

/// How many records change between the two syncs.
const CHANGES: usize = 300;

/// Rows of an answer.
const MAX_ROWS: usize = 50;

/// The widest bar of the chart, in characters.
const BAR_WIDTH: usize = 44;

pub(crate) async fn run(settings: &Settings, screen: &Screen) -> Result<ExitCode, Failure> {
    let cancel = signals::cancellation()?;
    let path = PathBuf::from(DATABASE);
    remove_old(&path)?;

    print(
        "A simulated company opens its doors: 20,000 applications, 15,000 candidates, and all that belongs to them.\n",
    )?;
    let company = Company::open()?;
    let client =
        Client::builder().api_key(KEY).base_url(&company.base_url).requests_per_minute(None).build()?;
    let survey = ashby_source::survey(&client).await?;
    let place = sink_sqlite::Family.place(&format!("sqlite:{DATABASE}"), None);
    let place = place.ok_or_else(|| Failure::new(FAILED, "there is no SQLite destination"))??;
    let job = Job { client, place, page_limit: None, options: RunnerOptions::default() };
    let sync = async |selected: &Selected| {
        let client = job.client.clone();
        let progress = Progress::new(move || client.usage(), screen, settings);
        let display = progress.display();
        let observer = Arc::clone(&progress) as Arc<dyn Observer>;
        let ended =
            job.capture(selected, survey.identity(&job.client), Around::new(observer, cancel.clone())).await;
        drop(display);
        ended
    };
    let selected = Selected::by_default();

    // While the demo runs, anybody can run the same beside it.
    print(&format!(
        "\n$ export ASHBY_API_KEY={KEY} ASHBY_BASE_URL={} ASHBY_MAX_RPM=0\n$ ashby sync --to sqlite:{DATABASE}\n",
        company.base_url
    ))?;
    let started = Instant::now();
    let report = sync(&selected).await?;
    if report.interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    print(&first(&report, started.elapsed()))?;

    let changed = company.organisation.churn(CHANGES, 7);
    print(&format!(
        "\nA working day goes by: {} records change. The same command again:\n",
        thousands(changed as u64)
    ))?;
    print(&format!("\n$ ashby sync --to sqlite:{DATABASE}\n"))?;
    let requests_before = job.client.usage().requests;
    let started = Instant::now();
    let report = sync(&selected).await?;
    if report.interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let requests = job.client.usage().requests - requests_before;
    print(&second(&report, changed as u64, requests, started.elapsed()))?;
    company.close();

    questions(&path)?;
    print(&format!(
        "\nIt is all in {DATABASE}; open it with any SQLite tool. With an account of your own:\n\n\
         $ export ASHBY_API_KEY=…\n$ ashby check\n$ ashby sync\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Removes what an earlier demo left, and nothing that is not a demo's.
fn remove_old(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        // Refuses what is not a database of ours.
        sink_sqlite::tables(path)?;
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(
                    Failure::new(FAILED, format!("cannot remove the old {DATABASE}")).with_source(error)
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// The simulator, on a thread of its own, as Ashby would be on a machine of its own.
struct Company {
    base_url: String,
    organisation: Organisation,
    stop: oneshot::Sender<()>,
}

impl Company {
    fn open() -> Result<Self, Failure> {
        let (ready, is_ready) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let failed = |what: &str| Failure::new(FAILED, format!("the simulator did not start: {what}"));
        let serve = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let organisation = Organisation::new(&Shape::demo());
                // Compressing for a reader on the same machine only costs time.
                let options = ServerOptions { compress: false, ..ServerOptions::default() };
                let Ok(server) = Server::start(organisation.clone(), options).await else { return };
                if ready.send((server.base_url(), organisation)).is_ok() {
                    let _ = stopped.await;
                }
                server.stop().await;
            });
        };
        std::thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(serve)
            .map_err(|error| failed("no thread").with_source(error))?;
        let (base_url, organisation) = is_ready.recv().map_err(|_| failed("no address on 127.0.0.1"))?;
        Ok(Self { base_url, organisation, stop })
    }

    fn close(self) {
        let _ = self.stop.send(());
    }
}

fn total(report: &Report) -> (u64, Counts) {
    report.streams.values().fold((0, Counts::default()), |(records, mut counts), stream| {
        counts += stream.counts;
        (records + stream.records, counts)
    })
}

fn first(report: &Report, elapsed: Duration) -> String {
    let mut streams: Vec<_> = report.streams.iter().filter(|(_, stream)| stream.records > 0).collect();
    streams.sort_by_key(|(_, stream)| std::cmp::Reverse(stream.records));
    let rows = streams.iter().map(|(name, stream)| {
        vec![
            (*name).clone(),
            thousands(stream.records),
            thousands(stream.requests),
            format!("{:.1}", stream.seconds),
        ]
    });
    let (records, _) = total(report);
    format!(
        "{}{} records of {} streams in {}\n",
        table(&["stream", "records", "requests", "seconds"], &[1, 2, 3], rows),
        thousands(records),
        streams.len(),
        duration(elapsed.as_secs_f64())
    )
}

fn second(report: &Report, churned: u64, requests: u64, elapsed: Duration) -> String {
    let changed = |counts: &Counts| counts.new + counts.changed + counts.deleted > 0;
    let rows = report.streams.iter().filter(|(_, stream)| changed(&stream.counts)).map(|(name, stream)| {
        let counts = stream.counts;
        let mut row = vec![name.clone()];
        row.extend([stream.records, counts.new, counts.changed, counts.deleted].map(thousands));
        row
    });
    let table = table(&["stream", "records", "new", "changed", "deleted"], &[1, 2, 3, 4], rows);
    let (_, counts) = total(report);
    let requests = thousands(requests);
    format!(
        "{table}{} new and {} changed records came, and nothing else: {requests} requests in {}\n{}",
        thousands(counts.new),
        thousands(counts.changed),
        duration(elapsed.as_secs_f64()),
        explain(counts.new + counts.changed + counts.deleted, churned)
    )
}

/// Why the rows that were written are not as many as the records that changed.
fn explain(rows: u64, churned: u64) -> String {
    let (rows, churned) = (thousands(rows), thousands(churned));
    if rows == churned {
        return String::new();
    }
    format!(
        "({churned} records changed, and {rows} rows with them: an interview's events and an offer's versions have \
         streams of their own.)\n"
    )
}

/// What a recruiter would ask.
fn questions(path: &Path) -> Result<(), Failure> {
    let tables = sink_sqlite::tables(path)?;
    let (records, filled) = tables
        .iter()
        .fold((0, 0), |(records, filled), table| (records + table.live, filled + u64::from(table.live > 0)));
    print(&format!(
        "\n{DATABASE} now holds {} records in {filled} tables. Three questions:\n",
        thousands(records)
    ))?;
    chart(path)?;
    for (question, sql) in QUESTIONS {
        print(&format!("\n{question}\n\n{}\n\n", indent(sql)))?;
        let answer = sink_sqlite::query(path, sql, MAX_ROWS)?;
        let header: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
        let numeric: Vec<usize> = (1..header.len()).collect();
        let rows =
            answer.rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default).collect());
        print(&table(&header, &numeric, rows))?;
    }
    Ok(())
}

/// The funnel, as a chart.
fn chart(path: &Path) -> Result<(), Failure> {
    print(&format!("\nWhere is everybody in the funnel?\n\n{}\n\n", indent(FUNNEL)))?;
    let rows = sink_sqlite::query(path, FUNNEL, MAX_ROWS)?.rows;
    let stages: Vec<(String, u64)> = rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter().map(Option::unwrap_or_default);
            let stage = cells.next().unwrap_or_default();
            (stage, cells.next().and_then(|count| count.parse().ok()).unwrap_or(0))
        })
        .collect();
    let largest = stages.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let width = stages.iter().map(|(stage, _)| stage.chars().count()).max().unwrap_or(0);
    for (stage, count) in stages {
        let eighths = (count as usize * BAR_WIDTH * 8).div_ceil(largest as usize);
        let mut bar = "█".repeat(eighths / 8);
        bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
        print(&format!("{stage:<width$}  {bar:<BAR_WIDTH$}  {:>7}\n", thousands(count)))?;
    }
    Ok(())
}

fn indent(sql: &str) -> String {
    sql.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

const FUNNEL: &str = "\
select currentInterviewStage ->> 'title' as stage, count(*) as applications
from applications
where status <> 'Archived' and _deleted_at is null
group by stage
order by min(currentInterviewStage ->> 'orderInInterviewPlan')";

const QUESTIONS: [(&str, &str); 2] = [
    (
        "Which sources bring people who are hired?",
        "\
select source ->> 'title' as source, count(*) as applications,
       sum(status = 'Hired') as hired,
       round(100.0 * sum(status = 'Hired') / count(*), 1) as percent
from applications
where _deleted_at is null
group by 1
order by hired desc, applications desc
limit 5",
    ),
    (
        "Where do open jobs stand?",
        "\
select jobs.title as job, count(*) as applications,
       sum(applications.status = 'Active') as active,
       sum(applications.status = 'Hired') as hired
from jobs join applications on applications.job ->> 'id' = jobs.id
where jobs.status = 'Open' and jobs._deleted_at is null and applications._deleted_at is null
group by jobs.id
order by active desc
limit 5",
    ),
];
