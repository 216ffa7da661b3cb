//! The audit log: who did what to which object, and when. Written by `cargo xtask codegen` from catalog/*.toml.

use crate::Client;
use crate::operations::Listing;
use crate::types;

/// What [`Client::audit_log`] leads to.
///
/// The errors of these methods are those of [`Client::read`] and [`Client::write`], and two more:
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) without sending anything if a
/// request is not what the operation takes, and
/// [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) if the answer is not the documented one.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    pub(super) client: &'a Client,
}

impl Operations<'_> {
    /// Lists entries of the audit log, newest first.
    ///
    /// It needs the feature Audit Logs, and shows entries on confidential jobs and projects to every key
    /// that may read it. A page cursor is good only with the dates and filters that it came from.
    ///
    /// The key needs the permission `auditLogsRead`. See
    /// [auditLog.list](https://developers.ashbyhq.com/reference/auditloglist) in Ashby's reference.
    pub fn list(self) -> List {
        List(Listing::new(self.client, "auditLog.list"))
    }
}

crate::operations::listings! {
/// A list that [`Operations::list`] asks for.
List of types::AuditLogEntry
}

impl List {
    /// Sets `startDate`: From when; defaults to 24 hours before endDate; alone, it means the 24 hours
    /// after it.
    pub fn start_date(self, start_date: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("startDate", start_date))
    }

    /// Sets `endDate`: Until when, at most 18 months after startDate; defaults to now, or to 24 hours
    /// after startDate.
    pub fn end_date(self, end_date: impl Into<types::Instant>) -> Self {
        Self(self.0.set::<types::Instant>("endDate", end_date))
    }

    /// Sets `actorIds`: Only what these actors did.
    pub fn actor_ids(self, actor_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.set_list::<String>("actorIds", actor_ids))
    }

    /// Sets `targetIds`: Only what was done to these objects.
    pub fn target_ids(self, target_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.set_list::<String>("targetIds", target_ids))
    }

    /// Sets `targetTypes`: Only these kinds of objects, or the categories; words of Ashby's audit log
    /// vocabulary.
    pub fn target_types(self, target_types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.set_list::<String>("targetTypes", target_types))
    }

    /// Sets `categories`: Only these kinds of actions, or the target types; words of Ashby's audit log
    /// vocabulary.
    pub fn categories(self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(self.0.set_list::<String>("categories", categories))
    }
}
