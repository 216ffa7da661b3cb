//! The gate: what may be published, and what cannot be without having passed it.

use std::fmt;
use std::ops::Deref;

use ashby_client::Address;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;

/// A posting that the public may see. Only the constructors of [`Published`](crate::Published) make them, and
/// nothing changes them.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PublishedPosting(PostingContent);

/// What a posting says.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PostingContent {
    /// Identifies the posting; a UUID.
    pub id: String,
    /// What the job is called.
    pub title: String,
    /// The board it is on: its name in public addresses, or its title.
    pub board: String,
    /// The company's id; Ashby does not tell it, [`Published::set_organization`](crate::Published::set_organization) does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// The company, where Ashby names it or
    /// [`Published::set_organization`](crate::Published::set_organization) did. Public boards do not.
    pub organization: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The team; the department again if that has no teams.
    pub team: Option<String>,
    /// `FullTime`, `PartTime`, `Intern`, `Contract` or `Temporary`.
    pub employment_type: Option<String>,
    /// The name of the main place of work.
    pub location: Option<String>,
    /// Where that is.
    pub address: Option<Address>,
    /// The names of the other places. The API with a key has no names for them.
    pub secondary_locations: Vec<String>,
    /// `OnSite`, `Hybrid` or `Remote`.
    pub workplace_type: Option<String>,
    /// Whether the work can be done from anywhere.
    pub is_remote: Option<bool>,
    /// When it was published. The API with a key knows the day only; that is midnight UTC then.
    pub published: Timestamp,
    /// Where it is shown.
    pub url: Option<String>,
    /// Where one applies.
    pub apply_url: Option<String>,
    /// What it pays, in one line; only if it was asked for and may be shown.
    pub compensation: Option<String>,
    /// The salary alone, such as `EUR 70K - 90K`; under the same conditions.
    pub scrapeable_compensation_salary_summary: Option<String>,
    /// What it says, as HTML.
    pub description_html: Option<String>,
    /// What it says, as text.
    pub description_plain: Option<String>,
}

/// Shows which posting, not what it says.
impl fmt::Debug for PublishedPosting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Shows which posting, not what it says.
impl fmt::Debug for PostingContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posting").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Deref for PublishedPosting {
    type Target = PostingContent;

    fn deref(&self) -> &PostingContent {
        &self.0
    }
}

/// Why a posting is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It is not listed: only who has the link may see it.
    Unlisted,
    /// It is a draft, or was taken back, or Ashby does not say that it is published.
    Unpublished,
    /// It is to be published later.
    Scheduled,
    /// Its job is confidential, or Ashby does not say that it is not.
    Confidential,
    /// It has no public address: it is on internal boards only.
    Internal,
    /// It was taken away while the others were read, or the key may not see it.
    Gone,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unlisted => "not listed",
            Self::Unpublished => "not published",
            Self::Scheduled => "not published yet",
            Self::Confidential => "confidential",
            Self::Internal => "internal",
            Self::Gone => "gone",
        })
    }
}

/// What a source says about who may see a posting. What it does not say is `None` and counts against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visibility<'a> {
    pub(crate) is_listed: Option<bool>,
    pub(crate) status: Option<&'a str>,
    pub(crate) is_confidential: Option<bool>,
    /// When it is published; a text that is neither an instant nor a day counts as none.
    pub(crate) published: Option<&'a str>,
    pub(crate) has_url: bool,
    pub(crate) now: Timestamp,
}

impl Visibility<'_> {
    /// Why it is to be held back; `None` if it is for everybody.
    pub(crate) fn reason(self) -> Option<Reason> {
        let Some(published) = self.published.and_then(Moment::read) else { return Some(Reason::Unpublished) };
        if self.is_confidential != Some(false) {
            Some(Reason::Confidential)
        } else if self.status != Some("Published") {
            Some(Reason::Unpublished)
        } else if self.is_listed != Some(true) {
            Some(Reason::Unlisted)
        } else if published.begins() > self.now {
            Some(Reason::Scheduled)
        } else if !self.has_url {
            Some(Reason::Internal)
        } else {
            None
        }
    }
}

impl PublishedPosting {
    /// Says whose it is, where that is not known.
    pub(crate) fn set_organization(&mut self, id: Option<&str>, name: Option<&str>) {
        let unknown = |known: &mut Option<String>, said: Option<&str>| {
            if known.is_none() {
                *known = said.map(str::to_owned);
            }
        };
        unknown(&mut self.0.organization_id, id);
        unknown(&mut self.0.organization, name);
    }

    /// The only way in.
    pub(crate) fn new(content: PostingContent, visibility: Visibility<'_>) -> Result<Self, Reason> {
        visibility.reason().map_or(Ok(Self(content)), Err)
    }
}

/// An instant, or a day.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    Instant(Timestamp),
    Day(Date),
}

/// A day begins first here.
const EARLIEST: Offset = Offset::constant(14);

impl Moment {
    pub(crate) fn read(text: &str) -> Option<Self> {
        text.parse().map(Self::Instant).ok().or_else(|| text.parse().map(Self::Day).ok())
    }

    /// From when on it has come: of a day nobody says where, so that it has come as soon as it has anywhere.
    fn begins(self) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => EARLIEST.to_timestamp(day.into()).unwrap_or(Timestamp::MAX),
        }
    }

    /// The instant, or the day's midnight UTC.
    pub(crate) fn timestamp(self) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Day(day) => Offset::UTC.to_timestamp(day.into()).unwrap_or(Timestamp::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_772_438_400, 0);

    const SHOWN: Visibility<'static> = Visibility {
        is_listed: Some(true),
        status: Some("Published"),
        is_confidential: Some(false),
        published: Some("2026-03-02T08:00:00Z"),
        has_url: true,
        now: NOW,
    };

    #[test]
    fn what_is_not_known_to_be_public_is_not() {
        assert_eq!(NOW.to_string(), "2026-03-02T08:00:00Z");
        for (visibility, expected) in [
            (SHOWN, None),
            (Visibility { status: None, ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { status: Some("Draft"), ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { status: Some("published"), ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { published: None, ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { published: Some("soon"), ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { published: Some("2026-03-02T08:00:01Z"), ..SHOWN }, Some(Reason::Scheduled)),
            (Visibility { published: Some("2026-03-02T09:30:00+02:00"), ..SHOWN }, None),
            (Visibility { published: Some("2026-03-02"), ..SHOWN }, None),
            (Visibility { published: Some("2026-03-03"), ..SHOWN }, Some(Reason::Scheduled)),
            (Visibility { is_listed: Some(false), ..SHOWN }, Some(Reason::Unlisted)),
            (Visibility { is_listed: None, ..SHOWN }, Some(Reason::Unlisted)),
            (Visibility { is_confidential: Some(true), ..SHOWN }, Some(Reason::Confidential)),
            (Visibility { is_confidential: None, ..SHOWN }, Some(Reason::Confidential)),
            (Visibility { has_url: false, ..SHOWN }, Some(Reason::Internal)),
        ] {
            assert_eq!(visibility.reason(), expected, "{visibility:?}");
        }
    }

    #[test]
    fn a_day_has_come_as_soon_as_it_has_anywhere() {
        let tomorrow = Visibility { published: Some("2026-03-03"), ..SHOWN };
        let at = |text: &str| Visibility { now: text.parse().unwrap(), ..tomorrow }.reason();
        assert_eq!(at("2026-03-02T09:59:59Z"), Some(Reason::Scheduled));
        assert_eq!(at("2026-03-02T10:00:00Z"), None);
    }

    #[test]
    fn instants_and_days_are_read() {
        for (text, read) in [
            ("2026-03-02T09:00:00.000+02:00", Some("2026-03-02T07:00:00Z")),
            ("2026-03-02", Some("2026-03-02T00:00:00Z")),
            ("soon", None),
            ("", None),
        ] {
            let instant = Moment::read(text).map(|moment| moment.timestamp().to_string());
            assert_eq!(instant.as_deref(), read, "{text}");
        }
    }
}
