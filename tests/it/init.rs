//! `ashby init`: what it writes, what it refuses to, and what a person is asked.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::process::Command;

use crate::support::{Ran, Site, bare, run};
use crate::terminal::Terminal;

/// An organisation, and somebody's home.
struct Desk {
    site: Site,
    home: TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self { site: Site::new().await, home: tempfile::tempdir().unwrap() }
    }

    /// A command of somebody of whom nothing is known but the home.
    fn ashby(&self, arguments: &str) -> Command {
        let mut command = bare(self.site.directory.path(), arguments);
        command.env("HOME", self.home.path()).env_remove("ASHBY_MODELS").env_remove("ASHBY_MAX_RPM");
        command
    }

    /// `ashby init` at the organisation.
    fn init(&self, arguments: &str) -> Command {
        self.ashby(&format!("init --base-url {} {arguments}", self.site.server.base_url()))
    }

    async fn set_up(&self, arguments: &str, key: &str) -> Ran {
        let mut command = self.init(arguments);
        command.env("ASHBY_API_KEY", key);
        run(command).await
    }

    async fn sync(&self, arguments: &str) -> Ran {
        let mut command = self.ashby(&format!("sync {arguments}"));
        command.env("ASHBY_MODELS", "off").env("ASHBY_MAX_RPM", "0");
        run(command).await
    }

    fn config(&self) -> PathBuf {
        self.home.path().join(".config/ashby/config.toml")
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.config()).unwrap()
    }

    fn is_untouched(&self) -> bool {
        !self.home.path().join(".config").exists()
    }
}

const FLAGS: &str = "--key file --to sqlite:out.db --schedule none --timezone Europe/Berlin";

#[tokio::test(flavor = "multi_thread")]
async fn what_flags_say_is_written_once_and_used_by_the_next_sync() {
    let desk = Desk::new().await;
    let ran = desk.set_up(FLAGS, "sim-key").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(!format!("{ran:?}").contains("sim-key"), "{ran:#?}");
    assert!(ran.stderr.contains("it works") && ran.stderr.contains("The first sync:"), "{ran:#?}");
    assert!(
        ran.stderr.contains("at the configured rate") && ran.stderr.ends_with("next: ashby sync\n"),
        "{ran:#?}"
    );
    let key = desk.home.path().join(".config/ashby/key");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), "sim-key\n");
    for private in [&key, &desk.config()] {
        assert_eq!(std::fs::metadata(private).unwrap().permissions().mode() & 0o777, 0o600, "{private:?}");
    }
    let said = desk.said();
    let database = desk.site.directory.path().join("out.db");
    assert!(said.contains(&format!("to = \"sqlite:{}\"", database.display())), "{said}");
    assert!(said.contains("timezone = \"Europe/Berlin\"") && !said.contains("sim-key"), "{said}");

    // From elsewhere, and without the variable.
    let mut elsewhere = desk.ashby("sync users");
    elsewhere.current_dir(desk.home.path()).env("ASHBY_MODELS", "off");
    let ran = run(elsewhere).await;
    assert!(ran.code == Some(0) && database.exists(), "{ran:#?}");

    let again = desk.set_up(FLAGS, "sim-key").await;
    assert!(again.code == Some(0) && again.stderr.contains("everything is as it should be"), "{again:#?}");
    assert_eq!(desk.said(), said);

    // A person's own line stays; what differs is shown first, and needs a word.
    std::fs::write(desk.config(), format!("{said}# mine\nquiet = true\n")).unwrap();
    let other = format!("{FLAGS} --streams users,jobs");
    let ran = desk.set_up(&other, "sim-key").await;
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(
        ran.stderr.contains("+ streams = [\"users\", \"jobs\"]") && ran.stderr.contains("--force"),
        "{ran:#?}"
    );
    assert!(!desk.said().contains("streams"));
    let ran = desk.set_up(&format!("{other} --dry-run"), "sim-key").await;
    assert!(ran.code == Some(0) && !desk.said().contains("streams"), "{ran:#?}");
    let ran = desk.set_up(&format!("{other} --force"), "sim-key").await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let said = desk.said();
    assert!(said.contains("streams = [") && said.contains("# mine\nquiet = true"), "{said}");
    // The key that is there is another than the one that is given.
    std::fs::write(&key, "another\n").unwrap();
    let ran = desk.set_up(&other, "sim-key").await;
    assert!(ran.code == Some(2) && !ran.stderr.contains("another\n"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(&key).unwrap(), "another\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_writes_nothing() {
    let desk = Desk::new().await;
    let dead = "--base-url http://127.0.0.1:1";
    for (arguments, key, code, why) in [
        (FLAGS.to_owned(), "quite-bad-key", 3, "refused"),
        (FLAGS.to_owned(), "", 3, "ASHBY_API_KEY holds no key"),
        ("--key environment --to sqlite:out.db --schedule none".to_owned(), "", 3, "there is no API key"),
        ("--key file".to_owned(), "sim-key", 2, "--to, --schedule must be given"),
        (String::new(), "sim-key", 2, "--key, --to, --schedule must be given"),
        (format!("{FLAGS} --streams user"), "sim-key", 2, "did you mean users?"),
        (
            "--key file --to sqlite:out.db --schedule none --timezone Berlin".to_owned(),
            "sim-key",
            2,
            "names no time zone",
        ),
        (format!("{FLAGS} --api-key-file x"), "sim-key", 2, "said twice"),
        ("--key file --to sqlite:absent/out.db --schedule none".to_owned(), "sim-key", 1, "absent"),
        ("--key file --to mysql://u@h/d --schedule none".to_owned(), "sim-key", 2, "no destination"),
        ("--key file --to sqlite:out.db --schedule cron --every 7m".to_owned(), "sim-key", 2, "no calendar"),
        ("--key environment --to sqlite:out.db --schedule systemd".to_owned(), "sim-key", 2, "--key file"),
    ] {
        let ran = desk.set_up(&arguments, key).await;
        assert_eq!(ran.code, Some(code), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains(why), "{arguments}: {ran:#?}");
        assert!(!ran.stderr.contains("quite-bad-key"), "{ran:#?}");
        assert!(desk.is_untouched(), "{arguments}");
    }
    let mut command = desk.ashby(&format!("init {dead} {FLAGS}"));
    command.env("ASHBY_API_KEY", "sim-key").env("ASHBY_MAX_ATTEMPTS", "1");
    let ran = run(command).await;
    assert!(ran.code == Some(1) && desk.is_untouched(), "{ran:#?}");
    // Who wants no check gets none.
    let requests = desk.site.log().total();
    let ran = desk.set_up(&format!("{FLAGS} --no-check"), "wrong").await;
    assert_eq!((ran.code, desk.site.log().total()), (Some(0), requests), "{ran:#?}");
    // A file that is broken is not written over.
    std::fs::write(desk.config(), "to = \n").unwrap();
    let ran = desk.set_up(&format!("{FLAGS} --force"), "sim-key").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("config.toml, line 1"), "{ran:#?}");
    assert_eq!(desk.said(), "to = \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_and_units_are_written_beside_what_is_there() {
    let desk = Desk::new().await;
    std::fs::create_dir_all(desk.config().parent().unwrap()).unwrap();
    let mine = "# mine\nmax_rpm = 700\n";
    std::fs::write(desk.config(), mine).unwrap();
    let ran = desk
        .set_up(
            "--profile lake --key file --to jsonl:out --streams users --schedule systemd --write-units units --every 30m --force",
            "sim-key",
        )
        .await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let said = desk.said();
    assert!(said.starts_with(mine) && said.contains("[profiles.lake]\n"), "{said}");
    assert!(said.contains("full_every = \"7d\"") && said.contains("key-lake\""), "{said}");
    let unit = |name: &str| std::fs::read_to_string(desk.site.path("units").join(name)).unwrap();
    assert!(
        unit("ashby-sync-lake.service").contains(" sync --quiet --profile lake\n"),
        "{}",
        unit("ashby-sync-lake.service")
    );
    assert!(unit("ashby-sync-lake.timer").contains("OnCalendar=*:0/30\n"));
    assert!(ran.stderr.contains("systemctl --user enable --now ashby-sync-lake.timer"), "{ran:#?}");
    assert!(ran.stderr.ends_with("next: ashby sync --profile lake\n"), "{ran:#?}");
    let ran = desk.sync("--profile lake").await;
    assert!(ran.code == Some(0) && desk.site.path("out/users.jsonl").exists(), "{ran:#?}");

    // A file that is named is written, and the line of cron names it.
    let mut command =
        desk.init("--config own.toml --key stdin --to sqlite:own.db --schedule cron --output json");
    std::fs::write(desk.site.path("secret"), "sim-key").unwrap();
    command.stdin(std::fs::File::open(desk.site.path("secret")).unwrap());
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let made: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let line = made["units"][0]["content"].as_str().unwrap();
    let config = desk.site.directory.path().join("own.toml");
    assert!(
        line.starts_with("*/15 * * * * ") && line.ends_with(&format!("--config {}\n", config.display())),
        "{line}"
    );
    assert!(made["estimate"]["streams"].as_array().unwrap().len() > 10, "{made:#}");
    assert_eq!(made["next"], "ashby sync --config own.toml");
    assert_eq!(std::fs::read_to_string(desk.site.path("own.key")).unwrap(), "sim-key\n");
    assert_eq!(desk.sync("users --config own.toml").await.code, Some(0));
}

/// A question, and what is typed.
async fn answers(terminal: &mut Terminal, dialogue: &[(&str, &str)]) {
    let mut seen = 0;
    for (question, answer) in dialogue {
        crate::support::until(question, || terminal.shown()[seen..].contains(question)).await;
        seen = terminal.shown().len();
        terminal.types(answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_and_the_key_is_not_shown() {
    let desk = Desk::new().await;
    let mut terminal = Terminal::start(desk.init(""));
    answers(
        &mut terminal,
        &[
            ("Where is the API key", "\r"),
            ("API key:", "wrong-key\r"),
            ("Where is the API key", "\r"),
            ("API key:", "sim-key\r"),
            ("Where do records go?", "\r"),
            ("Destination:", "\r"),
            ("Which streams?", "\u{1b}[B\u{1b}[B\r"),
            // Left takes the suggestions back; letters look for a name.
            ("space chooses", "\u{1b}[Darchive_reasons \r"),
            ("Keep the analyst's model", "n\r"),
            ("What starts a sync?", "\r"),
            ("Write it?", "\r"),
        ],
    )
    .await;
    terminal.shows("next: ashby sync").await;
    let shown = terminal.shown();
    assert_eq!(terminal.ends().await, Some(0), "{shown}");
    assert!(!shown.contains("sim-key") && !shown.contains("wrong-key"), "{shown}");
    assert!(shown.contains("refused the API key"), "{shown}");
    let said = desk.said();
    assert!(said.contains("streams = [\"archive_reasons\"]") && said.contains("models = \"off\""), "{said}");
    let ran = desk.sync("").await;
    assert!(ran.code == Some(0) && desk.site.path("ashby.db").exists(), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let to_the_end = [
        ("Where is the API key", "\r"),
        ("API key:", "sim-key\r"),
        ("Where do records go?", "\r"),
        ("Destination:", "\r"),
        ("Which streams?", "\r"),
        ("Keep the analyst's model", "n\r"),
        ("What starts a sync?", "\r"),
        ("Write it?", "\u{3}"),
    ];
    for until in [1, 2, to_the_end.len()] {
        let mut terminal = Terminal::start(desk.init(""));
        answers(&mut terminal, &to_the_end[..until - 1]).await;
        answers(&mut terminal, &[(to_the_end[until - 1].0, "\u{3}")]).await;
        terminal.shows("nothing was written").await;
        assert_eq!(terminal.ends().await, Some(130));
        assert!(desk.is_untouched());
    }
}
