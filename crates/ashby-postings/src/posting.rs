//! The gate: what may be published, and what cannot be without having passed it.

use std::fmt;
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
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
    /// The company, where Ashby names it. Public boards do not.
    pub organization: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// The team; the department again if that has no teams.
    pub team: Option<String>,
    /// `FullTime`, `PartTime`, `Intern`, `Contract` or `Temporary`.
    pub employment_type: Option<String>,
    /// The name of the main place of work.
    pub location: Option<String>,
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
    /// It is a draft, or was taken back.
    Unpublished,
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
    /// `None` where the source has no drafts.
    pub(crate) status: Option<&'a str>,
    pub(crate) is_confidential: Option<bool>,
    pub(crate) is_published: bool,
}

impl PublishedPosting {
    /// The only way in.
    pub(crate) fn new(content: PostingContent, visibility: Visibility<'_>) -> Result<Self, Reason> {
        let Visibility { is_listed, status, is_confidential, is_published } = visibility;
        if is_confidential != Some(false) {
            Err(Reason::Confidential)
        } else if !is_published || status.is_some_and(|status| status != "Published") {
            Err(Reason::Unpublished)
        } else if is_listed != Some(true) {
            Err(Reason::Unlisted)
        } else if content.url.is_none() {
            Err(Reason::Internal)
        } else {
            Ok(Self(content))
        }
    }
}

/// An instant, or a day for its midnight UTC.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(|| text.parse().ok().and_then(midnight))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: Visibility<'static> =
        Visibility { is_listed: Some(true), status: None, is_confidential: Some(false), is_published: true };

    fn content(url: Option<&str>) -> PostingContent {
        PostingContent {
            id: "p".to_owned(),
            title: "Cook".to_owned(),
            board: "acme".to_owned(),
            organization: None,
            department: None,
            team: None,
            employment_type: None,
            location: None,
            secondary_locations: Vec::new(),
            workplace_type: None,
            is_remote: None,
            published: Timestamp::UNIX_EPOCH,
            url: url.map(str::to_owned),
            apply_url: None,
            compensation: None,
            description_html: None,
            description_plain: None,
        }
    }

    #[test]
    fn what_is_not_known_to_be_public_is_not() {
        let judge = |visibility| PublishedPosting::new(content(Some("https://x")), visibility).err();
        for (visibility, expected) in [
            (SHOWN, None),
            (Visibility { status: Some("Published"), ..SHOWN }, None),
            (Visibility { status: Some("Draft"), ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { is_published: false, ..SHOWN }, Some(Reason::Unpublished)),
            (Visibility { is_listed: Some(false), ..SHOWN }, Some(Reason::Unlisted)),
            (Visibility { is_listed: None, ..SHOWN }, Some(Reason::Unlisted)),
            (Visibility { is_confidential: Some(true), ..SHOWN }, Some(Reason::Confidential)),
            (Visibility { is_confidential: None, ..SHOWN }, Some(Reason::Confidential)),
        ] {
            assert_eq!(judge(visibility), expected, "{visibility:?}");
        }
        assert_eq!(PublishedPosting::new(content(None), SHOWN).err(), Some(Reason::Internal));
    }

    #[test]
    fn instants_and_days_are_read() {
        for (text, read) in [
            ("2026-03-02T09:00:00.000+02:00", Some("2026-03-02T07:00:00Z")),
            ("2026-03-02", Some("2026-03-02T00:00:00Z")),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(instant(text).map(|instant| instant.to_string()).as_deref(), read, "{text}");
        }
    }
}
