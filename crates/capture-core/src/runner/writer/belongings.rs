//! What records say of others that belong to them: a row that its owner no longer names has moved, or is gone without
//! anybody having said so. It is asked for by itself.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Writer, everything_of};
use crate::runner::ask::{Again, Reply, Rereading};
use crate::runner::poll::Command;
use crate::{
    Belongings, Gone, Key, Purpose, ReconcilePolicy, Result, Sink, Stamp, StreamDescriptor, Sweep, Within,
};

impl<K: Sink> Writer<K> {
    /// What belonged to a record that is not there is gone with it, and what is not among all that belongs to one is gone.
    pub(super) async fn sweep_scopes(
        &mut self,
        stream: &Arc<StreamDescriptor>,
        seen: Stamp,
        whole: Vec<Key>,
        gone: Vec<(Key, Gone)>,
        may_mark: bool,
    ) -> Result<()> {
        let mut by_reason: Vec<(Gone, Vec<Key>)> = vec![(Gone::Unseen, whole)];
        for (scope, gone) in gone {
            match by_reason.iter_mut().find(|(reason, _)| *reason == gone) {
                Some((_, scopes)) => scopes.push(scope),
                None => by_reason.push((gone, vec![scope])),
            }
        }
        by_reason.retain(|(gone, scopes)| !scopes.is_empty() && (may_mark || gone.is_reported()));
        if self.options.reconcile == ReconcilePolicy::Never {
            return Ok(());
        }
        for (gone, scopes) in by_reason {
            self.sweep(Sweep::new(Arc::clone(stream), seen, Within::Scopes(scopes)).because(gone)).await?;
        }
        Ok(())
    }

    /// Marks what belongs to a record that is gone, if that was reported or whoever asks can tell.
    pub(super) async fn owner_is_gone(
        &mut self,
        capture: usize,
        index: usize,
        owner: Key,
        gone: Gone,
    ) -> Result<()> {
        let policy = self.options.reconcile;
        let stream = &self.captures[capture].streams[index];
        let may_mark = stream.may_mark(&self.identity, policy) || gone.is_reported();
        if !may_mark || policy == ReconcilePolicy::Never {
            return Ok(());
        }
        let stream = Arc::clone(&stream.descriptor);
        self.sweep(everything_of(stream, owner).because(gone)).await
    }

    /// Asks for rows that their owners no longer name.
    pub(super) async fn ask_for_unnamed(&mut self, belongings: Vec<Belongings>) -> Result<()> {
        for Belongings { stream, owner, keys } in belongings {
            // Rows that may be somebody else's are left alone.
            if self.probation.is_some() {
                return Ok(());
            }
            let Some((capture, index)) = self.find(&stream) else { continue };
            let captured = &self.captures[capture];
            let may_be_marked = captured.streams[index].may_mark(&self.identity, self.options.reconcile);
            if !captured.rereads[index] || !may_be_marked {
                continue;
            }
            let named: HashSet<Key> = keys.into_iter().collect();
            let mut unnamed = self.belonging(capture, index, owner).await?;
            unnamed.retain(|key| !named.contains(key));
            if unnamed.is_empty() {
                continue;
            }
            self.ticket += 1;
            let what = Again::Records(unnamed.into_iter().map(|key| (key, Gone::NotFound)).collect());
            let rereading = Rereading::new(&what, Reply::to_nobody());
            let ticket = self.ticket;
            // If too much is asked of it already, the next full listing has to do.
            let command = Command::Reread { stream: index, what, purpose: Purpose::Refresh, ticket };
            if self.command(capture, command).is_ok() {
                self.rereads_asked.insert(ticket, rereading);
            }
        }
        Ok(())
    }
}
