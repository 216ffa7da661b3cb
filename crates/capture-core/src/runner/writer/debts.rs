//! Sweeps that are owed: paid at the end of their round, in part, or not, after rows were asked for.

use tokio::time::Instant;

use super::super::ask::Again;
use super::super::poll::Command;
use super::super::sweeps::{HowOften, Payment, Verified, payment, verified};
use super::{Asked, Captured, Verification, Writer, say};
use crate::{Event, Gone, Kept, Purpose, ReconcilePolicy, Result, Share, Sink};

impl<K: Sink> Writer<K> {
    pub(super) async fn conclude(&mut self, pending: &Verification, found: u64) -> Result<()> {
        if pending.about == Asked::Own {
            return self.conclude_own(pending, found).await;
        }
        let is_accepted = self.options.reconcile == ReconcilePolicy::Accept;
        let is_doubtful = pending.is_doubtful && !is_accepted;
        let verified = verified(pending.unseen, pending.asked, found, is_doubtful);
        let stream = &mut self.captures[pending.capture].streams[pending.stream];
        let found = match verified {
            Verified::AllGone => {
                let sweep = stream.sweep();
                stream.clear_debt();
                stream.becomes_yardstick(&self.identity);
                stream.report.kept = None;
                return match sweep {
                    Some(sweep) => self.sweep(sweep).await,
                    None => Ok(()),
                };
            }
            Verified::Settled { found } => {
                stream.becomes_yardstick(&self.identity);
                stream.report.kept = None;
                // Nothing is left to mark: those that are gone have been, and the others are there.
                stream.clear_debt();
                found
            }
            Verified::Unstable { found } => {
                let reason =
                    format!("of {} that were asked for by themselves {found} were there", pending.asked);
                let kept = Kept { rows: pending.unseen, of: pending.of, reason, needs_decision: false };
                stream.report.kept = Some(kept);
                stream.clear_debt();
                if is_accepted {
                    stream.becomes_yardstick(&self.identity);
                }
                found
            }
        };
        if found > 0 {
            let stream = &mut self.captures[pending.capture].streams[pending.stream];
            let note = format!("the listing was not stable: it left out {found} records that are there");
            say(&*self.observer, stream, &note);
        }
        Ok(())
    }

    /// Pays the debts whose round is over; in a run that polls once, tells the tasks when nothing more will come.
    pub(super) async fn settle(&mut self) -> Result<()> {
        while self.verification.is_none() {
            let Some((capture, stream)) = self.next_debt() else { break };
            self.pay(capture, stream).await?;
        }
        if self.verification.is_none() && self.captures.iter().all(Captured::is_through) {
            self.captures.iter_mut().for_each(|capture| capture.commands = None);
        }
        for stream in self.captures.iter_mut().flat_map(|capture| &mut capture.streams) {
            if let Some(kept) = stream.news_of_kept() {
                self.observer.observe(&Event::Kept { stream: stream.name(), kept: &kept });
            }
        }
        Ok(())
    }

    /// The same, and what it has marked is durable before anybody hears of the poll's end.
    pub(super) async fn settle_durably(&mut self) -> Result<()> {
        self.settle().await?;
        if self.has_swept { self.commit_if_allowed().await } else { Ok(()) }
    }

    fn next_debt(&self) -> Option<(usize, usize)> {
        self.captures.iter().enumerate().find_map(|(index, capture)| {
            let began = capture.owes_since?;
            let interval = capture.schedule.interval;
            // Where it is paid whatever became of other streams, there is nothing to wait for.
            let is_round_over = self.options.reconcile == ReconcilePolicy::Accept
                || self.captures.iter().all(|other| {
                    other.rounds.is_heard(began, HowOften::of(other.schedule.interval, interval))
                });
            let owing = capture
                .streams
                .iter()
                .position(|stream| stream.state.sweep_due.is_some() && stream.report.kept.is_none())?;
            is_round_over.then_some((index, owing))
        })
    }

    async fn pay(&mut self, capture: usize, index: usize) -> Result<()> {
        let lost = self.lost();
        let captured = &self.captures[capture];
        let stream = &captured.streams[index];
        let Some(sweep) = stream.sweep() else { return Ok(()) };
        let share = self.sink.unseen(&sweep).await?;
        let can_ask =
            captured.rereads[index] && captured.commands.as_ref().is_some_and(|task| !task.is_closed());
        let payment =
            payment(stream, &share, &self.identity, self.options.reconcile, lost.as_deref(), can_ask);
        let stream = &mut self.captures[capture].streams[index];
        match payment {
            Payment::Sweep => {
                stream.clear_debt();
                stream.becomes_yardstick(&self.identity);
                self.sweep(sweep).await?;
            }
            Payment::Verify => self.ask_first(capture, index, share, Asked::All).await,
            Payment::Wait(kept) => {
                stream.report.kept = Some(kept);
                self.pay_in_part(capture, index, can_ask).await?;
            }
            Payment::GiveUp(kept) => {
                stream.report.kept = Some(kept);
                stream.clear_debt();
            }
        }
        self.commit_due.get_or_insert_with(|| Instant::now() + self.pace.interval);
        Ok(())
    }

    /// The yardstick cannot tell of every row, since others brought some: those that it has seen itself it can.
    async fn pay_in_part(&mut self, capture: usize, index: usize, can_ask: bool) -> Result<()> {
        let stream = &self.captures[capture].streams[index];
        let is_doubtful = stream.state.sweep_due.as_ref().is_some_and(|due| due.doubt.is_some());
        if self.options.reconcile != ReconcilePolicy::Auto || is_doubtful {
            return Ok(());
        }
        let own = stream.own_sweeps(&self.identity);
        let mut share = Share::default();
        for sweep in &own {
            let part = self.sink.unseen(sweep).await?;
            (share.unseen, share.of) = (share.unseen + part.unseen, part.of);
            share.keys.extend(part.keys);
        }
        share.keys.truncate(Share::KEYS);
        // The other rules hold for them, too.
        if share.unseen == 0 || !share.is_modest() {
            return Ok(());
        }
        if can_ask {
            self.ask_first(capture, index, share, Asked::Own).await;
            return Ok(());
        }
        for sweep in own {
            self.sweep(sweep).await?;
        }
        self.captures[capture].streams[index].keeps_fewer(share.unseen);
        Ok(())
    }

    /// The same, of rows that were asked for by themselves.
    async fn conclude_own(&mut self, pending: &Verification, found: u64) -> Result<()> {
        let stream = &mut self.captures[pending.capture].streams[pending.stream];
        if verified(pending.unseen, pending.asked, found, false) != Verified::AllGone {
            stream.keeps_fewer(pending.asked - found);
            return Ok(());
        }
        stream.keeps_fewer(pending.unseen);
        for sweep in stream.own_sweeps(&self.identity) {
            self.sweep(sweep).await?;
        }
        Ok(())
    }

    async fn ask_first(&mut self, capture: usize, index: usize, share: Share, about: Asked) {
        let captured = &mut self.captures[capture];
        let stream = &captured.streams[index];
        let is_doubtful = stream.state.sweep_due.as_ref().is_some_and(|due| due.doubt.is_some());
        let asked = share.keys.len() as u64;
        let keys = share.keys.into_iter().map(|key| (key, Gone::NotFound)).collect();
        let what = Again::Records(keys);
        // Nobody has the number.
        let command = Command::Reread { stream: index, what, purpose: Purpose::Check, ticket: 0 };
        let Some(commands) = &captured.commands else { return };
        if commands.send(command).await.is_ok() {
            let Share { unseen, of, .. } = share;
            self.verification =
                Some(Verification { capture, stream: index, about, unseen, of, asked, is_doubtful });
        }
    }

    /// A stream that could be read before and cannot be read now: the key sees less than it did.
    fn lost(&self) -> Option<String> {
        let mut streams = self.captures.iter().flat_map(|capture| &capture.streams);
        streams.find(|stream| stream.is_lost).map(|stream| stream.name().to_owned())
    }
}
