//! Single records, asked for by their key.

use ashby_client::catalog::{self, Type};
use ashby_client::{
    CycleGuard, ErrorKind as ClientErrorKind, Page, ReadOperation, SMALL_BODY_BYTES, split_usable,
};
use bytes::Bytes;
use capture_core::{Error, Gone, Key, Purpose, Record, Result};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::{Map, Value};

use crate::AshbySource;
use crate::error::from_client;
use crate::record::{assemble, detached, key_fields};
use crate::table::{Plan, Row};

/// Records asked for side by side. The client's own limits on rate and concurrency apply on top.
const RECORDS_AT_ONCE: usize = 4;

/// The operation that answers a single record of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Single {
    row: &'static Row,
    operation: &'static catalog::Operation,
    /// The parameter that takes the record's key.
    parameter: &'static str,
    /// Members that lists do not show: a record must look the same however it was read, or each listing would undo them.
    unlisted: Vec<&'static str>,
}

impl Single {
    /// `None` if Ashby has no such operation for the stream.
    pub(crate) fn of(row: &'static Row) -> Option<Self> {
        if !matches!(row.plan, Plan::List(_)) || row.key.len() != 1 {
            return None;
        }
        let (category, _) = row.operation.split_once('.')?;
        let operation = catalog::find(&format!("{category}.info"))?;
        let parameter =
            operation.parameters.iter().find(|parameter| matches!(parameter.kind, Type::Id(_)))?;
        let unlisted = crate::fields::only_by_itself(row, operation);
        Some(Self { row, operation, parameter: parameter.name, unlisted })
    }

    /// Whether a record by itself shows all that its list shows of it.
    pub(crate) fn is_as_listed(&self) -> bool {
        let alone = |name: &str| self.operation.members().any(|member| member.name == name);
        crate::fields::of(self.row).iter().all(|field| alone(&field.name))
    }

    /// Asks for these records: those that are there as they are now (unless only that is to be known: lists may show
    /// other members of them), the others as gone. Also counts the requests.
    pub(crate) async fn read(
        &self,
        source: &AshbySource,
        keys: &[Key],
        purpose: Purpose,
    ) -> Result<(Vec<Record>, u32)> {
        // What makes archived and unpublished records appear in the list does so here.
        let mut parameters = source.requests.parameters(self.row)?;
        parameters.retain(|name, _| self.operation.parameters.iter().any(|known| known.name == name));
        let client = source.client.in_lane(lane(purpose));
        let answers = stream::iter(keys.to_vec()).map(|key| {
            let mut parameters: Map<String, Value> = parameters.clone();
            parameters.insert(self.parameter.to_owned(), key.as_str().into());
            let client = client.clone();
            async move {
                let asked = client.read(&ReadOperation::new(self.operation.name), &parameters).await;
                self.judge(&key, asked)
            }
        });
        let answers: Vec<(Vec<Record>, u32)> = answers.buffered(RECORDS_AT_ONCE).try_collect().await?;
        let requests = answers.iter().map(|(_, requests)| requests).sum();
        let records = answers.into_iter().flat_map(|(records, _)| records);
        let is_wanted = |record: &Record| purpose == Purpose::Refresh || record.body().is_none();
        Ok((records.filter(is_wanted).collect(), requests))
    }

    fn judge(
        &self,
        key: &Key,
        asked: Result<ashby_client::Response, ashby_client::Error>,
    ) -> Result<(Vec<Record>, u32)> {
        match asked {
            Ok(answer) => {
                let record = self.record(&answer.results)?;
                // It is held until the others are there.
                let record = if record.len_bytes() <= SMALL_BODY_BYTES { record } else { detached(record) };
                // One that answers by another name has become that.
                let renamed = (record.key != *key)
                    .then(|| Record::gone(key.clone(), Gone::MergedInto(record.key.clone())));
                Ok((renamed.into_iter().chain([record]).collect(), answer.requests))
            }
            // Only a word of Ashby's says that a record is not there; an address that is not there says nothing.
            Err(error) if error.kind() == ClientErrorKind::NotFound && error.code().is_some() => {
                Ok((vec![Record::gone(key.clone(), Gone::NotFound)], error.requests()))
            }
            Err(error) => Err(from_client(self.row, error)),
        }
    }

    fn record(&self, results: &Bytes) -> Result<Record> {
        let listed = json_slices::without(results, &self.unlisted).ok().flatten();
        let results = &listed.map_or_else(|| results.clone(), Bytes::from);
        let records = is_object(results)
            .then(|| split_usable(results, &[], &key_fields(self.row, None)).ok().flatten())
            .flatten();
        let record = records.and_then(|records| assemble(self.row, &records, None).records.pop());
        record.ok_or_else(|| {
            let message = format!("{} answered without a record", self.operation.name);
            Error::new(capture_core::ErrorKind::Data, message)
        })
    }
}

fn is_object(json: &Bytes) -> bool {
    json.trim_ascii_start().starts_with(b"{")
}

/// Streams whose records can be listed by what they belong to: the parameter that says so.
pub(crate) fn filter(row: &Row) -> Option<&'static str> {
    match row.plan {
        Plan::List(_) => row.owner.and_then(|owner| owner.parameter),
        Plan::Embedded { .. } | Plan::PerParent { .. } => None,
    }
}

/// All records of a list that belong to one record, page by page.
pub(crate) async fn pages_within(
    source: &AshbySource,
    row: &'static Row,
    parameter: &str,
    owner: &Key,
) -> Result<Vec<Page>> {
    let client = source.client.in_lane(lane(Purpose::Refresh));
    let mut list = source.requests.list(row, key_fields(row, None))?;
    list.parameters.insert(parameter.to_owned(), owner.as_str().into());
    let mut guard = CycleGuard::new();
    let mut pages = Vec::new();
    loop {
        let page = client.page(&list).await.map_err(|error| from_client(row, error))?;
        if let Some(circle) = guard.check(&page) {
            let message = format!("{}: {circle}", row.operation);
            return Err(Error::new(capture_core::ErrorKind::Data, message));
        }
        list.cursor.clone_from(&page.next_cursor);
        pages.push(page);
        if list.cursor.is_none() {
            return Ok(pages);
        }
    }
}

fn lane(purpose: Purpose) -> ashby_client::Lane {
    match purpose {
        Purpose::Refresh | Purpose::Confirm => ashby_client::Lane::Interactive,
        Purpose::Check => ashby_client::Lane::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row;

    #[test]
    fn what_somebody_waits_for_is_urgent_and_what_is_checked_can_wait() {
        use ashby_client::Lane;
        assert_eq!([Purpose::Refresh, Purpose::Confirm].map(lane), [Lane::Interactive; 2]);
        assert_eq!(lane(Purpose::Check), Lane::Low);
    }

    #[test]
    fn streams_whose_records_can_be_asked_for() {
        let parameter = |stream: &str| Single::of(row(stream).unwrap()).map(|single| single.parameter);
        for (stream, expected) in [
            ("applications", Some("applicationId")),
            ("candidates", Some("id")),
            ("jobs", Some("id")),
            ("offers", Some("offerId")),
            ("job_postings", Some("jobPostingId")),
            ("custom_fields", Some("customFieldId")),
            ("users", Some("userId")),
            ("interview_schedules", None),
            ("interview_events", None),
            ("candidate_notes", None),
            ("sources", None),
            ("job_posting_details", None),
        ] {
            assert_eq!(parameter(stream), expected, "{stream}");
        }
    }
}
