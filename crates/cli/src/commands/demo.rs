//! `ashby demo`: the whole thing, without an account.

mod live;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use ashby_sim::{Organisation, Server, ServerOptions, Shape};
use report::Options;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::commands::report::html::write;
use crate::failure::{FAILED, Failure, INTERRUPTED};
use crate::output::{print, table, thousands};
use crate::settings::Settings;
use crate::signals;
use crate::text::word;

const DATABASE: &str = "ashby-demo.db";
/// The page that the demo ends with.
const PAGE: &str = "ashby-demo.html";

/// How the simulated company is called there.
const COMPANY: &str = "a simulated company";

const KEY: &str = "sim-key";

/// How many records change between the two syncs.
const CHANGES: usize = 300;

/// Rows of an answer.
const MAX_ROWS: usize = 50;

/// The widest bar of the chart, in characters.
const BAR_WIDTH: usize = 44;

/// What is run twice: printed, and given to the program itself.
const SYNC: [&str; 3] = ["sync", "--to", "sqlite:ashby-demo.db"];

/// How long a sync that was interrupted has to commit what it has.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn run(settings: &Settings, is_live: bool) -> Result<ExitCode, Failure> {
    let cancel = signals::cancellation_with("the demo ends with its sync\n")?;
    let path = PathBuf::from(DATABASE);
    remove_old(&path)?;
    is_ours(Path::new(PAGE))?;

    print(
        "A simulated company opens its doors: 20,000 applications, 15,000 candidates, and all that belongs to them.\n",
    )?;
    let company = Company::open()?;
    let sync = Sync { settings, variables: company.variables(), cancel };
    print(&format!("\n$ export {}\n", sync.exported()))?;
    if let Some(ended_badly) = sync.run().await? {
        return Ok(ended_badly);
    }
    let before = newest(&path)?;

    let changed = company.organisation.churn(CHANGES, 7);
    print(&format!(
        "\nA working day goes by: {} records change. The same command again:\n\n",
        thousands(changed as u64)
    ))?;
    if let Some(ended_badly) = sync.run().await? {
        return Ok(ended_badly);
    }
    print(&explain(changed_since(&path, &before)?, changed as u64))?;
    if is_live {
        live::run(&sync, &company.organisation).await?;
    }
    if sync.cancel.is_cancelled() {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    company.close();

    questions(&path)?;
    page(&path)?;
    print(&format!(
        "\nIt is all in {DATABASE}; open it with any SQLite tool. With an account of your own:\n\n\
         $ export ASHBY_API_KEY=…\n$ ashby check\n$ ashby sync\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The command of the demo, which anybody can run beside it.
struct Sync<'a> {
    settings: &'a Settings,
    variables: [(&'static str, String); 3],
    cancel: CancellationToken,
}

impl Sync<'_> {
    fn exported(&self) -> String {
        let words: Vec<String> =
            self.variables.iter().map(|(name, value)| format!("{name}={}", word(value))).collect();
        words.join(" ")
    }

    /// The program itself, with the demo's company.
    fn command(&self) -> Result<Command, Failure> {
        let program = connecting::own_program()
            .map_err(|error| Failure::new(FAILED, "cannot run the command").with_source(error))?;
        let mut command = Command::new(program);
        // A person's own key, address and streams are not the demo's.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ASHBY_"))
        {
            command.env_remove(name);
        }
        command.envs(self.settings.general_variables()).envs(self.variables.clone());
        Ok(command)
    }

    /// Prints the command and runs it, as a process of its own; returns its exit code unless it went well.
    async fn run(&self) -> Result<Option<ExitCode>, Failure> {
        print(&format!("$ ashby {}\n", SYNC.join(" ")))?;
        let failed = |error| Failure::new(FAILED, "cannot run the command").with_source(error);
        let mut sync = self.command()?.args(SYNC).kill_on_drop(true).spawn().map_err(failed)?;
        let status = tokio::select! {
            status = sync.wait() => status.map_err(failed)?,
            // A terminal interrupts both; what only this one was told ends that one, too.
            () = self.cancel.cancelled() => {
                let _ = tokio::time::timeout(PATIENCE, sync.wait()).await;
                return Ok(Some(ExitCode::from(INTERRUPTED)));
            }
        };
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED);
        Ok((!status.success()).then(|| ExitCode::from(code)))
    }
}

/// The model, and the page that shows it.
fn page(path: &Path) -> Result<(), Failure> {
    // The syncs have brought it up to date, unless somebody's own settings kept them from it.
    let model = models::path_of(path);
    models::build(path, &model, &models::Options::default())?;
    let page =
        report::page(&model, &Options { organisation: Some(COMPANY.to_owned()), ..Options::default() })?;
    write(Path::new(PAGE), &page.html)?;
    print(&format!(
        "\n$ ashby report html --to sqlite:{DATABASE} -o {PAGE} --force\n\n{PAGE} shows the last twelve months in {} figures: open it in a \
         browser.\n",
        page.figures
    ))
}

/// Refuses to write over a page that is no demo's.
fn is_ours(page: &Path) -> Result<(), Failure> {
    match std::fs::read(page) {
        Ok(text) if memchr::memmem::find(&text, COMPANY.as_bytes()).is_none() => {
            Err(Failure::new(FAILED, format!("there is a file {PAGE} already, which no demo has written"))
                .with_hint("move it away, or run the demo in another directory"))
        }
        _ => Ok(()),
    }
}

/// Removes what an earlier demo left, and nothing that is not a demo's.
fn remove_old(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        // Refuses what is not a database of ours.
        sink_sqlite::tables(path)?;
    }
    let inbox = ashby_webhooks::Inbox::beside(path).unwrap_or_default();
    let of = |path: &Path| ["", "-wal", "-shm"].map(|suffix| (path.as_os_str().to_owned(), suffix));
    let model = of(&models::path_of(path));
    for (mut name, suffix) in of(path).into_iter().chain(of(&inbox)).chain(model) {
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

    /// What leads the command to it.
    fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("ASHBY_API_KEY", KEY.to_owned()),
            ("ASHBY_BASE_URL", self.base_url.clone()),
            ("ASHBY_MAX_RPM", "0".to_owned()),
        ]
    }

    fn close(self) {
        let _ = self.stop.send(());
    }
}

/// When a row changed last.
fn newest(path: &Path) -> Result<String, Failure> {
    let newest = sink_sqlite::tables(path)?.into_iter().filter_map(|table| table.newest_captured_at).max();
    Ok(newest.unwrap_or_default())
}

/// How many rows came, changed or went since.
fn changed_since(path: &Path, instant: &str) -> Result<u64, Failure> {
    let mut rows = 0;
    for table in sink_sqlite::tables(path)? {
        // Also of those that are gone: that is a change.
        let sql = format!("select count(*) from {} where _captured_at > '{instant}'", table.stream);
        let answer = sink_sqlite::query(path, &sql, 1)?.rows.into_iter().flatten().next().flatten();
        rows += answer.and_then(|count| count.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(rows)
}

/// Why the rows that were written are not as many as the records that changed.
fn explain(rows: u64, churned: u64) -> String {
    if rows == churned {
        return String::new();
    }
    format!(
        "\n({} records changed, which makes {} rows: an interview's events and an offer's versions have streams of \
         their own.)\n",
        thousands(churned),
        thousands(rows)
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
