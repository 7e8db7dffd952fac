//! A platform whose clock and network are the test's.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zero_connector_sdk::testing::Exchange;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::virtual_time::VirtualTime;
use zero_pipeline::{Fetched, Freshness, Platform, Rooms};
use zero_types::prelude::*;

/// How a network answers: after some time, with something.
pub trait Network: 'static {
    /// Called when a request begins.
    fn begin(&self, source: &SourceRecord, request: &Request, now: Duration) -> Reply;

    /// Called when it ends, `answered` or abandoned by whoever asked.
    fn end(&self, source: &SourceRecord, request: &Request, now: Duration, answered: Option<&Outcome>) {
        let _ = (source, request, now, answered);
    }
}

/// One answer of a network.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How long it takes.
    pub after: Duration,
    /// What it is.
    pub outcome: Outcome,
    /// What it says of keeping it.
    pub freshness: Freshness,
}

/// A world: rooms, virtual time, a network.
pub struct World<R, N> {
    /// The rooms.
    pub rooms: R,
    /// The clock.
    pub time: VirtualTime,
    /// Unix milliseconds at the start of the clock.
    pub start_ms: i64,
    network: Arc<N>,
    ids: Arc<AtomicU64>,
}

impl<R: Clone, N> Clone for World<R, N> {
    fn clone(&self) -> Self {
        Self {
            rooms: self.rooms.clone(),
            time: self.time.clone(),
            start_ms: self.start_ms,
            network: Arc::clone(&self.network),
            ids: Arc::clone(&self.ids),
        }
    }
}

impl<R, N> World<R, N> {
    /// A world that starts at `start_ms`.
    pub fn new(rooms: R, network: Arc<N>, start_ms: i64) -> Self {
        Self { rooms, time: VirtualTime::default(), start_ms, network, ids: Arc::default() }
    }
}

impl<R: Rooms, N: Network> Platform for World<R, N> {
    type Rooms = R;

    fn now_ms(&self) -> i64 {
        self.start_ms.saturating_add(i64::try_from(self.time.now().as_millis()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Duration {
        self.time.now()
    }

    fn random(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    async fn sleep(&self, duration: Duration) {
        self.time.sleep(duration).await;
    }

    async fn fetch(&self, source: Arc<SourceRecord>, request: Request, budget: Duration) -> Fetched {
        let reply = self.network.begin(&source, &request, self.time.now());
        let mut underway = Underway { world: self, source: &source, request: &request, done: false };
        self.time.sleep(reply.after.min(budget)).await;
        let outcome = if reply.after > budget { failed(FetchFailureKind::Timeout) } else { reply.outcome };
        underway.done = true;
        self.network.end(&source, &request, self.time.now(), Some(&outcome));
        drop(underway);
        Fetched { outcome, freshness: reply.freshness }
    }

    fn rooms(&self) -> R {
        self.rooms.clone()
    }
}

/// Tells the network of a request that nobody waits for any more.
struct Underway<'a, R, N: Network> {
    world: &'a World<R, N>,
    source: &'a SourceRecord,
    request: &'a Request,
    done: bool,
}

impl<R, N: Network> Drop for Underway<'_, R, N> {
    fn drop(&mut self) {
        if !self.done {
            self.world.network.end(self.source, self.request, self.world.time.now(), None);
        }
    }
}

/// A failure of this kind.
#[must_use]
pub fn failed(kind: FetchFailureKind) -> Outcome {
    Outcome::Failed(FetchFailure { kind, detail: format!("{kind:?}").to_lowercase() })
}

/// A network that answers as written, and is unreachable otherwise.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Each with the time it takes; the first that answers a request is taken.
    pub exchanges: Vec<(Exchange, Duration)>,
}

impl Network for Script {
    fn begin(&self, _: &SourceRecord, request: &Request, _: Duration) -> Reply {
        let found = self.exchanges.iter().find(|(exchange, _)| exchange.answers(request));
        let (after, outcome) = match found {
            Some((exchange, after)) => (*after, Outcome::Response(exchange.response.clone())),
            None => (Duration::from_millis(5), failed(FetchFailureKind::Unreachable)),
        };
        Reply { after, outcome, freshness: Freshness::Unsaid }
    }
}
