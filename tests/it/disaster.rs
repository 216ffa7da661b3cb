//! Bad days: servers that are gone, that are not Ashby, or that fail half-way.

use std::net::TcpListener;

use ashby_sim::{Fault, FaultRule, PagePosition};
use serde_json::Value;

use crate::support::{Records, Site, snapshot, sqlite, truth};

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn assert_explained(stderr: &str) {
    let notes = stderr.split_inclusive('\n').take_while(|line| line.starts_with("note: "));
    let stderr = &stderr[notes.map(str::len).sum()..];
    assert!(stderr.starts_with("error: ") && stderr.contains("\nhint: "), "{stderr}");
    // Each line says something that the lines before do not.
    let lines: Vec<&str> = stderr.lines().map(|line| line.split_once(": ").unwrap_or(("", line)).1).collect();
    for (index, line) in lines.iter().enumerate() {
        assert!(!lines[..index].iter().any(|before| before.contains(line)), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_named() {
    let site = Site::new().await;
    for url in [nobody(), "https://ashby.invalid".to_owned()] {
        for command in ["sync users", "check"] {
            let ran = site.run(&format!("{command} --base-url {url}")).await;
            assert_eq!(ran.code, Some(1), "{ran:#?}");
            assert_explained(&ran.stderr);
        }
    }
    assert!(!site.path("ashby.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_trusted() {
    let site = Site::new().await;
    let ran = site.run(&format!("sync users --base-url https://{}", site.server.address())).await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_explained(&ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ashby_is_recognised() {
    let site = Site::new().await;
    for fault in [
        Fault::Html,
        Fault::Garbage,
        Fault::EmptyBody,
        Fault::Status { status: 404 },
        Fault::Status { status: 502 },
    ] {
        site.server.faults().clear();
        site.server.faults().add(FaultRule::new("*", fault.clone()));
        let ran = site.run("sync users").await;
        assert_eq!(ran.code, Some(1), "{fault:?}: {ran:#?}");
        assert_explained(&ran.stderr);
        if fault == Fault::Html {
            snapshot("server_html", &site, &ran.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("*", Fault::Hold));
    let ran = site.run("sync users --read-timeout 200ms").await;
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_explained(&ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_streams_trouble_is_not_the_others() {
    let site = Site::new().await;
    for fault in [
        Fault::Status { status: 500 },
        Fault::Html,
        Fault::MoreWithoutCursor,
        Fault::WrongTypes,
        Fault::Reset,
    ] {
        site.server.faults().clear();
        site.server.faults().add(FaultRule::new("user.list", fault.clone()));
        let ran = site.run("sync jobs users openings --to sqlite:part.db --output json").await;
        assert_eq!(ran.code, Some(4), "{fault:?}: {ran:#?}");
        let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&summary["up_to_date"], &summary["failed"]), (&2.into(), &1.into()), "{ran:#?}");
        assert_eq!(
            site.run("sync users --to sqlite:part.db").await.code,
            Some(1),
            "nothing else was there to go well"
        );
    }
    site.server.faults().clear();
    site.server.faults().add(FaultRule::new("user.list", Fault::Status { status: 500 }));
    let ran = site.run("sync jobs users --to sqlite:part.db").await;
    snapshot("partial", &site, &ran.stderr);
    site.server.faults().clear();
    site.done("sync jobs users openings --to sqlite:part.db").await;
    for stream in ["jobs", "users", "openings"] {
        assert_eq!(sqlite(&site.path("part.db"), stream), truth(site.organisation(), stream));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_listing_ends() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("application.list", Fault::CursorLoop).page(PagePosition::Later));
    let ran = site.run("sync applications users --page-size 30").await;
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert!(site.log().count("application.list") < 60);
    site.server.faults().clear();
    site.done("sync applications users --page-size 30").await;
    assert_eq!(sqlite(&site.path("ashby.db"), "applications"), truth(site.organisation(), "applications"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_half_way_keeps_what_came_before() {
    let site = Site::new().await;
    site.server.faults().add(FaultRule::new("application.list", Fault::Status { status: 401 }).after(2));
    let ran = site.run("sync applications --page-size 30").await;
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert_explained(&ran.stderr);
    let held: Records = sqlite(&site.path("ashby.db"), "applications");
    assert_eq!(held.len(), 60);
    site.server.faults().clear();
    site.log().clear();
    site.done("sync applications --page-size 30").await;
    assert_eq!(sqlite(&site.path("ashby.db"), "applications"), truth(site.organisation(), "applications"));
    let pages = site
        .log()
        .entries()
        .iter()
        .filter(|entry| entry.operation == "application.list" && !entry.has_token)
        .count();
    assert_eq!(pages, 4, "the two pages were not listed again");
    assert_eq!(site.log().count("application.list"), 5, "what changed since an earlier run began comes, too");
}
