//! What can go wrong on the way to published postings.

/// Why the postings could not be had. The text never holds what a posting says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Ashby, or the way there.
    #[error(transparent)]
    Ashby(#[from] ashby_client::Error),
    /// Ashby answered something that it does not document.
    #[error("{what} is not as Ashby describes it")]
    Unreadable {
        /// Which answer, or which part of it.
        what: String,
    },
    /// The key sees no job board of this id.
    #[error("there is no job board with the id {id}")]
    UnknownBoard {
        /// The id.
        id: String,
    },
    /// The board is for employees.
    #[error("the job board {title} is internal: its postings are not public")]
    InternalBoard {
        /// The board's title.
        title: String,
    },
    /// There is no board that is for everybody.
    #[error("the organization has no public job board")]
    NoPublicBoard,
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Ashby(error) => return error.hint(),
            Self::Unreadable { .. } => "check the base URL; if it is right, report this",
            Self::UnknownBoard { .. } | Self::InternalBoard { .. } => {
                "`ashby sync job_boards --to stdout` shows the ids of all boards and which are internal"
            }
            Self::NoPublicBoard => "enable one in Ashby, under Admin > Job Boards",
        })
    }
}
