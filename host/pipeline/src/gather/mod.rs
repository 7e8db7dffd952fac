//! Asks the portfolio at once and leaves behind whoever is late.
//!
//! - **Takes** the planned sources.
//! - **Gives** what each found, in the order of the portfolio whatever the order of arrival, and those still underway.
//! - **Fails** never: every source ends as a line in the ledger.
//! - **Limits**: the deadline of the question, `connections_max` open at once, rounds and requests of each source.
//! - **Why it is so**: every future owns what it needs, so that the native one is `Send` and an abandoned one frees all.

mod exchange;
mod gate;
mod source;

pub use exchange::Exchange;
pub(crate) use gate::Gate;

use crate::answer::Asked;
use crate::ledger::{Entry, State};
use crate::platform::Platform;
use crate::route::Planned;
use async_lock::Semaphore;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use source::Walked;
use std::sync::Arc;
use zero_types::prelude::*;

/// What the portfolio has given so far.
pub struct Gathered {
    /// One place for each source of the portfolio.
    places: Vec<Place>,
    journal: exchange::Journal,
}

struct Place {
    source: Source,
    bid: f32,
    walked: Option<Walked>,
}

impl Gathered {
    /// What was found, in the order of the portfolio.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |place: &Place| {
            let findings = &place.walked.as_ref()?.findings;
            (!findings.passages.is_empty()).then(|| Finding {
                source_id: place.source.id.clone(),
                source_name: place.source.name.clone(),
                bid: place.bid,
                passages: findings.passages.clone(),
                claims: findings.claims.clone(),
            })
        };
        self.places.iter().filter_map(finding).collect()
    }

    /// A line for each source of the portfolio.
    #[must_use]
    pub fn ledger(&self) -> Vec<Entry> {
        self.places.iter().enumerate().map(|(at, place)| self.entry(at, place)).collect()
    }

    /// Everything delivered so far, by source, round and request.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.journal.all()
    }

    fn entry(&self, at: usize, place: &Place) -> Entry {
        let (exchanges, cached) = self.journal.count(at);
        let (state, took) = match &place.walked {
            Some(walked) => (walked.state.clone(), walked.took),
            None => (State::Late, Duration::ZERO),
        };
        Entry {
            source_id: place.source.id.clone(),
            source_name: place.source.name.clone(),
            state,
            bid: Some(place.bid),
            exchanges,
            cached,
            took,
        }
    }

    fn settle(&mut self, at: usize, walked: Walked) -> Option<Entry> {
        self.places.get_mut(at)?.walked = Some(walked);
        let place = self.places.get(at)?;
        Some(self.entry(at, place))
    }
}

/// Starts asking every source at once; nothing happens until [`next`] is awaited.
pub fn start<P: Platform>(
    asked: &Arc<Asked<P>>,
    portfolio: Vec<Planned>,
) -> (Gathered, FuturesUnordered<impl Future<Output = (usize, Walked)>>) {
    let journal = exchange::Journal::default();
    let connections = Arc::new(Semaphore::new(asked.region.settings.connections_max.max(1)));
    let place = |planned: &Planned| Place { source: planned.record.source.clone(), bid: planned.bid, walked: None };
    let gathered = Gathered { places: portfolio.iter().map(place).collect(), journal: journal.clone() };
    let underway = portfolio.into_iter().enumerate().map(|(at, planned)| {
        let walk = source::walk(Arc::clone(asked), planned, at, journal.clone(), Arc::clone(&connections));
        async move { (at, walk.await) }
    });
    (gathered, underway.collect())
}

/// The next source to be done before `until`; those still underway after it are late.
pub async fn next<P: Platform>(
    asked: &Arc<Asked<P>>,
    gathered: &mut Gathered,
    underway: &mut FuturesUnordered<impl Future<Output = (usize, Walked)>>,
    until: Duration,
) -> Option<Entry> {
    let (at, walked) = next_until(&asked.platform, underway, until).await?;
    gathered.settle(at, walked)
}

/// The next item before `until`, if any.
async fn next_until<P: Platform, F: Future>(
    platform: &P,
    underway: &mut FuturesUnordered<F>,
    until: Duration,
) -> Option<F::Output> {
    let mut timer = pin!(platform.sleep(until.saturating_sub(platform.elapsed())));
    poll_fn(|context| match underway.poll_next_unpin(context) {
        Poll::Ready(item) => Poll::Ready(item),
        Poll::Pending => timer.as_mut().poll(context).map(|()| None),
    })
    .await
}
