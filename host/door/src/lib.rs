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
mod sources;

pub use body::BodyProblem;
pub use events::{KEEP_ALIVE, Telling};
pub use negotiate::RECEIPT_JSON;
pub use peer::{Certified, Peer, RequestId};
pub use reply::Reply;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use place::Place;
use std::sync::Arc;
use zero_pipeline::{Platform, Problem, Region};

/// The door of one region on one platform; cheap to make, so a host whose connectors are replaced makes one for each
/// request.
#[derive(Clone)]
pub struct Door<P> {
    region: Arc<Region>,
    platform: P,
    receipts: bool,
    closing: bool,
}

/// An extension of a request: how long its answer may take in all. A host that is ended from outside knows when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft(pub core::time::Duration);

impl<P: Platform> Door<P> {
    /// A door that gives no receipts and is not about to close.
    pub fn new(region: Arc<Region>, platform: P) -> Self {
        Self { region, platform, receipts: false, closing: false }
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
    /// `admit` is called once a question is known to be one, and what it gives is kept until the answer stands.
    pub async fn respond<G>(
        &self,
        parts: &Parts,
        body: impl Future<Output = Result<Bytes, BodyProblem>>,
        admit: impl FnOnce() -> Result<G, Problem>,
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
        admit: impl FnOnce() -> Result<G, Problem>,
    ) -> Result<Response<Reply<P, G>>, Problem> {
        let place = Place::of(parts.uri.path()).ok_or_else(problem::not_found)?;
        if !place.takes(&parts.method) {
            return Ok(place.refusal(id, &parts.method).map(Reply::Whole));
        }
        match place {
            Place::Answer => self.answer(id, parts, body, admit).await,
            Place::Sources => self.sources(&parts.headers).map(reply::json),
            Place::Source(source) => self.source(&parts.headers, &source).map(reply::json),
            Place::Alive => Ok(reply::json(health::alive())),
            Place::Ready => self.ready().map(reply::json),
        }
    }
}
