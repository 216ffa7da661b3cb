//! Where the API key comes from: itself, a file, or a command that prints it.

use std::path::Path;
use std::process::{Command, Stdio};

use ashby_client::ApiKey;
use secrecy::zeroize::Zeroizing;

use super::layers::{Layers, Source, Value};
use super::values::Raw;
use crate::failure::{CREDENTIALS, Failure};

/// The settings that lead to a key, in the order in which they count where one source has several.
pub(crate) const SOURCES: [&str; 3] = ["api_key", "api_key_file", "api_key_command"];

/// The setting that decides: of the strongest source that names any.
pub(crate) fn chosen(layers: &Layers) -> Option<(&Source, &'static str, &Value)> {
    layers.all.iter().rev().find_map(|layer| {
        SOURCES.iter().find_map(|name| {
            let value = layer.values.get(name)?;
            let is_empty = matches!(&value.raw, Raw::Text(text) if text.trim().is_empty());
            (!is_empty).then_some((&layer.source, *name, value))
        })
    })
}

/// The key.
pub(crate) fn read(layers: &Layers) -> Result<ApiKey, Failure> {
    let Some((_, name, value)) = chosen(layers) else {
        return Err(Failure::new(CREDENTIALS, "there is no API key").with_hint(
            "set ASHBY_API_KEY, or ASHBY_API_KEY_FILE to a file that holds it, or ASHBY_API_KEY_COMMAND to a command \
             that prints it (Ashby: Admin > Integrations > API Keys); `ashby demo` needs none",
        ));
    };
    let Raw::Text(text) = &value.raw else {
        // It was said when the settings were read.
        return Err(Failure::new(CREDENTIALS, format!("the setting {name} is not text")));
    };
    match name {
        "api_key" => Ok(ApiKey::from(text.as_str())),
        "api_key_file" => from_file(Path::new(text.as_str())),
        _ => from_command(text),
    }
}

fn from_file(path: &Path) -> Result<ApiKey, Failure> {
    let content = match capture_core::private_file::read_small(path) {
        Ok(content) => Zeroizing::new(content),
        // What names no file may be the key itself: it is not shown.
        Err(_) if std::fs::symlink_metadata(path).is_err() => {
            return Err(Failure::new(CREDENTIALS, "there is no file of the name that api_key_file gives")
                .with_hint(
                    "ASHBY_API_KEY_FILE takes the path of a file; a key itself goes into ASHBY_API_KEY",
                ));
        }
        Err(error) => {
            let message = format!("cannot read the API key from {}", path.display());
            return Err(Failure::new(CREDENTIALS, message).with_source(error));
        }
    };
    ApiKey::from_file_content(&content).map_err(|error| {
        Failure::new(CREDENTIALS, format!("cannot use the API key file {}", path.display()))
            .with_source(error.to_string())
            .with_hint("it holds the key alone, or a line ASHBY_API_KEY=…")
    })
}

/// What a command prints. It may ask a person: its standard error is ours, and it has the time that it takes.
fn from_command(command: &str) -> Result<ApiKey, Failure> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let failed = |what: String| {
        Failure::new(CREDENTIALS, format!("the command that api_key_command gives {what}"))
            .with_hint("run it by itself: it must print the key, and nothing else, to standard output")
    };
    let ran =
        Command::new(shell).args([flag, command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let mut ran = ran.map_err(|error| failed("cannot be started".to_owned()).with_source(error))?;
    let printed = Zeroizing::new(std::mem::take(&mut ran.stdout));
    if !ran.status.success() {
        return Err(failed(format!("failed ({})", ran.status)));
    }
    ApiKey::from_file_content(&printed)
        .map_err(|error| failed("printed no key".to_owned()).with_source(error.to_string()))
}
