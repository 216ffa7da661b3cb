//! What goes into an archive, and archives of it that have the same bytes whenever and wherever they are made: sorted, of one
//! moment, owned by nobody in particular, with modes that do not depend on who packs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write as _};

use flate2::{Compression, GzBuilder};
use jiff::Timestamp;
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::Result;

/// Files by their path in the archive, which has no slash at its beginning and no `..`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree(BTreeMap<String, File>);

/// A file in an archive.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    pub(crate) is_program: bool,
}

/// How things are packed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packing {
    /// The moment that everything in an archive is of.
    pub(crate) moment: Timestamp,
    /// Larger, and several times as fast: for what is not given away.
    pub(crate) is_quick: bool,
}

impl Packing {
    fn seconds(self) -> u64 {
        u64::try_from(self.moment.as_second()).unwrap_or(0)
    }

    fn compression(self) -> Compression {
        if self.is_quick { Compression::fast() } else { Compression::default() }
    }

    #[cfg(test)]
    pub(crate) fn example() -> Self {
        Self { moment: "2026-11-30T01:02:03Z".parse().unwrap(), is_quick: true }
    }

    /// As archives of ZIP write it: in steps of two seconds, and not before 1980.
    fn of_zip(self) -> DateTime {
        let at = self.moment.to_zoned(jiff::tz::TimeZone::UTC);
        let [month, day, hour, minute, second] =
            [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|part| part.unsigned_abs());
        let year = u16::try_from(at.year()).unwrap_or(0);
        DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap_or_default()
    }
}

impl Tree {
    pub(crate) fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), File { bytes: bytes.into(), is_program: false });
    }

    pub(crate) fn add_program(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), File { bytes: bytes.into(), is_program: true });
    }

    /// In the order of their paths.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// As a tar file, packed with gzip; paths begin with `prefix`. With `directories` each directory has an entry, too.
    pub(crate) fn tar_gz(&self, prefix: &str, directories: bool, packing: Packing) -> Result<Vec<u8>> {
        let mut archive = tar::Builder::new(Vec::new());
        let mut made: BTreeSet<String> = BTreeSet::new();
        for (path, file) in self.files() {
            let path = format!("{prefix}{path}");
            let above = path.match_indices('/').map(|(end, _)| &path[..=end]).filter(|_| directories);
            for directory in above {
                if made.insert(directory.to_owned()) {
                    let header = header(directory, EntryType::Directory, 0o755, 0, packing)?;
                    archive.append(&header, std::io::empty())?;
                }
            }
            let mode = if file.is_program { 0o755 } else { 0o644 };
            let header = header(&path, EntryType::Regular, mode, file.bytes.len(), packing)?;
            archive.append(&header, file.bytes.as_slice())?;
        }
        gzip(&archive.into_inner()?, packing)
    }

    /// As a ZIP file, in the order of paths.
    pub(crate) fn zip(&self, packing: Packing) -> Result<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, file) in self.files() {
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(packing.compression().level().into()))
                .last_modified_time(packing.of_zip())
                .unix_permissions(if file.is_program { 0o755 } else { 0o644 });
            archive.start_file(path, options)?;
            archive.write_all(&file.bytes)?;
        }
        Ok(archive.finish()?.into_inner())
    }
}

fn header(path: &str, kind: EntryType, mode: u32, bytes: usize, packing: Packing) -> Result<Header> {
    let mut header = Header::new_gnu();
    // By itself it would take away the `./` that Debian's packages have.
    let name = &mut header.as_old_mut().name;
    let place = name.get_mut(..path.len()).ok_or_else(|| format!("{path} is too long for an archive"))?;
    place.copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(bytes as u64);
    header.set_mtime(packing.seconds());
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_cksum();
    Ok(header)
}

/// Packed with gzip, without a name or a time of its own.
pub(crate) fn gzip(bytes: &[u8], packing: Packing) -> Result<Vec<u8>> {
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), packing.compression());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

/// An `ar` archive, as Debian's packages are: members in this order.
pub(crate) fn ar(members: &[(&str, &[u8])], packing: Packing) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            packing.seconds(),
            0,
            0,
            100_644,
            bytes.len()
        );
        archive.extend(header.as_bytes());
        archive.extend(*bytes);
        if bytes.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn packing() -> Packing {
        Packing::example()
    }

    fn tree(backwards: bool) -> Tree {
        let mut adds: Vec<(&str, &str)> =
            vec![("share/man/a.1", "page"), ("share/z", "last"), ("LICENSE", "mit")];
        if backwards {
            adds.reverse();
        }
        let mut tree = Tree::default();
        for (path, text) in adds {
            tree.add(path, text);
        }
        tree.add_program("bin/ashby", [0x7f, b'E', b'L', b'F']);
        tree
    }

    #[test]
    fn packing_twice_gives_the_same_bytes_in_whatever_order_things_came() {
        assert_eq!(
            tree(false).tar_gz("x/", true, packing()).unwrap(),
            tree(true).tar_gz("x/", true, packing()).unwrap()
        );
        assert_eq!(tree(false).zip(packing()).unwrap(), tree(true).zip(packing()).unwrap());
        let later = Packing { moment: "2026-11-30T01:02:05Z".parse().unwrap(), ..packing() };
        assert_ne!(tree(false).zip(packing()).unwrap(), tree(false).zip(later).unwrap());
    }

    #[test]
    fn a_tar_file_has_owners_modes_and_times_that_do_not_depend_on_who_packs() {
        let packed = tree(false).tar_gz("./", true, packing()).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let mut seen = Vec::new();
        for entry in archive.entries().unwrap() {
            let entry = entry.unwrap();
            let header = entry.header();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), packing().seconds());
            seen.push((String::from_utf8_lossy(&entry.path_bytes()).into_owned(), header.mode().unwrap()));
        }
        let of = |path: &str| seen.iter().find(|(seen, _)| seen == path).map(|(_, mode)| *mode);
        assert_eq!(of("./bin/ashby"), Some(0o755), "{seen:?}");
        assert_eq!(of("./share/z"), Some(0o644), "{seen:?}");
        assert_eq!(seen.iter().filter(|(path, _)| path == "./share/").count(), 1, "{seen:?}");
        let mut long = Tree::default();
        long.add("x".repeat(101), "");
        assert!(long.tar_gz("", false, packing()).is_err());
    }

    #[test]
    fn members_of_an_ar_archive_begin_at_even_places() {
        let archive = ar(&[("debian-binary", b"2.0\n"), ("odd", b"abc"), ("next", b"d")], packing());
        let at = archive.windows(4).position(|bytes| bytes == b"next").unwrap();
        assert_eq!(at % 2, 0);
        assert!(archive.starts_with(b"!<arch>\ndebian-binary   "));
    }

    #[test]
    fn a_zip_file_says_what_may_be_run() {
        let packed = tree(false).zip(packing()).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        assert_eq!(archive.by_name("bin/ashby").unwrap().unix_mode().unwrap() & 0o777, 0o755);
        let mut text = String::new();
        archive.by_name("LICENSE").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "mit");
    }
}
