//! The first cache: exchanges in memory, one flight per key.
//!
//! - **Takes** a key over the full request and, after a miss, what was fetched.
//! - **Gives** a kept outcome, a flight that is already under way, or the duty to fetch.
//! - **Fails** never; a flight that is abandoned wakes its followers, and one of them takes over.
//! - **Limits**: `CACHE_BYTES_MAX`, `CACHE_ENTRIES_MAX`, least recently used goes first.
//! - **Why it is so**: failures are not kept, except refusals and absences for a moment, so that a wrong question is
//!   not asked again and again.

use crate::limits;
use crate::platform::{Fetched, Freshness};
use core::time::Duration;
use futures_channel::oneshot;
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use zero_types::prelude::*;

/// SHA-256 over everything that makes a request what it is, and the source that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// Of a request; length-prefixed parts, so that no two requests share bytes. The source is part of it because two
    /// sources may hold different credentials for one slot.
    #[must_use]
    pub fn of(source_id: &str, request: &Request) -> Self {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(source_id.as_bytes());
        part(match request.method {
            Method::Get => b"GET",
            Method::Head => b"HEAD",
            Method::Post => b"POST",
        });
        part(request.url.as_bytes());
        for header in &request.headers {
            part(header.name.to_ascii_lowercase().as_bytes());
            part(header.value.as_bytes());
        }
        part(request.body.as_deref().unwrap_or_default());
        part(request.credential.as_deref().unwrap_or_default().as_bytes());
        Self(hash.finalize().into())
    }

    /// In lower-case hex, as receipts name it.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

/// What the cache has to say to a request.
pub enum Lookup {
    /// Kept and fresh.
    Hit(Outcome),
    /// Somebody else is fetching it: wait, then look again.
    Wait(oneshot::Receiver<Outcome>),
    /// Fetch it, then say so; dropping the flight hands the duty on.
    Fetch(Flight),
}

/// The first cache of a process.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    kept: LruCache<Key, Kept>,
    bytes: usize,
    bytes_max: usize,
    waiting: HashMap<Key, Vec<oneshot::Sender<Outcome>>>,
    hits: u64,
    misses: u64,
}

struct Kept {
    outcome: Outcome,
    until: Duration,
    bytes: usize,
}

/// The duty to fetch one key.
pub struct Flight {
    key: Key,
    cache: Cache,
}

impl Default for Cache {
    fn default() -> Self {
        Self::new(limits::CACHE_ENTRIES_MAX, limits::CACHE_BYTES_MAX)
    }
}

impl Cache {
    /// An empty cache of at most this many entries and bytes.
    #[must_use]
    pub fn new(entries_max: usize, bytes_max: usize) -> Self {
        let entries_max = core::num::NonZeroUsize::new(entries_max).unwrap_or(core::num::NonZeroUsize::MIN);
        let inner = Inner {
            kept: LruCache::new(entries_max),
            bytes: 0,
            bytes_max,
            waiting: HashMap::new(),
            hits: 0,
            misses: 0,
        };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Looks a key up at `now` (time since start).
    #[must_use]
    pub fn look_up(&self, key: Key, now: Duration) -> Lookup {
        let mut inner = self.lock();
        match inner.kept.get(&key) {
            Some(kept) if kept.until > now => {
                let outcome = kept.outcome.clone();
                inner.hits += 1;
                return Lookup::Hit(outcome);
            }
            Some(_) => inner.forget(&key),
            None => {}
        }
        if let Some(waiting) = inner.waiting.get_mut(&key) {
            let (sender, receiver) = oneshot::channel();
            waiting.push(sender);
            return Lookup::Wait(receiver);
        }
        inner.misses += 1;
        inner.waiting.insert(key, Vec::new());
        Lookup::Fetch(Flight { key, cache: self.clone() })
    }

    /// Hits and misses since the start.
    #[must_use]
    pub fn figures(&self) -> (u64, u64) {
        let inner = self.lock();
        (inner.hits, inner.misses)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // Every critical section leaves the maps consistent, so a panic elsewhere is no reason to lose the cache.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, key: Key, kept: Kept) {
        self.forget(&key);
        self.bytes += kept.bytes;
        if let Some((_, evicted)) = self.kept.push(key, kept) {
            self.bytes = self.bytes.saturating_sub(evicted.bytes);
        }
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.kept.pop_lru() else { break };
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some(old) = self.kept.pop(key) {
            self.bytes = self.bytes.saturating_sub(old.bytes);
        }
    }
}

impl Flight {
    /// Ends the flight: keeps what may be kept and hands the outcome to whoever waited. Gives how long it may be kept, for
    /// caches beyond this one.
    pub fn land(self, fetched: &Fetched, asked: Option<u32>, now: Duration) -> Option<Duration> {
        let lifetime = lifetime(fetched, asked);
        self.land_for(&fetched.outcome, lifetime, now);
        lifetime
    }

    /// Ends the flight with what another cache had, for as long as it said.
    pub fn land_for(self, outcome: &Outcome, lifetime: Option<Duration>, now: Duration) {
        let mut inner = self.cache.lock();
        if let Some(lifetime) = lifetime {
            let bytes = size(outcome);
            inner.keep(self.key, Kept { outcome: outcome.clone(), until: now.saturating_add(lifetime), bytes });
        }
        for waiting in inner.waiting.remove(&self.key).unwrap_or_default() {
            // A follower that has left needs no outcome.
            let _ = waiting.send(outcome.clone());
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        // After `land` there is nothing left; after an abandoned flight the followers' channels close, which wakes them.
        self.cache.lock().waiting.remove(&self.key);
    }
}

/// How long an outcome may be kept: the connector's word, bounded by the response's own.
fn lifetime(fetched: &Fetched, asked: Option<u32>) -> Option<Duration> {
    let Outcome::Response(response) = &fetched.outcome else { return None };
    let lifetime = match (response.status, fetched.freshness) {
        (_, Freshness::Never) => return None,
        (404 | 410, _) => limits::CACHE_NEGATIVE,
        (200..=299, Freshness::Unsaid) => Duration::from_secs(u64::from(asked?)),
        (200..=299, Freshness::For(said)) => asked.map_or(said, |asked| Duration::from_secs(u64::from(asked))),
        _ => return None,
    };
    let lifetime = lifetime.min(limits::CACHE_POSITIVE_MAX);
    (!lifetime.is_zero()).then_some(lifetime)
}

fn size(outcome: &Outcome) -> usize {
    /// Key, links and headers of one entry, roughly.
    const OVERHEAD_BYTES: usize = 256;
    match outcome {
        Outcome::Response(response) => {
            let headers: usize = response.headers.iter().map(|h| h.name.len() + h.value.len()).sum();
            OVERHEAD_BYTES + headers + response.body.len()
        }
        Outcome::Failed(_) => OVERHEAD_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, bytes: usize, freshness: Freshness) -> Fetched {
        let response = Response { status, headers: Vec::new(), body: vec![b'x'; bytes] };
        Fetched { outcome: Outcome::Response(response), freshness }
    }

    fn key(n: usize) -> Key {
        Key::of("s", &Request::get(n.to_string()))
    }

    fn flight(cache: &Cache, key: Key, now: Duration) -> Flight {
        match cache.look_up(key, now) {
            Lookup::Fetch(flight) => flight,
            _ => panic!("expected the duty to fetch"),
        }
    }

    #[test]
    fn what_is_kept_and_for_how_long() {
        let seconds = Duration::from_secs;
        let check = |fetched: Fetched, asked, expected: Option<u64>| {
            assert_eq!(lifetime(&fetched, asked), expected.map(seconds), "{fetched:?} {asked:?}");
        };
        check(response(200, 1, Freshness::Unsaid), None, None);
        check(response(200, 1, Freshness::Unsaid), Some(60), Some(60));
        check(response(200, 1, Freshness::For(seconds(5))), None, Some(5));
        check(response(200, 1, Freshness::For(seconds(5))), Some(60), Some(60));
        check(response(200, 1, Freshness::Never), Some(60), None);
        check(response(404, 1, Freshness::Unsaid), Some(60), Some(30));
        check(response(500, 1, Freshness::For(seconds(5))), Some(60), None);
        check(response(200, 1, Freshness::Unsaid), Some(u32::MAX), Some(24 * 3600));
        let failed = FetchFailure { kind: FetchFailureKind::Timeout, detail: String::new() };
        check(Fetched { outcome: Outcome::Failed(failed), freshness: Freshness::Unsaid }, Some(60), None);
    }

    #[test]
    fn kept_until_its_time_is_over() {
        let cache = Cache::default();
        flight(&cache, key(1), Duration::ZERO).land(&response(200, 1, Freshness::Unsaid), Some(10), Duration::ZERO);
        assert!(matches!(cache.look_up(key(1), Duration::from_secs(9)), Lookup::Hit(_)));
        assert!(matches!(cache.look_up(key(1), Duration::from_secs(10)), Lookup::Fetch(_)));
    }

    #[test]
    fn bytes_are_bounded_and_the_oldest_goes() {
        let cache = Cache::new(100, 4000);
        for n in 0..5 {
            flight(&cache, key(n), Duration::ZERO).land(
                &response(200, 1000, Freshness::Unsaid),
                Some(10),
                Duration::ZERO,
            );
        }
        assert!(matches!(cache.look_up(key(0), Duration::ZERO), Lookup::Fetch(_)));
        assert!(matches!(cache.look_up(key(4), Duration::ZERO), Lookup::Hit(_)));
        assert!(cache.lock().bytes <= 4000);
    }

    #[test]
    fn one_flight_per_key_and_an_abandoned_one_is_taken_over() {
        let cache = Cache::default();
        let first = flight(&cache, key(1), Duration::ZERO);
        let Lookup::Wait(mut follower) = cache.look_up(key(1), Duration::ZERO) else { panic!("expected to wait") };
        drop(first);
        assert!(follower.try_recv().is_err(), "the follower learns that nobody fetches");
        let second = flight(&cache, key(1), Duration::ZERO);
        let Lookup::Wait(mut follower) = cache.look_up(key(1), Duration::ZERO) else { panic!("expected to wait") };
        second.land(&response(200, 1, Freshness::Unsaid), None, Duration::ZERO);
        assert!(follower.try_recv().unwrap().is_some());
    }

    #[test]
    fn requests_that_differ_anywhere_have_different_keys() {
        let base = Request::get("https://a/");
        let keys = [
            Key::of("s", &base),
            Key::of("t", &base),
            Key::of("s", &Request { method: Method::Head, ..base.clone() }),
            Key::of("s", &base.clone().header("accept", "x")),
            Key::of("s", &base.clone().credential("token")),
            Key::of("s", &Request { body: Some(b"token".to_vec()), ..base.clone() }),
        ];
        for (n, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(n + 1).all(|other| other != key));
        }
    }
}
