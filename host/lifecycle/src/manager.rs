//! The operators' acts: each reads the state, decides, and writes it under the lock.
//!
//! - **Takes** a store, an engine, the bundle's layer and the operator's policy.
//! - **Gives** a report of every act, and the [`Lineup`] that is in force after it.
//! - **Fails** with an [`Error`]; the state is then as it was, except that a version which fails its own fixtures is
//!   remembered as quarantined.
//! - **Limits**: `INSTALLED_MAX` names; those of the engine for whatever is run.
//! - **Why it is so**: a version is compiled and tried before the lock is taken, so that a slow compilation keeps nobody
//!   from rolling back; and decided again under the lock, over the state as it is by then.

use crate::base::Base;
use crate::decide::{self, How, Known};
use crate::lineup::{Memory, Sight};
use crate::origin::{self, Fetched, Promise};
use crate::proof::{self, Gate, Proven};
use crate::{
    ConnectorReport, DiffReport, Entry, Error, InstallReport, Kind, Lineup, ListReport, Origin, Outcome, Policy,
    Signer, State, Store, limits, sources,
};
use zero_engine::{Connector, Engine};

/// What an act did.
#[derive(Debug)]
pub struct Change<T> {
    /// For the operator.
    pub report: T,
    /// The connector that was just loaded, so that nobody loads it again.
    pub fresh: Option<Connector>,
}

/// How to install.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Agree to whatever it asks for.
    pub consent: bool,
    /// Take it although nobody vouches for it.
    pub allow_unsigned: bool,
    /// Only if it answers stored exchanges as the current version does.
    pub gate: Option<Gate>,
}

/// The installed connectors of a host.
pub struct Manager {
    store: Store,
    engine: Engine,
    base: Base,
    policy: Policy,
    memory: Memory,
}

impl Manager {
    /// Over a state folder.
    #[must_use]
    pub fn new(store: Store, engine: Engine, base: Base, policy: Policy) -> Self {
        Self { store, engine, base, policy, memory: Memory::default() }
    }

    /// The state folder.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the operator allows.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What is in force. `have` gives connectors that are loaded already, by digest.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn lineup(&self, have: impl Fn(&str) -> Option<Connector>) -> Result<Lineup, Error> {
        Ok(self.sight().lineup(&self.store.read()?, have))
    }

    /// Installs or upgrades.
    ///
    /// # Errors
    /// Refused: see [`Error`].
    pub fn install(&self, origin: Origin, ask: &Ask, now_ms: i64) -> Result<Change<InstallReport>, Error> {
        let fetched = self.fetch(origin, now_ms)?;
        let unsigned = ask.allow_unsigned || self.policy.allow_unsigned;
        // Records are no code: what they ask for is shown like any other permission, and that is all they can do.
        let allow_unsigned = unsigned || fetched.kind() == Kind::Sources;
        let how = How { consent: ask.consent, allow_unsigned, now_ms };
        let digest = zero_builder::digest(&fetched.bytes);
        let state = self.store.read()?;
        let sight = self.sight();
        for name in sight.names(&state) {
            let known = sight.known(&state, name);
            // A pin is the name's affair, which is not known yet.
            let known = Known { entry: known.entry.filter(|it| it.quarantined.contains_key(&digest)), ..known };
            decide::admit(known, &digest, &fetched.signer, &fetched.from, how)?;
        }
        // An empty host has no name to ask about.
        decide::admit(Known { name: "", entry: None, base: None }, &digest, &fetched.signer, &fetched.from, how)?;

        let proven = match fetched.kind() {
            Kind::Component => proof::component(&self.engine, &self.policy, &fetched, now_ms)?,
            Kind::Sources => proof::sources(&fetched, |name| sight.connector(&state, name), now_ms)?,
        };
        origin::keep_promise(&fetched, &proven, &self.policy, now_ms)?;
        if let Some(gate) = &ask.gate {
            self.pass(gate, &state, &proven)?;
        }
        let report = self.settle(&fetched, &proven, how);
        if let Err(Error::SmokeFailed { name, digest, .. }) = &report {
            self.quarantine(name, digest, "it failed its own fixtures", now_ms)?;
        }
        Ok(Change { report: report?, fresh: proven.connector })
    }

    /// Takes a tried version into the state, if it still may.
    fn settle(&self, fetched: &Fetched, proven: &Proven, how: How) -> Result<InstallReport, Error> {
        let (name, digest) = (&proven.brought.owner, &proven.version.digest);
        self.store.change(|state, store| {
            if state.connectors.len() >= limits::INSTALLED_MAX && !state.connectors.contains_key(name) {
                return Err(Error::Full(format!("{} connectors are installed already", limits::INSTALLED_MAX)));
            }
            let sight = self.sight();
            let others = sight.brought(state, &mut Vec::new());
            let has =
                |name: &str| sight.known(state, name).chosen().version().is_some_and(|it| it.kind == Kind::Component);
            sources::admit(&self.base.catalogue, &others, &proven.brought, has)?;
            let decided = decide::install(sight.known(state, name), proven.version.clone(), how)?;
            // Before anything refers to it.
            store.put(digest, &fetched.bytes)?;
            self.memory.learn(proven);
            let version = decided.entry.version(digest).cloned().unwrap_or_else(|| proven.version.clone());
            let enabled = decided.entry.enabled;
            state.connectors.insert(name.clone(), decided.entry);
            Ok(InstallReport { outcome: decided.outcome, name: name.clone(), version, diff: decided.diff, enabled })
        })
    }

    fn fetch(&self, origin: Origin, now_ms: i64) -> Result<Fetched, Error> {
        match origin {
            Origin::Bytes { bytes, from } => {
                Ok(Fetched { bytes, signer: Signer::Nobody, from, promise: Promise::None })
            }
            Origin::Pulled { bytes, signer, from, shown } => {
                Ok(Fetched { bytes, signer, from, promise: Promise::Shown(shown) })
            }
            Origin::Path(path) => origin::component(&origin::find(&path)?, &self.policy, now_ms),
        }
    }

    /// Whether a version answers stored exchanges as the one in force does. The first of its name has none to be like.
    fn pass(&self, gate: &Gate, state: &State, proven: &Proven) -> Result<(), Error> {
        let name = &proven.brought.owner;
        let Some(new) = &proven.connector else {
            // A gate that lets everything pass would be believed.
            let reason = "it has no code that could be held against stored exchanges\n\nhint: leave out `--gate`; its \
                          own cases are run at every installation";
            return Err(Error::Malformed { what: name.clone(), reason: reason.to_owned() });
        };
        let Some(old) = self.sight().connector(state, name) else { return Ok(()) };
        let comparison = proof::compare(&old, new, Some(&proven.fixtures), &gate.exchanges)?;
        if comparison.passed {
            return Ok(());
        }
        let (digest, report) = (proven.version.digest.clone(), comparison.to_text());
        Err(Error::GateClosed { name: name.clone(), digest, report })
    }

    /// Agrees to what the pending version asks for.
    ///
    /// # Errors
    /// See [`decide::consent`].
    pub fn consent(&self, name: &str, now_ms: i64) -> Result<ConnectorReport, Error> {
        self.change(name, |known| decide::consent(known, now_ms))
    }

    /// Switches a connector on or off.
    ///
    /// # Errors
    /// See [`decide::enable`].
    pub fn enable(&self, name: &str, enabled: bool) -> Result<ConnectorReport, Error> {
        self.change(name, |known| decide::enable(known, enabled))
    }

    /// Refuses upgrades of it, or no longer.
    ///
    /// # Errors
    /// See [`decide::pin`].
    pub fn pin(&self, name: &str, pinned: bool) -> Result<ConnectorReport, Error> {
        self.change(name, |known| decide::pin(known, pinned))
    }

    /// Back to an earlier version.
    ///
    /// # Errors
    /// See [`decide::rollback`].
    pub fn rollback(&self, name: &str, to: Option<&str>, now_ms: i64) -> Result<ConnectorReport, Error> {
        self.change(name, |known| decide::rollback(known, to, now_ms))
    }

    /// Keeps a digest from running.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn quarantine(&self, name: &str, digest: &str, reason: &str, now_ms: i64) -> Result<ConnectorReport, Error> {
        let report = self.change(name, |known| Ok(decide::quarantine(known, digest, reason, now_ms)))?;
        let instead = report.current.as_ref().map(|version| version.digest.as_str());
        tracing::warn!(connector = name, digest, reason, instead, "a version is quarantined");
        Ok(report)
    }

    /// Lets a digest run again, or all of them.
    ///
    /// # Errors
    /// See [`decide::release`].
    pub fn release(&self, name: &str, digest: Option<&str>) -> Result<ConnectorReport, Error> {
        self.change(name, |known| decide::release(known, digest))
    }

    /// Removes an installed connector with all of its versions; the bundle's comes back when it has one.
    ///
    /// # Errors
    /// See [`decide::remove`].
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        self.store.change(|state, _| {
            decide::remove(self.sight().known(state, name))?;
            state.connectors.remove(name);
            Ok(())
        })
    }

    /// Every connector of the state and the bundle.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn list(&self) -> Result<ListReport, Error> {
        let state = self.store.read()?;
        let sight = self.sight();
        Ok(ListReport { connectors: sight.names(&state).map(|name| self.report(sight.known(&state, name))).collect() })
    }

    /// One connector.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn show(&self, name: &str) -> Result<ConnectorReport, Error> {
        let state = self.store.read()?;
        let known = self.sight().known_checked(&state, name)?;
        Ok(self.report(known))
    }

    /// What changes between two versions: digests, their beginnings, `bundle`, `current` or `pending`.
    ///
    /// # Errors
    /// There is no such connector or version.
    pub fn diff(&self, name: &str, from: &str, to: &str) -> Result<DiffReport, Error> {
        let state = self.store.read()?;
        let known = self.sight().known_checked(&state, name)?;
        let (from, to) = (decide::version_of(known, from)?, decide::version_of(known, to)?);
        let diff = from.permissions.diff(&to.permissions);
        let needs_consent = diff.widens();
        Ok(DiffReport { name: name.to_owned(), from: from.digest.clone(), to: to.digest.clone(), diff, needs_consent })
    }

    fn change(
        &self,
        name: &str,
        decide: impl FnOnce(Known<'_>) -> Result<Entry, Error>,
    ) -> Result<ConnectorReport, Error> {
        self.store.change(|state, _| {
            let entry = decide(self.sight().known(state, name))?;
            state.connectors.insert(name.to_owned(), entry);
            Ok(self.report(self.sight().known(state, name)))
        })
    }

    fn report(&self, known: Known<'_>) -> ConnectorReport {
        let entry = known.entry.cloned().unwrap_or_default();
        let current = known.chosen().version().cloned();
        let pending = entry.pending.as_deref().and_then(|digest| entry.version(digest)).cloned();
        let asked = |version: &crate::Version| known.agreed().map(|agreed| agreed.diff(&version.permissions));
        let of_bundle = crate::base::records_of(&self.base.catalogue, known.name);
        let of_version = current.iter().flat_map(|version| &version.sources);
        let mut sources: Vec<String> =
            of_bundle.iter().map(|record| &record.source.id).chain(of_version).cloned().collect();
        sources.sort();
        sources.dedup();
        ConnectorReport {
            name: known.name.to_owned(),
            kind: current.as_ref().or(entry.versions.last()).map_or(Kind::Component, |version| version.kind),
            pending_diff: pending.as_ref().and_then(asked),
            current,
            pending,
            enabled: entry.enabled,
            pinned: entry.pinned,
            in_bundle: known.base.is_some(),
            quarantined: entry.quarantined,
            sources,
            versions: entry.versions,
            health: None,
        }
    }

    fn sight(&self) -> Sight<'_> {
        let Self { store, engine, base, policy, memory } = self;
        Sight { store, engine, base, policy, memory }
    }
}

impl InstallReport {
    /// Whether what runs has changed.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.enabled && self.outcome != Outcome::Pending
    }
}
