//! The buckets of this process.
//!
//! - **Takes** charges to several buckets at once, and the time since start.
//! - **Gives** what became of each. Either all of them are charged or none.
//! - **Limits**: so many buckets. A full one says nothing and is forgotten first; when none is, the least used of a few.
//! - **Why it is so**: whoever comes from very many addresses must not fill the memory; what they can have is that some
//!   other hardly used bucket starts anew.

use crate::asker::{Charge, Key};
use crate::gcra::{Charged, micros};
use crate::limits::{EVICTION_SAMPLES, SWEEP_INTERVAL};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Buckets by key.
pub struct Buckets {
    table: Mutex<Table>,
}

struct Table {
    buckets_max: usize,
    /// When each is whole again (the theoretical arrival time of GCRA), in microseconds since start.
    whole_us: HashMap<Key, u64>,
    swept: Option<Duration>,
}

impl Buckets {
    /// Room for this many.
    #[must_use]
    pub fn new(buckets_max: usize) -> Self {
        let table = Table { buckets_max: buckets_max.max(1), whole_us: HashMap::new(), swept: None };
        Self { table: Mutex::new(table) }
    }

    /// Charges all of them, or none when one has no room.
    #[must_use]
    pub fn charge(&self, charges: &[Charge], cost: u32, now: Duration) -> Vec<Charged> {
        let mut table = self.lock();
        let charged = table.look(charges, cost, now);
        if charged.iter().all(|charged| charged.allowed) {
            for (charge, charged) in charges.iter().zip(&charged) {
                table.set(charge.key, micros(now).saturating_add(charged.debt_us), now);
            }
            return charged;
        }
        // Those that had room are not charged, and tell what they had.
        let unchanged = |(charge, charged): (&Charge, Charged)| {
            if charged.allowed { Charged { debt_us: table.debt_us(charge.key, now), ..charged } } else { charged }
        };
        charges.iter().zip(charged).map(unchanged).collect()
    }

    /// What a charge would come to; nothing is charged.
    #[must_use]
    pub fn look(&self, charge: &Charge, cost: u32, now: Duration) -> Charged {
        charge.rate.charge(self.lock().debt_us(charge.key, now), cost)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().whole_us.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn debt_us(&self, key: Key, now: Duration) -> u64 {
        self.whole_us.get(&key).map_or(0, |whole| whole.saturating_sub(micros(now)))
    }

    fn look(&self, charges: &[Charge], cost: u32, now: Duration) -> Vec<Charged> {
        charges.iter().map(|charge| charge.rate.charge(self.debt_us(charge.key, now), cost)).collect()
    }

    fn set(&mut self, key: Key, whole_us: u64, now: Duration) {
        if !self.whole_us.contains_key(&key) {
            self.make_room(now);
        }
        self.whole_us.insert(key, whole_us);
    }

    fn make_room(&mut self, now: Duration) {
        if self.whole_us.len() < self.buckets_max {
            return;
        }
        if self.swept.is_none_or(|swept| now.saturating_sub(swept) >= SWEEP_INTERVAL) {
            self.swept = Some(now);
            self.whole_us.retain(|_, whole| *whole > micros(now));
        }
        while self.whole_us.len() >= self.buckets_max {
            let least = self.whole_us.iter().take(EVICTION_SAMPLES).min_by_key(|(_, whole)| **whole);
            let Some(least) = least.map(|(key, _)| *key) else { return };
            self.whole_us.remove(&least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asker::Policy;
    use crate::gcra::Rate;

    fn charge(id: u32, per_minute: u32) -> Charge {
        let rate = Rate::per_minute(per_minute, 60).unwrap();
        Charge { policy: Policy::User, key: Key::of(Policy::User, &[&id.to_string()]), rate }
    }

    #[test]
    fn all_are_charged_or_none() {
        let buckets = Buckets::new(10);
        let (wide, narrow) = (charge(1, 10), charge(2, 1));
        let allowed = |charged: Vec<Charged>| charged.iter().map(|it| it.allowed).collect::<Vec<_>>();
        assert_eq!(allowed(buckets.charge(&[wide, narrow], 1, Duration::ZERO)), [true, true]);
        let refused = buckets.charge(&[wide, narrow], 1, Duration::ZERO);
        assert_eq!(wide.rate.remaining(refused[0].debt_us), 9, "what was not charged tells what is left");
        assert_eq!(allowed(refused), [true, false]);
        assert_eq!(wide.rate.remaining(buckets.look(&wide, 0, Duration::ZERO).debt_us), 9);
        assert_eq!(allowed(buckets.charge(&[wide, narrow], 1, Duration::from_secs(60))), [true, true]);
    }

    #[test]
    fn many_askers_take_no_more_room_and_the_busy_one_is_not_forgotten() {
        let buckets = Buckets::new(100);
        let busy = charge(0, 10);
        for _ in 0..10 {
            assert!(buckets.charge(&[busy], 1, Duration::ZERO)[0].allowed);
        }
        for id in 1..10_000 {
            // A little later each, and the busy one goes on.
            let now = Duration::from_micros(u64::from(id));
            assert!(buckets.charge(&[charge(id, 10)], 1, now)[0].allowed);
            assert!(!buckets.charge(&[busy], 1, now)[0].allowed, "forgotten after {id}");
            assert!(buckets.len() <= 100);
        }
        let later = Duration::from_secs(60);
        assert!(buckets.charge(&[charge(10_000, 10)], 1, later)[0].allowed);
        assert!(buckets.len() <= 2, "those that are whole again were forgotten: {}", buckets.len());
    }
}
