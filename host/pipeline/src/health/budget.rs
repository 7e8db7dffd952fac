//! The retry budget: of the process in a minute, and of each source for as long as it runs.

use crate::limits;
use core::time::Duration;

/// The window of the process's budget.
pub(super) const RETRY_WINDOW: Duration = Duration::from_secs(60);

/// Requests of a minute and what was sent beside them.
#[derive(Default)]
pub(super) struct Minute {
    start: Duration,
    requests: u64,
    extra: u64,
}

impl Minute {
    pub(super) fn handle_request(&mut self, now: Duration) {
        self.roll(now);
        self.requests += 1;
    }

    /// Whether there is room for one more retry or hedge.
    pub(super) fn has_room(&mut self, now: Duration) -> bool {
        self.roll(now);
        let allowed = (self.requests * limits::RETRY_BUDGET_PERCENT / 100).max(limits::RETRY_BUDGET_FLOOR);
        self.extra < allowed
    }

    pub(super) fn take(&mut self) {
        self.extra += 1;
    }

    fn roll(&mut self, now: Duration) {
        if now.saturating_sub(self.start) >= RETRY_WINDOW {
            *self = Self { start: now, ..Self::default() };
        }
    }
}

/// What a source has saved up: each request a share of a retry, in percent of one. It begins with one whole retry, so
/// that the first failure can be tried again, and never gets another that its requests did not pay for.
pub(super) struct Savings(u64);

const RETRY: u64 = 100;

impl Default for Savings {
    fn default() -> Self {
        Self(RETRY)
    }
}

impl Savings {
    pub(super) fn handle_request(&mut self) {
        self.0 = (self.0 + limits::RETRY_BUDGET_PERCENT).min(limits::RETRY_SAVINGS_MAX * RETRY);
    }

    pub(super) fn has_room(&self) -> bool {
        self.0 >= RETRY
    }

    pub(super) fn take(&mut self) {
        self.0 = self.0.saturating_sub(RETRY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However requests and wishes to retry come: never more than one, and a tenth of the requests.
    #[test]
    fn no_order_of_events_gets_more_than_a_tenth() {
        for seed in 1..100_u64 {
            let mut random = seed;
            let (mut savings, mut requests, mut retries) = (Savings::default(), 0_u64, 0_u64);
            for _ in 0..2_000 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (random >> 33) % 100 < seed {
                    savings.handle_request();
                    requests += 1;
                } else if savings.has_room() {
                    savings.take();
                    retries += 1;
                }
                assert!(retries * 10 <= requests + 10, "seed {seed}: {retries} retries of {requests} requests");
            }
            assert!(retries > 0, "seed {seed}: the first failure may be tried again");
        }
    }

    #[test]
    fn a_quiet_day_does_not_pay_for_a_storm() {
        let mut savings = Savings::default();
        (0..1_000_000).for_each(|_| savings.handle_request());
        let mut retries = 0;
        while savings.has_room() {
            savings.take();
            retries += 1;
        }
        assert_eq!(retries, limits::RETRY_SAVINGS_MAX);
    }
}
