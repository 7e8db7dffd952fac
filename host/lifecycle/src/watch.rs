//! How each version has been behaving, and when it is enough.
//!
//! - **Takes** the end of every call: fine, or at fault.
//! - **Gives** [`Tripped`] once, when a version misbehaved `FAULTS_MAX` times in its last `FAULTS_CALLS` calls and within
//!   `FAULTS_TIME`.
//! - **Fails** never.
//! - **Limits**: one word and `FAULTS_MAX` times for each version.
//! - **Why it is so**: counted by digest, so that a new version starts clean and the old one's last calls cannot be held
//!   against it. A host that is too busy is not the version's fault and is not counted.

use crate::HealthReport;
use crate::limits::{FAULTS_CALLS, FAULTS_MAX, FAULTS_TIME};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The behaviour of all versions of a host.
#[derive(Debug, Default)]
pub struct Watch(Mutex<BTreeMap<String, Record>>);

#[derive(Debug, Default)]
struct Record {
    calls: u64,
    faults: u64,
    /// The last calls, the newest in the lowest bit; 1 is a fault.
    last: u64,
    /// When the last faults were.
    times: VecDeque<Duration>,
    cause: Option<&'static str>,
    tripped: bool,
}

/// A version that has misbehaved too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tripped {
    /// Which one.
    pub digest: String,
    /// For people.
    pub reason: String,
}

impl Watch {
    /// Takes in how a call of a version ended, at `now` since start.
    pub fn record(&self, digest: &str, fault: Option<&'static str>, now: Duration) -> Option<Tripped> {
        let mut all = self.lock();
        let record = match all.get_mut(digest) {
            Some(record) => record,
            None => all.entry(digest.to_owned()).or_default(),
        };
        record.calls += 1;
        record.last = record.last << 1 | u64::from(fault.is_some());
        let cause = fault?;
        record.faults += 1;
        record.cause = Some(cause);
        record.times.push_back(now);
        while record.times.len() > FAULTS_MAX as usize {
            record.times.pop_front();
        }
        let first = record.times.front().copied().unwrap_or(now);
        let enough = record.times.len() >= FAULTS_MAX as usize
            && record.last.count_ones() >= FAULTS_MAX
            && now.saturating_sub(first) <= FAULTS_TIME;
        if !enough || record.tripped {
            return None;
        }
        record.tripped = true;
        let calls = record.calls.min(u64::from(FAULTS_CALLS));
        let faults = record.last.count_ones();
        let reason = format!("{faults} of its last {calls} calls misbehaved, the last one for `{cause}`");
        Some(Tripped { digest: digest.to_owned(), reason })
    }

    /// How a version has been doing.
    #[must_use]
    pub fn health(&self, digest: &str) -> HealthReport {
        let all = self.lock();
        let record = all.get(digest);
        HealthReport {
            calls: record.map_or(0, |record| record.calls),
            faults: record.map_or(0, |record| record.faults),
            last_fault: record.and_then(|record| record.cause).map(str::to_owned),
            suspended: Vec::new(),
        }
    }

    /// Forgets all versions but these.
    pub fn keep(&self, digests: &BTreeSet<&str>) {
        self.lock().retain(|digest, _| digests.contains(digest.as_str()));
    }

    /// Forgets what is held against a version, which the operator lets run again.
    pub fn pardon(&self, digest: &str) {
        self.lock().remove(digest);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls as characters, one every `every`: `.` is fine, `x` is at fault. Gives at which call it trips.
    fn check(calls: &str, every: Duration, trips_at: Option<usize>) {
        let watch = Watch::default();
        let mut tripped = Vec::new();
        for (at, call) in calls.chars().enumerate() {
            let now = every * u32::try_from(at).unwrap();
            let fault = (call == 'x').then_some("trap");
            if watch.record("b", fault, now).is_some() {
                tripped.push(at);
            }
            // Another version's good calls change nothing.
            assert_eq!(watch.record("c", None, now), None);
        }
        assert_eq!(tripped, Vec::from_iter(trips_at), "{calls}");
    }

    #[test]
    fn so_often_in_so_many_calls_within_so_long() {
        let second = Duration::from_secs(1);
        check("xxxx", second, None);
        check("xxxxx", second, Some(4));
        check("xxxxxxxxxx", second, Some(4));
        check("x.x.x.x.x", second, Some(8));
        check("....x....x....x....x....x", second, Some(24));
        // The first of the five is over a minute ago.
        check("xxxxx", 16 * second, None);
        check("xxxxx", 15 * second, Some(4));
        // The first of the five is more than 64 calls ago.
        check(&format!("x{}xxxx", ".".repeat(59)), second / 100, Some(63));
        check(&format!("x{}xxxx", ".".repeat(60)), second / 100, None);
    }

    #[test]
    fn a_version_that_is_let_run_again_starts_clean() {
        let watch = Watch::default();
        let fault = || watch.record("b", Some("cpu"), Duration::ZERO);
        let reasons: Vec<String> = (0..5).filter_map(|_| fault()).map(|it| it.reason).collect();
        assert_eq!(reasons, ["5 of its last 5 calls misbehaved, the last one for `cpu`"]);
        assert_eq!(watch.health("b").faults, 5);
        watch.pardon("b");
        assert!((0..4).all(|_| fault().is_none()) && fault().is_some());
        watch.keep(&BTreeSet::from(["c"]));
        assert_eq!(watch.health("b").calls, 0);
    }
}
