//! Lines between a host and the protocol. The protocol's library passes over what is no JSON in silence; JSON-RPC has an
//! answer for it, and a host that waits for one would wait for ever.

use std::io;

use serde::de::IgnoredAny;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    DuplexStream, duplex,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The longest line that is taken.
const LONGEST_BYTES: u64 = 16 << 20;

/// Room between the two sides.
const ROOM_BYTES: usize = 64 << 10;

/// To what is no JSON, or too long to look at.
const PARSE_ERROR: &[u8] =
    b"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error: this line is no JSON\"}}\n";

/// The ends for the protocol, of which only what is JSON comes out, and what writes its answers until it is over. On `stop`
/// nothing more is taken, and the input ends when what is under way is `answered`.
pub(crate) fn checked(
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
    stop: CancellationToken,
    answered: impl Future<Output = ()> + Send + 'static,
) -> ((DuplexStream, DuplexStream), JoinHandle<io::Result<()>>) {
    let (to_protocol, requests) = duplex(ROOM_BYTES);
    let (answers, from_protocol) = duplex(ROOM_BYTES);
    // One at a time: who sends nothing but nonsense and reads no answer is not read any further.
    let (errors, told) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut to_protocol = to_protocol;
        tokio::select! {
            _ = read(input, &mut to_protocol, errors) => {}
            () = stop.cancelled() => answered.await,
        }
    });
    ((requests, answers), tokio::spawn(write(from_protocol, told, output)))
}

async fn read(
    input: impl AsyncRead + Unpin,
    output: &mut DuplexStream,
    errors: mpsc::Sender<()>,
) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut input).take(LONGEST_BYTES).read_until(b'\n', &mut line).await?;
        let is_whole = line.ends_with(b"\n");
        if line.is_empty() || (!is_whole && (line.len() as u64) < LONGEST_BYTES) {
            return Ok(());
        }
        if is_whole && (line.trim_ascii().is_empty() || is_json(&line)) {
            output.write_all(&line).await?;
            continue;
        }
        let mut is_over = is_whole;
        while !is_over {
            let rest = input.fill_buf().await?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(rest.len(), |end| end + 1);
            is_over = end.is_some() || rest.is_empty();
            input.consume(length);
        }
        if errors.send(()).await.is_err() {
            return Ok(());
        }
    }
}

fn is_json(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// Whole lines, whoever writes them.
async fn write(
    input: DuplexStream,
    mut errors: mpsc::Receiver<()>,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    loop {
        tokio::select! {
            // What has come of a line stays in it, should an error come first.
            read = input.read_until(b'\n', &mut line) => {
                if read? == 0 && line.is_empty() {
                    return Ok(());
                }
                output.write_all(&line).await?;
                line.clear();
            }
            Some(()) = errors.recv() => output.write_all(PARSE_ERROR).await?,
        }
        output.flush().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_json_passes_and_the_rest_is_answered() {
        let long = [vec![b'"'; 1], vec![b'x'; LONGEST_BYTES as usize + 9], b"\"\n".to_vec()].concat();
        let sent = [&b"{\"a\":1}\nnonsense\n\n"[..], &long, b"{\"b\":\"\xff\"}\n[2]\n{\"cut"].concat();
        let (mut host, input) = duplex(1 << 20);
        let (output, mut answered) = duplex(1 << 20);
        let stop = CancellationToken::new();
        let ((mut requests, mut answers), writing) = checked(input, output, stop, async {});
        let sending = tokio::spawn(async move { host.write_all(&sent).await });
        let mut passed = String::new();
        requests.read_to_string(&mut passed).await.unwrap();
        assert_eq!(passed, "{\"a\":1}\n\n[2]\n");
        sending.await.unwrap().unwrap();
        answers.write_all(b"{\"answer\":1}\n").await.unwrap();
        drop(answers);
        writing.await.unwrap().unwrap();
        let mut text = String::new();
        answered.read_to_string(&mut text).await.unwrap();
        let error = std::str::from_utf8(PARSE_ERROR).unwrap();
        assert_eq!(text.matches(error).count(), 3, "{text}");
        assert!(text.contains("{\"answer\":1}\n"), "{text}");
    }
}
