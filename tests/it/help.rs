//! What the command says of itself.

use crate::support::{Site, bare, run, snapshot};

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
