//! What files are called.

use jiff::civil::Date;

/// The folder of what is no data.
pub(crate) const OURS: &str = "_ashby";

/// The document that says what counts.
pub(crate) const STATE: &str = "_ashby/state.json";

/// The folder of streams as they stand, and that of what commits brought.
pub(crate) const CURRENT: &str = "current";
pub(crate) const CHANGES: &str = "changes";

/// The folder of a stream: its name, if that is one which every file system and reader takes.
pub(crate) fn folder(stream: &str) -> String {
    let mut name = String::with_capacity(stream.len());
    for byte in stream.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => name.push(char::from(byte)),
            // Names that begin with it are passed over by readers.
            b'_' if !name.is_empty() => name.push('_'),
            other => name.push_str(&format!("-{other:02x}")),
        }
    }
    if name.len() > 150 {
        let hash = xxhash_rust::xxh3::xxh3_64(stream.as_bytes());
        name.truncate(130);
        name.push_str(&format!("-{hash:016x}"));
    }
    name
}

/// A stream as it stands.
pub(crate) fn current(folder: &str) -> String {
    format!("{CURRENT}/{folder}/{folder}.parquet")
}

/// What a commit brought of a stream.
pub(crate) fn change(folder: &str, on: Date, commit: u64) -> String {
    format!("{CHANGES}/{folder}/captured_on={on}/{commit:012}.parquet")
}

/// Of which rows a commit knows only when they were last seen.
pub(crate) fn seen(folder: &str, commit: u64) -> String {
    format!("{OURS}/seen/{folder}/{commit:012}.parquet")
}

/// The commit that a file is of, if it is one of those.
pub(crate) fn commit_of(path: &str) -> Option<u64> {
    path.rsplit('/').next()?.strip_suffix(".parquet").filter(|name| name.len() == 12)?.parse().ok()
}

/// The folder of the stream that a file below `changes` or `_ashby/seen` belongs to, and the day that it is under.
pub(crate) fn change_of(path: &str) -> Option<(&str, Date, u64)> {
    let mut parts = path.strip_prefix(CHANGES)?.strip_prefix('/')?.split('/');
    let (folder, day) = (parts.next()?, parts.next()?.strip_prefix("captured_on=")?);
    Some((folder, day.parse().ok()?, commit_of(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ones_that_every_reader_takes() {
        assert_eq!(folder("job_postings"), "job_postings");
        assert_eq!(folder("_x"), "-5fx");
        assert_eq!(folder("A/b."), "-41-2fb-2e");
        assert_ne!(folder("a-41"), folder("aA"));
        assert!(folder(&"ü".repeat(300)).len() < 200);
        let path = change("jobs", "2026-11-28".parse().unwrap(), 42);
        assert_eq!(path, "changes/jobs/captured_on=2026-11-28/000000000042.parquet");
        assert_eq!(change_of(&path), Some(("jobs", "2026-11-28".parse().unwrap(), 42)));
        assert_eq!(commit_of("changes/jobs/x.parquet"), None);
        assert_eq!(current("jobs"), "current/jobs/jobs.parquet");
    }
}
