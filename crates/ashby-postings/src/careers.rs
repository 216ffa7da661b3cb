//! From the API with a key: the steps that Ashby describes for a careers page of one's own
//! (<https://developers.ashbyhq.com/docs/creating-a-custom-careers-page>).

use std::collections::HashSet;

use ashby_client::{Address, Client, ErrorKind, ListRequest, ReadOperation};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::posting::{Moment, PostingContent, PublishedPosting, Visibility};
use crate::{Error, Published, Reason, is_mended};

/// Postings asked for at once; the client's own limits hold beside it.
const POSTINGS_AT_ONCE: usize = 8;

/// What to take.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Careers {
    /// The id of a job board; `None` for all that are not internal.
    pub job_board_id: Option<String>,
    /// Also what postings pay, where it may be shown.
    pub include_compensation: bool,
}

impl Careers {
    /// Of this job board; `None` for all that are not internal.
    #[must_use]
    pub fn job_board_id(mut self, job_board_id: Option<String>) -> Self {
        self.job_board_id = job_board_id;
        self
    }

    /// Also what postings pay.
    #[must_use]
    pub fn include_compensation(mut self, include_compensation: bool) -> Self {
        self.include_compensation = include_compensation;
        self
    }
}

/// A row of `jobBoard.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Board {
    id: String,
    title: Option<String>,
    is_internal: Option<bool>,
}

/// A row of `jobPosting.list`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    is_listed: Option<bool>,
    status: Option<String>,
}

/// An answer of `jobPosting.info`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    id: String,
    title: Option<String>,
    department_name: Option<String>,
    team_name: Option<String>,
    employment_type: Option<String>,
    location_name: Option<String>,
    address: Option<Address>,
    workplace_type: Option<String>,
    is_remote: Option<bool>,
    is_listed: Option<bool>,
    status: Option<String>,
    published_date: Option<String>,
    external_link: Option<String>,
    apply_link: Option<String>,
    compensation: Option<Compensation>,
    description_html: Option<String>,
    description_plain: Option<String>,
    linked_data: Option<LinkedData>,
    job: Option<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compensation {
    compensation_tier_summary: Option<String>,
    scrapeable_compensation_salary_summary: Option<String>,
    should_display_compensation_on_job_board: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkedData {
    hiring_organization: Option<HiringOrganization>,
}

#[derive(Deserialize)]
struct HiringOrganization {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Job {
    confidential: Option<bool>,
}

/// A posting, or why it cannot be read.
struct Fetched {
    info: Result<Info, Error>,
    is_mended: bool,
}

impl Published {
    /// The postings of an organization's public job boards, read with its key (which needs "Jobs: Read"): a request
    /// for the boards, one for each board, and one for each posting.
    ///
    /// A posting that is on several boards is taken from the first.
    ///
    /// # Errors
    /// [`Error::UnknownBoard`], [`Error::InternalBoard`] or [`Error::NoPublicBoard`] if there is nothing to take
    /// postings from; otherwise what went wrong on the way. Postings are never left out for that, but those that are not
    /// as Ashby describes postings are [`odd`](field@Published::odd).
    pub async fn from_careers(client: &Client, careers: &Careers) -> Result<Self, Error> {
        let mut published = Self::new("Jobs".to_owned());
        let now = Timestamp::now();
        let mut seen = HashSet::new();
        for board in boards(client, careers, &mut published).await? {
            let parameters = json!({"listedOnly": true, "jobBoardId": board.id});
            let rows: Vec<Row> = list(client, "jobPosting.list", parameters, &mut published).await?;
            let rows = rows.into_iter().filter(|row| seen.insert(row.id.clone())).collect::<Vec<_>>();
            let infos: Vec<_> = rows.iter().map(|row| info(client, &board.id, &row.id)).collect();
            let mut infos = stream::iter(infos).buffered(POSTINGS_AT_ONCE);
            for row in &rows {
                let answer = infos.next().await.transpose()?.flatten();
                published.is_mended |= answer.as_ref().is_some_and(|answer| answer.is_mended);
                match answer.map(|answer| answer.info) {
                    Some(Ok(info)) => {
                        published.add(judge(row, info, &board, careers.include_compensation, now));
                    }
                    Some(Err(odd)) => published.odd(&row.id, odd.to_string()),
                    None => published.withhold(Reason::Gone),
                }
            }
        }
        if let Some(organization) = published.postings.iter().find_map(|posting| posting.organization.clone())
        {
            published.title = format!("Jobs at {organization}");
        }
        Ok(published)
    }
}

/// The boards to take postings from.
async fn boards(client: &Client, careers: &Careers, published: &mut Published) -> Result<Vec<Board>, Error> {
    let mut boards: Vec<Board> = list(client, "jobBoard.list", json!({}), published).await?;
    let Some(id) = &careers.job_board_id else {
        boards.retain(|board| board.is_internal == Some(false));
        return if boards.is_empty() { Err(Error::NoPublicBoard) } else { Ok(boards) };
    };
    match boards.into_iter().find(|board| board.id == *id) {
        Some(board) if board.is_internal == Some(false) => Ok(vec![board]),
        Some(board) => Err(Error::InternalBoard { title: board.title.unwrap_or(board.id) }),
        None => Err(Error::UnknownBoard { id: id.clone() }),
    }
}

async fn list<T: DeserializeOwned>(
    client: &Client,
    operation: &'static str,
    parameters: Value,
    published: &mut Published,
) -> Result<Vec<T>, Error> {
    let parameters = match parameters {
        Value::Object(parameters) => parameters,
        _ => Map::new(),
    };
    let mut pages = client.pages(
        ListRequest::new(ReadOperation::new(operation))
            .parameters(parameters)
            .key_fields(vec!["id".to_owned()]),
    );
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        for record in page.records() {
            published.is_mended |= is_mended(&record);
            rows.push(read(&record, || format!("a record of {operation}"))?);
        }
    }
    Ok(rows)
}

/// What Ashby says of a posting; `None` if it has gone since it was listed.
async fn info(client: &Client, board: &str, posting: &str) -> Result<Option<Fetched>, Error> {
    const INFO: ReadOperation = ReadOperation::new("jobPosting.info");
    let parameters = json!({"jobPostingId": posting, "jobBoardId": board, "expand": ["job"]});
    match client.read(&INFO, &parameters).await {
        Ok(response) => Ok(Some(Fetched {
            info: read(&response.results, || format!("the posting {posting}")),
            is_mended: is_mended(&response.results),
        })),
        Err(error) if error.kind() == ErrorKind::NotFound && error.code().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn read<T: DeserializeOwned>(json: &[u8], what: impl FnOnce() -> String) -> Result<T, Error> {
    // The parser's own words could quote the record.
    json_slices::read(json).map_err(|_| Error::Unreadable { what: what() })
}

/// Both answers must agree that the posting is public: it may have changed between them.
fn judge(
    row: &Row,
    info: Info,
    board: &Board,
    include_compensation: bool,
    now: Timestamp,
) -> Result<PublishedPosting, Reason> {
    let published = info.published_date.clone();
    let visibility = Visibility {
        is_listed: Some(row.is_listed == Some(true) && info.is_listed == Some(true)),
        status: row.status.as_deref().filter(|_| row.status == info.status),
        is_confidential: info.job.as_ref().and_then(|job| job.confidential),
        published: published.as_deref(),
        has_url: info.external_link.is_some(),
        now,
    };
    let date = visibility.published.and_then(Moment::read).ok_or(Reason::Unpublished)?;
    let may_show = |pay: &Compensation| {
        include_compensation && pay.should_display_compensation_on_job_board == Some(true)
    };
    let (compensation, salary) = info
        .compensation
        .filter(may_show)
        .map(|pay| (pay.compensation_tier_summary, pay.scrapeable_compensation_salary_summary))
        .unwrap_or_default();
    let content = PostingContent {
        id: info.id,
        title: info.title.unwrap_or_default(),
        board: board.title.clone().unwrap_or_else(|| board.id.clone()),
        organization_id: None,
        organization: info.linked_data.and_then(|data| data.hiring_organization?.name),
        department: info.department_name,
        team: info.team_name,
        employment_type: info.employment_type,
        location: info.location_name,
        address: info.address,
        secondary_locations: Vec::new(),
        workplace_type: info.workplace_type,
        is_remote: info.is_remote,
        published: date.timestamp(),
        url: info.external_link,
        apply_url: info.apply_link,
        compensation,
        scrapeable_compensation_salary_summary: salary,
        description_html: info.description_html,
        description_plain: info.description_plain,
    };
    PublishedPosting::new(content, visibility)
}
