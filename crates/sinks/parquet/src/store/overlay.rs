//! A store to try things on: what is written is seen by whoever holds it, and by nobody else.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use capture_core::Result;

use super::{Blob, Held, Spool, Store, Tag, failed};

pub(crate) struct Overlay {
    below: Arc<dyn Store>,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    /// `None` if it was removed.
    files: BTreeMap<String, Option<Bytes>>,
    version: u64,
    /// Of documents that were replaced.
    tags: BTreeMap<String, Tag>,
}

impl Overlay {
    pub(crate) fn new(below: Arc<dyn Store>) -> Self {
        Self { below, written: Mutex::default() }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self, path: &str) -> Option<Option<Bytes>> {
        self.written().files.get(path).cloned()
    }
}

impl Store for Overlay {
    fn place(&self) -> String {
        self.below.place()
    }

    fn take(&self) -> Result<Option<Held>> {
        Ok(None)
    }

    fn needs_lease(&self) -> bool {
        false
    }

    fn read(&self, path: &str) -> Result<Option<(Bytes, Tag)>> {
        match self.own(path) {
            Some(content) => {
                let tag = self.written().tags.get(path).cloned();
                Ok(content.zip(tag))
            }
            None => self.below.read(path),
        }
    }

    fn replace(&self, path: &str, content: Bytes, expected: Option<&Tag>) -> Result<Option<Tag>> {
        if self.read(path)?.map(|(_, tag)| tag).as_ref() != expected {
            return Ok(None);
        }
        let mut written = self.written();
        written.version += 1;
        let tag = Tag { e_tag: Some(format!("rehearsal {}", written.version)), version: None };
        written.files.insert(path.to_owned(), Some(content));
        written.tags.insert(path.to_owned(), tag.clone());
        Ok(Some(tag))
    }

    fn part(&self, path: &str) -> Result<Option<Blob>> {
        match self.own(path) {
            Some(content) => Ok(content.map(Blob::Bytes)),
            None => self.below.part(path),
        }
    }

    fn whole(&self, path: &str) -> Result<Option<Blob>> {
        match self.own(path) {
            Some(content) => Ok(content.map(Blob::Bytes)),
            None => self.below.whole(path),
        }
    }

    fn spool(&self) -> Result<Spool> {
        Spool::unnamed().map_err(|error| failed("make a file", "to try things on", &self.place(), error))
    }

    fn put_in_place(&self, path: &str, spool: Spool, _: bool) -> Result<()> {
        let read = || -> io::Result<Bytes> {
            let mut content = Vec::new();
            spool.read_back()?.read_to_end(&mut content)?;
            Ok(content.into())
        };
        let content = read().map_err(|error| failed("keep", path, &self.place(), error))?;
        self.written().files.insert(path.to_owned(), Some(content));
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let mut paths = self.below.list(folder)?;
        let within = format!("{folder}/");
        for (path, content) in &self.written().files {
            paths.retain(|other| other != path);
            if content.is_some() && path.starts_with(&within) {
                paths.push(path.clone());
            }
        }
        paths.sort_unstable();
        Ok(paths)
    }

    fn delete(&self, path: &str) -> Result<()> {
        self.written().files.insert(path.to_owned(), None);
        Ok(())
    }
}
