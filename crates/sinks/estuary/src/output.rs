//! The one writer of standard output.

use std::io;

use capture_core::{Error, ErrorKind, Result};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::codec::Codec;
use crate::protocol::Response;

/// Bytes gathered before they are handed over.
const BUFFER_BYTES: usize = 256 << 10;

/// Writes messages. Documents are gathered; everything else goes out at once, with the documents before it.
///
/// Nothing is written beyond what the reader takes and one buffer: a reader that is slow or stopped stops the writer.
pub struct Output<W> {
    codec: Codec,
    writer: W,
    buffer: Vec<u8>,
}

impl<W: AsyncWrite + Send + Unpin> Output<W> {
    /// Writes to `writer` in the form of `codec`.
    pub fn new(codec: Codec, writer: W) -> Self {
        Self { codec, writer, buffer: Vec::with_capacity(BUFFER_BYTES) }
    }

    /// Writes a response and hands everything over.
    ///
    /// # Errors
    /// [`ErrorKind::Closed`] if the reader has gone, [`ErrorKind::Storage`] if writing fails otherwise.
    pub async fn respond(&mut self, response: &Response) -> Result<()> {
        self.codec.push(&mut self.buffer, response);
        self.hand_over().await?;
        self.writer.flush().await.map_err(refused)
    }

    /// Writes a document of a binding: JSON without line breaks.
    ///
    /// # Errors
    /// As [`respond`](Self::respond).
    pub async fn document(&mut self, binding: u32, document: &[u8]) -> Result<()> {
        if self.buffer.len() + document.len() > BUFFER_BYTES {
            self.hand_over().await?;
        }
        self.codec.push_captured(&mut self.buffer, binding, document);
        Ok(())
    }

    async fn hand_over(&mut self) -> Result<()> {
        let written = self.writer.write_all(&self.buffer).await;
        self.buffer.clear();
        // A giant document must not keep its memory.
        self.buffer.shrink_to(BUFFER_BYTES);
        written.map_err(refused)
    }
}

fn refused(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(ErrorKind::Closed, "the runtime has closed the connector's output");
    }
    Error::new(ErrorKind::Storage, "cannot write to the runtime").with_source(error)
}
