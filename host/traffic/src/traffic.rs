//! Both rooms together, as a host uses them.

use crate::adaptive::Adaptive;
use crate::asker::{Charge, Policy, class};
use crate::buckets::Buckets;
use crate::gate::{Gate, Place};
use crate::gcra::Charged;
use crate::limits::{PROBE_INTERVAL, RETRY_AFTER};
use crate::shared::Shared;
use crate::verdict::Verdict;
use core::time::Duration;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use zero_config::Class;
use zero_pipeline::Problem;
use zero_types::functions::Principal;

/// What a host carries and what it lets each asker have; clones share it.
#[derive(Clone)]
pub struct Traffic(Arc<Inner>);

struct Inner {
    settings: zero_config::Traffic,
    buckets: Buckets,
    shared: Option<Shared>,
    gate: Gate,
}

impl Traffic {
    /// By what an operator says; at most `in_flight_max` questions at once. `secret` looks up the environment variable
    /// with the password of Redis.
    ///
    /// # Errors
    /// The address of Redis is none, or its password is not where it should be.
    pub fn new(
        settings: zero_config::Traffic,
        in_flight_max: usize,
        secret: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let shared = settings.redis.as_ref().map(|redis| {
            let password = redis.password_env.as_deref().map(|name| {
                let missing = || format!("[traffic] `redis_password_env`: `{name}` is not set\n\nhint: export it");
                secret(name).ok_or_else(missing)
            });
            Shared::new(redis, password.transpose()?.as_deref())
        });
        let adaptive = Adaptive::new(settings.concurrency_min, in_flight_max, settings.queue_delay_max);
        Ok(Self(Arc::new(Inner {
            buckets: Buckets::new(settings.buckets_max),
            shared: shared.transpose()?,
            gate: Gate::new(adaptive),
            settings,
        })))
    }

    /// The places.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Why a request is turned away before anything is read of it: there is no place for whoever it may at best be from,
    /// or its address has guessed too many credentials.
    #[must_use]
    pub fn turned_away(
        &self,
        address: Option<IpAddr>,
        credential: bool,
        needs_place: bool,
        now: Duration,
    ) -> Option<Problem> {
        // Who brings a credential may be anybody; who brings none is nobody.
        let best = if credential { Class::Operator } else { Class::Anonymous };
        if needs_place && self.0.gate.is_full_for(best) {
            return Some(Problem::overloaded(RETRY_AFTER));
        }
        if !credential {
            return None;
        }
        let charge = Charge::of_address(Policy::Failures, &self.0.settings, address?)?;
        let charged = self.0.buckets.look(&charge, 1, now);
        Verdict::of(&[charge], &[charged]).problem()
    }

    /// Takes in that a credential from this address was not accepted.
    pub fn handle_refused_credential(&self, address: Option<IpAddr>, now: Duration) {
        let charge = address.and_then(|address| Charge::of_address(Policy::Failures, &self.0.settings, address));
        if let Some(charge) = charge {
            let _: Vec<Charged> = self.0.buckets.charge(&[charge], 1, now);
        }
    }

    /// Whether a question of this principal would get a place now.
    #[must_use]
    pub fn has_room(&self, principal: &Principal) -> bool {
        !self.0.gate.is_full_for(class(principal, &self.0.settings.classes))
    }

    /// A place for a question of this principal, if there is one.
    #[must_use]
    pub fn enter(&self, principal: &Principal) -> Option<Place> {
        self.0.gate.enter(class(principal, &self.0.settings.classes))
    }

    /// Charges `cost` questions to all buckets of an asker, or to none when one has no room: in Redis where it is shared
    /// and there, else in this process.
    pub async fn check(&self, principal: &Principal, address: Option<IpAddr>, cost: u32, now: Duration) -> Verdict {
        let charges = Charge::of(&self.0.settings, principal, address);
        if charges.is_empty() {
            return Verdict::default();
        }
        let shared = match &self.0.shared {
            Some(shared) => shared.charge(&charges, cost).await,
            None => None,
        };
        let charged = shared.unwrap_or_else(|| self.0.buckets.charge(&charges, cost, now));
        Verdict::of(&charges, &charged)
    }

    /// Measures how long work waits for its turn, as long as anybody holds this; where there is no runtime to wait in,
    /// nothing is measured and the limit stays where it is. `elapsed` is the clock of all other calls.
    pub fn watch(&self, elapsed: impl Fn() -> Duration + Send + 'static) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            self.0.shared.iter().for_each(Shared::begin);
            runtime.spawn(probe(Arc::downgrade(&self.0), elapsed));
        }
    }

    /// Whether limits are shared at this moment; none where they are not meant to be.
    #[must_use]
    pub fn is_shared(&self) -> Option<bool> {
        self.0.shared.as_ref().map(Shared::is_there)
    }
}

async fn probe(traffic: Weak<Inner>, elapsed: impl Fn() -> Duration) {
    loop {
        let start = elapsed();
        tokio::time::sleep(PROBE_INTERVAL).await;
        let now = elapsed();
        let Some(traffic) = traffic.upgrade() else { return };
        traffic.gate.handle_delay(now.saturating_sub(start).saturating_sub(PROBE_INTERVAL), now);
    }
}
