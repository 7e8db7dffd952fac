//! The HTTP door, for every runtime: what a request means, and the response it gets.
//!
//! - **Takes** the head of a request, its body as a future, and a word on whether there is room for a question.
//! - **Gives** a response whose body is whole, or the [`Telling`] of a question as server-sent events.
//! - **Fails** never: whatever is wrong is an RFC 9457 problem with a status, or the last events of a stream.
//! - **Limits**: [`limits`] and those of `zero_pipeline::limits`. Connections, places for questions, compression and the
//!   patience with slow clients are the host's, which alone knows them.
//! - **Why it is so**: four hosts answer the same questions, and an asker must not be able to tell which one did. So
//!   nothing here spawns, waits on a clock of its own or names a server; who drives a stream is left to the host.
//!
//! ```text
//! GET  /v1/answer?q=...      POST /v1/answer {"question": "..."}
//!      Accept: application/json | text/plain | text/event-stream
//!      ?include=receipt, or Accept: application/vnd.zero.receipt+json, where the operator allows it
//!      Prefer: wait=SECONDS, the time within which the answer is of use
//! GET  /v1/sources           GET  /v1/sources/ID
//! GET  /healthz              GET  /readyz
//! ```

pub mod limits;

pub mod body;
pub mod headers;
pub mod problem;
pub mod trace;

mod answer;
mod credential;
mod deadline;
mod events;
mod guard;
mod health;
mod negotiate;
mod peer;
mod place;
mod read;
mod reply;
mod rule;
mod sources;

pub use body::BodyProblem;
pub use credential::credential;
pub use events::{KEEP_ALIVE, Telling};
pub use negotiate::RECEIPT_JSON;
pub use peer::{Certified, Peer, RequestId};
pub use place::rule_at;
pub use reply::Reply;
pub use rule::{Owner, Rule};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Response};
use place::Place;
use std::sync::Arc;
use zero_pipeline::{Platform, Problem, Region, identify};
use zero_types::prelude::{Principal, Trust};

/// The door of one region on one platform; cheap to make, so a host whose connectors are replaced makes one for each
/// request.
#[derive(Clone)]
pub struct Door<P> {
    region: Arc<Region>,
    platform: P,
    trust: Arc<Trust>,
    receipts: bool,
    closing: bool,
}

/// An extension of a request: how long its answer may take in all. A host that is ended from outside knows when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft(pub core::time::Duration);

/// An extension of a request: who sends it, as the host has found out by [`Door::identify`] already.
#[derive(Debug, Clone, PartialEq)]
pub struct Identified(pub Principal);

impl<P: Platform> Door<P> {
    /// A door that trusts whom the region trusts, gives no receipts and is not about to close.
    pub fn new(region: Arc<Region>, platform: P) -> Self {
        let trust = Arc::clone(&region.trust);
        Self { region, platform, trust, receipts: false, closing: false }
    }

    /// Whom to believe instead: accounts, keys and issuers come and go while the region lasts.
    #[must_use]
    pub fn with_trust(self, trust: Arc<Trust>) -> Self {
        Self { trust, ..self }
    }

    /// Whether whoever asks may have the receipt: it holds what the sources said, whole.
    #[must_use]
    pub fn with_receipts(self, receipts: bool) -> Self {
        Self { receipts, ..self }
    }

    /// Whether `/readyz` says that questions should be sent elsewhere; those that still come are answered.
    #[must_use]
    pub fn closing(self, closing: bool) -> Self {
        Self { closing, ..self }
    }

    /// Responds. The body is awaited only by a request that may have one, once its headers have been found good;
    /// `admit` is called once a question is known to be one and who asks it may, and what it gives is kept until the
    /// answer stands.
    pub async fn respond<G>(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, BodyProblem>>,
        admit: impl FnOnce(&Principal) -> Result<G, Problem>,
    ) -> Response<Reply<P, G>> {
        let id = parts.extensions.get::<RequestId>().map_or_else(|| self.platform.random(), |RequestId(id)| *id);
        let responded = self.at_place(id, parts, body, admit).await;
        let response = responded.unwrap_or_else(|problem| problem::response_to(id, &problem).map(Reply::Whole));
        headers::around(id, &parts.method, response)
    }

    async fn at_place<G>(
        &self,
        id: u64,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, BodyProblem>>,
        admit: impl FnOnce(&Principal) -> Result<G, Problem>,
    ) -> Result<Response<Reply<P, G>>, Problem> {
        let place = Place::of(parts.uri.path()).ok_or_else(problem::not_found)?;
        if !place.takes(&parts.method) {
            return Ok(place.refusal(id, &parts.method).map(Reply::Whole));
        }
        // Probes carry no credential, so none is looked at.
        let rule = place.rule();
        let caller = if rule.is_open() { None } else { Some(self.allowed(parts, &rule)?) };
        match (place, caller) {
            (Place::Answer, Some(caller)) => self.answer(id, parts, body, caller, admit).await,
            (Place::Sources, Some(_)) => self.sources().map(reply::json),
            (Place::Source(source), Some(_)) => self.source(&source).map(reply::json),
            (Place::Alive, _) => Ok(reply::json(health::alive())),
            (Place::Ready, _) => self.ready().map(reply::json),
            (Place::Answer | Place::Sources | Place::Source(_), None) => Err(problem::not_found()),
        }
    }

    /// Who sends a request with these headers.
    ///
    /// # Errors
    /// `unauthenticated`; `internal` when the room that decides broke.
    pub fn identify(&self, headers: &HeaderMap) -> Result<Principal, Problem> {
        let credential = credential(headers)?;
        identify::authenticate(&self.platform.rooms(), &credential, &self.trust, self.platform.now_ms())
    }

    /// Who sends a request, once it is known that they may; nobody is looked up twice.
    fn allowed(&self, parts: &Parts, rule: &Rule) -> Result<Principal, Problem> {
        let caller = match parts.extensions.get::<Identified>() {
            Some(Identified(caller)) => caller.clone(),
            None => self.identify(&parts.headers)?,
        };
        rule.check(&self.platform.rooms(), &caller)?;
        Ok(caller)
    }
}
