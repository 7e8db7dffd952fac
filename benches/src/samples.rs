//! Times, and what is read off them.

use anyhow::{Result, anyhow};
use core::time::Duration;
use hdrhistogram::Histogram;
use std::time::Instant;

/// A distribution of times, exact to three digits.
pub(crate) struct Samples(Histogram<u64>);

impl Samples {
    pub(crate) fn new() -> Result<Self> {
        let histogram = Histogram::new_with_bounds(1, LONGEST_NS, 3);
        Ok(Self(histogram.map_err(|error| anyhow!("histogram: {error:?}"))?))
    }

    pub(crate) fn add(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(LONGEST_NS).max(1));
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that `share` of all stay within.
    pub(crate) fn at(&self, share: f64) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(share))
    }
}

/// Calls again and again for `time`, after as many calls as warm everything up.
pub(crate) fn repeat<T>(time: Duration, mut call: impl FnMut() -> Result<T>) -> Result<Samples> {
    for _ in 0..WARM_UP_CALLS {
        call()?;
    }
    let mut samples = Samples::new()?;
    let start = Instant::now();
    while start.elapsed() < time {
        let before = Instant::now();
        let value = call()?;
        samples.add(before.elapsed());
        drop(value);
    }
    Ok(samples)
}

/// A minute: longer than anything that is measured may take.
const LONGEST_NS: u64 = 60_000_000_000;
const WARM_UP_CALLS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_off_in_order_and_nothing_is_lost() {
        let mut samples = Samples::new().unwrap();
        (1..=100).for_each(|ms| samples.add(Duration::from_millis(ms)));
        samples.add(Duration::from_secs(3600));
        let near = |share: f64, ms: f64| {
            let found = samples.at(share).as_secs_f64() * 1e3;
            assert!((found - ms).abs() <= ms / 100.0, "{share}: {found} ms, not {ms}");
        };
        near(0.5, 51.0);
        near(0.95, 96.0);
        near(1.0, 60_000.0);
        assert_eq!(samples.count(), 101);
    }
}
