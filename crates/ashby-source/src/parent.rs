//! The children of one parent.

use ashby_client::{
    CycleGuard, ErrorKind as ClientErrorKind, ListRequest, ReadOperation, Records, SMALL_BODY_BYTES,
    split_usable,
};
use bytes::Bytes;
use capture_core::{Error, ErrorKind, Key, Record, Result};
use json_slices::Prefix;

use crate::AshbySource;
use crate::aside::Failure;
use crate::error::from_client;
use crate::record::{Assembled, Gaps, Owner, assemble, detached, key_fields};
use crate::table::{Plan, Row};

/// How often the cursor of one parent's children may be refused.
const MAX_RESTARTS: u32 = 3;

/// The most that the pages of one parent's children may hold, if there is more than one: they are handed out together, and
/// so held together, as those of several parents are.
const MAX_PARENT_BYTES: usize = 16_000_000;

/// The children of one parent, or what went wrong, and the requests it took.
pub(crate) struct Fetched {
    pub(crate) requests: u32,
    pub(crate) children: Result<Children, Failure>,
}

pub(crate) enum Children {
    All(Vec<Record>),
    /// These, and perhaps others.
    Some(Vec<Record>, Gaps),
    /// The parent is gone.
    ParentVanished,
}

/// Everything needed to fetch one parent's children.
pub(crate) struct ParentRequest {
    source: AshbySource,
    row: &'static Row,
    list: ListRequest,
    key: Key,
    field: Option<&'static str>,
    arrays: &'static [(&'static str, Option<(&'static str, &'static str)>)],
}

impl ParentRequest {
    pub(crate) fn new(source: AshbySource, row: &'static Row, parent: &str) -> Result<Self> {
        let Plan::PerParent { parameter, add_parent_as, arrays, .. } = row.plan else {
            return Err(Error::new(
                ErrorKind::Configuration,
                format!("{} is not listed by parent", row.name),
            ));
        };
        let mut list = source.requests.list(row, key_fields(row, add_parent_as))?;
        list.parameters.insert(parameter.to_owned(), parent.into());
        Ok(Self { source, row, list, key: Key::from(parent), field: add_parent_as, arrays })
    }

    pub(crate) async fn fetch(self) -> Fetched {
        let mut requests = 0;
        let children = match self.try_fetch(&mut requests).await {
            Ok(children) => Ok(children),
            Err(Trouble::Client(error)) => {
                requests += error.requests();
                // Only a word of Ashby's says that a parent is not there.
                if error.kind() == ClientErrorKind::NotFound && error.code().is_some() {
                    Ok(Children::ParentVanished)
                } else {
                    let is_an_answer = error.status().is_some()
                        && !matches!(error.kind(), ClientErrorKind::RateLimited | ClientErrorKind::NotFound);
                    let error = from_client(self.row, error).with_requests(0);
                    Err(Failure { error, is_an_answer })
                }
            }
            Err(Trouble::Data(error)) => Err(Failure { error, is_an_answer: true }),
        };
        Fetched { requests, children }
    }

    async fn try_fetch(&self, requests: &mut u32) -> Result<Children, Trouble> {
        if self.row.is_list() { self.pages(requests).await } else { self.info(requests).await }
    }

    async fn pages(&self, requests: &mut u32) -> Result<Children, Trouble> {
        let prefix = self.prefix(None);
        let mut found = Found::default();
        let mut list = self.list.clone();
        let mut guard = CycleGuard::new();
        let mut restarts = 0;
        loop {
            let page = match self.source.client.page(&list).await {
                Ok(page) => page,
                Err(error)
                    if error.recovery().is_some() && list.cursor.is_some() && restarts < MAX_RESTARTS =>
                {
                    *requests += error.requests();
                    restarts += 1;
                    found = Found::default();
                    list.cursor = None;
                    guard = CycleGuard::new();
                    continue;
                }
                Err(error) => return Err(Trouble::Client(error)),
            };
            *requests += page.requests;
            found.add(self.assemble(page.split(), &prefix), page.body.len());
            if found.bytes > MAX_PARENT_BYTES && list.cursor.is_some() {
                let message = format!(
                    "{}: the children of one parent take more than {} MB, and are not held together",
                    self.row.operation,
                    MAX_PARENT_BYTES / 1_000_000
                );
                return Err(Error::new(ErrorKind::Data, message)
                    .with_hint("this parent is left as it was and tried again; the others are captured")
                    .into());
            }
            if let Some(circle) = guard.check(&page) {
                let message = format!("{}: {circle}", self.row.operation);
                return Err(Error::new(ErrorKind::Data, message).into());
            }
            match page.next_cursor {
                Some(cursor) => list.cursor = Some(cursor),
                None => return Ok(found.into_children()),
            }
        }
    }

    async fn info(&self, requests: &mut u32) -> Result<Children, Trouble> {
        let operation: &ReadOperation = &self.list.operation;
        let response =
            self.source.client.read(operation, &self.list.parameters).await.map_err(Trouble::Client)?;
        *requests += response.requests;
        let mut found = Found::default();
        for (array, tag) in self.arrays {
            match self.array(&response.results, array)? {
                Some(records) => {
                    found.add(self.assemble(&records, &self.prefix(*tag)), response.results.len());
                }
                // Nobody has said that there are no records.
                None => found.gaps.hollow = true,
            }
        }
        Ok(found.into_children())
    }

    fn array(&self, results: &Bytes, array: &str) -> Result<Option<Records>> {
        let path: &[&str] = if array.is_empty() { &[] } else { &[array] };
        split_usable(results, path, &self.list.key_fields).map_err(|error| {
            let message = format!("cannot read the results of {}", self.row.operation);
            Error::new(ErrorKind::Data, message).with_source(error)
        })
    }

    fn assemble(&self, records: &Records, prefix: &Prefix) -> Assembled {
        assemble(self.row, records, Some(Owner { key: &self.key, field: self.field, prefix }))
    }

    fn prefix(&self, tag: Option<(&'static str, &'static str)>) -> Prefix {
        let parent = self.field.map(|field| (field, self.key.as_str()));
        Prefix::new(parent.into_iter().chain(tag))
    }
}

#[derive(Default)]
struct Found {
    records: Vec<Record>,
    gaps: Gaps,
    /// Of the responses that they came in.
    bytes: usize,
}

impl Found {
    /// Takes records out of a response of this length. They are held while others are asked for, and of large
    /// responses there is only one at a time ([`body_budget_bytes`](ashby_client::ClientBuilder::body_budget_bytes)).
    fn add(&mut self, assembled: Assembled, response_bytes: usize) {
        self.gaps.unusable.extend(assembled.unusable);
        // One of several is copied: each has room that it does not need.
        let is_one_of_many = self.bytes > 0;
        self.bytes = self.bytes.saturating_add(response_bytes);
        match is_one_of_many || response_bytes > SMALL_BODY_BYTES {
            true => self.records.extend(assembled.records.into_iter().map(detached)),
            false => self.records.extend(assembled.records),
        }
    }

    fn into_children(self) -> Children {
        if self.gaps.is_empty() {
            Children::All(self.records)
        } else {
            Children::Some(self.records, self.gaps)
        }
    }
}

enum Trouble {
    Client(ashby_client::Error),
    Data(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}
