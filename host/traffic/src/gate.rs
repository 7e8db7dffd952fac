//! The places of a host.
//!
//! - **Takes** a question's class.
//! - **Gives** a [`Place`], which is free again when it is dropped.
//! - **Fails** at once: a queue would make everyone wait and then answer those who have gone.
//! - **Limits**: [`Adaptive`]; of it, anonymous askers and keys may fill all but a share, and operators some more.
//! - **Why it is so**: a share is kept for whoever ranks higher, so that they need not wait until a lower one is done.
//!   Whoever is turned away costs a comparison of two numbers.

use crate::adaptive::Adaptive;
use crate::limits::{ANONYMOUS_PERCENT, KEY_PERCENT, OPERATOR_PLACES};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zero_config::Class;

/// All places; clones share them.
#[derive(Clone)]
pub struct Gate(Arc<Mutex<State>>);

struct State {
    limit: Adaptive,
    in_flight: usize,
}

/// A place for one question, until it is dropped.
pub struct Place(Gate);

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
    }
}

impl Gate {
    /// A gate with this limit.
    #[must_use]
    pub fn new(limit: Adaptive) -> Self {
        Self(Arc::new(Mutex::new(State { limit, in_flight: 0 })))
    }

    /// A place, if there is one for this class.
    #[must_use]
    pub fn enter(&self, class: Class) -> Option<Place> {
        let mut state = self.lock();
        if state.is_full_for(class) {
            // It was wanted, so the limit is known to be reached.
            let in_flight = state.in_flight;
            state.limit.handle_in_flight(in_flight);
            return None;
        }
        state.in_flight += 1;
        let in_flight = state.in_flight;
        state.limit.handle_in_flight(in_flight);
        Some(Place(self.clone()))
    }

    /// Whether this class would get none now.
    #[must_use]
    pub fn is_full_for(&self, class: Class) -> bool {
        self.lock().is_full_for(class)
    }

    /// Takes in how long a task that could run waited for its turn.
    pub fn handle_delay(&self, delay: Duration, now: Duration) {
        let mut state = self.lock();
        let in_flight = state.in_flight;
        state.limit.handle_in_flight(in_flight);
        if state.limit.handle_delay(delay, now) {
            let limit = state.limit.limit();
            drop(state);
            tracing::debug!(limit, delay_ms = delay.as_millis(), "work waits for its turn: fewer questions at once");
        }
    }

    /// Questions that may be in flight now.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.lock().limit.limit()
    }

    /// Questions in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full_for(&self, class: Class) -> bool {
        let limit = self.limit.limit();
        let places = match class {
            // Rounded up, so that the least limit still lets everybody in.
            Class::Anonymous => (limit * ANONYMOUS_PERCENT).div_ceil(100),
            Class::Key => (limit * KEY_PERCENT).div_ceil(100),
            Class::SignedIn => limit,
            Class::Operator => limit.saturating_add(OPERATOR_PLACES),
        };
        self.in_flight >= places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(places: usize) -> Gate {
        Gate::new(Adaptive::new(1, places, Duration::from_millis(10)))
    }

    #[test]
    fn whoever_ranks_higher_finds_a_place_where_others_do_not() {
        let gate = Gate::new(Adaptive::new(100, 100, Duration::from_millis(10)));
        let mut inside = Vec::new();
        for (class, all) in [(Class::Anonymous, 90), (Class::Key, 95), (Class::SignedIn, 100), (Class::Operator, 108)] {
            while let Some(place) = gate.enter(class) {
                inside.push(place);
            }
            assert_eq!((inside.len(), gate.in_flight()), (all, all), "{class:?}");
            assert!(gate.is_full_for(Class::Anonymous));
        }
        inside.truncate(89);
        assert!(gate.enter(Class::Anonymous).is_some(), "a place is free when it is dropped");
        assert_eq!(gate.in_flight(), 89);
    }

    #[test]
    fn the_least_gate_lets_everybody_in() {
        for class in [Class::Anonymous, Class::Key, Class::SignedIn, Class::Operator] {
            assert!(gate(1).enter(class).is_some(), "{class:?}");
        }
    }
}
