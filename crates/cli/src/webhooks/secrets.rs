//! Which secrets sign events.

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use ashby_webhooks::{Keyring, Secrets};
use capture_core::private_file;

use super::kept::{Held, Kept};
use crate::failure::{CREDENTIALS, Failure};
use crate::output::explain;
use crate::settings::Settings;

/// The secrets to verify with, which follow the file that they are in. If there is none anywhere, one is made, so that a
/// receiver can be there before the webhooks, whose pings it must answer.
pub(crate) fn keyring(settings: &Settings) -> Result<Keyring, Failure> {
    if let Some(path) = settings.secret_file()? {
        let read = |path: &Path| Secrets::parse(&text(path).ok()?).ok();
        first_in(path)?;
        return Keyring::following(path, read).ok_or_else(|| none_in(path));
    }
    let path = settings.webhooks_file()?;
    if Kept::read(path)?.secrets().next().is_none() {
        signing(settings)?;
        explain(&format!(
            "a secret was made and is kept in {}; `ashby webhook setup` gives it to Ashby\n",
            path.display()
        ));
    }
    let read = |path: &Path| Secrets::new(Kept::read(path).ok()?.secrets()).ok();
    Keyring::following(path, read).ok_or_else(|| none_in(path))
}

/// The secret to sign with: the first of the file of secrets, or the one that is kept. If there is none, it is made.
fn signing(settings: &Settings) -> Result<String, Failure> {
    if let Some(path) = settings.secret_file()? {
        return first_in(path);
    }
    let mut held = Held::take(settings.webhooks_file()?)?;
    let secret = held.secret()?;
    held.keep();
    Ok(secret)
}

/// The secret to sign with, if there is one; none is made.
pub(crate) fn signing_if_any(settings: &Settings) -> Result<Option<String>, Failure> {
    match settings.secret_file()? {
        Some(path) => first_in(path).map(Some),
        None => Ok(Kept::read(settings.webhooks_file()?)?.secret),
    }
}

/// The first secret of a file, one a line.
pub(crate) fn first_in(path: &Path) -> Result<String, Failure> {
    let text = text(path).map_err(|error| match error.kind() {
        // What names no file may be the secret itself: it is not shown.
        ErrorKind::NotFound => {
            Failure::new(CREDENTIALS, "there is no file of the name that --secret-file gives")
                .with_hint("it takes the path of a file with a secret a line")
        }
        _ => Failure::new(CREDENTIALS, format!("cannot read the secrets in {}", path.display()))
            .with_source(error)
            .with_hint("check that this user may read it: a file of text with a secret a line"),
    })?;
    Secrets::lines(&text).next().map(str::to_owned).ok_or_else(|| none_in(path))
}

fn text(path: &Path) -> std::io::Result<String> {
    let text = private_file::read_small(path)?;
    String::from_utf8(text).map_err(|_| std::io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn none_in(path: &Path) -> Failure {
    Failure::new(CREDENTIALS, format!("there is no secret in {}", path.display()))
        .with_hint("write one a line; without --secret-file, one is made and kept in --webhooks-file")
}

/// A new secret: 256 random bits in hexadecimal.
pub(crate) fn random() -> String {
    let bytes: [u8; 32] = rand::random();
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
