//! The one request loop: a turn, an attempt, a judgement, and again if that may help.
//!
//! Whatever is sent to Ashby goes through [`Inner::exchange`]: calls, forms, public job boards. What differs between
//! them is data: the request, whether it may be sent again, and how a complete response is judged.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::RequestBuilder;
use tokio::time::{Instant, sleep};
use tracing::{Instrument, Span, field};

use crate::budget::{BodyBudget, Room};
use crate::cleaner::Cleaner;
use crate::holds::Holds;
use crate::pace::{Pace, Permit};
use crate::retry::{Attempts, Pause, Paused};
use crate::storage::Storage;
use crate::transport::{Head, Received, Transport};
use crate::usage::Counters;
use crate::{Error, ErrorKind, Lane, RetryPolicy, ServerNote};

/// What a client sends with, whatever it sends.
pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) pace: Pace,
    /// Starts of reports, which have limits of their own.
    pub(crate) reports: Pace,
    pub(crate) holds: Holds,
    pub(crate) budget: Option<BodyBudget>,
    pub(crate) retry: RetryPolicy,
    pub(crate) counters: Counters,
    /// What the newest answer said of the server.
    pub(crate) note: Mutex<Option<ServerNote>>,
    pub(crate) storage: Storage,
}

/// Something to be sent.
pub(crate) struct Exchange<'a> {
    /// What it is called in errors and logs.
    pub(crate) operation: &'a str,
    /// Sent once, if so, unless it is clear that nothing was done: it could not be told from a second wish.
    pub(crate) is_write: bool,
    pub(crate) lane: Lane,
    pub(crate) request: RequestBuilder,
    /// What nothing that is said of it may quote.
    pub(crate) cleaner: Cleaner<'a>,
}

/// What came of it.
pub(crate) struct Exchanged<T> {
    pub(crate) answer: T,
    pub(crate) request_id: Option<String>,
    /// How many requests it took.
    pub(crate) requests: u32,
}

impl Inner {
    /// Sends until it is answered or given up. `judge` says what a complete response means, of which it is given
    /// status and body.
    pub(crate) async fn exchange<T>(
        &self,
        exchange: Exchange<'_>,
        judge: impl Fn(u16, Bytes) -> Result<T, Error>,
    ) -> Result<Exchanged<T>, Error> {
        let Exchange { operation, is_write, lane, request, cleaner } = exchange;
        let began = Instant::now();
        let mut attempts = Attempts::default();
        // Requests whose answers were given up because they were too large for the moment.
        let mut given_up = 0;
        let mut next = Some(request);
        while let Some(request) = next.take() {
            attempts.made += 1;
            // What is streamed cannot be had twice, and is not sent twice.
            next = request.try_clone();
            let room = match &self.budget {
                Some(budget) if next.is_some() && !is_write => budget.room(operation, given_up > 0).await,
                _ => Room::unlimited(),
            };
            let (permit, waited) = self.turn(operation, lane).await;
            let requests = attempts.made + given_up;
            self.counters.request(requests > 1, waited);
            let span = tracing::debug_span!(
                "request",
                operation,
                attempt = attempts.made,
                status = field::Empty,
                request_id = field::Empty,
                bytes = field::Empty,
                elapsed_ms = field::Empty,
            );
            let generation = self.transport.connections.generation();
            // Boxed to keep the futures of all callers small.
            let attempt = self.attempt((operation, cleaner), request, room, &judge).instrument(span);
            let (head, judged) = Box::pin(attempt).await;
            let mut error = match judged {
                Ok(Some(answer)) => {
                    return Ok(Exchanged { answer, request_id: head.request_id, requests });
                }
                Ok(None) => {
                    attempts.made -= 1;
                    given_up += 1;
                    continue;
                }
                Err(error) => error,
            };
            error.0.is_write = is_write;
            if error.kind() == ErrorKind::TooLarge {
                error.0.hint = error.0.hint.or(self.transport.too_large_hint);
            }
            error.0.requests = requests;
            let pause = self.failed(&mut error, head, &permit, attempts.made);
            drop(permit);
            attempts.failed(error.kind(), began.elapsed());
            let can_be_repeated = next.is_some() && (!is_write || error.0.is_untouched);
            if error.kind() == ErrorKind::Timeout && !is_write {
                self.transport.connections.leave(generation);
                next = next.and_then(|request| self.transport.connections.moved(request));
            }
            sleep(self.retry_in(error, can_be_repeated, pause, attempts)?).await;
        }
        // A wait ends with an attempt: `retry_in` gives none where there is nothing to send.
        Err(Error::new(ErrorKind::Configuration, operation, "the request could not be made"))
    }

    /// Waits until this operation may be called and a request may leave; says how long that took.
    async fn turn(&self, operation: &str, lane: Lane) -> (Permit<'_>, Duration) {
        let mut waited = Duration::ZERO;
        loop {
            waited += self.holds.wait(operation).await;
            let permit = self.pace.permit(lane).await;
            waited += permit.waited;
            // The server may have asked for a pause meanwhile.
            if self.holds.until(operation).is_none() {
                return (permit, waited);
            }
        }
    }

    /// Sends once, in a span of its own. There is no answer if there was no room for it.
    async fn attempt<T>(
        &self,
        (operation, cleaner): (&str, Cleaner<'_>),
        request: RequestBuilder,
        room: Room<'_>,
        judge: impl Fn(u16, Bytes) -> Result<T, Error>,
    ) -> (Head, Result<Option<T>, Error>) {
        let began = Instant::now();
        let (mut head, received) = self.transport.exchange(request, room).await;
        let clean = |text: Option<String>| text.map(|text| cleaner.clean(&text));
        head.request_id = clean(head.request_id);
        head.rate_limit_scope = clean(head.rate_limit_scope);
        if head.status > 0 {
            *self.note.lock().unwrap_or_else(PoisonError::into_inner) = Some(head.note.clone());
        }
        let span = Span::current();
        span.record("status", head.status);
        span.record("request_id", &head.request_id);
        let judged = match received {
            Ok(Received::Body(body)) => {
                span.record("bytes", body.len());
                judge(head.status, body).map(Some)
            }
            Ok(Received::NoRoom) => Ok(None),
            Err(failure) => Err(failure.into_error(operation)),
        };
        span.record("elapsed_ms", began.elapsed().as_millis() as u64);
        tracing::debug!("request done");
        (head, judged)
    }

    /// Takes note of a failed attempt: adds to the error what the response's head says, and holds back what the
    /// server wants held back. Returns that pause too.
    fn failed(&self, error: &mut Error, head: Head, permit: &Permit<'_>, attempt: u32) -> Option<Pause> {
        error.0.status = Some(head.status).filter(|status| *status > 0);
        self.transport.way.tell(error, head.redirected.as_deref());
        error.0.request_id = head.request_id.or(error.0.request_id.take());
        error.0.rate_limit_scope = head.rate_limit_scope;
        error.0.retry_after = head.retry_after;
        let pause = self.retry.pause(error, head.retry_after, attempt);
        if error.kind() == ErrorKind::RateLimited {
            self.counters.throttled();
        }
        match pause {
            Some(Pause { of: Paused::Key, length }) => {
                self.pace.slow_down(permit);
                self.pace.pause(length);
            }
            Some(Pause { of: Paused::Operation, length }) => self.holds.hold(error.operation(), length),
            Some(Pause { of: Paused::Call, .. }) | None => {}
        }
        pause
    }

    /// How long to wait before the next attempt; the error if there is none.
    fn retry_in(
        &self,
        mut error: Error,
        can_be_repeated: bool,
        pause: Option<Pause>,
        attempts: Attempts,
    ) -> Result<Duration, Error> {
        let delay = match can_be_repeated {
            true => self.retry.delay(error.kind(), attempts, rand::random()),
            false => None,
        };
        // The pauses that others share are waited for where the turn is.
        let own = pause.filter(|pause| pause.of == Paused::Call).map(|pause| pause.length);
        let delay = delay.map(|delay| delay + own.unwrap_or_default());
        if delay.is_some() || error.kind() == ErrorKind::RateLimited {
            let milliseconds =
                |duration: Option<Duration>| duration.map(|duration| duration.as_millis() as u64);
            // What is tried again is no trouble yet; what is not is the caller's to tell.
            tracing::info!(
                operation = error.0.operation,
                attempt = attempts.made,
                kind = ?error.0.kind,
                status = error.0.status,
                code = error.0.code,
                request_id = error.0.request_id,
                rate_limit_scope = error.0.rate_limit_scope,
                pause_ms = milliseconds(pause.map(|pause| pause.length)),
                retry_in_ms = milliseconds(delay),
                "the request failed",
            );
        }
        delay.ok_or_else(|| {
            error.0.elapsed = attempts.elapsed;
            error
        })
    }
}
