//! From a public job board.

use ashby_client::{JobBoard, Posting};

use crate::posting::{PostingContent, PublishedPosting, Visibility, instant};
use crate::{Error, Published};

impl Published {
    /// The postings of a public job board.
    ///
    /// # Errors
    /// [`Error::Ashby`] or [`Error::Unreadable`] if a posting is not as Ashby describes them: none is left out for
    /// that.
    pub fn from_board(board: &JobBoard) -> Result<Self, Error> {
        let mut published = Self::new(format!("Jobs at {}", board.name));
        for (index, posting) in board.postings()?.into_iter().enumerate() {
            let Some(date) = posting.published_at.as_deref() else {
                published.withhold(crate::Reason::Unpublished);
                continue;
            };
            let date = instant(date).ok_or_else(|| Error::Unreadable {
                what: format!("the publication date of job {index} of job board {}", board.name),
            })?;
            let is_listed = posting.is_listed;
            // Ashby puts neither drafts nor confidential jobs on public boards, nor says anything about that.
            let visibility =
                Visibility { is_listed, status: None, is_confidential: Some(false), is_published: true };
            let content = content(posting, date, &board.name);
            published.add(PublishedPosting::new(content, visibility));
        }
        Ok(published)
    }
}

fn content(posting: Posting, published: jiff::Timestamp, board: &str) -> PostingContent {
    let may_show_compensation = posting.should_display_compensation_on_job_postings == Some(true);
    let compensation = posting.compensation.filter(|_| may_show_compensation);
    PostingContent {
        id: posting.id,
        title: posting.title.unwrap_or_default(),
        board: board.to_owned(),
        organization: None,
        department: posting.department,
        team: posting.team,
        employment_type: posting.employment_type,
        location: posting.location,
        secondary_locations: posting
            .secondary_locations
            .into_iter()
            .filter_map(|place| place.location)
            .collect(),
        workplace_type: posting.workplace_type,
        is_remote: posting.is_remote,
        published,
        url: posting.job_url,
        apply_url: posting.apply_url,
        compensation: compensation.and_then(|compensation| compensation.compensation_tier_summary),
        description_html: posting.description_html,
        description_plain: posting.description_plain,
    }
}
