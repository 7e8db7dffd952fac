//! The generic cell rate algorithm (ITU-T I.371), in microseconds.
//!
//! A bucket is one number: its *debt*, the time until it is whole again. Each request adds the interval between two
//! requests of the rate; it may go as long as the debt is at most a burst's worth.

use core::time::Duration;
use zero_config::PER_MINUTE_MAX;

const MINUTE_US: u64 = 60_000_000;
/// The window that quotas are told in.
pub(crate) const WINDOW_SECONDS: u32 = 60;

/// So many in a minute, and so many of them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Requests a minute.
    pub per_minute: u32,
    /// Requests at once.
    pub burst: u32,
}

/// What became of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charged {
    /// Whether the bucket has room for it.
    pub allowed: bool,
    /// The debt with it, or without it where there is no room, in microseconds.
    pub debt_us: u64,
    /// After which time there is room, in microseconds; 0 where there is.
    pub wait_us: u64,
}

impl Rate {
    /// None where there is no limit.
    #[must_use]
    pub fn per_minute(per_minute: u32, burst_seconds: u32) -> Option<Self> {
        if per_minute == 0 {
            return None;
        }
        let per_minute = per_minute.min(PER_MINUTE_MAX);
        let burst = u64::from(per_minute) * u64::from(burst_seconds) / u64::from(WINDOW_SECONDS);
        Some(Self { per_minute, burst: u32::try_from(burst).unwrap_or(u32::MAX).max(1) })
    }

    /// The time of one request.
    #[must_use]
    pub fn interval_us(self) -> u64 {
        MINUTE_US.div_ceil(u64::from(self.per_minute.max(1)))
    }

    /// The debt that a burst leaves.
    #[must_use]
    pub fn debt_us_max(self) -> u64 {
        self.interval_us().saturating_mul(u64::from(self.burst.max(1)))
    }

    /// Charges `cost` requests to a bucket with this debt.
    #[must_use]
    pub fn charge(self, debt_us: u64, cost: u32) -> Charged {
        // A bucket of a rate that was lowered meanwhile owes no more than this rate lets it.
        let debt_us = debt_us.min(self.debt_us_max());
        // What costs more than a burst is let through by a whole bucket, else it would never be.
        let price = self.interval_us().saturating_mul(u64::from(cost)).min(self.debt_us_max());
        let with = debt_us.saturating_add(price);
        match with.checked_sub(self.debt_us_max()) {
            Some(wait_us) if wait_us > 0 => Charged { allowed: false, debt_us, wait_us },
            _ => Charged { allowed: true, debt_us: with, wait_us: 0 },
        }
    }

    /// Requests that may still go at once, with this debt.
    #[must_use]
    pub fn remaining(self, debt_us: u64) -> u32 {
        let room = self.debt_us_max().saturating_sub(debt_us) / self.interval_us();
        u32::try_from(room).unwrap_or(u32::MAX)
    }
}

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_may_go_and_then_one_in_each_interval() {
        let rate = Rate::per_minute(60, 5).unwrap();
        assert_eq!((rate.burst, rate.interval_us()), (5, 1_000_000));
        let mut debt = 0;
        for left in (0..5).rev() {
            let charged = rate.charge(debt, 1);
            assert!(charged.allowed);
            debt = charged.debt_us;
            assert_eq!(rate.remaining(debt), left);
        }
        let refused = rate.charge(debt, 1);
        assert_eq!(refused, Charged { allowed: false, debt_us: 5_000_000, wait_us: 1_000_000 });
        assert!(rate.charge(debt - refused.wait_us, 1).allowed, "after the wait that was told, and no sooner");
        assert!(!rate.charge(debt - refused.wait_us + 1, 1).allowed);
    }

    #[test]
    fn odd_rates_and_costs_are_none_that_break() {
        assert_eq!(Rate::per_minute(0, 20), None);
        assert_eq!(Rate::per_minute(1, 20).unwrap().burst, 1);
        let most = Rate::per_minute(u32::MAX, 60).unwrap();
        assert_eq!((most.per_minute, most.interval_us()), (PER_MINUTE_MAX, 60));
        let rate = Rate::per_minute(60, 5).unwrap();
        assert!(rate.charge(0, u32::MAX).allowed, "what costs more than all waits for a whole bucket");
        assert!(!rate.charge(1, u32::MAX).allowed);
        assert_eq!(rate.charge(u64::MAX, 1).wait_us, 1_000_000, "an old debt is no more than this rate's");
    }

    /// In any span of time no more than the burst and what the rate gives meanwhile: against a plain count, over seeds.
    #[test]
    fn no_pattern_of_arrivals_gets_more_than_its_rate() {
        for seed in 1..=200_u64 {
            let mut random = seed;
            let mut next = |below: u64| {
                // Knuth's MMIX generator: any will do that can be run again.
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) % below
            };
            let rate = Rate { per_minute: 1 + next(600) as u32, burst: 1 + next(50) as u32 };
            let (mut now, mut tat, mut allowed) = (0, 0_u64, Vec::new());
            for _ in 0..400 {
                now += if next(4) == 0 { next(4 * rate.interval_us()) } else { next(1000) };
                let charged = rate.charge(tat.saturating_sub(now), 1);
                if charged.allowed {
                    tat = now + charged.debt_us;
                    allowed.push(now);
                }
            }
            for (from, start) in allowed.iter().enumerate() {
                for (to, end) in allowed.iter().enumerate().skip(from) {
                    let most = u64::from(rate.burst) + (end - start) / rate.interval_us();
                    assert!((to - from + 1) as u64 <= most, "seed {seed}: {rate:?}, {start}..={end}");
                }
            }
        }
    }
}
