//! What the commands about webhooks share.

mod delivery;
mod kept;
mod receiver;
mod secrets;

use std::net::{SocketAddr, ToSocketAddrs as _};

pub(crate) use delivery::{Outcome, Recipient, line};
pub(crate) use kept::{Held, Kept, Webhook};
pub(crate) use receiver::{Receiver, inbox_of, inbox_to_read, taken};
pub(crate) use secrets::{first_in, keyring, random, signing_if_any};

use crate::failure::{Failure, USAGE};

/// Where `ashby listen` keeps events, unless somebody says otherwise.
pub(crate) const INBOX: &str = "ashby-inbox.db";

/// An address and port of this machine, as a setting has it.
pub(crate) fn address(text: &str, flag: &str) -> Result<SocketAddr, Failure> {
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.ok_or_else(|| {
        Failure::new(USAGE, format!("--{flag} must be an address and a port"))
            .with_hint("such as 127.0.0.1:8787, [::1]:8787 or 0.0.0.0:8787")
    })
}
