//! What the command says of itself.

use std::path::Path;

use crate::support::{Site, bare, ended, run, snapshot, unfiltered_queries};

#[tokio::test(flavor = "multi_thread")]
async fn help_names_every_option_with_its_variable_and_default() {
    let site = Site::new().await;
    for (name, arguments) in
        [("help", "--help"), ("help_sync", "sync --help"), ("help_state", "state --help")]
    {
        snapshot(name, &site, &site.done(arguments).await.stdout);
    }
    assert!(site.done("--version").await.stdout.starts_with("ashby "));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_listed_without_a_key() {
    let site = Site::new().await;
    let ran = run(bare(site.directory.path(), "streams")).await;
    assert_eq!(ran.code, Some(0));
    snapshot("streams", &site, &format!("{}--\n{}", ran.stdout, ran.stderr));
    assert_eq!(site.log().total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_shown_with_their_origin_and_without_the_key() {
    let site = Site::new().await;
    std::fs::write(site.path("ashby.toml"), "max_rpm = 600\ninterval = \"2m\"\nexcept = [\"users\"]\n")
        .unwrap();
    let mut command = site.ashby("sync jobs --show-config --interval PT90S");
    command.env_remove("ASHBY_MAX_RPM");
    let ran = run(command).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(!ran.stdout.contains("sim-key"));
    snapshot("show_config", &site, &ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_that_people_are_shown_leave_out_what_is_deleted() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    // All that `--help` says, of every command.
    let ran = run(bare(directory.path(), "help man --dir pages")).await;
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let mut places = vec![repository.join("README.md"), repository.join("crates/sinks/sqlite/src/lib.rs")];
    let mut folders = vec![repository.join("docs"), directory.path().join("pages")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { places.push(path) }
        }
    }
    assert!(places.len() > 20, "{places:?}");
    // What agents are given to query shows only what exists.
    places.retain(|place| !place.ends_with("docs/agents.md"));
    for place in places {
        let text = std::fs::read_to_string(&place).unwrap();
        // What agents ask sees only what there is.
        let shown: Vec<&str> = text
            .split("```text\n> ")
            .enumerate()
            .map(|(number, part)| match number {
                0 => part,
                _ => part.split_once("\n```").map_or("", |(_, behind)| behind),
            })
            .collect();
        let text = shown.join("\n");
        assert_eq!(unfiltered_queries(&text), [""; 0], "{}", place.display());
    }
    // The check itself sees what it is for; what the demo asks is checked with the demo.
    assert_eq!(
        unfiltered_queries("select a from jobs join offers on 1\nwhere jobs._deleted_at is null").len(),
        1
    );
    assert!(unfiltered_queries("select a\nfrom jobs where _deleted_at is null").is_empty());
    assert!(unfiltered_queries("you can select from several jobs").is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn help_that_cannot_be_written_is_a_failure_and_one_that_nobody_reads_is_none() {
    let directory = tempfile::tempdir().unwrap();
    for arguments in [
        "--help",
        "help sync",
        "sync --help",
        "call job.list --help",
        "--version",
        "version",
        "help job.list",
    ] {
        let mut command = bare(directory.path(), arguments);
        command.stdout(std::fs::File::create("/dev/full").unwrap()).stderr(std::process::Stdio::piped());
        let ran = ended(command.spawn().unwrap()).await;
        assert_eq!(ran.code, Some(1), "{arguments}: {ran:#?}");
        assert!(ran.stderr.contains("cannot write to standard output"), "{arguments}: {ran:#?}");
        assert_eq!(ran.stderr.matches("No space left").count(), 1, "{arguments}: {ran:#?}");
        let mut command = bare(directory.path(), arguments);
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        command.stdout(write).stderr(std::process::Stdio::piped());
        let ran = ended(command.spawn().unwrap()).await;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments}");
    }
}
