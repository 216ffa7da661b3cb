//! The page of the model: as a file, and live; and SQL over model and records.

use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use crate::serve::Server;
use crate::support::{Ran, Site, run};

async fn synced() -> Site {
    let site = Site::new().await;
    site.done("sync").await;
    site
}

/// `ashby query` with this as one argument.
async fn query(site: &Site, sql: &str, flags: &str) -> Ran {
    let mut command = site.ashby(&format!("query {flags}"));
    command.arg(sql);
    run(command).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_a_file_that_stands_by_itself() {
    let site = Site::new().await;
    let none = site.run("report html -o page.html").await;
    assert!(none.code == Some(2) && none.stderr.contains("ashby sync"), "{none:#?}");
    site.done("sync").await;
    let ran = site.done("report html -o page.html --period all").await;
    assert!(ran.stdout.is_empty() && ran.stderr.contains("page.html: "), "{ran:#?}");
    let html = std::fs::read_to_string(site.path("page.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.matches("<figure").count() == 8);
    let funnel = html.split("data-chart=\"funnel\"").nth(1).unwrap().split("</figure>").next().unwrap();
    assert!(!funnel.contains("data-empty") && funnel.contains("data-col=\"reached\""), "{funnel}");
    assert!(html.len() < 400_000 && !html.contains("<script"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = site.path("page.html").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "for its owner only");
    }
    // Nothing is replaced unasked.
    let again = site.run("report html -o page.html").await;
    assert!(again.code == Some(2) && again.stderr.contains("--force"), "{again:#?}");
    let told = site.done("report html -o page.html --force --output json").await;
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    assert!(told["file"] == "page.html" && told["figures"].is_u64() && told["asOf"].is_string(), "{told}");
    assert!(site.done("report html").await.stdout.contains("data-chart=\"funnel\""));
    for (arguments, code, words) in [
        ("report html --job nope", 2, "there is no job nope"),
        ("report html --department nope", 2, "there is no department nope"),
        ("report html --period soon", 2, "12m, 90d, all"),
        ("report html --confidential maybe", 2, "mask, show or exclude"),
        ("report html --to jsonl:out", 2, "SQLite"),
    ] {
        let ran = site.run(arguments).await;
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{arguments}: {ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn model_and_records_are_asked_in_sql_and_stay_as_they_are() {
    let site = synced().await;
    // Records alone do, too.
    std::fs::remove_file(site.path("ashby.model.db")).ok();
    let alone =
        query(&site, "select count(*) as n from candidates where _deleted_at is null", "--output csv").await;
    assert!(
        alone.code == Some(0) && alone.stdout.starts_with("n\n") && alone.stderr.contains("no model"),
        "{alone:#?}"
    );
    site.done("report html -o page.html").await;
    let joined = "select count(*) as n, sum(j.title = r.title) as same from jobs as j \
                  join ashby.jobs as r on r.id = j.job_id where r._deleted_at is null";
    let ran = query(&site, joined, "--output json").await;
    let rows: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(rows[0]["n"].as_i64().unwrap() > 0 && rows[0]["n"] == rows[0]["same"], "{ran:#?}");
    assert!(
        ran.stderr.contains("1 row; the model is ") && ran.stderr.contains("; the records are "),
        "{ran:#?}"
    );
    let few = query(&site, "select candidate_id from candidates", "--limit 2 --output ndjson").await;
    assert!(few.stdout.lines().count() == 2 && few.stderr.contains("--limit"), "{few:#?}");
    let table = query(&site, "select char(27) || '[31m' as a, 1 as b", "--output table").await;
    assert!(!table.stdout.contains('\u{1b}'), "{table:#?}");
    let formula = query(&site, "select '=1+1' as a", "--output csv").await;
    assert_eq!(formula.stdout, "a\n\"'=1+1\"\n");
    let heading = query(&site, "select 1 as \"=1+1\"", "--output csv").await;
    assert_eq!(heading.stdout, "\"'=1+1\"\n1\n");
    let before = std::fs::read(site.path("ashby.db")).unwrap();
    for (sql, code, words) in [
        ("delete from model_info", 2, "nothing is changed"),
        ("attach 'x.db' as x", 2, "nothing is changed"),
        ("pragma query_only = off", 2, "nothing is changed"),
        ("select load_extension('x')", 2, "hint:"),
        ("select nothing from nowhere", 2, "model_columns"),
        ("select 1; select 2", 2, "more than one statement"),
    ] {
        let ran = query(&site, sql, "").await;
        assert!(ran.code == Some(code) && ran.stderr.contains(words), "{sql}: {ran:#?}");
    }
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
    let slow = query(&site, endless, "--timeout 200ms").await;
    assert!(slow.code == Some(1) && slow.stderr.contains("--timeout"), "{slow:#?}");
    assert_eq!(std::fs::read(site.path("ashby.db")).unwrap(), before);
    let mut under = site.ashby("query");
    under.arg("select 1").env("ASHBY_PRIVACY", "minimal");
    let under = run(under).await;
    assert!(under.code == Some(2) && under.stderr.contains("privacy policy"), "{under:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_the_page_with_filters() {
    let site = synced().await;
    site.done("report html -o page.html").await;
    let server = Server::start(&site, "").await;
    let get = async |path: &str| {
        let response = server.request(Method::GET, path).send().await.unwrap();
        let headers = response.headers().clone();
        (response.status(), headers, response.text().await.unwrap())
    };
    let (status, headers, html) = get("/dashboard?period=all").await;
    assert_eq!(status, StatusCode::OK, "{html}");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-")
            && policy.contains("frame-ancestors 'none'")
    );
    assert!(!policy.contains("unsafe") && headers[header::CACHE_CONTROL] == "no-store");
    assert!(
        html.matches("<figure").count() == 8 && html.contains("<form method=\"get\" action=\"/dashboard\"")
    );
    // But for the form it is the file.
    site.done("report html -o all.html --period all").await;
    let file = std::fs::read_to_string(site.path("all.html")).unwrap();
    let figures = |html: &str| html[html.find("<main>").unwrap()..].to_owned();
    assert_eq!(figures(&html), figures(&file));
    let job = query(&site, "select job_id from jobs limit 1", "--output csv").await;
    let job = job.stdout.lines().nth(1).unwrap().to_owned();
    let (status, _, one) = get(&format!("/dashboard?period=all&job={job}&department=")).await;
    assert!(status == StatusCode::OK && one.contains(&format!("value=\"{job}\" selected")) && one != html);
    for wrong in ["/dashboard?period=soon", "/dashboard?job=nope"] {
        let (status, _, html) = get(wrong).await;
        assert!(status == StatusCode::BAD_REQUEST && html.contains("<html"), "{html}");
    }
    // A name of somebody else's that leads here gets nothing.
    let rebound = server.request(Method::GET, "/dashboard").header(header::HOST, "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let under = Server::start(&site, "--agents-privacy minimal").await;
    let refused = under.request(Method::GET, "/dashboard").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_tokens_people_sign_in_and_the_cookie_opens_no_other_door() {
    let site = synced().await;
    site.done("report html -o page.html").await;
    let token = site.done("token create board --read-only").await.stdout.trim().to_owned();
    site.done("token create narrow --privacy minimal").await;
    let server = Server::start(&site, "").await;
    let browser =
        reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let at = |path: &str| format!("http://{}{path}", server.address);
    let asked = browser.get(at("/dashboard?period=all")).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
    let form = asked.text().await.unwrap();
    assert!(
        form.contains("action=\"/dashboard/sign-in?period=all\"") && form.contains("type=\"password\""),
        "{form}"
    );
    let sign_in = async |token: &str, origin: &str| {
        let request = browser.post(at("/dashboard/sign-in?period=all")).header(header::ORIGIN, origin);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(format!("token={token}")).send().await.unwrap()
    };
    let own = format!("http://{}", server.address);
    assert_eq!(sign_in("ashby_wrong", &own).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&token, "https://evil.example").await.status(), StatusCode::FORBIDDEN);
    let signed = sign_in(&token, &own).await;
    assert_eq!(signed.status(), StatusCode::SEE_OTHER);
    assert_eq!(signed.headers()[header::LOCATION], "/dashboard?period=all");
    let cookie = signed.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/dashboard", "Max-Age="] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.contains(&token));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with = |path: &str| browser.get(at(path)).header(header::COOKIE, &cookie);
    assert_eq!(with("/dashboard?period=all").send().await.unwrap().status(), StatusCode::OK);
    for other in ["/metrics", "/entities"] {
        assert_eq!(with(other).send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{other}");
    }
    let bearer = browser.get(at("/dashboard")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(bearer.status(), StatusCode::OK);
    let in_address = browser.get(at(&format!("/dashboard?token={token}"))).send().await.unwrap();
    assert_eq!(in_address.status(), StatusCode::UNAUTHORIZED);
    // What is revoked is out at once.
    site.done("token revoke board").await;
    assert_eq!(with("/dashboard").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}
