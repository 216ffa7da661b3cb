//! A registry of npm packages with a few files in it, as far as npm asks it to install them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use crate::Result;

/// It answers as long as this program runs.
pub(super) struct Registry {
    /// Where it is asked.
    pub(super) address: String,
}

impl Registry {
    /// With these packages.
    pub(super) fn start(packages: &[PathBuf]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}/", listener.local_addr()?);
        let mut answers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in packages {
            let bytes = fs::read(path)?;
            let manifest = manifest(&bytes)?;
            let (name, version) = (text(&manifest, "name")?, text(&manifest, "version")?);
            let file = format!("files/{}", path.file_name().unwrap_or_default().to_string_lossy());
            let mut described = manifest.clone();
            let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
            described["dist"] = json!({ "tarball": format!("{address}{file}"), "integrity": integrity });
            let document = json!({ "name": name, "dist-tags": { "latest": version }, "versions": { version.as_str(): described } });
            // npm asks for a scope's package with its slash encoded.
            answers.insert(name.replace('/', "%2f"), document.to_string().into_bytes());
            answers.insert(file, bytes);
        }
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // Whoever goes away meanwhile has what it wanted.
                let _ = answer(&answers, connection);
            }
        });
        Ok(Self { address })
    }
}

fn answer(answers: &BTreeMap<String, Vec<u8>>, mut connection: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let path = path.split('?').next().unwrap_or_default().replace("%2F", "%2f");
    let (status, body) = match answers.get(&path) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b"{\"error\":\"not found\"}"[..]),
    };
    let kind = if path.starts_with("files/") { "application/octet-stream" } else { "application/json" };
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    connection.write_all(body)
}

/// What a package says of itself.
fn manifest(package: &[u8]) -> Result<Value> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(package));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path_bytes().as_ref() == b"package/package.json" {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(serde_json::from_str(&text)?);
        }
    }
    Err("an npm package has no package.json".into())
}

fn text(manifest: &Value, member: &str) -> Result<String> {
    let text = manifest[member].as_str().ok_or_else(|| format!("a package.json has no {member}"))?;
    Ok(text.to_owned())
}
