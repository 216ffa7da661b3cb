//! The program in a root that holds nothing but it, the certificates of authorities, and the kernel's two devices of randomness,
//! which every system and container has (glibc's call for it is not found in a static program): it runs, finds an address by name,
//! and believes a server that an authority vouches for.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::{Ended, Packages, is_root, lacks, runs, told};
use crate::Result;

/// A server of names and one of Ashby's kind, in one.
const SERVERS: &str = include_str!("servers.py");

/// The name that only our server of names knows.
const HOST: &str = "api.ashby.test";

pub(super) fn try_program(packages: &Packages, place: &Path) -> Result<Ended> {
    if packages.platform.npm[0] != "linux" {
        return Ok(Ended::Skipped("elsewhere programs need their system's libraries".into()));
    }
    if !is_root() {
        return Ok(Ended::Skipped("only root may enter another root".into()));
    }
    let root = place.join("root");
    let certificates = root.join("etc/ssl/certs/ca-certificates.crt");
    fs::create_dir_all(certificates.parent().unwrap_or(&root))?;
    fs::copy(&packages.program, root.join("ashby"))?;
    fs::create_dir(root.join("dev"))?;
    for (name, number) in [("random", "8"), ("urandom", "9")] {
        told(
            Command::new("mknod")
                .args(["-m", "444"])
                .arg(root.join("dev").join(name))
                .args(["c", "1", number]),
        )?;
    }
    let authority = place.join("authority.pem");
    if let Some(ended) = lacks("openssl").or_else(|| lacks("python3")) {
        return Ok(ended);
    }
    vouch(&authority)?;
    fs::copy(&authority, &certificates)?;
    let program = |words: &[&str]| {
        let mut command = Command::new("chroot");
        // The path is for finding `chroot`; behind it nothing is found in it.
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.arg(&root).arg("/ashby").args(words);
        command
    };
    runs(packages, &root, program)?;

    // A system's own ways to find names are no way for a program without libraries, and must not lead it astray.
    fs::write(root.join("etc/nsswitch.conf"), "hosts: resolve mymachines\n")?;
    let servers = Servers::start(&authority, place)?;
    let address = format!("https://{HOST}:{}", servers.port);
    let mut check = program(&["check", "--output", "json"]);
    let output = check.env("ASHBY_API_KEY", "a-key").env("ASHBY_BASE_URL", address).output()?;
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    // It knows no key, and says so in Ashby's words: name, connection and certificate were right.
    match output.status.code() {
        Some(3) => Ok(Ended::Well),
        _ => {
            Err(format!("check ended with {} where a refused key ends with 3:\n{said}", output.status).into())
        }
    }
}

/// A certificate for the one name that vouches for itself, and is no authority: such a one would be believed as nobody's own.
const CERTIFICATE: &str = "[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=extensions\n[name]\nCN=api.ashby.test\n\
    [extensions]\nsubjectAltName=DNS:api.ashby.test\nbasicConstraints=critical,CA:FALSE\n";

/// Makes it, and its key beside it.
fn vouch(file: &Path) -> Result<()> {
    let (key, settings) = (file.with_extension("key"), file.with_extension("conf"));
    fs::write(&settings, CERTIFICATE)?;
    let mut make = Command::new("openssl");
    make.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]);
    told(make.arg("-config").arg(settings).arg("-keyout").arg(key).arg("-out").arg(file))?;
    Ok(())
}

/// Both servers, as long as this is kept.
struct Servers {
    process: Child,
    port: u16,
}

impl Servers {
    /// The port of names is taken on this machine's own address: nothing else can tell a root without files where to ask.
    fn start(authority: &Path, place: &Path) -> Result<Self> {
        let script: PathBuf = place.join("servers.py");
        fs::write(&script, SERVERS)?;
        let mut command = Command::new("python3");
        command.arg(script).arg(authority).arg(authority.with_extension("key"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("the servers have no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let mut servers = Self { process, port: 0 };
        servers.port =
            line.trim().parse().map_err(|_| "the servers of the trial did not start (port 53 is taken?)")?;
        Ok(servers)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
