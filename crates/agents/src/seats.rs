//! Which agent is whose: a token may stand under a policy of its own, and may only read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use privacy::{Contract, Policy};

use crate::agent::Agent;
use crate::error::Error;
use crate::tokens::Identity;

/// The agents of all who may ask.
#[derive(Debug, Clone)]
pub(crate) struct Seats {
    agent: Agent,
    reader: Agent,
    /// By the policy, as the token names it: that for those who may write, and that for readers.
    others: Arc<Mutex<HashMap<String, [Agent; 2]>>>,
}

impl Seats {
    pub(crate) fn new(agent: Agent) -> Self {
        Self { reader: agent.reader(), agent, others: Arc::default() }
    }

    /// The agent for somebody who names no token.
    pub(crate) fn own(&self) -> &Agent {
        &self.agent
    }

    /// The agent for a token.
    ///
    /// # Errors
    /// If its policy cannot be read: then it sees nothing.
    pub(crate) fn of(&self, identity: &Identity) -> Result<Agent, Error> {
        let Some(spec) = &identity.privacy else {
            return Ok(if identity.read_only { self.reader.clone() } else { self.agent.clone() });
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let [agent, reader] = match others.get(spec) {
            Some(known) => known.clone(),
            None => {
                let policy = Policy::load(spec, &Contract::ashby()).map_err(|_| {
                    Error::new("configuration", "the privacy policy of this token cannot be read")
                        .hint("`ashby privacy check FILE` says why; `ashby token list` names it")
                })?;
                let agent = self.agent.under(policy);
                let pair = [agent.clone(), agent.reader()];
                others.insert(spec.clone(), pair.clone());
                pair
            }
        };
        Ok(if identity.read_only { reader } else { agent })
    }
}
