//! Connections that can be reset, and bodies that can end too early.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The connection ends here, on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the simulator dropped the connection on purpose")]
pub(super) struct Dropped;

/// Tells a connection that it shall end with a reset instead of an orderly close.
#[derive(Debug, Clone, Default)]
pub(super) struct Reset(Arc<AtomicBool>);

impl Reset {
    pub(super) fn reset(&self) -> Dropped {
        self.0.store(true, Ordering::Relaxed);
        Dropped
    }
}

/// A TCP connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    reset: Reset,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, reset: Reset) -> Self {
        Self { stream, reset }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.reset.0.load(Ordering::Relaxed) {
            // Closing a socket that shall not linger sends a reset. When that fails, it is an ordinary close.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.0.load(Ordering::Relaxed) {
            // An orderly shutdown first would hide the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// The body of an answer.
#[derive(Debug)]
pub(super) struct ReplyBody {
    bytes: Option<Bytes>,
    announced_bytes: u64,
    cut: Option<Cut>,
}

/// How far a body that ends too early has come.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Pending,
    Flushing,
}

impl ReplyBody {
    /// A body that is sent whole, or announced whole and cut after some bytes.
    pub(super) fn new(bytes: Bytes, cut_after: Option<usize>) -> Self {
        let announced_bytes = bytes.len() as u64;
        let sent = match cut_after {
            Some(after) => bytes.slice(..after.min(bytes.len().saturating_sub(1))),
            None => bytes,
        };
        Self { bytes: Some(sent), announced_bytes, cut: cut_after.map(|_| Cut::Pending) }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.cut {
            None => Poll::Ready(None),
            // Waiting once makes the connection send what it has before it learns of the end.
            Some(Cut::Pending) => {
                self.cut = Some(Cut::Flushing);
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Cut::Flushing) => Poll::Ready(Some(Err(Dropped))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(if self.bytes.is_some() || self.cut.is_some() {
            self.announced_bytes
        } else {
            0
        })
    }
}
