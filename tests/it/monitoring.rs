//! What `docs/operations` gives to Prometheus and Grafana, by their own programs: a Prometheus that scrapes a watch, knows the
//! alerts and answers what the dashboard asks, and Grafana's library, which reads the dashboard.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::hybrid_histories::free_port;
use crate::support::listening::{Listening, get};
use crate::support::{Site, named, skipped, until};

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations").join(name).canonicalize().unwrap()
}

const NEEDS: &str = "ASHBY_NEEDS_MONITORING";

/// What the dashboard asks Prometheus.
fn expressions() -> Vec<String> {
    let dashboard: Value =
        serde_json::from_str(&std::fs::read_to_string(document("dashboard.json")).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

struct Prometheus {
    process: Child,
    address: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Prometheus {
    /// One that scrapes this address and has the alerts; nothing if there is no such program.
    fn start(directory: &Path, scraped: &str) -> Option<Self> {
        let rules = document("alerts.yaml");
        let settings = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{rules:?}]\n\
             scrape_configs: [{{job_name: ashby, static_configs: [{{targets: ['{scraped}']}}]}}]\n"
        );
        std::fs::write(directory.join("prometheus.yml"), settings).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new("prometheus");
        command
            .current_dir(directory)
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=kept"])
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Some(Self { process: command.spawn().ok()?, address })
    }

    /// An answer of its interface.
    async fn get(&self, path: &str) -> Option<Value> {
        let connects = tokio::net::TcpStream::connect(&self.address).await.is_ok();
        let answer = if connects { get(&self.address, path).await } else { return None };
        let body = answer.split_once("\r\n\r\n")?.1;
        let (from, to) = (body.find('{')?, body.rfind('}')?);
        serde_json::from_str(&body[from..=to]).ok()
    }

    async fn query(&self, expression: &str) -> Option<Value> {
        let encoded: String = expression.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.get(&format!("/api/v1/query?query={encoded}")).await
    }

    /// How many series an expression has, once it has any.
    async fn series(&self, expression: &str) -> usize {
        for _ in 0..600 {
            let answer = self.query(expression).await;
            let found =
                answer.as_ref().and_then(|answer| answer["data"]["result"].as_array()).map_or(0, Vec::len);
            if found > 0 {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("nothing was scraped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_scrapes_a_watch_and_understands_the_alerts_and_what_the_dashboard_asks() {
    let site = Site::new().await;
    std::fs::write(site.path("s"), "a secret of the tests\n").unwrap();
    let command = "sync --watch --interval 1h --webhooks --listen 127.0.0.1:0 --secret-file s --metrics 127.0.0.1:0 jobs users";
    let watch = Listening::of(site.ashby(command)).await;
    let scraped = watch.metrics.clone().unwrap();
    let Some(prometheus) = Prometheus::start(site.directory.path(), &scraped) else {
        return skipped(NEEDS, "there is no `prometheus`");
    };
    assert!(prometheus.series("ashby_stream_lag_seconds").await >= 2);
    assert_eq!(prometheus.series("up == 1").await, 1);

    let expressions = expressions();
    assert!(expressions.len() > 12, "{expressions:?}");
    for expression in &expressions {
        let answer = prometheus.query(expression).await.unwrap();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
    }
    // One that it was not reached waits for its time until it has been scraped.
    let (mut rules, mut is_quiet) = (Vec::new(), false);
    for _ in 0..600 {
        let groups = prometheus.get("/api/v1/rules").await.unwrap()["data"]["groups"].clone();
        let of_group = |group: &Value| group["rules"].as_array().unwrap().clone();
        rules = groups.as_array().unwrap().iter().flat_map(of_group).collect();
        is_quiet = rules.iter().all(|rule| rule["health"] == "ok" && rule["state"] == "inactive");
        if is_quiet {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(is_quiet && rules.len() > 8, "{rules:#?}");
    assert_eq!(watch.stop().await.1, Some(0));
    until("the port is free", || std::net::TcpStream::connect(&scraped).is_err()).await;
}

#[test]
fn grafanas_own_library_reads_the_dashboard_and_loses_nothing() {
    let python = named("ASHBY_GRAFANA_PYTHON", NEEDS, "Python with grafana-foundation-sdk");
    let Some(python) = python else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/official/dashboard.py");
    let ran = Command::new(python).arg(script).arg(document("dashboard.json")).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(said, "12 panels\n");
}
