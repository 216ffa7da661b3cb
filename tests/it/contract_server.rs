//! A server that knows nothing but Ashby's OpenAPI document, and refuses what that does not allow: Prism, from npm.
//!
//! It runs where `ASHBY_PRISM` names its program and a copy of the document lies at hand; `.ci/run` sees to both.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::contract::document;

/// Starting takes it some seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Operations where the document is at fault: no body is declared, so that the server refuses the `{}` that Ashby itself
/// wants; or the alternatives of a value overlap, so that text is more than one of them, which `oneOf` forbids.
const FAULTY: [&str; 8] = [
    "applicationHiringTeamRole.list",
    "communicationTemplate.list",
    "interviewStageGroup.list",
    "referralForm.info",
    "customField.setValue",
    "customField.setValues",
    "user.setCustomFieldValue",
    "user.setCustomFieldValues",
];

/// A running server; ends with this value.
pub(crate) struct ContractServer {
    base_url: String,
    document: Value,
    _process: Child,
}

impl ContractServer {
    /// `None` where there is none to start.
    pub(crate) async fn start() -> Option<Self> {
        let (program, document) = (std::env::var_os("ASHBY_PRISM")?, document()?);
        // It prints the port that it was told, so it cannot choose one.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(program)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(&document)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let listening = async {
            let mut line = String::new();
            while !line.contains("is listening") {
                line.clear();
                assert!(output.read_line(&mut line).await.unwrap() > 0, "the contract server ended");
            }
        };
        tokio::time::timeout(PATIENCE, listening).await.expect("the contract server listens");
        // It tells of every request, and waits until somebody listens.
        tokio::spawn(async move { tokio::io::copy(&mut output, &mut tokio::io::sink()).await });
        let document = serde_json::from_slice(&std::fs::read(document).unwrap()).unwrap();
        let base_url = format!("http://127.0.0.1:{port}");
        Some(Self { base_url, document, _process: process })
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Whether the document has the operation, without a fault.
    pub(crate) fn knows(&self, operation: &str) -> bool {
        self.document["paths"][format!("/{operation}")].is_object() && !FAULTY.contains(&operation)
    }
}
