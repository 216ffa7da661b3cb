//! `cargo xtask image`: the Estuary connector as a container image, and what is in it as a plain folder.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;
use crate::workspace::{cargo, root, run, target_directory, without_paths};

/// What to build.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The image's name
    #[arg(long, default_value = "source-ashby:local")]
    tag: String,
    /// Platforms of the image; more than one needs a builder that can keep such images
    #[arg(long, default_value = "linux/amd64")]
    platform: String,
    /// Where the image's content goes; target/image unless given
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Cargo's profile for the folder's program
    #[arg(long, default_value = "release")]
    profile: String,
}

/// Programs that build images.
const BUILDERS: [&str; 2] = ["docker", "podman"];

/// Where systems keep the certificates of authorities, if `SSL_CERT_FILE` does not say.
const CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Lays out the folder, tries its program, and builds the image where there is a builder.
pub(crate) fn build(options: &Options) -> Result<()> {
    let target = target_directory()?;
    let folder = options.folder.clone().unwrap_or_else(|| target.join("image"));
    lay_out(&folder, &target, &options.profile)?;
    answers(&folder.join("source-ashby"))?;
    println!("{}: the image's content; its program answers", folder.display());

    let Some(builder) = BUILDERS.into_iter().find(|builder| is_at_work(builder)) else {
        println!("no image: none of {} is running here", BUILDERS.join(", "));
        return Ok(());
    };
    let arguments = ["build", "--file", "dist/Dockerfile", "--target", "source-ashby", "--platform"];
    let mut build = Command::new(builder);
    build.current_dir(root()).args(arguments).args([&options.platform, "--tag", &options.tag, "."]);
    run(&mut build)?;
    println!("{}: the image", options.tag);
    Ok(())
}

/// What the Dockerfile puts into the image.
fn lay_out(folder: &Path, target: &Path, profile: &str) -> Result<()> {
    let mut build = cargo(&["build", "--locked", "--package", "source-ashby", "--profile", profile]);
    // The folder of the profile `dev` has another name.
    let mut built = target.join(if profile == "dev" { "debug" } else { profile });
    let musl = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    if has_target(&musl) {
        build.args(["--target", &musl]);
        built = target.join(&musl).join(if profile == "dev" { "debug" } else { profile });
    } else {
        println!(
            "the Rust target {musl} is not installed: the folder's program needs this machine's C library"
        );
    }
    // What is not given away need not be built anew for it.
    if profile != "dev" {
        without_paths(&mut build, target);
    }
    run(&mut build)?;
    let certificates = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let certificates =
        certificates.into_iter().chain(CERTIFICATES.map(PathBuf::from)).find(|path| path.is_file());
    let certificates = certificates.ok_or("this system has no certificates; SSL_CERT_FILE can name them")?;
    for (from, to) in
        [(built.join("source-ashby"), "source-ashby"), (certificates, "etc/ssl/certs/ca-certificates.crt")]
    {
        let to = folder.join(to);
        fs::create_dir_all(to.parent().unwrap_or(folder))?;
        fs::copy(&from, &to)
            .map_err(|error| format!("cannot copy {} to {}: {error}", from.display(), to.display()))?;
    }
    fs::create_dir_all(folder.join("tmp"))?;
    Ok(())
}

/// Whether the standard library is there for a target.
fn has_target(target: &str) -> bool {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output();
    output.is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

/// Whether a builder is installed, and its service, if it needs one, is running.
fn is_at_work(builder: &str) -> bool {
    let quiet = Command::new(builder).arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// Asks the program for its specification, in an environment as empty as the image's.
fn answers(program: &Path) -> Result<()> {
    let mut child = Command::new(program).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(b"{\"spec\":{\"connectorType\":\"IMAGE\",\"config\":{}}}\n")?;
    }
    let output = child.wait_with_output()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    if output.status.success() && answer["spec"]["protocol"] == 3_032_023 {
        Ok(())
    } else {
        Err(format!("{} does not answer as a connector ({})", program.display(), output.status).into())
    }
}
