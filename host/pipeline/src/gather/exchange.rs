//! One exchange: cache, one flight per key, breaker, pace, one hedge, one retry.

use crate::answer::Asked;
use crate::cache::{Key, Lookup};
use crate::catalogue::SourceRecord;
use crate::health::Suspension;
use crate::platform::{Fetched, Freshness, Kept, Platform};
use async_lock::Semaphore;
use core::pin::pin;
use core::time::Duration;
use futures_util::future::{Either, select};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zero_types::prelude::*;

/// What an exchange is granted beyond the time of its question.
const FETCH_GRACE: Duration = Duration::from_millis(100);

/// A request and what was delivered to the connector for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The source it was made for.
    pub source_id: String,
    /// As planned.
    pub request: Request,
    /// As delivered.
    pub outcome: Outcome,
    /// Whether it came from cache.
    pub cached: bool,
}

/// Portfolio position, round, index in the round: the order that no network can change.
pub(super) type At = (usize, usize, usize);

/// What has been delivered, for the receipt.
#[derive(Clone, Default)]
pub(super) struct Journal(Arc<Mutex<BTreeMap<At, Exchange>>>);

impl Journal {
    pub(super) fn all(&self) -> Vec<Exchange> {
        self.lock().values().cloned().collect()
    }

    /// Addresses that answered one source with a success.
    pub(super) fn retrieved(&self, source: usize) -> Vec<String> {
        let journal = self.lock();
        let of_source = journal.range((source, 0, 0)..(source.saturating_add(1), 0, 0));
        let succeeded = |outcome: &Outcome| match outcome {
            Outcome::Response(response) => (200..300).contains(&response.status),
            Outcome::Failed(_) => false,
        };
        let succeeded = of_source.filter(|(_, exchange)| succeeded(&exchange.outcome));
        succeeded.map(|(_, exchange)| exchange.request.url.clone()).collect()
    }

    /// Exchanges of one source, and how many of them came from cache.
    pub(super) fn count(&self, source: usize) -> (usize, usize) {
        let journal = self.lock();
        let of_source = journal.range((source, 0, 0)..(source.saturating_add(1), 0, 0));
        of_source.fold((0, 0), |(all, cached), (_, exchange)| (all + 1, cached + usize::from(exchange.cached)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<At, Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Performs one request, from cache if possible, and notes what was delivered.
pub(super) async fn perform<P: Platform>(
    asked: Arc<Asked<P>>,
    record: Arc<SourceRecord>,
    request: Request,
    at: At,
    journal: Journal,
    connections: Arc<Semaphore>,
) -> Outcome {
    let (outcome, cached) = if asked.replay {
        // A replay takes exchanges as they were delivered: what cache, pace, hedge and retry made of them is in them.
        (asked.platform.fetch(Arc::clone(&record), request.clone(), Duration::ZERO).await.outcome, false)
    } else {
        shared(&asked, &record, &request, &connections).await
    };
    let exchange = Exchange { source_id: record.source.id.clone(), request, outcome: outcome.clone(), cached };
    journal.lock().insert(at, exchange);
    outcome
}

/// The outcome of a request, and whether it came from cache or another question's flight.
async fn shared<P: Platform>(
    asked: &Arc<Asked<P>>,
    record: &Arc<SourceRecord>,
    request: &Request,
    connections: &Semaphore,
) -> (Outcome, bool) {
    // What may not rest in this region, or is one asker's own, is neither kept nor shared with another question.
    if !asked.region.settings.rules.may_rest(record) || asked.platform.is_own(record) {
        let _connection = connections.acquire().await;
        return (send(asked, record, request).await.outcome, false);
    }
    let key = asked.region.cache_key(record, request);
    loop {
        match asked.region.cache.look_up(key, asked.platform.elapsed()) {
            Lookup::Hit(outcome) => return (outcome, true),
            // Whoever fetched it has left: look again, and perhaps fetch it ourselves.
            Lookup::Wait(others) => {
                if let Ok(outcome) = others.await {
                    return (outcome, true);
                }
            }
            Lookup::Fetch(flight) => {
                let connection = connections.acquire().await;
                if let Some(Kept { response, left }) = recall(asked, record, key).await {
                    let outcome = Outcome::Response(response);
                    flight.land_for(&outcome, Some(left), asked.platform.elapsed());
                    return (outcome, true);
                }
                let fetched = send(asked, record, request).await;
                drop(connection);
                let lifetime = flight.land(&fetched, request.cache_seconds, asked.platform.elapsed());
                keep(asked, record, key, &fetched, lifetime);
                return (fetched.outcome, false);
            }
        }
    }
}

/// From the platform's own cache, which lasts longer than this process. What is personal does not last.
async fn recall<P: Platform>(asked: &Asked<P>, record: &SourceRecord, key: Key) -> Option<Kept> {
    if record.personal { None } else { asked.platform.recall(key).await }
}

/// Likewise.
fn keep<P: Platform>(asked: &Asked<P>, record: &SourceRecord, key: Key, fetched: &Fetched, lifetime: Option<Duration>) {
    if let (Some(left), Outcome::Response(response), false) = (lifetime, &fetched.outcome, record.personal) {
        asked.platform.keep(key, Kept { response: response.clone(), left });
    }
}

/// Sends a request as far as breaker, pace and budgets allow; a connection is the caller's.
async fn send<P: Platform>(asked: &Arc<Asked<P>>, record: &Arc<SourceRecord>, request: &Request) -> Fetched {
    let (platform, health, id) = (&asked.platform, &asked.region.health, record.source.id.as_str());
    // A probe that ends without an outcome, since its question is over, is given back.
    let _probe = match health.admit(id, platform.elapsed()) {
        Ok(probe) => probe,
        Err(suspension) => return suspended(suspension),
    };
    if let Some(rate) = record.requests_per_second {
        let wait = health.pace(id, rate, platform.elapsed());
        if platform.elapsed().saturating_add(wait) > asked.deadline.saturating_add(asked.late) {
            return failed(FetchFailureKind::Suspended, "the source's own pace leaves no time".to_owned());
        }
        if !wait.is_zero() {
            platform.sleep(wait).await;
        }
        if let Some(suspension) = health.closed(id, platform.elapsed()) {
            return suspended(suspension);
        }
    }
    at_most_twice(asked, record, request).await
}

/// Sends a request, and at most once more: beside the first when that takes longer than usual, so that the first good
/// one wins, or after it when the connection broke.
async fn at_most_twice<P: Platform>(asked: &Arc<Asked<P>>, record: &Arc<SourceRecord>, request: &Request) -> Fetched {
    let id = record.source.id.as_str();
    let mut first = pin!(timed(asked, record, request));
    if !is_safe(request) {
        return first.await;
    }
    let fetched = if asked.region.settings.hedge {
        let usual = pin!(asked.platform.sleep(asked.region.health.hedge_after(id)));
        match select(first.as_mut(), usual).await {
            Either::Left((fetched, _)) => fetched,
            Either::Right(_) if may_send_again(asked, id) => {
                return first_good(first, pin!(timed(asked, record, request))).await;
            }
            Either::Right(_) => first.await,
        }
    } else {
        first.await
    };
    if is_broken(&fetched) && may_send_again(asked, id) { timed(asked, record, request).await } else { fetched }
}

/// Whichever of two copies comes back well first, else the one that failed last.
async fn first_good(
    first: impl Future<Output = Fetched> + Unpin,
    second: impl Future<Output = Fetched> + Unpin,
) -> Fetched {
    match select(first, second).await {
        Either::Left((fetched, other)) if is_failed(&fetched) => other.await,
        Either::Right((fetched, other)) if is_failed(&fetched) => other.await,
        Either::Left((fetched, _)) | Either::Right((fetched, _)) => fetched,
    }
}

/// One request within what is left of the time, with its outcome taken into the source's health.
async fn timed<P: Platform>(asked: &Arc<Asked<P>>, record: &Arc<SourceRecord>, request: &Request) -> Fetched {
    let platform = &asked.platform;
    let start = platform.elapsed();
    // The question gives up first, so that a source which is too slow is late and not failed.
    let budget = asked.deadline.saturating_add(asked.late).saturating_add(FETCH_GRACE).saturating_sub(start);
    let fetched = platform.fetch(Arc::clone(record), request.clone(), budget).await;
    let now = platform.elapsed();
    if !(platform.is_own(record) && is_the_askers(&fetched.outcome)) {
        asked.region.health.record(&record.source.id, &fetched.outcome, now.saturating_sub(start), now);
    }
    fetched
}

/// Whether a failure may be that of one asker's own account: it must not suspend the source for everybody else.
fn is_the_askers(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Response(response) => matches!(response.status, 400..=499),
        Outcome::Failed(failure) => failure.kind == FetchFailureKind::Refused,
    }
}

/// Whether there is time, the source is not suspended meanwhile, and the budget for retries and hedges allows it.
fn may_send_again<P: Platform>(asked: &Asked<P>, id: &str) -> bool {
    let (now, health) = (asked.platform.elapsed(), &asked.region.health);
    now < asked.deadline && health.closed(id, now).is_none() && health.may_retry(id, now)
}

fn is_safe(request: &Request) -> bool {
    matches!(request.method, Method::Get | Method::Head)
}

/// Whether the connection broke, which may go well the next time; a timeout or a refusal would come again.
fn is_broken(fetched: &Fetched) -> bool {
    let Outcome::Failed(failure) = &fetched.outcome else { return false };
    matches!(failure.kind, FetchFailureKind::Unreachable | FetchFailureKind::Malformed)
}

fn is_failed(fetched: &Fetched) -> bool {
    matches!(fetched.outcome, Outcome::Failed(_))
}

fn suspended(suspension: Suspension) -> Fetched {
    failed(FetchFailureKind::Suspended, format!("the source is suspended: {}", suspension.cause.name()))
}

fn failed(kind: FetchFailureKind, detail: String) -> Fetched {
    Fetched { outcome: Outcome::Failed(FetchFailure { kind, detail }), freshness: Freshness::Unsaid }
}
