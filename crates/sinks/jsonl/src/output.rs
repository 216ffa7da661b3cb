//! All streams down one pipe.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use capture_core::{
    Capabilities, Counts, Error, ErrorKind, Op, Result, Sink, StateUpdate, StreamDescriptor, Write,
};
use json_slices::{push_line, push_string};

use crate::line::push_key;
use crate::{BUFFER_BYTES, CAPABILITIES, count};

/// Writes lines to any [`std::io::Write`], such as standard output:
///
/// ```json
/// {"stream":"jobs","op":"upsert","record":{"id":"j1","title":"Gardener"}}
/// {"stream":"jobs","op":"delete","key":{"id":"j1"}}
/// ```
///
/// Lines are gathered and handed over in large pieces that end with a line, at the latest when a commit is due.
///
/// It writes in place, without a thread of its own: a reader that is slow or stopped stops the writing, and with it
/// the run, which is what a pipe is for. Whoever has other work on the same thread gives the run one of its own.
///
/// A reader that has gone is [`ErrorKind::Closed`].
pub struct LineSink<W> {
    output: W,
    buffer: Vec<u8>,
    /// How a line of each stream begins.
    prefixes: HashMap<String, String>,
}

impl<W: io::Write + Send> LineSink<W> {
    /// A sink that writes to `output`, which needs no buffer of its own.
    pub fn new(output: W) -> Self {
        Self { output, buffer: Vec::with_capacity(BUFFER_BYTES), prefixes: HashMap::new() }
    }
}

fn hand_over(buffer: &mut Vec<u8>, output: &mut impl io::Write) -> Result<()> {
    let written = output.write_all(buffer);
    buffer.clear();
    written.map_err(refused)
}

fn refused(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Error::new(ErrorKind::Closed, "the reader of the output has gone");
    }
    Error::new(ErrorKind::Storage, "cannot write the output").with_source(error)
}

fn prefix(stream: &str) -> String {
    let mut line = br#"{"stream":"#.to_vec();
    push_string(&mut line, stream);
    line.extend_from_slice(br#","op":""#);
    String::from_utf8_lossy(&line).into_owned()
}

#[async_trait]
impl<W: io::Write + Send> Sink for LineSink<W> {
    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn open(&mut self, streams: &[Arc<StreamDescriptor>]) -> Result<()> {
        self.prefixes = streams.iter().map(|stream| (stream.name.clone(), prefix(&stream.name))).collect();
        Ok(())
    }

    async fn write(&mut self, write: Write<'_>) -> Result<Counts> {
        let Some(prefix) = self.prefixes.get(&write.stream.name) else {
            let message = format!("the stream {} was not opened", write.stream.name);
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        for record in write.records {
            let line = &mut self.buffer;
            if line.len() + record.len_bytes() > BUFFER_BYTES && !line.is_empty() {
                hand_over(line, &mut self.output)?;
            }
            line.extend_from_slice(prefix.as_bytes());
            match &record.op {
                Op::Upsert(body) => {
                    line.extend_from_slice(br#"upsert","record":"#);
                    push_line(line, body);
                    line.extend_from_slice(b"}\n");
                }
                Op::Delete => {
                    line.extend_from_slice(br#"delete","key":{"#);
                    push_key(line, &write.stream.key, &record.key);
                    line.extend_from_slice(b"}}\n");
                }
            }
        }
        Ok(count(write.records))
    }

    async fn commit(&mut self, _: &StateUpdate) -> Result<()> {
        hand_over(&mut self.buffer, &mut self.output)?;
        self.output.flush().map_err(refused)
    }

    async fn close(&mut self) -> Result<()> {
        self.buffer.clear();
        Ok(())
    }
}
