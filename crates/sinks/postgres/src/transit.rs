//! Whether somebody stands between us and the server.
//!
//! Each connection is told at its start which process serves it, so that it can ask another one to cancel what it does.
//! A pooler (pgbouncer) tells a number of its own. So the two differ exactly if sessions may be shared. The library does
//! not tell what it was told, but it writes it into a request to cancel; such a request is addressed to ourselves here.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio_postgres::Client;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// Longer than any request to cancel or to encrypt.
const BUFFER_BYTES: usize = 256;

/// The number of the process that this connection was told; `None` if that cannot be found out.
pub(crate) async fn process(client: &Client) -> Option<i32> {
    let (ours, mut theirs) = tokio::io::duplex(BUFFER_BYTES);
    let token = client.cancel_token();
    let (_, read) = tokio::join!(token.cancel_query_raw(ours, PassThrough), async {
        let mut request = [0; 8];
        theirs.read_exact(&mut request).await?;
        // It may ask for encryption first, depending on the connection's own.
        if request == [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f] {
            theirs.write_all(b"S").await?;
            theirs.read_exact(&mut request).await?;
        }
        let mut process = [0; 4];
        theirs.read_exact(&mut process).await?;
        let mut rest = Vec::new();
        theirs.read_to_end(&mut rest).await?;
        io::Result::Ok(i32::from_be_bytes(process))
    });
    read.ok()
}

/// "Encrypts" by changing nothing.
struct PassThrough;

struct Plain(DuplexStream);

impl TlsConnect<DuplexStream> for PassThrough {
    type Stream = Plain;
    type Error = Never;
    type Future = Ready<Result<Plain, Never>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(Plain(stream)))
    }
}

/// Does not happen.
#[derive(Debug)]
struct Never(Infallible);

impl std::fmt::Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {}
    }
}

impl std::error::Error for Never {}

impl TlsStream for Plain {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Plain {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Plain {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
