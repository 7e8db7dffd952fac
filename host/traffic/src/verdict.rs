//! What an asker's limits say, and the fields in which it is told.
//!
//! `RateLimit-Policy` and `RateLimit` are those of draft-ietf-httpapi-ratelimit-headers-10: lists of structured fields
//! (RFC 9651), one member for each policy. `q` requests in `w` seconds are the policy; `r` may go now, and in `t` seconds
//! the whole burst may.

use crate::asker::{Charge, Policy};
use crate::gcra::{Charged, Rate, WINDOW_SECONDS};
use core::time::Duration;
use http::{HeaderMap, HeaderName, HeaderValue};
use sfv::{Integer, KeyRef, ListSerializer, StringRef};
use zero_pipeline::Problem;
use zero_pipeline::problem::Whose;

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How an asker stands with one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub policy: Policy,
    /// How much it allows.
    pub rate: Rate,
    /// Whether there was room.
    pub allowed: bool,
    /// Requests that may go now.
    pub remaining: u32,
    /// When the whole burst may go again.
    pub reset: Duration,
    /// When there is room, where there is none.
    pub wait: Duration,
}

/// How an asker stands with all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// One for each limit that applies; none where none does.
    pub standings: Vec<Standing>,
}

impl Verdict {
    pub(crate) fn of(charges: &[Charge], charged: &[Charged]) -> Self {
        let standing = |(charge, charged): (&Charge, &Charged)| Standing {
            policy: charge.policy,
            rate: charge.rate,
            allowed: charged.allowed,
            remaining: if charged.allowed { charge.rate.remaining(charged.debt_us) } else { 0 },
            reset: Duration::from_micros(charged.debt_us),
            wait: Duration::from_micros(charged.wait_us),
        };
        Self { standings: charges.iter().zip(charged).map(standing).collect() }
    }

    /// Whether the question may go.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.standings.iter().all(|standing| standing.allowed)
    }

    /// What the asker gets when it may not.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        let worst = self.standings.iter().filter(|standing| !standing.allowed).max_by_key(|standing| standing.wait)?;
        let Rate { per_minute, burst } = worst.rate;
        let (what, hint) = match worst.policy {
            Policy::Address => {
                ("questions", "try again after the delay in `Retry-After`; an API key has limits of its own")
            }
            Policy::User | Policy::Key => ("questions", "try again after the delay in `Retry-After`"),
            Policy::Tenant => {
                ("questions", "try again after the delay in `Retry-After`; others of your tenant ask as well")
            }
            Policy::Failures => (
                "credentials that are not accepted",
                "try again after the delay in `Retry-After`, with a valid credential",
            ),
        };
        let policy = worst.policy.name();
        Some(Problem {
            name: "rate-limited",
            status: 429,
            title: "too many requests of one asker",
            detail: format!(
                "the limit `{policy}` is {per_minute} {what} a minute, {burst} at once, and they are used up"
            ),
            whose: Whose::Asker,
            retry_after: Some(whole_seconds(worst.wait)),
            hint: hint.to_owned(),
        })
    }

    /// Writes `RateLimit` and `RateLimit-Policy`.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let (mut policies, mut limits) = (ListSerializer::new(), ListSerializer::new());
        for standing in &self.standings {
            let name = StringRef::constant(standing.policy.name());
            let _ = policies
                .bare_item(name)
                .parameter(KeyRef::constant("q"), Integer::from(standing.rate.per_minute))
                .parameter(KeyRef::constant("w"), Integer::from(WINDOW_SECONDS));
            let reset = u32::try_from(whole_seconds(standing.reset).as_secs()).unwrap_or(u32::MAX);
            let _ = limits
                .bare_item(name)
                .parameter(KeyRef::constant("r"), Integer::from(standing.remaining))
                .parameter(KeyRef::constant("t"), Integer::from(reset));
        }
        for (name, list) in [(&RATE_LIMIT_POLICY, policies), (&RATE_LIMIT, limits)] {
            if let Some(value) = list.finish().and_then(|list| HeaderValue::try_from(list).ok()) {
                headers.insert(name, value);
            }
        }
    }
}

/// Rounded up, so that nobody comes too soon by what they were told.
fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_micros().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(policy: Policy, per_minute: u32, debt_us: u64) -> (Charge, Charged) {
        let rate = Rate::per_minute(per_minute, 30).unwrap();
        (Charge { policy, key: crate::Key::of(policy, &[]), rate }, rate.charge(debt_us, 1))
    }

    fn verdict(of: &[(Charge, Charged)]) -> Verdict {
        let (charges, charged): (Vec<_>, Vec<_>) = of.iter().copied().unzip();
        Verdict::of(&charges, &charged)
    }

    #[test]
    fn fields_are_lists_of_policies() {
        let verdict = verdict(&[standing(Policy::Key, 600, 1_450_000), standing(Policy::Tenant, 60, 0)]);
        let mut headers = HeaderMap::new();
        verdict.tell(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"key\";q=600;w=60, \"tenant\";q=60;w=60");
        assert_eq!(headers["ratelimit"], "\"key\";r=284;t=2, \"tenant\";r=29;t=1");
        assert_eq!(verdict.problem(), None);
        let mut headers = HeaderMap::new();
        Verdict::default().tell(&mut headers);
        assert!(headers.is_empty(), "an empty list is no field");
    }

    #[test]
    fn whoever_is_over_hears_when_to_come_again() {
        let full = standing(Policy::Key, 60, 30_000_000);
        let verdict = verdict(&[full, standing(Policy::Tenant, 6000, 0)]);
        let problem = verdict.problem().unwrap();
        assert_eq!(
            (problem.name, problem.status, problem.retry_after),
            ("rate-limited", 429, Some(Duration::from_secs(1)))
        );
        assert!(problem.detail.contains("`key` is 60 questions a minute, 30 at once"), "{problem}");
        let mut headers = HeaderMap::new();
        verdict.tell(&mut headers);
        assert_eq!(headers["ratelimit"], "\"key\";r=0;t=30, \"tenant\";r=2999;t=1");
    }
}
