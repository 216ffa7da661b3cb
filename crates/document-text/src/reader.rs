//! Who starts the process that reads, and waits for it.

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::serve::{Answer, FLAG};
use crate::{Error, Text, system};

/// What reading a document may cost.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Bytes of its text; what is longer is cut.
    pub text_bytes: usize,
    /// Memory of the process that reads, its own code included.
    pub memory_bytes: u64,
    /// Seconds that it may compute.
    pub cpu_s: u64,
    /// How long it may take by the clock.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 20 << 20,
            text_bytes: 1 << 20,
            memory_bytes: 640 << 20,
            cpu_s: 10,
            patience: Duration::from_secs(30),
        }
    }
}

/// So many documents are read at once; the others wait.
const AT_ONCE: usize = 2;

/// Reads documents, each in a process of its own. Clones share the places.
#[derive(Debug, Clone)]
pub struct Reader {
    program: OsString,
    places: Arc<Semaphore>,
}

impl Reader {
    /// Which starts this program, which calls [`serve_if_asked`](crate::serve_if_asked).
    pub fn new(program: impl Into<OsString>) -> Self {
        Self { program: program.into(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Which starts this very program again.
    ///
    /// # Errors
    /// [`Error::NoReader`] if its file is not known.
    pub fn of_this_program() -> Result<Self, Error> {
        system::this_program().map(Self::new).map_err(|_| Error::NoReader)
    }

    /// The text of a document.
    ///
    /// # Errors
    /// Why there is none. Dropped, it ends the process.
    pub async fn read(&self, bytes: Vec<u8>) -> Result<Text, Error> {
        let limits = Limits::default();
        if bytes.len() > limits.file_bytes {
            return Err(Error::TooLarge);
        }
        let Ok(_place) = self.places.acquire().await else { return Err(Error::NoReader) };
        let mut command = Command::new(&self.program);
        command.arg(FLAG).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        system::in_no_folder(&mut command);
        let mut child = command.kill_on_drop(true).spawn().map_err(|_| Error::NoReader)?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::NoReader);
        };
        let mut answer = Vec::new();
        // In JSON a letter may take six bytes.
        let most = limits.text_bytes as u64 * 6 + 4096;
        let spoken = async {
            // One that ends before it has read everything has its reasons.
            let send = async {
                let _ = input.write_all(&bytes).await;
                drop(input);
            };
            let mut output = output.take(most);
            let ((), received) = tokio::join!(send, output.read_to_end(&mut answer));
            let ended = child.wait().await;
            received.is_ok() && ended.is_ok_and(|status| status.success())
        };
        match tokio::time::timeout(limits.patience, spoken).await {
            Ok(true) => serde_json::from_slice::<Answer>(&answer).unwrap_or(Err(Error::NoReader)),
            // It ran out of memory or time, or out of the stack: no document does that by accident.
            Ok(false) | Err(_) => Err(Error::TooCostly),
        }
    }
}
