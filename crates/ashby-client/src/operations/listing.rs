//! Lists with types, page by page.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Parameters;
use super::call::decode;
use crate::{Client, Cursor, Error, ListRequest, Page, Pages, ReadOperation, SyncToken};

/// A list that will be asked for.
pub(crate) struct Listing<T> {
    client: Client,
    operation: &'static str,
    parameters: Parameters,
    limit: Option<u32>,
    cursor: Option<Cursor>,
    sync_token: Option<SyncToken>,
    record: PhantomData<fn() -> T>,
}

/// Shows names, not values.
impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("operation", &self.operation)
            .field("parameters", &self.parameters)
            .field("limit", &self.limit)
            .field("cursor", &self.cursor)
            .field("sync_token", &self.sync_token)
            .finish_non_exhaustive()
    }
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            operation: self.operation,
            parameters: self.parameters.clone(),
            limit: self.limit,
            cursor: self.cursor.clone(),
            sync_token: self.sync_token.clone(),
            record: PhantomData,
        }
    }
}

impl<T> Listing<T> {
    pub(crate) fn new(client: &Client, operation: &'static str) -> Self {
        Self {
            client: client.clone(),
            operation,
            parameters: Parameters::default(),
            limit: None,
            cursor: None,
            sync_token: None,
            record: PhantomData,
        }
    }

    pub(crate) fn set<V: Into<Value>>(self, name: &str, value: impl Into<V>) -> Self {
        Self { parameters: self.parameters.set(name, value), ..self }
    }

    pub(crate) fn set_list<V: Into<Value>>(
        self,
        name: &str,
        items: impl IntoIterator<Item = impl Into<V>>,
    ) -> Self {
        Self { parameters: self.parameters.set_list(name, items), ..self }
    }

    pub(crate) fn with_newer(self, name: String, value: Value) -> Self {
        Self { parameters: self.parameters.with_newer(name, value), ..self }
    }

    pub(crate) fn limit(self, records: u32) -> Self {
        Self { limit: Some(records), ..self }
    }

    pub(crate) fn cursor(self, cursor: Cursor) -> Self {
        Self { cursor: Some(cursor), ..self }
    }

    pub(crate) fn sync_token(self, token: SyncToken) -> Self {
        Self { sync_token: Some(token), ..self }
    }

    fn request(&self) -> Result<ListRequest, Error> {
        Ok(ListRequest {
            parameters: self.parameters.checked(self.operation)?,
            limit: self.limit,
            cursor: self.cursor.clone(),
            sync_token: self.sync_token.clone(),
            ..ListRequest::new(ReadOperation::new(self.operation))
        })
    }
}

impl<T: DeserializeOwned> Listing<T> {
    pub(crate) async fn page(&self) -> Result<TypedPage<T>, Error> {
        TypedPage::new(self.operation, &self.client.page(&self.request()?).await?)
    }

    pub(crate) fn pages(self) -> TypedPages<T> {
        TypedPages { listing: self, pages: None, unread: None }
    }

    pub(crate) async fn all(self) -> Result<Vec<T>, Error> {
        let mut pages = self.pages();
        let mut records = Vec::new();
        while let Some(page) = pages.next().await? {
            records.extend(page.records);
        }
        Ok(records)
    }
}

/// One page of a list.
#[derive(Clone)]
#[non_exhaustive]
pub struct TypedPage<T> {
    /// The records.
    pub records: Vec<T>,
    /// Where the next page begins; `None` on the last page. A page can be empty and yet not the last.
    pub next_cursor: Option<Cursor>,
    /// From where an incremental listing continues; on the last page only.
    pub sync_token: Option<SyncToken>,
    /// What Ashby remarked beside the success.
    pub warnings: Vec<String>,
    /// The id under which Ashby's support finds the request.
    pub request_id: Option<String>,
}

/// Shows sizes, not records.
impl<T> fmt::Debug for TypedPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedPage")
            .field("records", &self.records.len())
            .field("next_cursor", &self.next_cursor)
            .field("sync_token", &self.sync_token)
            .field("warnings", &self.warnings.len())
            .field("request_id", &self.request_id)
            .finish()
    }
}

impl<T: DeserializeOwned> TypedPage<T> {
    fn new(operation: &str, page: &Page) -> Result<Self, Error> {
        let read = |(index, record): (usize, bytes::Bytes)| decode(operation, &format!("[{index}]"), &record);
        let records: Result<Vec<T>, Error> = page.records().enumerate().map(read).collect();
        let records = records.map_err(|mut error| {
            error.0.request_id.clone_from(&page.request_id);
            error.0.requests = page.requests;
            error
        })?;
        Ok(Self {
            records,
            next_cursor: page.next_cursor.clone(),
            sync_token: page.sync_token.clone(),
            warnings: page.warnings.clone(),
            request_id: page.request_id.clone(),
        })
    }
}

/// The pages of a list in turn.
pub struct TypedPages<T> {
    listing: Listing<T>,
    /// From the first page on.
    pages: Option<Pages>,
    /// A page that came and could not be read.
    unread: Option<Page>,
}

/// Shows names, not values.
impl<T> fmt::Debug for TypedPages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedPages").field("listing", &self.listing).finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned> TypedPages<T> {
    /// The next page; `None` after the last one.
    ///
    /// Cancel-safe: a page that was not returned is asked for again. After an error the same page is asked for
    /// again, too, unless it came and its records are not what they should be: that error stays.
    ///
    /// # Errors
    /// As for [`Pages::next`]; [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending
    /// anything if a parameter is not what it should be, and
    /// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if a record is not.
    pub async fn next(&mut self) -> Result<Option<TypedPage<T>>, Error> {
        let page = match self.unread.take() {
            Some(page) => Some(page),
            None => {
                let pages = match &mut self.pages {
                    Some(pages) => pages,
                    None => self.pages.insert(self.listing.client.pages(self.listing.request()?)),
                };
                pages.next().await?
            }
        };
        let Some(page) = page else {
            return Ok(None);
        };
        let typed = TypedPage::new(self.listing.operation, &page);
        if typed.is_err() {
            self.unread = Some(page);
        }
        typed.map(Some)
    }
}
