//! How often somebody may guess.
//!
//! Counted before the work, so that many at once are no way around it, and given back when it was no failure. A name
//! that nobody has is counted like any other.

use crate::limits::{
    ATTEMPTS_ADDRESS_MAX, ATTEMPTS_NAME_MAX, ATTEMPTS_REMEMBERED_MAX, ATTEMPTS_WINDOW_MS, REGISTRATIONS_ADDRESS_MAX,
};
use core::num::NonZeroUsize;
use core::time::Duration;
use lru::LruCache;
use std::net::{IpAddr, Ipv6Addr};
use zero_pipeline::Problem;

/// Whom an attempt is counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Whom {
    /// A name, as its digest.
    Name(String),
    /// An address: one machine's by IPv4, one network's by IPv6.
    Address(IpAddr),
    /// An address that makes accounts.
    Registration(IpAddr),
}

impl Whom {
    pub(crate) fn address(peer: IpAddr) -> Self {
        Self::Address(network(peer))
    }

    pub(crate) fn registration(peer: IpAddr) -> Self {
        Self::Registration(network(peer))
    }

    fn most(&self) -> u32 {
        match self {
            Self::Name(_) => ATTEMPTS_NAME_MAX,
            Self::Address(_) => ATTEMPTS_ADDRESS_MAX,
            Self::Registration(_) => REGISTRATIONS_ADDRESS_MAX,
        }
    }
}

/// Whoever has one IPv6 address has all of its /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

struct Count {
    since_ms: i64,
    count: u32,
}

/// What is remembered.
pub(crate) struct Attempts(LruCache<Whom, Count>);

impl Attempts {
    pub(crate) fn new() -> Self {
        Self(LruCache::new(NonZeroUsize::new(ATTEMPTS_REMEMBERED_MAX).unwrap_or(NonZeroUsize::MIN)))
    }

    /// Counts an attempt of all of these.
    ///
    /// # Errors
    /// `too-many-attempts`, and nothing is counted.
    pub(crate) fn begin(&mut self, whom: &[Whom], now_ms: i64) -> Result<(), Problem> {
        let wait_ms = whom.iter().filter_map(|whom| self.wait_ms(whom, now_ms)).max();
        if let Some(wait_ms) = wait_ms {
            return Err(too_many(wait_ms));
        }
        for whom in whom {
            self.0.get_or_insert_mut(whom.clone(), || Count { since_ms: now_ms, count: 0 }).count += 1;
        }
        Ok(())
    }

    /// It was no failure.
    pub(crate) fn give_back(&mut self, whom: &[Whom]) {
        for whom in whom {
            if let Some(count) = self.0.peek_mut(whom) {
                count.count = count.count.saturating_sub(1);
            }
        }
    }

    /// They have shown who they are.
    pub(crate) fn clear(&mut self, whom: &Whom) {
        self.0.pop(whom);
    }

    fn wait_ms(&mut self, whom: &Whom, now_ms: i64) -> Option<i64> {
        let count = self.0.peek(whom)?;
        let until_ms = count.since_ms.saturating_add(ATTEMPTS_WINDOW_MS);
        // A clock that went back does not lock anybody out for longer than a window.
        if now_ms >= until_ms || now_ms < count.since_ms {
            self.0.pop(whom);
            return None;
        }
        (count.count >= whom.most()).then_some(until_ms - now_ms)
    }
}

fn too_many(wait_ms: i64) -> Problem {
    let wait = Duration::from_millis(u64::try_from(wait_ms).unwrap_or_default());
    let problem = Problem::of_asker(
        "too-many-attempts",
        429,
        "too many attempts",
        "there were too many attempts for this name or from this address",
        "try again after the delay in `Retry-After`; a passkey is not held up by a name's failures",
    );
    Problem { retry_after: Some(wait.max(Duration::from_secs(1))), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_counted_by_name_and_by_network() {
        let mut attempts = Attempts::new();
        let name = [Whom::Name("a".to_owned())];
        for _ in 0..ATTEMPTS_NAME_MAX {
            attempts.begin(&name, 0).unwrap();
        }
        let problem = attempts.begin(&name, ATTEMPTS_WINDOW_MS - 5_000).unwrap_err();
        assert_eq!((problem.status, problem.retry_after), (429, Some(Duration::from_secs(5))));
        attempts.give_back(&name);
        attempts.begin(&name, 1).unwrap();
        attempts.begin(&name, 1).unwrap_err();
        attempts.begin(&[Whom::Name("b".to_owned())], 1).unwrap();
        attempts.begin(&name, ATTEMPTS_WINDOW_MS).unwrap();

        let one = |text: &str| Whom::address(text.parse().unwrap());
        assert_eq!(one("2001:db8:1:2::1"), one("2001:db8:1:2:ffff::1"));
        assert_ne!(one("2001:db8:1:2::1"), one("2001:db8:1:3::1"));
        assert_eq!(one("::ffff:192.0.2.1"), one("192.0.2.1"));
        for _ in 0..ATTEMPTS_ADDRESS_MAX {
            attempts.begin(&[one("192.0.2.1")], 0).unwrap();
        }
        let both = [Whom::Name("c".to_owned()), one("192.0.2.1")];
        attempts.begin(&both, 0).unwrap_err();
        attempts.clear(&one("192.0.2.1"));
        attempts.begin(&both, 0).unwrap();
    }
}
