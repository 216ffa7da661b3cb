//! A request's body, read whole within bounds.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::Semaphore;

/// What is no larger always has room. Ashby's events are of a few kilobytes.
const SMALL_BYTES: u64 = 64 << 10;

/// So many larger bodies are read at once, by all servers of a process.
static LARGE: Semaphore = Semaphore::const_new(16);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyRefusal {
    /// It is larger than allowed.
    #[error("the body is larger than allowed")]
    TooLarge,
    /// It did not come in time.
    #[error("the body did not come in time")]
    TooSlow,
    /// Too many large bodies are under way.
    #[error("too many large bodies are under way")]
    Crowded,
    /// The connection ended in its middle, or it is no HTTP.
    #[error("the body did not come whole")]
    Broken,
}

impl BodyRefusal {
    /// What to answer.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body of at most `limit` bytes within `patience`. One that announces more is not read at all.
///
/// # Errors
/// If it is larger, slower or broken; the connection should then be closed, since the rest of the body may follow.
pub async fn read_body(body: Body, limit: usize, patience: Duration) -> Result<Bytes, BodyRefusal> {
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    if announced > limit as u64 {
        return Err(BodyRefusal::TooLarge);
    }
    // What announces no length may be as large as it may.
    let upper = axum::body::HttpBody::size_hint(&body).upper().unwrap_or(limit as u64).min(limit as u64);
    let large = match upper > SMALL_BYTES {
        true => Some(LARGE.try_acquire().map_err(|_| BodyRefusal::Crowded)?),
        false => None,
    };
    let _large = large;
    match tokio::time::timeout(patience, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) => {
            Err(if error.is::<LengthLimitError>() { BodyRefusal::TooLarge } else { BodyRefusal::Broken })
        }
        Err(_) => Err(BodyRefusal::TooSlow),
    }
}

/// Reads and forgets a body within the same bounds, so that a sender who is refused gets to read why: a connection that is
/// closed on bytes that nobody read is reset.
pub async fn discard_body(mut body: Body, limit: usize, patience: Duration) {
    let discard = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > limit {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(patience, discard).await;
}
