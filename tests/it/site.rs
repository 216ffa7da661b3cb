//! The pages of docs/: each command in them is run, against a simulator, and what is shown of its answer is what it says.
//! What cannot be run here says why in its fence, and is named.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ashby_sim::{ServerOptions, Shape};
use private_postgres::SUPERUSER;

use crate::support::console::{Block, Part, Shell, is_shown, parts};
use crate::support::{BINARY, Site, truth};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A test a page, so that they run side by side and say which one is wrong.
macro_rules! pages {
    ($($test:ident: $path:literal),* $(,)?) => {
        const PAGES: &[&str] = &[$($path),*];
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            page($path).await;
        })*
    };
}

pages! {
    page_landing: "README.md",
    page_start: "start.md",
    page_install: "install.md",
    page_fresh: "guides/fresh.md",
    page_warehouse: "guides/warehouse.md",
    page_lake: "guides/lake.md",
    page_careers: "guides/careers.md",
    page_bulk: "guides/bulk.md",
    page_resumes: "guides/resumes.md",
    page_moving: "guides/moving.md",
    page_tokens: "concepts/tokens.md",
    page_gone: "concepts/gone.md",
    page_checkpoints: "concepts/checkpoints.md",
    page_permissions: "concepts/permissions.md",
    page_state: "reference/state.md",
    page_agents: "agents.md",
    page_airbyte: "destinations/airbyte.md",
    page_parquet: "destinations/parquet.md",
    page_postgres: "destinations/postgres.md",
    page_singer: "destinations/singer.md",
    page_estuary: "estuary.md",
    page_operations: "operations/README.md",
    page_privacy: "privacy.md",
    page_report: "report.md",
    page_simulator: "simulator.md",
    page_webhooks: "webhooks.md",
}

/// All pages, below docs/.
fn all_pages() -> BTreeSet<String> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder()]);
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.insert(path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

fn read(page: &str) -> Vec<Part> {
    let text = std::fs::read_to_string(folder().join(page)).unwrap();
    parts(&text).unwrap_or_else(|error| panic!("docs/{page}, {error}"))
}

#[test]
fn every_page_with_commands_is_run() {
    let pages = all_pages();
    assert!(pages.len() > 20, "{pages:?}");
    let has_commands = |page: &&String| read(page).iter().any(|part| matches!(part, Part::Block(_)));
    let with_commands = pages.iter().filter(has_commands);
    let missing: Vec<_> = with_commands.filter(|page| !PAGES.contains(&page.as_str())).collect();
    assert!(missing.is_empty(), "name them in `pages!`: {missing:?}");
}

/// Why blocks are not run, and how many for each reason.
const NOT_RUN: [(&str, usize); 9] = [
    ("builds the program", 1),
    ("is run by a test of its own", 1),
    ("needs Claude Code", 2),
    ("needs a bucket", 1),
    ("needs a dbt project", 1),
    ("needs docker", 3),
    ("needs systemd", 2),
    ("needs tables of the other connector", 2),
    ("needs the repository", 2),
];

#[test]
fn no_more_is_left_out_than_is_said() {
    let mut left_out = std::collections::BTreeMap::<String, usize>::new();
    for page in PAGES {
        for part in read(page) {
            if let Part::Block(Block { fence, .. }) = part
                && let Some(why) = fence.skip
            {
                *left_out.entry(why).or_default() += 1;
            }
        }
    }
    let said = NOT_RUN.map(|(why, count)| (why.to_owned(), count));
    assert_eq!(left_out.into_iter().collect::<Vec<_>>(), said);
}

/// Ports that pages name.
const PORTS: [&str; 3] = ["8080", "8787", "9187"];

/// A port that nobody listens on, in whose digits none of the pages' is found.
fn free_port() -> String {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let is_apart = |port: &String| !PORTS.iter().any(|named| port.contains(named));
    std::iter::repeat_with(free).find(is_apart).unwrap()
}

/// Where a page's commands are typed.
struct Desk {
    site: Site,
    /// What pages call things, and what they are here.
    names: Vec<(&'static str, String)>,
    variables: Vec<(&'static str, String)>,
}

impl Desk {
    async fn new() -> Self {
        // What `ashby sim serve` has.
        let shape = Shape { seed: 1, ..Shape::small() };
        let site = Site::with(&shape, ServerOptions::default()).await;
        let [serves, receives, measures] = [free_port(), free_port(), free_port()];
        let names = vec![
            (
                "\"api_key\": \"…\"",
                format!("\"api_key\": \"sim-key\", \"base_url\": \"{}\"", site.server.base_url()),
            ),
            ("ASHBY_API_KEY=…", "ASHBY_API_KEY=sim-key".to_owned()),
            (PORTS[0], serves.clone()),
            (PORTS[1], receives.clone()),
            (PORTS[2], measures),
            ("https://hooks.example.com", format!("http://127.0.0.1:{receives}")),
            ("OTHER_BOARD", "sim-campus".to_owned()),
            ("BOARD", "sim".to_owned()),
            ("REPORT_ID", crate::report::REPORT.to_owned()),
        ];
        let variables = vec![
            ("PATH", path(&site)),
            ("HOME", site.path("home").display().to_string()),
            ("ASHBY_API_KEY", "sim-key".to_owned()),
            ("ASHBY_BASE_URL", site.server.base_url()),
            ("ASHBY_MAX_RPM", "0".to_owned()),
            ("ASHBY_NO_PROGRESS", "true".to_owned()),
        ];
        for name in ["bin", "home", "files", "work"] {
            std::fs::create_dir(site.path(name)).unwrap();
        }
        // The program, which listens on ports of its own.
        let wrapper = site.path("bin/ashby");
        let script = format!(
            "#!/bin/sh\ncase \"$1 $* \" in\n  *' --listen '*) ;;\n  serve\\ *) set -- \"$@\" --listen 127.0.0.1:{serves} ;;\n  \
             listen\\ * | sync\\ *' --webhooks '*) set -- \"$@\" --listen 127.0.0.1:{receives} ;;\nesac\n\
             exec '{BINARY}' \"$@\"\n"
        );
        executable(&wrapper, &script);
        other_programs(&site);
        Self { site, names, variables }
    }

    /// Names records that occur in the blocks.
    fn name_records(&mut self, parts: &[Part]) {
        let organisation = self.site.organisation();
        let occurs = |name: &str| {
            parts.iter().any(|part| match part {
                Part::Block(block) => block.steps.iter().any(|step| step.command.contains(name)),
                Part::File { content, .. } => content.contains(name),
            })
        };
        let first = |stream: &str| truth(organisation, stream).into_keys().next().unwrap();
        for (name, stream) in [
            ("DEPARTMENT_ID", "departments"),
            ("JOB_ID", "jobs"),
            ("JOB_POSTING_ID", "job_postings"),
            ("TAG_ID", "candidate_tags"),
            ("USER_ID", "users"),
            ("ARCHIVE_REASON_ID", "archive_reasons"),
        ] {
            if occurs(name) {
                self.names.push((name, first(stream)));
            }
        }
        if occurs("CANDIDATE_ID") {
            let candidates = truth(organisation, "candidates");
            let has_resume =
                |candidate: &serde_json::Value| candidate["resumeFileHandle"]["name"].is_string();
            let (id, _) = candidates.iter().find(|(_, candidate)| has_resume(candidate)).unwrap();
            self.names.push(("CANDIDATE_ID", id.clone()));
        }
        if occurs("APPLICATION_ID") {
            let applications = truth(organisation, "applications");
            let (id, _) =
                applications.iter().find(|(_, application)| application["status"] == "Active").unwrap();
            self.names.push(("APPLICATION_ID", id.clone()));
        }
    }

    /// A database of the pages' name, if a server can be had.
    fn name_database(&mut self) -> bool {
        let Some(cluster) = private_postgres::shared() else { return false };
        let database = cluster.database();
        self.names.extend([
            ("postgres://etl@db.example/warehouse", format!("postgres:///{database}")),
            ("-h db.example warehouse", database),
            ("&sslmode=verify-full&sslrootcert=system", String::new()),
            ("authorization etl", String::new()),
        ]);
        self.variables.extend([
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", cluster.port().to_string()),
            ("PGUSER", SUPERUSER.to_owned()),
        ]);
        true
    }

    /// Whether a program is there.
    fn has(&self, program: &str) -> bool {
        std::env::split_paths(&path(&self.site)).any(|folder| folder.join(program).is_file())
    }

    fn named(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, is)| text.replace(name, is))
    }
}

/// Where programs are looked for.
fn path(site: &Site) -> String {
    let path = std::env::var("PATH").unwrap();
    let target = std::env::var("ASHBY_TARGET_JSONL").ok();
    let target = target.as_deref().and_then(|program| Path::new(program).parent()?.to_str()).unwrap_or("/");
    format!("{}:{path}:{target}", site.path("bin").display())
}

/// Puts our other programs beside `ashby`, where they have been built, and DuckDB, where Python has it.
fn other_programs(site: &Site) {
    for name in ["airbyte-source-ashby", "source-ashby", "tap-ashby"] {
        let program = Path::new(BINARY).with_file_name(name);
        if program.is_file() {
            std::os::unix::fs::symlink(program, site.path("bin").join(name)).unwrap();
        }
    }
    if let Ok(python) = std::env::var("ASHBY_LAKE_PYTHON") {
        let text = "import duckdb, sys; print(duckdb.sql(sys.argv[2]))";
        executable(&site.path("bin/duckdb"), &format!("#!/bin/sh\nexec '{python}' -c '{text}' \"$@\"\n"));
    }
}

fn executable(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Says what is not run, and why.
#[allow(clippy::print_stderr, reason = "a test's message")]
fn skipped(page: &str, block: &Block, why: &str) {
    for step in &block.steps {
        let command = step.command.lines().next().unwrap_or_default();
        eprintln!("docs/{page}:{}: not run ({why}): {command}", step.line);
    }
}

/// Types the commands of a page, one after the other.
async fn page(page: &str) {
    let parts = read(page);
    let blocks = parts.iter().filter_map(|part| match part {
        Part::Block(block) => Some(block),
        Part::File { .. } => None,
    });
    let blocks: Vec<&Block> = blocks.collect();
    if blocks.iter().all(|block| block.fence.skip.is_some()) {
        blocks.iter().for_each(|block| skipped(page, block, block.fence.skip.as_deref().unwrap_or_default()));
        return;
    }
    let mut desk = Desk::new().await;
    desk.name_records(&parts);
    let wants_database = |block: &&Block| block.steps.iter().any(|step| step.command.contains("db.example"));
    let has_database = blocks.iter().any(wants_database) && desk.name_database();
    let mut shell = Shell::start(&desk.site.path("work"), &desk.site.path("files"), &desk.variables);
    for (number, part) in parts.iter().enumerate() {
        let block = match part {
            Part::Block(block) => block,
            Part::File { name, content } => {
                let content = desk.named(content);
                shell.run(&format!("mkdir -p $(dirname {name}); cat >{name} <<'END'\n{content}END")).await;
                continue;
            }
        };
        let missing = block.fence.needs.iter().find(|program| !desk.has(program));
        let why = match (&block.fence.skip, missing) {
            (Some(why), _) => Some(why.clone()),
            (None, Some(program)) => Some(format!("{program} is not there")),
            (None, None) if wants_database(&block) && !has_database => {
                Some("there is no PostgreSQL".to_owned())
            }
            (None, None) => None,
        };
        if let Some(why) = why {
            let is_needed = block.fence.skip.is_none() && std::env::var_os("ASHBY_NEEDS_SITE").is_some();
            assert!(!is_needed, "docs/{page}:{}: not run: {why}", block.line);
            skipped(page, block, &why);
            continue;
        }
        if block.fence.fresh {
            let fresh = desk.site.path(&format!("work-{number}"));
            std::fs::create_dir(&fresh).unwrap();
            shell.run(&format!("cd '{}'", fresh.display())).await;
        }
        for (step_number, step) in block.steps.iter().enumerate() {
            let place = format!("docs/{page}:{}: {}", step.line, step.command);
            let command = desk.named(&step.command);
            let shown: Vec<String> = step.shown.iter().map(|line| desk.named(line)).collect();
            if block.fence.stays || step.goes_on() {
                shell.start_up(&command, &shown, block.fence.stays).await;
                continue;
            }
            let (code, said) = shell.run(&command).await;
            let is_last = step_number + 1 == block.steps.len();
            let wanted = if is_last { block.fence.exit } else { 0 };
            assert_eq!(code, wanted, "{place}\nended with {code} and said:\n{said}");
            assert!(
                shown.is_empty() || is_shown(&shown, &said),
                "{place}\nsays something else than is shown:\n{said}"
            );
        }
    }
}
