//! One stream, as the writer sees it: what is saved of it, what the next commit will save, and what it came to.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::audit::Audit;
use crate::{
    Checkpoint, Ends, Extent, Identity, Kept, Part, ReconcilePolicy, Stamp, StreamDescriptor, StreamReport,
    StreamState, Sweep, SweepDue, Within,
};

pub(super) struct Stream {
    pub(super) descriptor: Arc<StreamDescriptor>,
    pub(super) report: StreamReport,
    /// Set while a poll runs.
    pub(super) started: Option<Instant>,
    /// What is true of it at this moment; saved with the next commit if it is dirty.
    pub(super) state: StreamState,
    /// There is a checkpoint to save.
    has_checkpoint: bool,
    is_dirty: bool,
    /// It could be read before, in this run or an earlier one.
    pub(super) was_read: bool,
    /// Its newest poll was denied although it could be read before.
    pub(super) is_lost: bool,
    /// What is kept is kept for now only: the next round asks again.
    pub(super) asks_again: bool,
    /// What nobody has been told yet.
    pub(super) unsaid: Option<String>,
    /// What was told last of rows that are kept.
    told: Option<Kept>,
    /// Of a listing of everything in the stream's turn.
    pub(super) audit: Option<Audit>,
}

impl Stream {
    pub(super) fn new(descriptor: Arc<StreamDescriptor>, saved: Option<&StreamState>) -> Self {
        let unread = || StreamState::new(Checkpoint::default(), Timestamp::UNIX_EPOCH);
        Self {
            descriptor,
            report: StreamReport::default(),
            started: None,
            state: saved.cloned().unwrap_or_else(unread),
            has_checkpoint: saved.is_some(),
            is_dirty: false,
            was_read: saved.is_some(),
            is_lost: false,
            asks_again: false,
            unsaid: None,
            told: None,
            audit: None,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.descriptor.name
    }

    /// Takes what a batch says of the stream, except for its records; returns the stamp for those.
    pub(super) fn take(&mut self, part: &Part, identity: &Identity) -> Stamp {
        let stamp = self.state.stamp.next();
        self.state.stamp = stamp;
        self.is_dirty = true;
        self.was_read = true;
        let records = part.records.len() as u64;
        if let Some(extent) = part.begins {
            self.belongs_to(identity, stamp);
            self.state.listing = (extent == Extent::Everything).then_some(stamp);
            if extent == Extent::Everything {
                self.state.listed.so_far = 0;
                self.state.sweep_due = None;
            }
        }
        if self.state.listing.is_some() {
            self.state.listed.so_far += records;
        }
        if let Some(ends) = &part.ends
            && let Some(since) = self.state.listing.take()
        {
            self.ended(since, ends);
        }
        if let Some(set_aside) = part.set_aside {
            self.report.set_aside = set_aside;
        }
        stamp
    }

    /// Who asks becomes the one to whom the checkpoint belongs. Whoever was that before stays the yardstick.
    fn belongs_to(&mut self, identity: &Identity, now: Stamp) {
        let before = self.state.asked_by.replace(identity.clone());
        if before.as_ref().is_some_and(|before| !identity.sees_no_less_than(before)) {
            self.state.asked_since = Some(now);
        }
        match &self.state.yardstick {
            None => self.state.yardstick = before,
            // Written by a version that did not know about addresses.
            Some(old) if old.place.is_empty() && identity.sees_no_less_than(old) => {
                self.state.yardstick = Some(identity.clone());
            }
            Some(_) => {}
        }
    }

    /// Rows came that were not there: if whoever asks is not the yardstick, that one may not be able to see them.
    pub(super) fn has_new_rows(&mut self, identity: &Identity) {
        if !self.is_yardstick(identity) && self.state.strangers_since.is_none() {
            self.state.strangers_since = self.state.asked_since.or(Some(self.state.stamp));
            self.is_dirty = true;
        }
    }

    fn ended(&mut self, since: Stamp, ends: &Ends) {
        self.report.kept = None;
        self.state.listed.last_full_at = Some(Timestamp::now());
        let doubt = match ends {
            Ends::Complete => None,
            Ends::Doubtful(why) => Some(why.clone()),
            Ends::Incomplete(why) => {
                self.state.sweep_due = None;
                self.unsaid = Some(format!("rows that this listing did not show stay: {why}"));
                return;
            }
        };
        self.state.listed.last_full = Some(self.state.listed.so_far);
        self.state.sweep_due = Some(SweepDue::new(since, doubt));
    }

    /// The sweep that is due.
    pub(super) fn sweep(&self) -> Option<Sweep> {
        let due = self.state.sweep_due.as_ref()?;
        Some(Sweep::new(Arc::clone(&self.descriptor), due.since, Within::Everything))
    }

    /// Of the sweep that is due, what the yardstick can tell although others have brought rows that it may not see: those
    /// that were last seen before, and those that it has seen itself since it asks again.
    pub(super) fn own_sweeps(&self, identity: &Identity) -> Vec<Sweep> {
        let (Some(sweep), Some(strangers)) = (self.sweep(), self.state.strangers_since) else {
            return Vec::new();
        };
        if !self.is_yardstick(identity) {
            return Vec::new();
        }
        let own = self.state.asked_since.map(|since| sweep.clone().seen_since(since));
        let before = Sweep { since: strangers.min(sweep.since), ..sweep };
        [Some(before), own].into_iter().flatten().collect()
    }

    /// Whether whoever asks can tell of every row whether it is gone.
    pub(super) fn can_tell(&self, identity: &Identity) -> bool {
        self.is_yardstick(identity) && self.state.strangers_since.is_none()
    }

    /// What is kept, if it is another story than the one that was told.
    pub(super) fn news_of_kept(&mut self) -> Option<Kept> {
        let kept = self.report.kept.as_ref().filter(|kept| self.told.as_ref() != Some(kept))?;
        self.told = Some(kept.clone());
        self.told.clone()
    }

    /// The audit that is over, and how many rows are kept.
    pub(super) fn take_audit(&mut self) -> Option<(Audit, u64)> {
        let is_settled = self.state.sweep_due.is_none() || self.report.kept.is_some();
        let audit = self.audit.take_if(|audit| is_settled && audit.is_over())?;
        Some((audit, self.report.kept.as_ref().map_or(0, |kept| kept.rows)))
    }

    /// So many of the rows that are kept are marked after all.
    pub(super) fn keeps_fewer(&mut self, rows: u64) {
        self.report.kept = self.report.kept.take().and_then(|mut kept| {
            kept.rows = kept.rows.saturating_sub(rows);
            (kept.rows > 0).then_some(kept)
        });
    }

    /// The debt is paid or given up.
    pub(super) fn clear_debt(&mut self) {
        self.state.sweep_due = None;
        self.is_dirty = true;
    }

    /// Whoever asks has seen every row.
    pub(super) fn becomes_yardstick(&mut self, identity: &Identity) {
        self.state.yardstick = Some(identity.clone());
        self.state.strangers_since = None;
        self.is_dirty = true;
    }

    /// Whether whoever asks can tell what is gone: nobody else filled the stream.
    pub(super) fn is_yardstick(&self, identity: &Identity) -> bool {
        let yardstick = self.state.yardstick.as_ref().or(self.state.asked_by.as_ref());
        yardstick.is_none_or(|yardstick| identity.sees_no_less_than(yardstick))
    }

    pub(super) fn moves_to(&mut self, checkpoint: Checkpoint) {
        self.state.checkpoint = checkpoint;
        self.has_checkpoint = true;
        self.is_dirty = true;
    }

    /// Whether what whoever asks is not shown may be marked. To one that sees less, what became confidential looks as if it
    /// were gone.
    pub(super) fn may_mark(&self, identity: &Identity, policy: ReconcilePolicy) -> bool {
        match policy {
            ReconcilePolicy::Auto => self.is_yardstick(identity),
            ReconcilePolicy::Accept => true,
            ReconcilePolicy::Never => false,
        }
    }

    /// What the commit has to save, if anything.
    pub(super) fn take_unsaved(&mut self) -> Option<StreamState> {
        if !std::mem::take(&mut self.is_dirty) || !self.has_checkpoint {
            return None;
        }
        self.state.committed_at = Timestamp::now();
        Some(self.state.clone())
    }

    pub(super) fn stops_the_clock(&mut self) {
        if let Some(started) = self.started.take() {
            self.report.seconds += started.elapsed().as_secs_f64();
        }
    }
}

/// An instant some time from now, for people.
pub(super) fn in_future(pause: Duration) -> Option<Timestamp> {
    let pause = jiff::SignedDuration::try_from(pause).ok()?;
    Timestamp::now().checked_add(pause).ok()
}
