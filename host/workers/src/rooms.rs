//! Functions and connectors as core modules of one script.
//!
//! - **Takes** what instantiates a module, and which component each module stands for.
//! - **Gives** the pipeline's `Rooms`: the same digests as on every target, since a module has no name of its own.
//! - **Fails** as a `CallError` of the one call; an instance that trapped is not called again.
//! - **Limits**: a connector gets a fresh instance for every call; a function's is made anew after
//!   [`CALLS_PER_INSTANCE_MAX`] calls or [`GROWTH_BYTES_MAX`] of growth. CPU of a call is not bounded here.
//! - **Why it is so**: generic over the instances, so that it is tested without a JavaScript engine.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use zero_canon::connector::{self, Version};
use zero_canon::weather::Bounds;
use zero_canon::{Guest, functions};
use zero_pipeline::platform::{CallError, Rooms};
use zero_types::prelude::*;

/// As the engine's.
pub const CALLS_PER_INSTANCE_MAX: u32 = 1024;
/// As the engine's, in bytes.
pub const GROWTH_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Makes instances of the script's modules.
pub trait Modules: 'static {
    /// An instance.
    type Guest: Guest;

    /// A fresh instance of the module at this place.
    ///
    /// # Errors
    /// When it cannot be made.
    fn instantiate(&self, module: usize) -> Result<Self::Guest, CallError>;
}

/// The component that a module stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Such as `functions/intent` or `connectors/clock`.
    pub name: String,
    /// SHA-256 of the component, in lower-case hex.
    pub digest: String,
    /// Its stamp.
    pub world: String,
}

/// All rooms of a script; clones share the instances.
pub struct CoreRooms<M: Modules>(Rc<Inner<M>>);

struct Inner<M: Modules> {
    modules: M,
    digests: Vec<(String, String)>,
    connectors: BTreeMap<String, (usize, Version)>,
    intent: Function<M>,
    context: Function<M>,
    synthesis: Function<M>,
    auth: Function<M>,
}

impl<M: Modules> Clone for CoreRooms<M> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<M: Modules> CoreRooms<M> {
    /// The rooms of these modules, each in its place.
    ///
    /// # Errors
    /// Names the function that is missing, or the connector of an unknown world.
    pub fn new(modules: M, rooms: &[Room]) -> Result<Self, String> {
        let function = |name: &str| {
            let place = rooms.iter().position(|room| room.name.strip_prefix("functions/") == Some(name));
            place.map(Function::new).ok_or_else(|| format!("the script has no function `{name}`"))
        };
        let mut connectors = BTreeMap::new();
        for (place, room) in rooms.iter().enumerate() {
            let Some(name) = room.name.strip_prefix("connectors/") else { continue };
            let version = Version::of_world(&room.world)
                .ok_or_else(|| format!("`{}` is of the unknown world `{}`", room.name, room.world))?;
            connectors.insert(name.to_owned(), (place, version));
        }
        let mut digests: Vec<_> =
            rooms.iter().map(|room| (room.name.clone(), format!("sha256:{}", room.digest))).collect();
        digests.sort();
        Ok(Self(Rc::new(Inner {
            modules,
            digests,
            connectors,
            intent: function("intent")?,
            context: function("context")?,
            synthesis: function("synthesis")?,
            auth: function("auth")?,
        })))
    }

    fn connector(&self, name: &str) -> Result<(M::Guest, Version), CallError> {
        let &(place, version) = self.0.connectors.get(name).ok_or(CallError::Missing)?;
        Ok((self.0.modules.instantiate(place)?, version))
    }
}

/// A function, and its instance that waits for a call.
struct Function<M: Modules> {
    place: usize,
    idle: RefCell<Option<Warm<M::Guest>>>,
}

struct Warm<G> {
    guest: G,
    calls: u32,
    memory_bytes_at_start: u64,
}

impl<M: Modules> Function<M> {
    fn new(place: usize) -> Self {
        Self { place, idle: RefCell::new(None) }
    }

    fn call<T>(&self, modules: &M, body: impl FnOnce(&mut M::Guest) -> Result<T, CallError>) -> Result<T, CallError> {
        let waiting = self.idle.borrow_mut().take();
        let mut warm = match waiting {
            Some(warm) => warm,
            None => {
                let mut guest = modules.instantiate(self.place)?;
                let memory_bytes_at_start = guest.memory_bytes();
                Warm { guest, calls: 0, memory_bytes_at_start }
            }
        };
        // An instance that did not come to its end is dropped here, whatever state it is in.
        let value = body(&mut warm.guest)?;
        warm.calls += 1;
        let grown = warm.guest.memory_bytes().saturating_sub(warm.memory_bytes_at_start);
        if warm.calls < CALLS_PER_INSTANCE_MAX && grown <= GROWTH_BYTES_MAX {
            *self.idle.borrow_mut() = Some(warm);
        }
        Ok(value)
    }
}

impl<M: Modules> Rooms for CoreRooms<M> {
    fn digests(&self) -> Vec<(String, String)> {
        self.0.digests.clone()
    }

    fn has_connector(&self, connector: &str) -> bool {
        self.0.connectors.contains_key(connector)
    }

    async fn plan(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        let (mut guest, version) = self.connector(connector)?;
        connector::plan(&mut guest, version, Bounds::default(), (source, question, intent))
    }

    async fn resume(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        let (mut guest, version) = self.connector(connector)?;
        connector::resume(&mut guest, version, Bounds::default(), (source, state, outcomes))
    }

    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        self.0.auth.call(&self.0.modules, |guest| functions::authenticate(guest, credential, trust, now_ms))
    }

    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        self.0.auth.call(&self.0.modules, |guest| functions::authorize(guest, principal, permission, resource))
    }

    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        self.0.context.call(&self.0.modules, |guest| functions::resolve(guest, question, profile, turns))
    }

    fn read(&self, question: &Question) -> Result<Intent, CallError> {
        self.0.intent.call(&self.0.modules, |guest| functions::read(guest, question))
    }

    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError> {
        self.0.synthesis.call(&self.0.modules, |guest| functions::compose(guest, question, intent, findings))
    }
}

#[cfg(test)]
mod tests;
