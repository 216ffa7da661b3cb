//! The password of a role, from where psql looks for it, or a file that holds nothing else.

use std::fs;
use std::path::Path;

use capture_core::{Error, ErrorKind, Finding, Result, private_file};

use crate::address::{Address, Host};

/// The password, if there is one. It is looked for each time, since it may be changed while a run lasts.
pub(crate) fn password(address: &Address) -> Result<Option<Vec<u8>>> {
    if let Some(path) = &address.password_file {
        let text = fs::read(path).map_err(|error| {
            Error::new(ErrorKind::Configuration, format!("cannot read the password file {}", path.display()))
                .with_source(error)
        })?;
        let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
        return Ok(Some(text[..end].to_vec()));
    }
    if let Some(password) = std::env::var_os("PGPASSWORD").filter(|password| !password.is_empty()) {
        return Ok(Some(password.into_encoded_bytes()));
    }
    let Some(text) = address.passfile.as_deref().and_then(readable) else { return Ok(None) };
    Ok(find(&text, address).map(String::into_bytes))
}

/// Who else can read where the password stands.
pub(crate) fn shared(address: &Address) -> Option<Finding> {
    let paths = [address.password_file.as_deref(), address.passfile.as_deref()];
    paths.into_iter().flatten().filter(|path| path.is_file()).find_map(private_file::shared_with_others)
}

/// A file that others can read is passed over, as psql does.
fn readable(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    if let Some(shared) = private_file::shared_with_others(path) {
        tracing::warn!("{}, and so it is not used", shared.message);
        return None;
    }
    Some(text)
}

/// Of the first line `host:port:database:user:password` that is about the address; `*` is about any.
fn find(text: &str, address: &Address) -> Option<String> {
    let host = match &address.host {
        Host::Name(name) => name.clone(),
        Host::Socket(directory) => directory.display().to_string(),
    };
    let port = address.port.to_string();
    let wanted = [&*host, &port, &address.database, &address.user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [of_host, .., _] = &fields[..] else { return None };
        let is_local = of_host == "localhost" && matches!(address.host, Host::Socket(_));
        let fits =
            fields.len() == 5
                && fields.iter().zip(wanted).enumerate().all(|(index, (field, wanted))| {
                    field == "*" || field == wanted || (index == 0 && is_local)
                });
        fits.then(|| fields[4].clone())
    })
}

/// A backslash takes away what `:` and itself mean; the fifth field is the rest.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or('\\'),
            letter => letter,
        };
        if let Some(field) = fields.last_mut() {
            field.push(letter);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_counts() {
        let address = |text: &str| Address::parse(text, &|_| None).unwrap();
        let file = "# h:1:d:u:no\nh:5432:other:u:no\nshort:1\nh:5432:d:u:a\\:b\\\\c:d\n*:*:*:u:last\nlocalhost:*:*:s:socket\n";
        assert_eq!(find(file, &address("u@h/d")).as_deref(), Some("a:b\\c:d"));
        assert_eq!(find(file, &address("u@x/y")).as_deref(), Some("last"));
        assert_eq!(find(file, &address("v@x/y")), None);
        assert_eq!(find(file, &address("s@/y?host=/tmp")).as_deref(), Some("socket"));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pgpass");
        fs::write(&path, "*:*:*:*:secret").unwrap();
        for (mode, is_used) in [(0o600, true), (0o640, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(readable(&path).is_some(), is_used);
        }
    }
}
