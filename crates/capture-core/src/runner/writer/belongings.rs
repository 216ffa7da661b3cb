//! What records say of others that belong to them: a row that its owner no longer names has moved, or is gone without
//! anybody having said so. It is asked for by itself.

use std::collections::HashSet;

use super::Writer;
use crate::runner::ask::{Again, Reply, Rereading};
use crate::runner::poll::Command;
use crate::{Belongings, Gone, Key, Purpose, Result, Sink};

impl<K: Sink> Writer<K> {
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
