//! How many questions at once: a limit that adapts to how long work waits for its turn.
//!
//! - **Takes** waits: how long a task that could run waited until it did. Waiting for sources is no part of it, since a
//!   source that is slow says nothing about what this host can carry.
//! - **Gives** the limit of this moment.
//! - **Limits**: a least and a most, which are the operator's.
//! - **Why it is so**: additive increase and multiplicative decrease on queueing delay, as Breakwater does on the server's
//!   side (Cho, Saeed, Fried, Park, Alizadeh, Belay: *Overload Control for us-scale RPCs with Breakwater*, OSDI 2020,
//!   section 4.1): the further the delay is above its target, the more is given up, never more than half at once. What is
//!   compared with the target is the least delay of an interval, since a queue that stands shows in the least, and a
//!   hiccup only in the most (CoDel, RFC 8289). The decrease starts from what was in flight, and the limit grows only
//!   while more than half of it is in use, as a congestion window does (RFC 7661): a limit that nobody reaches says
//!   nothing, and a flood that finds it far too high makes a queue which no limit takes back.

use crate::limits::{
    ADJUST_INTERVAL, ADJUST_SAMPLES_MIN, CONCURRENCY_START, DECREASE_FACTOR, DECREASE_FLOOR, INCREASE_PERCENT,
};
use core::time::Duration;

/// The limit and what it is made of.
#[derive(Debug, Clone)]
pub struct Adaptive {
    least: f64,
    most: f64,
    target: Duration,
    limit: f64,
    since: Duration,
    samples: u32,
    delay_min: Duration,
    /// The most that was in flight since then.
    peak: usize,
}

impl Adaptive {
    /// A limit from `least` to `most`, which starts at [`CONCURRENCY_START`].
    #[must_use]
    pub fn new(least: usize, most: usize, target: Duration) -> Self {
        let most = most.max(1) as f64;
        let least = (least.max(1) as f64).min(most);
        let target = target.max(Duration::from_micros(1));
        let limit = (CONCURRENCY_START as f64).clamp(least, most);
        Self { least, most, target, limit, since: Duration::ZERO, samples: 0, delay_min: Duration::MAX, peak: 0 }
    }

    /// Questions that may be in flight now.
    #[must_use]
    pub fn limit(&self) -> usize {
        // From 1 to the most, so nothing is lost.
        self.limit as usize
    }

    /// Takes in how many are in flight.
    pub fn handle_in_flight(&mut self, in_flight: usize) {
        self.peak = self.peak.max(in_flight);
    }

    /// Takes in one wait; at the end of an interval the limit moves. Says whether it fell.
    pub fn handle_delay(&mut self, delay: Duration, now: Duration) -> bool {
        self.samples += 1;
        self.delay_min = self.delay_min.min(delay);
        if self.samples < ADJUST_SAMPLES_MIN || now.saturating_sub(self.since) < ADJUST_INTERVAL {
            return false;
        }
        let before = self.limit;
        if self.delay_min > self.target {
            let above = (self.delay_min - self.target).as_secs_f64() / self.target.as_secs_f64();
            let reached = self.limit.min(self.peak as f64);
            self.limit = reached * (1.0 - DECREASE_FACTOR * above).max(DECREASE_FLOOR);
        } else if self.peak.saturating_mul(2) > self.limit() {
            self.limit += (self.limit * INCREASE_PERCENT / 100.0).max(1.0);
        }
        self.limit = self.limit.clamp(self.least, self.most);
        (self.since, self.samples, self.delay_min, self.peak) = (now, 0, Duration::MAX, 0);
        self.limit < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// The limit after intervals in each of which these waits were seen, with as many in flight as may be.
    fn after(mut limit: Adaptive, intervals: u32, waits: &[u64]) -> Adaptive {
        for _ in 0..intervals {
            limit.handle_in_flight(limit.limit());
            let start = limit.since;
            for (at, wait) in (1..).zip(waits) {
                let _ = limit.handle_delay(*wait as u32 * MS, start + ADJUST_INTERVAL * at / waits.len() as u32);
            }
        }
        limit
    }

    #[test]
    fn it_falls_while_a_queue_stands_and_grows_again() {
        let limit = after(Adaptive::new(4, 100, 10 * MS), 20, &[0, 1, 5, 9]);
        assert_eq!(limit.limit(), 100, "never above the most");
        assert_eq!(after(limit.clone(), 1, &[15, 20, 500]).limit(), 90, "by a tenth: half a target above it");
        assert_eq!(after(limit.clone(), 1, &[500, 900, 700]).limit(), 50, "by half at most");
        let least = after(limit.clone(), 100, &[500, 900, 700]);
        assert_eq!(least.limit(), 4, "never below the least");
        let again = after(least, 50, &[1, 1, 1]);
        assert!(again.limit() > 50, "back within seconds: {}", again.limit());
        assert_eq!(after(limit, 10, &[0, 900, 900, 900]).limit(), 100, "a hiccup is no queue");
    }

    #[test]
    fn a_limit_that_nobody_reached_falls_from_what_was_in_flight() {
        let mut limit = Adaptive::new(1, 1000, 10 * MS);
        assert_eq!(limit.limit(), CONCURRENCY_START);
        limit.handle_in_flight(40);
        let fell = (1..=3).map(|at| limit.handle_delay(60 * MS, at * ADJUST_INTERVAL)).collect::<Vec<_>>();
        assert_eq!((fell, limit.limit()), (vec![false, false, true], 20));
        for at in 4..100 {
            limit.handle_in_flight(10);
            let _ = limit.handle_delay(MS, at * ADJUST_INTERVAL);
        }
        assert_eq!(limit.limit(), 20, "nor does it grow");
    }
}
