//! Ctrl-C and SIGTERM: the first asks for an orderly end, the second ends at once.

use capture_core::{Error, ErrorKind};
use tokio_util::sync::CancellationToken;

use crate::failure::INTERRUPTED;

/// A token that the first signal cancels. Signals are waited for on a thread of their own, so that the second one
/// works even while the program is stuck writing to a reader that has stopped.
pub(crate) fn cancellation() -> Result<CancellationToken, Error> {
    cancellation_with("interrupted: writing and committing what has been read (again to stop at once)\n")
}

/// The same with other words for what happens next.
pub(crate) fn cancellation_with(words: &'static str) -> Result<CancellationToken, Error> {
    wait_for(words, HangUp::Ignored)
}

/// The same for a sync: one that ends by itself, or that a terminal shows, ends when the terminal goes away.
pub(crate) fn cancellation_of_sync(stays_up: bool) -> Result<CancellationToken, Error> {
    use std::io::IsTerminal as _;
    let words = "interrupted: writing and committing what has been read (again to stop at once)\n";
    let is_shown = std::io::stderr().is_terminal() || std::io::stdin().is_terminal();
    let ends = (!stays_up || is_shown) && !crate::system::ignores_hang_up();
    wait_for(words, if ends { HangUp::Ends } else { HangUp::Ignored })
}

/// The same for what somebody waits for: when the terminal goes away it ends, too, and leaves nothing half done behind.
pub(crate) fn cancellation_in_person(words: &'static str) -> Result<CancellationToken, Error> {
    wait_for(words, HangUp::Ends)
}

/// What SIGHUP means. It no longer ends the process at once in either case.
#[derive(Clone, Copy, PartialEq)]
enum HangUp {
    /// What rotates logs sends it to what stays up, and files that were moved away are noticed by themselves. Whose
    /// terminal goes away is told so by its output.
    Ignored,
    Ends,
}

fn wait_for(words: &'static str, hang_up_means: HangUp) -> Result<CancellationToken, Error> {
    let token = CancellationToken::new();
    let failed = |error| Error::new(ErrorKind::Configuration, "cannot listen for signals").with_source(error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    let cancelled = token.clone();
    #[cfg(unix)]
    let _entered = runtime.enter();
    #[cfg(unix)]
    let mut hang_up =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).map_err(failed)?;
    // Before anything is done that must not be cut off, not once the thread has begun.
    #[cfg(unix)]
    let mut asked = Asked::new().map_err(failed)?;
    #[cfg(not(unix))]
    let mut asked = Asked;
    #[cfg(unix)]
    drop(_entered);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                #[cfg(unix)]
                let hung_up = async {
                    loop {
                        // Received in either case, so that it is not waiting.
                        if hang_up.recv().await.is_none() || hang_up_means == HangUp::Ends {
                            break;
                        }
                    }
                };
                #[cfg(not(unix))]
                let hung_up = std::future::pending::<()>();
                let is_told = tokio::select! {
                    is_told = asked.wait() => is_told,
                    () = hung_up => hang_up_means == HangUp::Ends,
                };
                if is_told {
                    crate::output::explain(words);
                    cancelled.cancel();
                    asked.wait().await;
                    std::process::exit(i32::from(INTERRUPTED));
                }
            });
        })
        .map_err(failed)?;
    Ok(token)
}

/// The signals that ask for an end.
#[cfg(unix)]
struct Asked {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Asked {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one signal; `false` if there is no way to.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            received = self.interrupt.recv() => received.is_some(),
            received = self.terminate.recv() => received.is_some(),
        }
    }
}

#[cfg(not(unix))]
struct Asked;

#[cfg(not(unix))]
impl Asked {
    async fn wait(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
