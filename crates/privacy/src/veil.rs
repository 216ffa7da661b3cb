//! Policies and a selection together, and the plans that they make.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use ashby_catalog::{Class, Operation, places};
use capture_core::PolicyMark;

use crate::action::Action;
use crate::contract::{Contract, StreamShape, names};
use crate::hash::HashKey;
use crate::plan::{self, Fate, Plan};
use crate::policy::Policy;
use crate::rows::{Reach, RowPlan};
use crate::selection::Selection;
use crate::{Unreadable, fingerprint};

/// What of everything may leave. Of several policies the strictest counts, for each place by itself.
pub struct Veil {
    contract: Arc<Contract>,
    policies: Vec<Policy>,
    selection: Selection,
    plans: RwLock<HashMap<String, Arc<Plan>>>,
    /// The policies without the selection, if there is one.
    bare: Option<Box<Veil>>,
}

impl fmt::Debug for Veil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Veil").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Veil {
    /// What these policies leave.
    pub fn new(contract: Arc<Contract>, policies: impl IntoIterator<Item = Policy>) -> Self {
        Self {
            contract,
            policies: policies.into_iter().collect(),
            selection: Selection::default(),
            plans: RwLock::default(),
            bare: None,
        }
    }

    /// Of Ashby's records everything.
    pub fn open() -> Self {
        Self::new(Contract::ashby(), [])
    }

    /// Only what is selected.
    #[must_use]
    pub fn selected(self, selection: Selection) -> Self {
        if selection.is_everything() {
            return Self { bare: None, selection, plans: RwLock::default(), ..self };
        }
        let bare = Self::new(Arc::clone(&self.contract), self.policies.iter().cloned());
        Self { bare: Some(Box::new(bare)), selection, plans: RwLock::default(), ..self }
    }

    /// What is written beside the rows of a stream, to know again what was left out of them; `None` for nothing.
    pub fn mark(&self, stream: &str) -> Option<PolicyMark> {
        let fingerprint = self.plan(stream).fingerprint()?.to_owned();
        let mark = PolicyMark::new(self.name(), fingerprint);
        Some(match &self.bare {
            Some(bare) => mark.beside_selection(bare.plan(stream).fingerprint().map(str::to_owned)),
            None => mark,
        })
    }

    /// The same, and no more than another policy leaves.
    #[must_use]
    pub fn and(&self, policy: Policy) -> Self {
        let policies = self.policies.iter().cloned().chain([policy]);
        Self::new(Arc::clone(&self.contract), policies).selected(self.selection.clone())
    }

    /// How its policies are called; empty if there are none that hide anything.
    pub fn name(&self) -> String {
        let names = self.policies.iter().map(Policy::name).filter(|name| *name != "full");
        names.collect::<Vec<_>>().join("+")
    }

    /// What it is about.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.contract
    }

    /// Its policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// What is selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Whether everything leaves.
    pub fn is_open(&self) -> bool {
        self.name().is_empty() && self.selection.is_everything()
    }

    /// Whether only some records leave.
    pub fn has_rows(&self) -> bool {
        self.policies.iter().any(|policy| !policy.rows.is_open())
    }

    /// Whether what is of a class leaves as it is, where no rule of a field says otherwise: for what is no member of a
    /// record, such as the text of a file.
    pub fn keeps(&self, class: Class) -> bool {
        self.policies.iter().all(|policy| policy.class(class) == Action::Keep)
    }

    /// What becomes of the records of a stream.
    pub fn plan(&self, stream: &str) -> Arc<Plan> {
        self.planned(stream, || {
            // What is published is everybody's.
            if stream == ashby_source::PUBLIC_POSTINGS {
                return self.make(&[], &[], None, false);
            }
            match self.contract.stream(stream) {
                Some(StreamShape { key, places, .. }) => self.make(&[stream], key, Some(places), true),
                None => self.make(&[stream], &[], None, true),
            }
        })
    }

    /// What becomes of what an operation answers.
    pub fn operation(&self, operation: &'static Operation) -> Arc<Plan> {
        self.planned(operation.name, || {
            let streams = self.contract.streams_of(operation);
            let places = operation.returns.as_ref().map(places);
            let key = match &streams[..] {
                [stream, ..] => self.contract.stream(stream).map(|shape| &shape.key[..]).unwrap_or_default(),
                [] => &[],
            };
            self.make(&streams, key, places.as_deref(), true)
        })
    }

    fn planned(&self, name: &str, make: impl FnOnce() -> Plan) -> Arc<Plan> {
        if let Some(plan) = self.plans.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(plan);
        }
        let plan = Arc::new(make());
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(plans.entry(name.to_owned()).or_insert(plan))
    }

    fn make(
        &self,
        streams: &[&str],
        key: &[String],
        places: Option<&[ashby_catalog::Place]>,
        is_private: bool,
    ) -> Plan {
        let mut plan = Plan {
            root: Fate::Keep,
            rows: None,
            keys: Vec::new(),
            ids: None,
            is_withheld: false,
            fingerprint: None,
        };
        if !is_private {
            return plan;
        }
        let places = places.unwrap_or_default();
        plan.root = plan::tree(self, streams, key, places);
        for name in key {
            let path = std::slice::from_ref(name);
            let place = places.iter().find(|place| names(&place.path) == path);
            let class = place.map_or(Class::Unclassified, |place| place.class);
            let means_nothing = matches!(class, Class::Identifier | Class::Plain);
            match self.action(streams, path, class) {
                (Action::Hash, hash) => plan.keys.push(hash),
                (Action::Keep, _) => plan.keys.push(None),
                (_, _) => {
                    plan.keys.push(None);
                    plan.is_withheld |= !means_nothing;
                }
            }
        }
        let ids = self.policies.iter().find(|policy| policy.class(Class::Identifier) == Action::Hash);
        plan.ids = ids.and_then(|policy| policy.key.clone());
        let rows: Vec<_> =
            self.policies.iter().map(Policy::rows).filter(|rows| !rows.is_open()).cloned().collect();
        if !rows.is_empty() {
            plan.rows = Some(RowPlan::new(rows, streams, places)).filter(|rows| !rows.is_open());
        }
        plan.fingerprint = fingerprint::of(&plan);
        plan
    }

    /// What the policies and the selection say of a place, and what hashes there.
    pub(crate) fn action(
        &self,
        streams: &[&str],
        path: &[String],
        class: Class,
    ) -> (Action, Option<Arc<HashKey>>) {
        let of = |policy: &Policy| policy.rule(streams, path).unwrap_or_else(|| policy.class(class));
        let (action, key) = self.strictest(of);
        // Keys are no matter of a selection.
        let is_key = path.len() == 1
            && streams
                .iter()
                .any(|stream| self.contract.stream(stream).is_some_and(|shape| shape.key.contains(&path[0])));
        if is_key || self.selection.keeps(streams, path) { (action, key) } else { (Action::Drop, None) }
    }

    /// The same of what is not known below a place.
    pub(crate) fn unknown(&self, streams: &[&str], path: &[String]) -> (Action, Option<Arc<HashKey>>) {
        let of = |policy: &Policy| policy.rule(streams, path).unwrap_or(policy.unknown);
        if self.selection.keeps(streams, path) { self.strictest(of) } else { (Action::Drop, None) }
    }

    fn strictest(&self, of: impl Fn(&Policy) -> Action) -> (Action, Option<Arc<HashKey>>) {
        let said = self.policies.iter().map(|policy| (of(policy), policy.key.clone()));
        // Of those that say the same, the first.
        said.fold((Action::Keep, None), |worst, said| if said.0 > worst.0 { said } else { worst })
    }
}

impl Plan {
    /// Whether a record may leave, as far as `reach` can tell.
    pub fn allows(&self, record: &[u8], reach: &dyn Reach) -> bool {
        !self.is_withheld && self.rows.as_ref().is_none_or(|rows| rows.allows(record, reach))
    }

    /// What is left of what an operation answers: of a list those items that may leave. `None` if it is one record and
    /// may not.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn answer<'a>(
        &self,
        json: &'a [u8],
        reach: &dyn Reach,
    ) -> Result<Option<std::borrow::Cow<'a, [u8]>>, Unreadable> {
        if self.rows.is_some() && json.trim_ascii_start().starts_with(b"[") {
            let items: Vec<&serde_json::value::RawValue> =
                serde_json::from_slice(json).map_err(|_| Unreadable)?;
            let allowed = items.iter().filter(|item| self.allows(item.get().as_bytes(), reach));
            let list = format!("[{}]", allowed.map(|item| item.get()).collect::<Vec<_>>().join(","));
            let left = self.apply(list.as_bytes())?.into_owned();
            return Ok(Some(left.into()));
        }
        if !self.allows(json, reach) {
            return Ok(None);
        }
        self.apply(json).map(Some)
    }
}
