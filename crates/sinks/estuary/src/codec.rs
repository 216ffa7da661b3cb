//! How messages are framed.

use std::io::{BufRead, Read as _, Write as _};

use capture_core::{Error, ErrorKind, Result};

use crate::protobuf;
use crate::protocol::{Request, Response, malformed};

/// The form of the messages; the runtime decides on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// One JSON object a line.
    Json,
    /// Protobuf messages, each after its length as four little-endian bytes.
    Protobuf,
}

/// Requests hold collection specs, which are large, but not that large.
const MAX_REQUEST_BYTES: u64 = 1 << 30;

impl Codec {
    /// The codec that `FLOW_RUNTIME_CODEC` names. Without it a person or `flowctl` is talking to us, in JSON.
    pub fn from_name(name: Option<&str>) -> Self {
        match name {
            None | Some("" | "json") => Self::Json,
            Some(_) => Self::Protobuf,
        }
    }

    /// Waits for the next request; `None` when there are no more.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for what is not a request, [`ErrorKind::Closed`] if reading fails.
    pub fn read(self, input: &mut impl BufRead) -> Result<Option<Request>> {
        let frame = match self {
            Self::Json => line(input)?,
            Self::Protobuf => frame(input)?,
        };
        frame
            .map(|frame| match self {
                Self::Json => Request::from_json(&frame),
                Self::Protobuf => protobuf::decode(frame.into()),
            })
            .transpose()
    }

    /// Appends a response.
    pub(crate) fn push(self, output: &mut Vec<u8>, response: &Response) {
        match self {
            Self::Json => {
                serde_json::to_writer(&mut *output, response)
                    .expect("responses are JSON and memory takes them");
                output.push(b'\n');
            }
            Self::Protobuf => protobuf::push(output, response),
        }
    }

    /// Appends a document, which must be JSON without line breaks.
    pub(crate) fn push_captured(self, output: &mut Vec<u8>, binding: u32, document: &[u8]) {
        match self {
            Self::Json => {
                write!(output, r#"{{"captured":{{"binding":{binding},"doc":"#).expect("memory takes it");
                output.extend_from_slice(document);
                output.extend_from_slice(b"}}\n");
            }
            Self::Protobuf => protobuf::push_captured(output, binding, document),
        }
    }
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Closed, "cannot read requests").with_source(error)
}

/// The next line that is not blank.
fn line(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    loop {
        let mut line = Vec::new();
        input.by_ref().take(MAX_REQUEST_BYTES).read_until(b'\n', &mut line).map_err(unreadable)?;
        if line.is_empty() {
            return Ok(None);
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(line));
        }
    }
}

fn frame(input: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut length = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut length).map_err(unreadable)?;
    let length = match <[u8; 4]>::try_from(length) {
        Ok(length) => u64::from(u32::from_le_bytes(length)),
        Err(part) if part.is_empty() => return Ok(None),
        Err(_) => return Err(malformed("a request ends too early")),
    };
    if length > MAX_REQUEST_BYTES {
        return Err(malformed("a request is larger than any can be"));
    }
    let mut frame = Vec::new();
    input.by_ref().take(length).read_to_end(&mut frame).map_err(unreadable)?;
    if frame.len() as u64 != length {
        return Err(malformed("a request ends too early"));
    }
    Ok(Some(frame))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_environment_names_the_codec() {
        for (name, codec) in [
            (None, Codec::Json),
            (Some("json"), Codec::Json),
            (Some("proto"), Codec::Protobuf),
            (Some("JSON"), Codec::Protobuf),
        ] {
            assert_eq!(Codec::from_name(name), codec);
        }
    }

    #[test]
    fn requests_come_one_after_the_other() {
        let mut input = &b"{\"spec\":{}}\n\n{\"apply\":{}}"[..];
        let kinds: Vec<_> = std::iter::from_fn(|| Codec::Json.read(&mut input).unwrap())
            .map(|request| request.kind())
            .collect();
        assert_eq!(kinds, ["spec", "apply"]);
        let mut input = &b"\x02\0\0\0\x0a\0\x02\0\0\0\x22\0"[..];
        let kinds: Vec<_> = std::iter::from_fn(|| Codec::Protobuf.read(&mut input).unwrap())
            .map(|request| request.kind())
            .collect();
        assert_eq!(kinds, ["spec", "apply"]);
    }

    proptest! {
        #[test]
        fn no_input_does_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for codec in [Codec::Json, Codec::Protobuf] {
                let mut input = &bytes[..];
                while let Ok(Some(_)) = codec.read(&mut input) {}
            }
        }

        #[test]
        fn a_cut_frame_is_an_error(cut in 1..6_usize) {
            let whole = b"\x02\0\0\0\x0a\0";
            prop_assert!(Codec::Protobuf.read(&mut &whole[..cut]).is_err() == (cut < 6));
        }
    }
}
