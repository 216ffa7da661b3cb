//! Files with people's data or tokens in them: for their owner only, never written through a link that somebody left
//! there, and replaced whole.
//!
//! Paths that a person named may be links on purpose (`state.json -> /mnt/other/state.json`). They are resolved first,
//! by [`canonical`], and what is then opened is no link any more; so two names of a file are one file, and a link that
//! appears in the meantime is an error instead of a way to somewhere else.
//!
//! Where there are no Unix permissions, files are made as the system makes them.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Links that dangle are followed this far, as the system follows those that do not.
const MAX_LINKS: usize = 40;

/// Permissions of others than the owner.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Where `path` leads to: absolute and free of links, also those of directories. The file itself need not exist; its
/// directory must.
///
/// # Errors
/// If the directory does not exist or cannot be looked into, or if `path` names no file (`/`).
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::canonicalize(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found_or_failed => return found_or_failed,
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        check_directory_of(&path)?;
        let directory = fs::canonicalize(directory_of(&path))?;
        let here = directory.join(name);
        match fs::read_link(&here) {
            Ok(target) => path = directory.join(target),
            Err(_) => return Ok(here),
        }
    }
    Err(io::Error::other("too many links lead to it"))
}

/// What belongs to a file or directory and is kept apart from it: hidden, beside it (`.NAME.WHAT`), by its one canonical
/// name.
///
/// # Errors
/// As for [`canonical`].
pub fn beside(path: &Path, what: &str) -> io::Result<PathBuf> {
    Ok(hidden_name(&canonical(path)?, what))
}

pub(crate) fn hidden_name(canonical: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(canonical.file_name().unwrap_or_default());
    name.push(".");
    name.push(what);
    canonical.with_file_name(name)
}

/// The directory that a path's last name is in.
pub fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Options to open a file with: what they make has mode 0600, and if the last name of the path is a link, opening
/// fails. Setting `custom_flags` on them would undo the latter.
pub fn options() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to set"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options
}

/// Whether there is a directory for a file, or for a directory that is to be made. One that a person has named and that is
/// not there is a slip more often than a wish, so nothing is made above it.
///
/// # Errors
/// [`NotFound`](io::ErrorKind::NotFound), naming the directory that is missing; [`NotADirectory`](io::ErrorKind::NotADirectory).
pub fn check_directory_of(path: &Path) -> io::Result<()> {
    let directory = directory_of(path);
    let wrong = |kind: io::ErrorKind, what: &str| {
        Err(io::Error::new(kind, format!("{what} {}", directory.display())))
    };
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => wrong(io::ErrorKind::NotADirectory, "there is a file where the directory would be:"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            wrong(io::ErrorKind::NotFound, "there is no directory")
        }
        Err(error) => Err(error),
    }
}

/// Makes the directory and those above it, with mode 0700 if they are not there yet.
///
/// # Errors
/// As [`fs::create_dir_all`].
pub fn make_directories(path: &Path) -> io::Result<MadeDirectories> {
    // Before anything is made, so that what fails halfway is removed, too.
    let missing =
        path.ancestors().take_while(|ancestor| !ancestor.as_os_str().is_empty() && !ancestor.exists());
    let made = MadeDirectories(missing.map(Path::to_owned).collect());
    if made.0.is_empty() && !path.as_os_str().is_empty() && !path.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to set"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if !made.0.is_empty() {
        builder.recursive(true).create(path)?;
    }
    Ok(made)
}

/// Directories that [`make_directories`] made. Those that are still empty when this is dropped are removed: a start
/// that was refused leaves nothing behind. Declare it after what is inside them.
#[derive(Debug, Default)]
#[must_use = "dropping it removes the directories again"]
pub struct MadeDirectories(Vec<PathBuf>);

impl Drop for MadeDirectories {
    fn drop(&mut self) {
        // The innermost first; one that holds something stops the rest.
        let _ = self.0.iter().try_for_each(fs::remove_dir);
    }
}

/// Replaces what `path` leads to, so that it holds either the old or the new content whatever happens: staged beside
/// it under a name that nobody can guess, synced, renamed, and the directory synced.
///
/// # Errors
/// If any of that fails; the old content then stays.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, |staged| staged.write_all(content))
}

/// As [`replace`]; `write` writes the content.
///
/// # Errors
/// As [`replace`], or if `write` fails.
pub fn replace_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let path = canonical(path)?;
    // A device or a pipe would be a file from then on, for everybody.
    if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file, and is not replaced",
        ));
    }
    let directory = directory_of(&path);
    // Made exclusively and with mode 0600; gone again if this fails.
    let staged = tempfile::Builder::new().prefix(".staged-").tempfile_in(directory);
    // Its name says nothing to anybody.
    let mut staged = staged.map_err(|error| io::Error::from(error.kind()))?;
    write(staged.as_file_mut())?;
    staged.as_file().sync_all()?;
    staged.persist(&path)?;
    sync_directory(directory)
}

/// Makes the names in a directory durable.
///
/// # Errors
/// If the system cannot.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened as a file.
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// The permissions of the file or directory (`0o644`), if they let others than its owner do anything with it. `None`
/// also where there are no such permissions.
///
/// # Errors
/// If there is nothing at `path`, or it cannot be looked at.
pub fn permissions_wider_than_private(path: &Path) -> io::Result<Option<u32>> {
    let metadata = fs::metadata(path)?;
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    #[cfg(unix)]
    return Ok((mode & OTHERS != 0).then_some(mode & 0o777));
    #[cfg(not(unix))]
    return Ok(None).inspect(|_: &Option<u32>| _ = metadata);
}

/// Which file it is, whatever its name: device and number. `None` where the system does not tell.
pub fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::MetadataExt::dev(metadata))
        .zip(Some(std::os::unix::fs::MetadataExt::ino(metadata)));
    #[cfg(not(unix))]
    return Some(metadata).and(None);
}

/// How many names a file has; one where the system does not tell.
pub fn names(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::nlink(metadata);
    #[cfg(not(unix))]
    return Some(metadata).map_or(1, |_| 1);
}

/// Whether the last name of `path` itself, not what a link leads to, is still this open file. True where the system
/// does not tell.
///
/// # Errors
/// If one of them cannot be looked at. A name that is gone is not an error.
pub fn still_leads_to(path: &Path, file: &File) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(identity(&found) == identity(&file.metadata()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn what_people_write_is_small_and_no_device() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("settings");
        fs::write(&path, "a").unwrap();
        assert_eq!(read_small(&path).unwrap(), b"a");
        fs::write(&path, vec![b'a'; 1 + (1 << 20)]).unwrap();
        assert!(read_small(&path).unwrap_err().to_string().contains("larger than 1 MiB"));
        assert!(read_small(Path::new("/dev/zero")).unwrap_err().to_string().contains("no plain file"));
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(read_small_file(&pipe).unwrap_err().to_string().contains("no plain file"));
        assert_eq!(read_small(&path.with_extension("x")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_is_no_file_is_not_replaced_by_one() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let led = directory.path().join("led");
        symlink(&pipe, &led).unwrap();
        for path in [&pipe, &led] {
            assert!(replace(path, b"x").unwrap_err().to_string().contains("no regular file"));
        }
        assert!(!fs::symlink_metadata(&pipe).unwrap().is_file());
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn every_name_of_a_file_has_one_canonical_path() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir(root.join("real")).unwrap();
        symlink("real", root.join("alias")).unwrap();
        symlink("alias/x.db", root.join("link")).unwrap();
        symlink("link", root.join("link to link")).unwrap();
        for exists in [false, true] {
            if exists {
                fs::write(root.join("real/x.db"), "").unwrap();
            }
            for name in ["real/x.db", "alias/x.db", "link", "link to link", "real/../alias/./x.db"] {
                assert_eq!(canonical(&root.join(name)).unwrap(), root.join("real/x.db"), "{name} {exists}");
            }
        }
        symlink("round", root.join("round")).unwrap();
        canonical(&root.join("round")).unwrap_err();
        assert_eq!(canonical(&root.join("none/x")).unwrap_err().kind(), io::ErrorKind::NotFound);
        canonical(Path::new("")).unwrap_err();
        assert_eq!(canonical(Path::new("x")).unwrap(), std::env::current_dir().unwrap().join("x"));
    }

    #[test]
    fn what_is_made_is_its_owners_and_links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        options().write(true).create_new(true).open(at("new")).unwrap();
        assert_eq!(mode(&at("new")), 0o600);
        fs::write(at("theirs"), "theirs").unwrap();
        symlink("theirs", at("link")).unwrap();
        options().write(true).truncate(true).create(true).open(at("link")).unwrap_err();
        assert_eq!(fs::read_to_string(at("theirs")).unwrap(), "theirs");
    }

    #[test]
    fn a_directory_that_is_missing_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("file"), "").unwrap();
        assert!(check_directory_of(&at("x")).is_ok() && check_directory_of(Path::new("x")).is_ok());
        let error = check_directory_of(&at("a/b/x")).unwrap_err();
        assert!(error.to_string().ends_with("a/b") && error.kind() == io::ErrorKind::NotFound, "{error}");
        // So do whoever writes there, locks it, or opens it.
        for error in [canonical(&at("a/b/x")).unwrap_err(), replace(&at("a/b/x"), b"").unwrap_err()] {
            assert!(error.to_string().starts_with("there is no directory ") && !at("a").exists(), "{error}");
        }
        assert_eq!(check_directory_of(&at("file/x")).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn directories_are_their_owners_and_vanish_if_nothing_came_of_them() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let made = make_directories(&at("a/b/c")).unwrap();
        assert_eq!([mode(&at("a")), mode(&at("a/b/c"))], [0o700; 2]);
        fs::write(at("a/file"), "").unwrap();
        drop(made);
        assert!(at("a").exists() && !at("a/b").exists());
        drop(make_directories(&at("a")).unwrap());
        drop(make_directories(Path::new("")).unwrap());
        assert!(at("a").exists(), "it was there before");
        make_directories(&at("a/file")).unwrap_err();
        make_directories(&at("a/file/b")).unwrap_err();
    }

    #[test]
    fn a_file_is_replaced_where_its_links_lead_and_is_private_from_then_on() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::write(at("real/state"), "old").unwrap();
        fs::set_permissions(at("real/state"), PermissionsExt::from_mode(0o644)).unwrap();
        symlink("real/state", at("link")).unwrap();
        assert_eq!(permissions_wider_than_private(&at("link")).unwrap(), Some(0o644));
        replace(&at("link"), b"new").unwrap();
        assert_eq!(fs::read_to_string(at("real/state")).unwrap(), "new");
        assert!(at("link").is_symlink());
        assert_eq!(permissions_wider_than_private(&at("link")).unwrap(), None);

        replace_with(&at("link"), |staged| {
            staged.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        })
        .unwrap_err();
        assert_eq!(fs::read_to_string(at("real/state")).unwrap(), "new");
        assert_eq!(fs::read_dir(at("real")).unwrap().count(), 1, "what was staged is gone");
    }
}
/// Settings, keys and secrets that people write are not larger.
pub const SMALL_BYTES: u64 = 1 << 20;

/// Reads a file that a person wrote for this program, or what a pipe of theirs gives: no more than [`SMALL_BYTES`].
///
/// # Errors
/// If it cannot be read, is a device or a directory, or is larger.
pub fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    small(path, true)
}

/// The same of a file that lies where somebody else may have put it: a pipe would keep whoever reads it.
///
/// # Errors
/// As [`read_small`]; if it is no plain file.
pub fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    small(path, false)
}

fn small(path: &Path, may_be_pipe: bool) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let refused = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, what.to_owned()));
    let metadata = fs::metadata(path)?;
    let kind = metadata.file_type();
    #[cfg(unix)]
    let (is_pipe, is_device) = {
        use std::os::unix::fs::FileTypeExt as _;
        (kind.is_fifo(), kind.is_char_device() || kind.is_block_device() || kind.is_socket())
    };
    #[cfg(not(unix))]
    let (is_pipe, is_device) = (false, false);
    // What is no file, such as nothing at all (/dev/null), has nothing to say.
    if (is_device && path != Path::new("/dev/null") && path != Path::new("/dev/stdin"))
        || (is_pipe && !may_be_pipe)
    {
        return refused("it is no plain file");
    }
    // With room for all of it, and a byte to see its end: it may be a secret, and what outgrows its place leaves a copy there.
    let mut content = Vec::with_capacity(usize::try_from(metadata.len().min(SMALL_BYTES) + 1).unwrap_or(0));
    File::open(path)?.take(SMALL_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > SMALL_BYTES {
        return refused("it is larger than 1 MiB");
    }
    Ok(content)
}

/// A warning if others than the owner may read a file or directory; nothing if not, or if that cannot be told.
pub fn shared_with_others(path: &Path) -> Option<crate::Finding> {
    let mode = permissions_wider_than_private(path).ok().flatten()?;
    let message = format!("others on this machine can read {} (mode {mode:o})", path.display());
    let right = if path.is_dir() { "700" } else { "600" };
    Some(crate::Finding::warning(message, format!("chmod {right} {}", path.display())))
}
