//! What is in force: connectors and sources, worked out from the state and the bundle.

use crate::base::Base;
use crate::decide::{Chosen, Known};
use crate::proof::{self, Proven};
use crate::sources::{self, Brought, Switches};
use crate::{Error, Kind, Policy, State, Store, Version};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zero_builder::fixtures;
use zero_engine::{Connector, Engine};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};

/// What a host runs.
#[derive(Clone)]
pub struct Lineup {
    /// Every connector, by name.
    pub connectors: BTreeMap<String, Connector>,
    /// Every source. The same `Arc` as before when no source changed.
    pub catalogue: Arc<Catalogue>,
    /// What could not be taken in, for the operator.
    pub problems: Vec<String>,
}

/// Remembers what was read before: records are parsed once for each version, and an equal catalogue stays the same.
#[derive(Default)]
pub(crate) struct Memory {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    records: BTreeMap<String, Arc<[Arc<SourceRecord>]>>,
    composed: Option<Composed>,
}

struct Composed {
    brought: Vec<Brought>,
    present: Vec<String>,
    catalogue: Arc<Catalogue>,
    problems: Vec<String>,
}

#[derive(Clone, Copy)]
pub(crate) struct Sight<'a> {
    pub(crate) store: &'a Store,
    pub(crate) engine: &'a Engine,
    pub(crate) base: &'a Base,
    pub(crate) policy: &'a Policy,
    pub(crate) memory: &'a Memory,
}

impl<'a> Sight<'a> {
    /// What is in force by this state. `have` gives connectors that are loaded already, by digest. A version that
    /// cannot be loaded is left out and named: one broken file does not keep a host from starting.
    pub(crate) fn lineup(&self, state: &State, have: impl Fn(&str) -> Option<Connector>) -> Lineup {
        let mut connectors = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, chosen) in self.chosen(state) {
            match chosen {
                Chosen::Nothing => {}
                Chosen::Base(_) => {
                    connectors
                        .extend(self.base.connectors.get(name).map(|base| (name.to_owned(), base.connector.clone())));
                }
                Chosen::Installed(version) if version.kind == Kind::Sources => {}
                Chosen::Installed(version) => match have(&version.digest).map_or_else(|| self.load(version), Ok) {
                    Ok(connector) => _ = connectors.insert(name.to_owned(), connector),
                    Err(error) => {
                        problems.push(format!("`{name}` is left out: {error}"));
                        let base = self.base.connectors.get(name);
                        connectors.extend(base.map(|base| (name.to_owned(), base.connector.clone())));
                    }
                },
            }
        }
        let brought = self.brought(state, &mut problems);
        let (catalogue, wrong) = self.catalogue(brought, connectors.keys().cloned().collect());
        problems.extend(wrong);
        Lineup { connectors, catalogue, problems }
    }

    /// Every name that the state or the bundle knows, and what is in force under it.
    pub(crate) fn chosen<'s>(self, state: &'s State) -> impl Iterator<Item = (&'s str, Chosen<'s>)>
    where
        'a: 's,
    {
        self.names(state).map(move |name| (name, self.known(state, name).chosen()))
    }

    pub(crate) fn names<'s>(self, state: &'s State) -> impl Iterator<Item = &'s str>
    where
        'a: 's,
    {
        let mut names: Vec<&str> =
            state.connectors.keys().chain(self.base.connectors.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }

    pub(crate) fn known<'s>(self, state: &'s State, name: &'s str) -> Known<'s>
    where
        'a: 's,
    {
        Known { name, entry: state.connectors.get(name), base: self.base.version(name) }
    }

    /// Like [`Sight::known`], of a name that must be.
    pub(crate) fn known_checked<'s>(self, state: &'s State, name: &'s str) -> Result<Known<'s>, Error>
    where
        'a: 's,
    {
        let known = self.known(state, name);
        let nowhere = known.entry.is_none() && known.base.is_none();
        if nowhere { Err(Error::Unknown(name.to_owned())) } else { Ok(known) }
    }

    /// The connector in force under a name.
    pub(crate) fn connector(&self, state: &State, name: &str) -> Option<Connector> {
        match self.known(state, name).chosen() {
            Chosen::Base(_) => self.base.connectors.get(name).map(|base| base.connector.clone()),
            Chosen::Installed(version) if version.kind == Kind::Component => self.load(version).ok(),
            Chosen::Installed(_) | Chosen::Nothing => None,
        }
    }

    pub(crate) fn load(&self, version: &Version) -> Result<Connector, Error> {
        let bytes = self.store.get(&version.digest)?;
        proof::load(self.engine, self.policy, &bytes, &version.digest)
    }

    /// What installed versions in force bring.
    pub(crate) fn brought(&self, state: &State, problems: &mut Vec<String>) -> Vec<Brought> {
        let mut brought = Vec::new();
        for (name, chosen) in self.chosen(state) {
            let Chosen::Installed(version) = chosen else { continue };
            match self.records(version) {
                Ok(records) => brought.push(Brought { owner: name.to_owned(), kind: version.kind, records }),
                Err(error) => problems.push(format!("the sources of `{name}` are left out: {error}")),
            }
        }
        self.memory.keep(&brought);
        brought
    }

    fn records(&self, version: &Version) -> Result<Arc<[Arc<SourceRecord>]>, Error> {
        if let Some(records) = self.memory.lock().records.get(&version.digest) {
            return Ok(Arc::clone(records));
        }
        let bytes = self.store.get(&version.digest)?;
        let wrong = |error: fixtures::FixturesError| Error::Malformed {
            what: version.digest.clone(),
            reason: error.to_string(),
        };
        let fixtures = fixtures::read(&bytes).map_err(wrong)?.unwrap_or_default();
        let records = proof::records(&version.digest, &fixtures)?;
        Ok(self.memory.remember(&version.digest, records.into()))
    }

    fn catalogue(&self, brought: Vec<Brought>, present: Vec<String>) -> (Arc<Catalogue>, Vec<String>) {
        let mut memory = self.memory.lock();
        let equal = |before: &&Composed| before.present == present && equal(&before.brought, &brought);
        if let Some(before) = memory.composed.as_ref().filter(equal) {
            return (Arc::clone(&before.catalogue), before.problems.clone());
        }
        let Policy { sources_on: on, sources_off: off, overrides, .. } = self.policy;
        let switches = Switches { on, off, overrides };
        let has = |name: &str| present.iter().any(|has| has == name);
        let (catalogue, problems) = sources::compose(&self.base.catalogue, &brought, switches, has);
        let catalogue = Arc::new(catalogue);
        memory.composed =
            Some(Composed { brought, present, catalogue: Arc::clone(&catalogue), problems: problems.clone() });
        (catalogue, problems)
    }
}

/// Whether the same names bring the same records, whatever their versions.
fn equal(left: &[Brought], right: &[Brought]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            left.owner == right.owner && (Arc::ptr_eq(&left.records, &right.records) || left.records == right.records)
        })
}

impl Memory {
    /// What was just parsed, so that it is not read again.
    pub(crate) fn learn(&self, proven: &Proven) {
        self.remember(&proven.version.digest, Arc::clone(&proven.brought.records));
    }

    fn remember(&self, digest: &str, records: Arc<[Arc<SourceRecord>]>) -> Arc<[Arc<SourceRecord>]> {
        self.lock().records.insert(digest.to_owned(), Arc::clone(&records));
        records
    }

    /// Only those in use are worth their memory.
    fn keep(&self, brought: &[Brought]) {
        let used = |records: &Arc<[_]>| brought.iter().any(|it| Arc::ptr_eq(&it.records, records));
        self.lock().records.retain(|_, records| used(records));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
