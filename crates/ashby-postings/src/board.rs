//! From a public job board.

use ashby_client::{JobBoard, Posting};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::posting::{Moment, PostingContent, PublishedPosting, Visibility};
use crate::{Published, Reason, is_mended};

impl Published {
    /// The postings of a public job board. Those that are for everybody and not as Ashby describes postings are
    /// [`odd`](field@Published::odd).
    pub fn from_board(board: &JobBoard) -> Self {
        Self::from_board_at(board, Timestamp::now())
    }

    fn from_board_at(board: &JobBoard, now: Timestamp) -> Self {
        let mut published = Self::new(format!("Jobs at {}", board.name));
        published.is_mended = is_mended(board.split().as_bytes());
        for (index, record) in board.split().iter().enumerate() {
            let said = Said::read(&record);
            let visibility = said.visibility(now);
            if let Some(reason) = visibility.reason() {
                published.withhold(reason);
                continue;
            }
            let date = visibility.published.and_then(Moment::read).map(Moment::timestamp);
            match (board.posting(index), date) {
                (Ok(posting), Some(date)) => {
                    let content = content(posting, date, &board.name);
                    published.add(PublishedPosting::new(content, visibility));
                }
                (Err(error), _) => {
                    let what = std::error::Error::source(&error).map(ToString::to_string);
                    let id = said.id.as_str().map_or_else(|| format!("job {index}"), str::to_owned);
                    let place = what.map(|place| format!(" ({place})")).unwrap_or_default();
                    published.odd(id, format!("it is not as Ashby describes jobs{place}"));
                }
                (Ok(_), None) => published.withhold(Reason::Unpublished),
            }
        }
        for error in board.unusable() {
            published.odd("a job without a usable id", error.to_string());
        }
        published
    }
}

/// Why a posting of a public board is not for everybody; `None` if it is. `record` is the posting as the board has it. Of
/// a member that is not as Ashby describes it, the worst is thought.
pub fn withheld(record: &[u8], now: Timestamp) -> Option<Reason> {
    Said::read(record).visibility(now).reason()
}

/// What a board's posting says of who may see it, whatever the forms.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Said {
    id: Value,
    is_listed: Value,
    published_at: Value,
    job_url: Value,
    /// Boards have neither drafts nor confidential jobs, and say nothing of that. If one does, it is believed.
    status: Value,
    confidential: Value,
    is_confidential: Value,
}

impl Said {
    fn read(record: &[u8]) -> Self {
        json_slices::read(record).unwrap_or_default()
    }

    fn visibility(&self, now: Timestamp) -> Visibility<'_> {
        let is_open = |said: &Value| matches!(said, Value::Null | Value::Bool(false));
        Visibility {
            is_listed: self.is_listed.as_bool(),
            status: if self.status.is_null() { Some("Published") } else { self.status.as_str() },
            is_confidential: Some(!(is_open(&self.confidential) && is_open(&self.is_confidential))),
            published: self.published_at.as_str(),
            has_url: self.job_url.is_string(),
            now,
        }
    }
}

fn content(posting: Posting, published: Timestamp, board: &str) -> PostingContent {
    let may_show_compensation = posting.should_display_compensation_on_job_postings == Some(true);
    let compensation = posting.compensation.filter(|_| may_show_compensation);
    let (compensation, salary) = compensation
        .map(|pay| (pay.compensation_tier_summary, pay.scrapeable_compensation_salary_summary))
        .unwrap_or_default();
    let places = posting.secondary_locations.into_iter();
    PostingContent {
        id: posting.id,
        title: posting.title.unwrap_or_default(),
        board: board.to_owned(),
        organization_id: None,
        organization: None,
        department: posting.department,
        team: posting.team,
        employment_type: posting.employment_type,
        location: posting.location,
        address: posting.address,
        secondary_locations: places.filter_map(|place| place.location).collect(),
        workplace_type: posting.workplace_type,
        is_remote: posting.is_remote,
        published,
        url: posting.job_url,
        apply_url: posting.apply_url,
        compensation,
        scrapeable_compensation_salary_summary: salary,
        description_html: posting.description_html,
        description_plain: posting.description_plain,
    }
}
