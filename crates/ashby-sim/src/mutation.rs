//! Changes to an organisation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::kind::Kind;

/// One change. In JSON: `{"change": "moveStage", "application": "…"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Mutation {
    /// Makes a record as the generator would, then lays `fields` over it.
    ///
    /// What the record refers to and does not exist yet (a job's department, say) is made too.
    Create {
        /// The kind of record.
        kind: Kind,
        /// The identifier of the record that it belongs to, for kinds that belong to one: a note's candidate,
        /// an application's candidate, an offer's application. When absent, a living one is chosen, or made.
        #[serde(default)]
        parent: Option<String>,
        /// Members that replace the generated ones.
        #[serde(default)]
        fields: Map<String, Value>,
    },
    /// Replaces top-level members of a record; null removes a member.
    Update {
        /// The kind of record.
        kind: Kind,
        /// Its identifier.
        id: String,
        /// The members.
        patch: Map<String, Value>,
    },
    /// Removes a record and everything that belongs to it. Ashby leaves no trace of it in its lists.
    Delete {
        /// The kind of record.
        kind: Kind,
        /// Its identifier.
        id: String,
    },
    /// Archives, disables, closes or deactivates a record, whichever its kind knows.
    Archive {
        /// The kind of record.
        kind: Kind,
        /// Its identifier.
        id: String,
    },
    /// Moves applications, notes and the like of one candidate to another and deletes the first.
    MergeCandidates {
        /// The candidate that goes.
        from: String,
        /// The candidate that stays.
        into: String,
    },
    /// Forgets who a candidate is: name, contacts, files and the like. The candidate and what belongs to them stay.
    Anonymize {
        /// The candidate's identifier.
        candidate: String,
    },
    /// Gives a job another interview plan; its applications go to the stages in the same places.
    ChangePlan {
        /// The job's identifier.
        job: String,
        /// The plan's identifier.
        plan: String,
    },
    /// Moves an application to another stage, with a new entry in its history.
    MoveStage {
        /// The application's identifier.
        application: String,
        /// The stage's identifier; the next one of the plan when absent.
        #[serde(default)]
        stage: Option<String>,
    },
    /// Adds a note to a candidate, which counts as a change of the candidate too.
    AddNote {
        /// The candidate's identifier.
        candidate: String,
        /// The text.
        content: String,
        /// Whether only keys with access to private fields see it.
        #[serde(default)]
        private: bool,
    },
}

/// Why a [`Mutation`] was refused. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// No living record of this kind has the identifier.
    #[error("no {kind} has the id {id}; list them to find one that exists")]
    NotFound {
        /// The kind.
        kind: Kind,
        /// The identifier as given.
        id: String,
    },
    /// Records of this kind cannot be archived.
    #[error("a {0} cannot be archived; delete it instead")]
    NotArchivable(Kind),
    /// The application stands in the last stage that it can reach by itself.
    #[error("application {0} is in its plan's last stage; name the stage to move it to")]
    NoNextStage(String),
}
