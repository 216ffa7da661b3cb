//! Sending plans: a write once, a read until it is answered or given up, a list page by page.

use ashby_client::catalog::{self, Operation};
use ashby_client::{
    Client, Cursor, ListRequest, Page, Pages, ReadOperation, Response, SyncToken, WriteOperation, split_array,
};
use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{Error, Plan};

/// Sends a plan: a read until it is answered or given up, a write once.
///
/// # Errors
/// [`ErrorKind::Unconfirmed`](crate::ErrorKind::Unconfirmed) if it must be wanted and is not, and nothing was sent;
/// otherwise what Ashby or the way to it had against it
/// ([`may_have_taken_effect`](ashby_client::Error::may_have_taken_effect) says whether a write is in doubt).
pub async fn send(client: &Client, plan: &Plan) -> Result<Response, Error> {
    plan.require_approval()?;
    let (name, body) = (plan.operation().name, plan.parameters());
    Ok(match plan.user() {
        _ if plan.operation().is_read() => client.read(&ReadOperation::new(name), body).await?,
        None => client.write(&WriteOperation::new(name), body).await?,
        Some(user) => client.on_behalf_of(user)?.write(&WriteOperation::new(name), body).await?,
    })
}

/// Where a list goes on that was not read to its end, or what asks for what changes after its end.
#[derive(Debug, Clone)]
pub enum Continuation {
    /// The next page.
    Page(Cursor),
    /// What changes from now on.
    Changes(SyncToken),
}

/// A list, page by page.
pub struct Listing {
    pages: Pages,
    all: bool,
    is_finished: bool,
    continuation: Option<Continuation>,
}

/// Reads the list of a plan that [is paged](Plan::is_paged): `all` of it, or one page. Nothing is sent before the
/// first page is asked for.
pub fn list(client: &Client, plan: &Plan, all: bool) -> Listing {
    let mut body = plan.parameters().clone();
    let mut text = |name: &str| body.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let request = ListRequest::new(ReadOperation::new(plan.operation().name))
        .cursor(text("cursor").map(Cursor::from))
        .sync_token(text("syncToken").map(SyncToken::from))
        .parameters(body);
    Listing { pages: client.pages(request), all, is_finished: false, continuation: None }
}

impl Listing {
    /// The next page that was asked for; `None` after the last.
    ///
    /// # Errors
    /// As for [`send`]. The same page is asked for again after an error.
    pub async fn next(&mut self) -> Result<Option<Page>, Error> {
        if self.is_finished {
            return Ok(None);
        }
        let page = self.pages.next().await?;
        self.is_finished = page.is_none() || !self.all;
        if let Some(page) = &page {
            self.continuation = match (&page.next_cursor, &page.sync_token) {
                (Some(cursor), _) => Some(Continuation::Page(cursor.clone())),
                (None, token) => token.clone().map(Continuation::Changes),
            };
        }
        Ok(page)
    }

    /// What goes on after the last page that came.
    pub fn continuation(&self) -> Option<&Continuation> {
        self.continuation.as_ref()
    }
}

/// The items of an answer that is a list: records, or whatever they are; `None` if it is no list.
pub fn list_items(results: &Bytes) -> Option<Vec<Bytes>> {
    if !results.starts_with(b"[") {
        return None;
    }
    let no_keys: [&str; 0] = [];
    Some(match split_array(results, &[], &no_keys) {
        Ok(Some(records)) => records.iter().collect(),
        // Lists of words have no records in them.
        Ok(None) | Err(_) => {
            let items: Vec<&RawValue> = serde_json::from_slice(results).unwrap_or_default();
            items.into_iter().map(|item| results.slice_ref(item.get().as_bytes())).collect()
        }
    })
}

/// The operation that shows whether a write has happened.
pub fn shows(write: &Operation) -> Option<&'static Operation> {
    let category = catalog::category(write.category())?;
    let read = |action: &str| {
        let is_it = |other: &&Operation| other.is_read() && other.action().eq_ignore_ascii_case(action);
        category.operations.iter().find(is_it)
    };
    let action = write.action();
    // createNote is seen in listNotes.
    let verb = action.find(|character: char| character.is_ascii_uppercase());
    let of_noun = verb.and_then(|at| read(&format!("list{}s", &action[at..])));
    let makes = ["create", "submit", "add"].iter().any(|verb| action.starts_with(verb));
    let orders =
        if makes && verb.is_none() { ["list", "search", "info"] } else { ["info", "list", "search"] };
    of_noun.or_else(|| orders.into_iter().find_map(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_seen_in_a_read_of_its_kind() {
        let seen = |name: &str| shows(catalog::find(name).unwrap()).map(|operation| operation.name);
        assert_eq!(seen("candidate.createNote"), Some("candidate.listNotes"));
        assert_eq!(seen("candidate.create"), Some("candidate.list"));
        assert_eq!(seen("candidate.update"), Some("candidate.info"));
    }

    #[test]
    fn lists_of_anything_have_items() {
        let items = |text: &'static str| list_items(&Bytes::from_static(text.as_bytes()));
        let texts =
            |text| items(text).map(|items| items.into_iter().map(|item| item.to_vec()).collect::<Vec<_>>());
        assert_eq!(
            texts(r#"[{"a":1},{"b":[2]}]"#),
            Some(vec![br#"{"a":1}"#.to_vec(), br#"{"b":[2]}"#.to_vec()])
        );
        assert_eq!(texts(r#"["a",5]"#), Some(vec![b"\"a\"".to_vec(), b"5".to_vec()]));
        assert_eq!(texts(r#"{"a":1}"#), None);
    }
}
