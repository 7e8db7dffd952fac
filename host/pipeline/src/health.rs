//! How each source has been doing: breaker, usual time, pace, and how often it may be asked twice.
//!
//! - **Takes** the outcome and duration of every exchange.
//! - **Gives** leave to ask, or the typed suspension; the delay after which a hedge is worth it; leave to ask again.
//! - **Limits**: `BREAKER_FAILURES_MAX` in a row, `OUTLIER_PERCENT` of the last `OUTLIER_OUTCOMES`,
//!   `SUSPENSION_MIN..=SUSPENSION_MAX`, `RETRY_BUDGET_PERCENT` of each source and of all together.
//! - **Why it is so**: a source in trouble costs every question its time and the source its recovery. When most sources
//!   fail at once the trouble is our own, so suspensions do not grow then: they would outlast it by an hour.

mod budget;
mod window;

use crate::ledger::SuspensionCause;
use crate::limits;
use budget::{Minute, Savings};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use window::Window;
use zero_types::prelude::*;

/// Durations kept per source to know its usual time.
const DURATIONS_KEPT: usize = 64;
/// Fewer than this say nothing about the tail.
const DURATIONS_MIN: usize = 8;

/// A suspension in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspension {
    /// Why.
    pub cause: SuspensionCause,
    /// When it ends, in time since start.
    pub until: Duration,
}

/// The one request that a suspended source is tried with. Given back when its question ends before its outcome.
pub struct Probe {
    health: Health,
    source_id: String,
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(health) = self.health.lock().sources.get_mut(&self.source_id) {
            health.probing = false;
        }
    }
}

/// The health of all sources of a process.
#[derive(Clone, Default)]
pub struct Health {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    sources: BTreeMap<String, SourceHealth>,
    minute: Minute,
}

#[derive(Default)]
struct SourceHealth {
    failures: u32,
    outcomes: Window,
    /// When it was last heard of.
    heard: Duration,
    savings: Savings,
    /// How often in a row it was suspended: each doubles the time.
    suspensions: u32,
    suspended: Option<Suspension>,
    probing: bool,
    durations: std::collections::VecDeque<Duration>,
    /// Generic cell rate algorithm: when the next request may go.
    next_free: Duration,
}

impl Health {
    /// The suspension whose time is not over: nothing may be sent, not even by whoever was admitted before it began.
    #[must_use]
    pub fn closed(&self, source_id: &str, now: Duration) -> Option<Suspension> {
        self.lock().sources.get(source_id)?.suspended.filter(|suspended| now < suspended.until)
    }

    /// Leave to make one request now; a suspended source gets one [`Probe`] when its time is over.
    ///
    /// # Errors
    /// The suspension in force.
    pub fn admit(&self, source_id: &str, now: Duration) -> Result<Option<Probe>, Suspension> {
        let mut inner = self.lock();
        let health = inner.source(source_id);
        let probe = match health.suspended {
            Some(suspended) if now < suspended.until || health.probing => return Err(suspended),
            Some(_) => {
                health.probing = true;
                Some(Probe { health: self.clone(), source_id: source_id.to_owned() })
            }
            None => None,
        };
        // What is not sent pays for no retry.
        health.savings.handle_request();
        inner.minute.handle_request(now);
        Ok(probe)
    }

    /// How long to wait so that the source's own pace is kept; the slot is taken. A second's worth may go at once, so
    /// that the rounds of one question are not stretched.
    #[must_use]
    pub fn pace(&self, source_id: &str, requests_per_second: f64, now: Duration) -> Duration {
        let mut inner = self.lock();
        let health = inner.source(source_id);
        let interval = Duration::from_secs_f64(1.0 / requests_per_second.max(0.001));
        let burst = interval.mul_f64((requests_per_second.floor() - 1.0).clamp(0.0, 1e6));
        let arrival = health.next_free.max(now);
        health.next_free = arrival.saturating_add(interval);
        arrival.saturating_sub(burst).saturating_sub(now)
    }

    /// Takes in what became of an exchange.
    pub fn record(&self, source_id: &str, outcome: &Outcome, took: Duration, now: Duration) {
        let mut inner = self.lock();
        let is_ours = inner.most_fail(now);
        let health = inner.source(source_id);
        (health.probing, health.heard) = (false, now);
        match verdict(outcome) {
            Verdict::Good => {
                // Whoever passed the probe is judged by what comes after it.
                if health.suspended.is_some() {
                    health.outcomes = Window::default();
                }
                health.outcomes.handle_outcome(false);
                health.failures = 0;
                health.suspensions = 0;
                health.suspended = None;
                health.durations.push_back(took);
                if health.durations.len() > DURATIONS_KEPT {
                    health.durations.pop_front();
                }
            }
            Verdict::Neutral => {}
            Verdict::Bad => {
                health.failures += 1;
                health.outcomes.handle_outcome(true);
                let in_a_row = health.failures >= limits::BREAKER_FAILURES_MAX;
                if in_a_row || health.suspended.is_some() || health.outcomes.is_outlier() {
                    if is_ours {
                        health.suspensions = 0;
                    }
                    health.suspend(SuspensionCause::Failures, None, now);
                }
            }
            Verdict::Stop(cause, asked) => health.suspend(cause, asked, now),
        }
    }

    /// Suspends a source whose answers have taken another form: they arrive well, so that no exchange would tell.
    pub fn shape_changed(&self, source_id: &str, now: Duration) {
        let time = Some(limits::SHAPE_SUSPENSION);
        self.lock().source(source_id).suspend(SuspensionCause::ShapeChanged, time, now);
    }

    /// Forgets a source, since another version of its connector starts with a clean slate.
    pub fn forget(&self, source_id: &str) {
        self.lock().sources.remove(source_id);
    }

    /// Starts anew with these sources, whose connector was replaced: failures and refusals may have been the old
    /// version's own. What a service asked for (less traffic, its pace) holds for the new one as well.
    pub fn renew<'i>(&self, source_ids: impl IntoIterator<Item = &'i str>) {
        let mut inner = self.lock();
        for id in source_ids {
            let Some(health) = inner.sources.get_mut(id) else { continue };
            let kept = health.suspended.filter(|suspended| suspended.cause == SuspensionCause::RateLimited);
            *health = SourceHealth { suspended: kept, next_free: health.next_free, ..SourceHealth::default() };
        }
    }

    /// After how long a second copy of a request is worth sending: the source's usual time at p95.
    #[must_use]
    pub fn hedge_after(&self, source_id: &str) -> Duration {
        let inner = self.lock();
        let durations = inner.sources.get(source_id).map(|health| &health.durations);
        let Some(durations) = durations.filter(|durations| durations.len() >= DURATIONS_MIN) else {
            return limits::HEDGE_AFTER;
        };
        let mut sorted: Vec<Duration> = durations.iter().copied().collect();
        sorted.sort_unstable();
        let at = (sorted.len() * 95 / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or(limits::HEDGE_AFTER)
    }

    /// Leave for one retry or hedge: at most a share of the requests of this source, and of those of all sources in the
    /// last minute.
    #[must_use]
    pub fn may_retry(&self, source_id: &str, now: Duration) -> bool {
        let mut inner = self.lock();
        let may = inner.minute.has_room(now) && inner.source(source_id).savings.has_room();
        if may {
            inner.minute.take();
            inner.source(source_id).savings.take();
        }
        may
    }

    /// Suspensions in force, by source.
    #[must_use]
    pub fn suspended(&self, now: Duration) -> Vec<(String, Suspension)> {
        let inner = self.lock();
        let of = |(id, health): (&String, &SourceHealth)| {
            health.suspended.filter(|suspension| now < suspension.until).map(|suspension| (id.clone(), suspension))
        };
        inner.sources.iter().filter_map(of).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn source(&mut self, id: &str) -> &mut SourceHealth {
        self.sources.entry(id.to_owned()).or_default()
    }

    /// Whether most of the sources that were heard of lately are suspended for their failures: then it is our own way
    /// out that fails, or this machine.
    fn most_fail(&self, now: Duration) -> bool {
        let lately = |health: &&SourceHealth| now.saturating_sub(health.heard) < limits::OUTLIER_MEMORY;
        let fails = |health: &&SourceHealth| health.suspended.is_some_and(|it| it.cause == SuspensionCause::Failures);
        let heard = self.sources.values().filter(lately).count();
        let failing = self.sources.values().filter(lately).filter(fails).count();
        failing >= limits::OUTAGE_SOURCES_MIN && failing * 100 > heard * limits::OUTAGE_PERCENT
    }
}

impl SourceHealth {
    fn suspend(&mut self, cause: SuspensionCause, asked: Option<Duration>, now: Duration) {
        let doubled = limits::SUSPENSION_MIN.saturating_mul(1_u32 << self.suspensions.min(16));
        let time = asked.unwrap_or(Duration::ZERO).max(doubled).min(limits::SUSPENSION_MAX);
        self.suspended = Some(Suspension { cause, until: now.saturating_add(time) });
        self.suspensions = self.suspensions.saturating_add(1);
    }
}

enum Verdict {
    Good,
    /// Says nothing about the source's health.
    Neutral,
    Bad,
    Stop(SuspensionCause, Option<Duration>),
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Response(response) => {
            let asked = response.header("retry-after").and_then(|s| s.trim().parse().ok()).map(Duration::from_secs);
            match response.status {
                429 => Verdict::Stop(SuspensionCause::RateLimited, asked),
                503 if asked.is_some() => Verdict::Stop(SuspensionCause::RateLimited, asked),
                401 | 403 => Verdict::Stop(SuspensionCause::Credential, asked),
                500..=599 => Verdict::Bad,
                _ => Verdict::Good,
            }
        }
        Outcome::Failed(failed) => match failed.kind {
            FetchFailureKind::Refused | FetchFailureKind::Suspended | FetchFailureKind::TooLarge => Verdict::Neutral,
            FetchFailureKind::Unresolved
            | FetchFailureKind::Unreachable
            | FetchFailureKind::Timeout
            | FetchFailureKind::Malformed => Verdict::Bad,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use super::budget::RETRY_WINDOW;

    const SECOND: Duration = Duration::from_secs(1);

    fn status(status: u16, retry_after: Option<&str>) -> Outcome {
        let headers = retry_after.map(|value| Header { name: "retry-after".into(), value: value.into() });
        Outcome::Response(Response { status, headers: headers.into_iter().collect(), body: Vec::new() })
    }

    fn unreachable() -> Outcome {
        Outcome::Failed(FetchFailure { kind: FetchFailureKind::Unreachable, detail: String::new() })
    }

    #[test]
    fn a_replaced_connector_starts_clean_but_for_what_the_service_asked() {
        let health = Health::default();
        for _ in 0..limits::BREAKER_FAILURES_MAX {
            health.record("broken", &unreachable(), SECOND, Duration::ZERO);
        }
        health.record("refused", &status(401, None), SECOND, Duration::ZERO);
        health.record("busy", &status(429, Some("60")), SECOND, Duration::ZERO);
        health.record("other", &status(401, None), SECOND, Duration::ZERO);
        health.renew(["broken", "refused", "busy", "unknown"]);
        let left: Vec<String> = health.suspended(SECOND).into_iter().map(|(id, _)| id).collect();
        assert_eq!(left, ["busy", "other"]);
        // The failures before do not count any more.
        health.record("broken", &unreachable(), SECOND, Duration::ZERO);
        assert!(health.closed("broken", SECOND).is_none());
    }

    #[test]
    fn the_breaker_opens_probes_doubles_and_closes() {
        let health = Health::default();
        for _ in 0..limits::BREAKER_FAILURES_MAX {
            assert!(health.admit("s", Duration::ZERO).is_ok());
            health.record("s", &unreachable(), SECOND, Duration::ZERO);
        }
        let first = health.admit("s", SECOND).err().unwrap();
        assert_eq!(first, Suspension { cause: SuspensionCause::Failures, until: limits::SUSPENSION_MIN });
        let probe = health.admit("s", first.until).ok().flatten().unwrap();
        assert!(health.admit("s", first.until).is_err(), "one probe at a time");
        health.record("s", &unreachable(), SECOND, first.until);
        drop(probe);
        let second = health.admit("s", first.until).err().unwrap();
        assert_eq!(second.until, first.until + 2 * limits::SUSPENSION_MIN);
        assert!(health.admit("s", second.until).is_ok());
        health.record("s", &status(200, None), SECOND, second.until);
        assert!(health.closed("s", second.until).is_none());
    }

    #[test]
    fn a_rate_limit_suspends_at_once_for_as_long_as_asked() {
        let health = Health::default();
        health.record("s", &status(429, Some("120")), SECOND, SECOND);
        let suspension = health.closed("s", SECOND).unwrap();
        assert_eq!(suspension, Suspension { cause: SuspensionCause::RateLimited, until: 121 * SECOND });
        health.record("t", &status(429, Some("999999999")), SECOND, SECOND);
        assert_eq!(health.closed("t", SECOND).unwrap().until, SECOND + limits::SUSPENSION_MAX);
        assert!(health.closed("u", SECOND).is_none());
    }

    #[test]
    fn an_abandoned_probe_is_given_back() {
        let health = Health::default();
        health.record("s", &status(429, None), SECOND, Duration::ZERO);
        let until = health.closed("s", Duration::ZERO).unwrap().until;
        drop(health.admit("s", until).ok().flatten().unwrap());
        assert!(health.admit("s", until).is_ok_and(|probe| probe.is_some()));
    }

    #[test]
    fn another_form_suspends_although_exchanges_go_well() {
        let health = Health::default();
        health.record("s", &status(200, None), SECOND, SECOND);
        health.shape_changed("s", SECOND);
        let suspension = health.closed("s", SECOND).unwrap();
        assert_eq!(suspension.cause, SuspensionCause::ShapeChanged);
        assert_eq!(suspension.until, SECOND + limits::SHAPE_SUSPENSION);
        health.forget("s");
        assert!(health.closed("s", SECOND).is_none(), "another version of the connector starts anew");
    }

    #[test]
    fn retries_are_a_tenth_of_the_requests() {
        let health = Health::default();
        for _ in 0..100 {
            assert!(health.admit("s", SECOND).is_ok());
        }
        assert_eq!((0..100).filter(|_| health.may_retry("s", SECOND)).count(), 10);
        assert!(health.may_retry("s", SECOND + RETRY_WINDOW), "a new minute");
    }

    #[test]
    fn no_source_lives_on_the_requests_of_others() {
        let health = Health::default();
        for _ in 0..1000 {
            assert!(health.admit("busy", SECOND).is_ok());
        }
        assert!(health.admit("quiet", SECOND).is_ok());
        assert_eq!((0..100).filter(|_| health.may_retry("quiet", SECOND)).count(), 1);
        assert!((0..100).filter(|_| health.may_retry("busy", SECOND)).count() > 5);
        // What was not sent pays for nothing.
        health.record("down", &status(429, Some("60")), SECOND, SECOND);
        assert_eq!((0..1000).filter(|_| health.admit("down", SECOND).is_ok()).count(), 0);
        assert_eq!((0..100).filter(|_| health.may_retry("down", SECOND)).count(), 1);
    }

    #[test]
    fn one_that_fails_half_the_time_is_ejected_and_probed() {
        let health = Health::default();
        let outcomes = [unreachable(), status(200, None)];
        let ejected = (0..40).find(|at| {
            health.record("s", &outcomes[at % 2], SECOND, SECOND);
            health.closed("s", SECOND).is_some()
        });
        assert_eq!(ejected, Some(10), "never two failures in a row");
        let until = health.closed("s", SECOND).unwrap().until;
        let probe = health.admit("s", until).ok().flatten().unwrap();
        assert!(health.admit("s", until).is_err(), "one probe at a time");
        health.record("s", &status(200, None), SECOND, until);
        drop(probe);
        health.record("s", &unreachable(), SECOND, until);
        assert!(health.closed("s", until).is_none(), "what was before the probe is forgotten");
    }

    /// Our own way out is gone for an hour, over seeds: sources are asked again soon after, as if nothing had been; one
    /// that fails alone is left in peace for ever longer.
    #[test]
    fn an_outage_of_our_own_is_not_held_against_all() {
        for seed in 1..=20_u64 {
            let mut random = seed;
            let mut next = |below: u64| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) % below
            };
            let health = Health::default();
            let names: Vec<String> = (0..10).map(|at| format!("s{at}")).collect();
            let mut now = Duration::ZERO;
            while now < 3600 * SECOND {
                now += Duration::from_millis(next(200));
                let at = next(10) as usize;
                // The first fails before, too.
                let fails = at == 0 || now > 600 * SECOND;
                if let Ok(_probe) = health.admit(&names[at], now) {
                    let outcome = if fails { unreachable() } else { status(200, None) };
                    health.record(&names[at], &outcome, SECOND, now);
                }
            }
            for (name, suspension) in health.suspended(now) {
                let left = suspension.until - now;
                assert!(name == "s0" || left <= limits::SUSPENSION_MIN, "seed {seed}: {name} for {left:?}");
            }
        }
    }

    #[test]
    fn the_pace_of_a_source_is_kept() {
        let health = Health::default();
        let waits =
            |id: &str, rate| -> Vec<u128> { (0..4).map(|_| health.pace(id, rate, SECOND).as_millis()).collect() };
        assert_eq!(waits("two", 2.0), [0, 0, 500, 1000], "a second's worth at once");
        assert_eq!(waits("slow", 0.5), [0, 2000, 4000, 6000]);
        assert_eq!(health.pace("two", 2.0, 60 * SECOND), Duration::ZERO);
    }

    #[test]
    fn a_hedge_waits_for_the_usual_time() {
        let health = Health::default();
        assert_eq!(health.hedge_after("s"), limits::HEDGE_AFTER);
        for n in 1..=20 {
            health.record("s", &status(200, None), n * SECOND, SECOND);
        }
        assert_eq!(health.hedge_after("s"), 20 * SECOND);
    }
}
