//! The pipeline's platform on an edge target.
//!
//! Takes a [`Site`], the runtime of one request and its rooms; gives answers. Fails as the pipeline does. Limits: the
//! policy's for every exchange, [`RECALL_TIME_MAX`] for the store. Why it is so: what goes out and what comes in is judged
//! by the same policy as on a native host; the runtime only carries it.

use crate::entry;
use crate::site::Site;
use crate::world::World;
use core::pin::pin;
use core::time::Duration;
use futures_util::future::{Either, select};
use std::rc::Rc;
use std::sync::Arc;
use zero_egress::failure::{Attempt, host_of, refused, silent};
use zero_pipeline::cache::Key;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::limits::EXCHANGE_TIME_MAX;
use zero_pipeline::{Answered, Ask, Event, Fetched, Fixed, Kept, Platform, Problem, Region, Rooms};
use zero_types::connector::Request;

/// What a store may take before the service is asked instead: stores of the edge answer in milliseconds, and one that
/// does not is no help.
pub const RECALL_TIME_MAX: Duration = Duration::from_millis(50);

/// A site, for one request.
pub struct Edge<W, R> {
    site: Rc<Site>,
    world: W,
    rooms: R,
}

impl<W: Clone, R: Clone> Clone for Edge<W, R> {
    fn clone(&self) -> Self {
        Self { site: Rc::clone(&self.site), world: self.world.clone(), rooms: self.rooms.clone() }
    }
}

impl<W: World, R: Rooms> Edge<W, R> {
    /// Over a site, with what this request brings.
    pub fn new(site: Rc<Site>, world: W, rooms: R) -> Self {
        Self { site, world, rooms }
    }

    /// What it stands on.
    #[must_use]
    pub fn site(&self) -> &Rc<Site> {
        &self.site
    }

    /// The state that questions share.
    #[must_use]
    pub fn region(&self) -> Arc<Region> {
        Arc::clone(self.site.region())
    }

    /// Whether every source that a question names is known here; one that the target cannot ask is, and gets its line in
    /// the ledger.
    ///
    /// # Errors
    /// `unknown-source`.
    pub fn check(&self, ask: &Ask) -> Result<(), Problem> {
        let catalogue = &self.site.region().catalogue;
        let known = |record: &Arc<SourceRecord>| record.enabled || self.site.lack(record).is_some();
        let asked = |id: &String| catalogue.get(id).is_some_and(known);
        let unknown = ask.only.iter().find(|id| !asked(id));
        unknown.map_or(Ok(()), |id| Err(Problem::unknown_source(id)))
    }

    /// Answers a question.
    ///
    /// # Errors
    /// As [`Edge::check`] and [`zero_pipeline::answer`].
    pub async fn answer(&self, ask: Ask, fixed: Fixed, events: impl FnMut(Event<'_>)) -> Result<Answered, Problem> {
        self.check(&ask)?;
        zero_pipeline::answer(self.region(), self.clone(), ask, fixed, events).await
    }

    async fn attempt(
        &self,
        source: &SourceRecord,
        request: Request,
        budget: Duration,
    ) -> Attempt<zero_egress::Fetched> {
        let grant = self.site.grant(source, |name| self.world.secret(name)).map_err(refused)?;
        let planned = self.site.policy().read(&grant, request)?;
        let checked = self.site.policy().check(planned)?;
        let reader = checked.reader();
        let sent = self.world.send(checked.into_http()?, budget).await;
        reader.read(sent.map_err(|failure| reader.failed(failure))?)
    }
}

impl<W: World, R: Rooms> Platform for Edge<W, R> {
    type Rooms = R;

    fn now_ms(&self) -> i64 {
        self.world.now_ms()
    }

    fn elapsed(&self) -> Duration {
        self.world.elapsed()
    }

    fn random(&self) -> u64 {
        self.world.random()
    }

    async fn sleep(&self, duration: Duration) {
        self.world.sleep(duration).await;
    }

    async fn fetch(&self, source: Arc<SourceRecord>, request: Request, budget: Duration) -> Fetched {
        let budget = budget.min(EXCHANGE_TIME_MAX);
        let host = host_of(&request.url);
        let attempt = pin!(self.attempt(&source, request, budget));
        let fetched = match select(attempt, pin!(self.world.sleep(budget))).await {
            Either::Left((Ok(fetched), _)) => fetched,
            Either::Left((Err(failure), _)) => failure.into(),
            Either::Right(_) => silent(&host).into(),
        };
        Fetched { freshness: fetched.cache.freshness(self.world.now_ms()), outcome: fetched.outcome }
    }

    fn rooms(&self) -> R {
        self.rooms.clone()
    }

    fn lacks(&self, source: &SourceRecord) -> Option<&'static str> {
        self.site.lack(source)
    }

    async fn recall(&self, key: Key) -> Option<Kept> {
        let name = store_key(key);
        let recalled = pin!(self.world.recall(&name));
        match select(recalled, pin!(self.world.sleep(RECALL_TIME_MAX))).await {
            Either::Left((bytes, _)) => entry::read(&bytes?, self.world.now_ms()),
            Either::Right(_) => None,
        }
    }

    fn keep(&self, key: Key, kept: Kept) {
        if let Some(entry) = entry::write(&kept, self.world.now_ms()) {
            self.world.keep(store_key(key), entry, kept.left);
        }
    }
}

/// As a store names an exchange, beside what else an operator may keep there.
fn store_key(key: Key) -> String {
    format!("zero/exchange/{}", key.hex())
}
