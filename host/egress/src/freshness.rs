//! How long a response may be kept, by its own word (RFC 9111), for a cache that many askers share.
//!
//! Takes the headers that say so and the time of day; gives a [`Freshness`]. Fails never: what cannot be read says
//! nothing. Why it is so: the connector does not see these headers, so what it plans stays the same whatever they say.

use core::time::Duration;
use headers::{CacheControl, Header as _};
use http::header::{AGE, CACHE_CONTROL, EXPIRES, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::SystemTime;
use zero_pipeline::Freshness;

/// Headers that say how long a response may be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheHeaders {
    /// `cache-control`.
    pub cache_control: Option<String>,
    /// `expires`.
    pub expires: Option<String>,
    /// `age`.
    pub age: Option<String>,
    /// `vary`.
    pub vary: Option<String>,
}

impl CacheHeaders {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self {
            cache_control: joined(headers, CACHE_CONTROL),
            expires: joined(headers, EXPIRES),
            age: joined(headers, AGE),
            vary: joined(headers, VARY),
        }
    }

    /// What they say at `now_ms`, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn freshness(&self, now_ms: i64) -> Freshness {
        let control = self.cache_control.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
        let control = control.and_then(|value| CacheControl::decode(&mut [value].iter()).ok());
        if self.vary.as_deref().is_some_and(|vary| vary.trim() == "*") {
            return Freshness::Never;
        }
        if let Some(control) = control {
            if control.no_store() || control.private() || control.no_cache() {
                return Freshness::Never;
            }
            if let Some(lifetime) = control.s_max_age().or(control.max_age()) {
                let age = self.age.as_deref().and_then(|age| age.trim().parse().ok()).map(Duration::from_secs);
                return Freshness::For(lifetime.saturating_sub(age.unwrap_or_default()));
            }
        }
        let expires = self.expires.as_deref().and_then(|expires| httpdate::parse_http_date(expires).ok());
        match expires.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()) {
            Some(at) => {
                let now = Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
                Freshness::For(at.saturating_sub(now))
            }
            None => Freshness::Unsaid,
        }
    }
}

fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 784_111_777_000;

    fn check(headers: CacheHeaders, expected: Freshness) {
        assert_eq!(headers.freshness(NOW_MS), expected, "{headers:?}");
    }

    #[test]
    fn a_response_says_how_long_it_may_be_kept() {
        let said = |control: &str, age: Option<&str>| CacheHeaders {
            cache_control: (!control.is_empty()).then(|| control.to_owned()),
            age: age.map(str::to_owned),
            ..CacheHeaders::default()
        };
        let seconds = Duration::from_secs;
        check(said("", None), Freshness::Unsaid);
        check(said("public, max-age=60", None), Freshness::For(seconds(60)));
        check(said("max-age=60, s-maxage=10", None), Freshness::For(seconds(10)));
        check(said("max-age=60", Some("50")), Freshness::For(seconds(10)));
        check(said("no-store, max-age=60", None), Freshness::Never);
        check(said("private", None), Freshness::Never);
    }

    #[test]
    fn an_end_is_counted_from_the_time_of_day() {
        let until = |expires: &str| CacheHeaders { expires: Some(expires.to_owned()), ..CacheHeaders::default() };
        check(until("Sun, 06 Nov 1994 08:49:37 GMT"), Freshness::For(Duration::ZERO));
        check(until("Sun, 06 Nov 1994 08:50:07 GMT"), Freshness::For(Duration::from_secs(30)));
        check(until("Sun, 06 Nov 1994 08:49:07 GMT"), Freshness::For(Duration::ZERO));
        check(until("0"), Freshness::Unsaid);
        let all = CacheHeaders { vary: Some("*".to_owned()), ..until("Sun, 06 Nov 1994 08:50:07 GMT") };
        check(all, Freshness::Never);
    }
}
