//! A folder in an object store: S3 and what speaks like it, Google's, Azure's.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use capture_core::{Error, ErrorKind, Result};
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion,
    WriteMultipart,
};
use tokio::runtime::{Builder, Runtime};

use super::{Blob, Held, Spool, Store, Tag, failed, profile, taken};
use crate::address::{Bucket, Service};

/// Larger files go in pieces of this size.
const PIECE_BYTES: usize = 8 << 20;

/// What is read at once of a file of which little is read, and how much of that is kept.
const BLOCK_BYTES: u64 = 1 << 20;
const BLOCKS_KEPT: usize = 8;

/// How long a request is tried again.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Objects {
    address: Bucket,
    store: Arc<dyn ObjectStore>,
    /// Its own, so that whoever waits for it need not drive it.
    runtime: Arc<Driver>,
}

/// A runtime that can be given up anywhere.
struct Driver(OnceLock<Runtime>);

impl Driver {
    fn block_on<F: Future>(&self, future: F) -> io::Result<F::Output> {
        self.0.get().map(|runtime| runtime.block_on(future)).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Objects {
    /// # Errors
    /// [`ErrorKind::Configuration`] for settings in the environment that cannot be.
    pub(crate) fn new(address: &Bucket) -> Result<Self> {
        let refused = |error: &object_store::Error| {
            let message = format!("{} cannot be used as it is set up: {}", place(address), told(error));
            Error::new(ErrorKind::Configuration, message).with_hint(hint(address.service))
        };
        let runtime =
            Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(|error| {
                Error::new(ErrorKind::Storage, "cannot start what talks to the object store")
                    .with_source(error)
            })?;
        let driver = Driver(OnceLock::new());
        let _ = driver.0.set(runtime);
        Ok(Self {
            address: address.clone(),
            store: build(address).map_err(|error| refused(&error))?,
            runtime: Arc::new(driver),
        })
    }

    fn at(&self, path: &str) -> Path {
        Path::from(format!("{}/{path}", self.address.prefix))
    }

    fn wait<T>(
        &self,
        what: &str,
        path: &str,
        work: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T> {
        match self.runtime.block_on(work) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.failed(what, path, &error)),
            Err(error) => Err(failed(what, path, &self.place(), error)),
        }
    }

    fn failed(&self, what: &str, path: &str, error: &object_store::Error) -> Error {
        use object_store::Error as E;
        let message = format!("cannot {what} {path} in {}: {}", self.place(), told(error));
        let service = self.address.service;
        match error {
            E::PermissionDenied { .. } => Error::new(ErrorKind::Storage, message).with_hint(format!(
                "the key must be allowed to list, read, write and delete below that prefix ({})",
                match service {
                    Service::S3 => "s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject",
                    Service::Gcs => "the role Storage Object User",
                    Service::Azure => "the role Storage Blob Data Contributor",
                }
            )),
            E::Unauthenticated { .. } => Error::new(ErrorKind::Storage, message).with_hint(hint(service)),
            E::NotFound { .. } => Error::new(ErrorKind::Storage, message)
                .with_hint("the bucket must be there already; is its name right, and its region?"),
            E::NotImplemented { .. } | E::NotSupported { .. } => {
                Error::new(ErrorKind::Configuration, message)
                    .with_hint("it must be able to write on the condition that an object has not changed")
            }
            _ => Error::new(ErrorKind::Unavailable, message)
                .with_hint("is it reachable from here? the next run goes on from the last commit"),
        }
    }
}

fn build(address: &Bucket) -> object_store::Result<Arc<dyn ObjectStore>> {
    let retry = RetryConfig { max_retries: 8, retry_timeout: PATIENCE, ..RetryConfig::default() };
    Ok(match address.service {
        Service::S3 => {
            let mut builder = AmazonS3Builder::from_env().with_bucket_name(&address.name).with_retry(retry);
            let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
            if let Some(profile) = profile::of_environment(&environment) {
                if let (Some(id), Some(secret)) = (profile.key_id, profile.secret) {
                    builder = builder.with_access_key_id(id).with_secret_access_key(secret);
                }
                if let Some(token) = profile.token {
                    builder = builder.with_token(token);
                }
                if let Some(region) = profile.region
                    && environment("AWS_REGION").or_else(|| environment("AWS_DEFAULT_REGION")).is_none()
                {
                    builder = builder.with_region(region);
                }
            }
            if let Some(region) = &address.region {
                builder = builder.with_region(region);
            }
            if let Some(endpoint) = &address.endpoint {
                builder = builder.with_endpoint(endpoint);
            }
            Arc::new(builder.build()?)
        }
        Service::Gcs => Arc::new(
            GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(&address.name)
                .with_retry(retry)
                .build()?,
        ),
        Service::Azure => {
            let mut builder =
                MicrosoftAzureBuilder::from_env().with_container_name(&address.name).with_retry(retry);
            if let Some(account) = &address.account {
                builder = builder.with_account(account);
            }
            if let Some(endpoint) = &address.endpoint {
                builder = builder.with_endpoint(endpoint.clone());
            }
            Arc::new(builder.build()?)
        }
    })
}

fn place(address: &Bucket) -> String {
    let scheme = address.service.scheme();
    match address.prefix.as_str() {
        "" => format!("the bucket {scheme}://{}", address.name),
        prefix => format!("{scheme}://{}/{prefix}", address.name),
    }
}

fn hint(service: Service) -> &'static str {
    match service {
        Service::S3 => {
            "credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials (AWS_PROFILE), or the role \
             of the machine; the region from `region=` in the address or AWS_REGION; another server from `endpoint=`"
        }
        Service::Gcs => {
            "credentials come from GOOGLE_APPLICATION_CREDENTIALS, `gcloud auth application-default login`, or the machine"
        }
        Service::Azure => {
            "the account comes from `account=` in the address, credentials from AZURE_STORAGE_ACCOUNT_KEY, \
             AZURE_CLIENT_ID with its secret, or the identity of the machine"
        }
    }
}

/// An error and its causes in one line, without addresses' queries, which may hold a signature.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    let mut clean = String::with_capacity(text.len().min(400));
    let mut is_query = false;
    for letter in text.chars() {
        match letter {
            '?' => is_query = true,
            _ if letter.is_whitespace() || matches!(letter, '"' | ')' | '>' | '\'') => is_query = false,
            _ => {}
        }
        if !is_query {
            clean.push(if letter.is_control() { ' ' } else { letter });
        }
        if clean.len() > 400 {
            clean.push('…');
            break;
        }
    }
    clean
}

impl Store for Objects {
    fn place(&self) -> String {
        place(&self.address)
    }

    fn take(&self) -> Result<Option<Held>> {
        Ok(None)
    }

    fn needs_lease(&self) -> bool {
        true
    }

    fn read(&self, path: &str) -> Result<Option<(Bytes, Tag)>> {
        let at = self.at(path);
        let read = async {
            match self.store.get(&at).await {
                Ok(found) => {
                    let tag = Tag { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
                    Ok(Some((found.bytes().await?, tag)))
                }
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.wait("read", path, read)
    }

    fn replace(&self, path: &str, content: Bytes, expected: Option<&Tag>) -> Result<Option<Tag>> {
        use object_store::Error as E;
        let at = self.at(path);
        let mode = match expected {
            None => PutMode::Create,
            Some(Tag { e_tag, version }) => {
                PutMode::Update(UpdateVersion { e_tag: e_tag.clone(), version: version.clone() })
            }
        };
        let put = async {
            let options = PutOptions { mode, ..PutOptions::default() };
            match self.store.put_opts(&at, PutPayload::from(content), options).await {
                Ok(done) => Ok(Some(Tag { e_tag: done.e_tag, version: done.version })),
                Err(E::Precondition { .. } | E::AlreadyExists { .. }) => Ok(None),
                // It was to be replaced, and is gone.
                Err(E::NotFound { .. }) if expected.is_some() => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.wait("write", path, put)
    }

    fn part(&self, path: &str) -> Result<Option<Blob>> {
        let at = self.at(path);
        let head = async {
            match self.store.head(&at).await {
                Ok(found) => Ok(Some(found.size)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let length = self.wait("read", path, head)?;
        Ok(length.map(|length| {
            let (store, runtime) = (Arc::clone(&self.store), Arc::clone(&self.runtime));
            Blob::Ranges(Arc::new(Ranges { store, runtime, at, length, blocks: Mutex::default() }))
        }))
    }

    fn whole(&self, path: &str) -> Result<Option<Blob>> {
        let Some(Blob::Ranges(ranges)) = self.part(path)? else { return Ok(None) };
        let copy = || -> io::Result<Blob> {
            let mut spool = Spool::unnamed()?;
            let mut from = 0;
            while from < ranges.length {
                let until = ranges.length.min(from + PIECE_BYTES as u64);
                io::Write::write_all(&mut spool, &ranges.fetch(from..until)?)?;
                from = until;
            }
            spool.into_blob()
        };
        copy().map(Some).map_err(|error| failed("read", path, &self.place(), error))
    }

    fn spool(&self) -> Result<Spool> {
        Spool::unnamed().map_err(|error| {
            failed("make", "a file for the time being", &self.place(), error)
                .with_hint("it is made where TMPDIR says; is there room, and may this user write there?")
        })
    }

    fn put_in_place(&self, path: &str, spool: Spool, may_replace: bool) -> Result<()> {
        let unreadable = |error| failed("write", path, &self.place(), error);
        let mut file = spool.read_back().map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let at = self.at(path);
        let piece = |file: &mut std::fs::File| -> io::Result<Vec<u8>> {
            let mut piece =
                Vec::with_capacity(PIECE_BYTES.min(usize::try_from(length).unwrap_or(PIECE_BYTES)));
            file.take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
            Ok(piece)
        };
        if length <= PIECE_BYTES as u64 {
            let content = piece(&mut file).map_err(unreadable)?;
            if !may_replace {
                return match self.replace(path, content.into(), None)? {
                    Some(_) => Ok(()),
                    None => Err(taken(path, &self.place())),
                };
            }
            return self.wait("write", path, self.store.put(&at, content.into())).map(drop);
        }
        let mut upload = WriteMultipart::new_with_chunk_size(
            self.wait("write", path, self.store.put_multipart(&at))?,
            PIECE_BYTES,
        );
        loop {
            let content = piece(&mut file).map_err(unreadable)?;
            if content.is_empty() {
                break;
            }
            self.wait("write", path, async {
                upload.wait_for_capacity(1).await?;
                upload.put(content.into());
                Ok(())
            })?;
        }
        self.wait("write", path, upload.finish()).map(drop)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>> {
        let prefix = self.at(folder);
        let own = if self.address.prefix.is_empty() {
            0
        } else {
            Path::from(&*self.address.prefix).as_ref().len() + 1
        };
        let list = self.store.list(Some(&prefix)).map_ok(|found| found.location.to_string()).try_collect();
        let found: Vec<String> = self.wait("list", folder, list)?;
        let mut paths: Vec<String> =
            found.iter().filter_map(|path| path.get(own..)).map(str::to_owned).collect();
        paths.sort_unstable();
        Ok(paths)
    }

    fn delete(&self, path: &str) -> Result<()> {
        let at = self.at(path);
        let delete = async {
            match self.store.delete(&at).await {
                Err(object_store::Error::NotFound { .. }) => Ok(()),
                done => done,
            }
        };
        self.wait("remove", path, delete)
    }
}

/// A file in an object store, read where it is asked for.
pub(crate) struct Ranges {
    store: Arc<dyn ObjectStore>,
    runtime: Arc<Driver>,
    at: Path,
    length: u64,
    /// Those that were read last, the newest at the end.
    blocks: Mutex<Vec<(u64, Bytes)>>,
}

impl Ranges {
    pub(crate) fn len_bytes(&self) -> u64 {
        self.length
    }

    fn fetch(&self, range: std::ops::Range<u64>) -> io::Result<Bytes> {
        let fetched = self.runtime.block_on(self.store.get_range(&self.at, range))?;
        fetched.map_err(|error| io::Error::other(told(&error)))
    }

    fn block(&self, number: u64) -> io::Result<Bytes> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = blocks.iter().position(|(known, _)| *known == number) {
            let found = blocks.remove(place);
            let bytes = found.1.clone();
            blocks.push(found);
            return Ok(bytes);
        }
        let start = number * BLOCK_BYTES;
        let bytes = self.fetch(start..self.length.min(start + BLOCK_BYTES))?;
        if blocks.len() >= BLOCKS_KEPT {
            blocks.remove(0);
        }
        blocks.push((number, bytes.clone()));
        Ok(bytes)
    }

    pub(crate) fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let end = start + length as u64;
        if end > self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (first, last) = (start / BLOCK_BYTES, end.saturating_sub(1) / BLOCK_BYTES);
        if first < last {
            return self.fetch(start..end);
        }
        let block = self.block(first)?;
        let from = usize::try_from(start - first * BLOCK_BYTES).unwrap_or(0);
        Ok(block.slice(from..from + length))
    }

    pub(crate) fn read_from(this: &Arc<Self>, start: u64) -> Reading {
        Reading { ranges: Arc::clone(this), at: start }
    }
}

/// Reads on from a place.
pub(crate) struct Reading {
    ranges: Arc<Ranges>,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.ranges.length || buffer.is_empty() {
            return Ok(0);
        }
        let number = self.at / BLOCK_BYTES;
        let block = self.ranges.block(number)?;
        let from = usize::try_from(self.at - number * BLOCK_BYTES).unwrap_or(0);
        let length = buffer.len().min(block.len().saturating_sub(from));
        buffer[..length].copy_from_slice(&block[from..from + length]);
        self.at += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_is_told_without_signatures() {
        let error = io::Error::other("GET http://x/y?sig=SECRET&a=SECRET \"z\" failed\nno");
        assert_eq!(told(&error), "GET http://x/y \"z\" failed no");
    }
}
