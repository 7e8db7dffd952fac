//! Requests before the door: who asks too much, and how many questions at once.
//!
//! - **Takes** a request with what its connection says of it.
//! - **Gives** it to the door, with who sends it, and adds how they stand with their limits.
//! - **Fails** with 503 `overloaded`, 401 `unauthenticated` or 429 `rate-limited` before a byte of a body is read.
//! - **Limits**: those of [`zero_traffic`].
//! - **Why it is so**: what is turned away must cost next to nothing, or a flood of it would take the time of those who
//!   are not.

use super::{accounts, federation, stream};
use crate::live::Live;
use crate::platform::Native;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use zero_door::{Door, Identified, Peer, Reply, RequestId};
use zero_identity::Identity;
use zero_pipeline::{Platform as _, Problem};
use zero_traffic::{Place, Traffic, Verdict};
use zero_types::functions::Principal;

/// Where questions are asked, which need a place.
const QUESTIONS: &str = "/v1/answer";
/// What is counted as well and needs none. Probes of health are neither.
const SOURCES: &str = "/v1/sources";

/// What all requests share.
pub(super) struct Hall {
    live: Live,
    traffic: Traffic,
    start: Instant,
    closing: AtomicBool,
}

impl Hall {
    /// # Errors
    /// The configuration of traffic names a Redis or a secret that cannot be.
    pub(super) fn new(live: Live) -> Result<Self, String> {
        let host = live.host();
        let in_flight_max = host.config.server.questions_in_flight_max;
        let traffic = Traffic::new(host.config.traffic.clone(), in_flight_max, |name| std::env::var(name).ok())?;
        let start = Instant::now();
        traffic.watch(move || start.elapsed());
        Ok(Self { live, traffic, start, closing: AtomicBool::new(false) })
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// From now on it says that it is not ready; questions that still come are answered.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// How whoever sends this stands with their limits. The cheapest question comes first, so that a flood costs least:
    /// whether there is room at all, who it is, whether there is room for them, and what they had already. None of it
    /// waits for a body.
    ///
    /// # Errors
    /// The response to whoever is turned away.
    async fn look(&self, door: &Door<Native>, parts: &mut Parts) -> Result<Verdict, Box<Response>> {
        let is_question = parts.uri.path() == QUESTIONS;
        let is_counted = is_question || parts.uri.path().starts_with(SOURCES);
        if !is_counted || ![Method::GET, Method::HEAD, Method::POST].contains(&parts.method) {
            return Ok(Verdict::default());
        }
        let address = parts.extensions.get::<Peer>().map(|peer| peer.address);
        let has_credential = parts.headers.contains_key(header::AUTHORIZATION);
        if let Some(problem) = self.traffic.turned_away(address, has_credential, is_question, self.now()) {
            return Err(self.refusal(parts, &problem, &Verdict::default()));
        }
        let principal = match parts.extensions.get::<Identified>() {
            Some(Identified(principal)) => principal.clone(),
            None => door.identify(&parts.headers).map_err(|problem| {
                if problem.status == StatusCode::UNAUTHORIZED.as_u16() {
                    self.traffic.handle_refused_credential(address, self.now());
                }
                self.refusal(parts, &problem, &Verdict::default())
            })?,
        };
        if is_question && !self.traffic.has_room(&principal) {
            return Err(self.refusal(parts, &overloaded(), &Verdict::default()));
        }
        let verdict = self.traffic.check(&principal, address, 1, self.now()).await;
        if let Some(problem) = verdict.problem() {
            return Err(self.refusal(parts, &problem, &verdict));
        }
        parts.extensions.insert(Identified(principal));
        Ok(verdict)
    }

    /// A place for one question, until it is dropped.
    ///
    /// # Errors
    /// `overloaded`, at once: a queue would make everyone wait and then answer those who have gone.
    fn enter(&self, principal: &Principal) -> Result<Place, Problem> {
        self.traffic.enter(principal).ok_or_else(overloaded)
    }

    /// What somebody gets of whom no more is read.
    fn refusal(&self, parts: &Parts, problem: &Problem, verdict: &Verdict) -> Box<Response> {
        let random = || self.live.host().platform.random();
        let id = parts.extensions.get::<RequestId>().map_or_else(random, |id| id.0);
        let response = zero_door::problem::response_to(id, problem);
        let is_head = parts.method == Method::HEAD;
        let mut response = response.map(|body| if is_head { Body::empty() } else { Body::from(body) });
        zero_door::headers::protect(id, false, response.headers_mut());
        verdict.tell(response.headers_mut());
        Box::new(response)
    }
}

fn overloaded() -> Problem {
    Problem::overloaded(zero_traffic::limits::RETRY_AFTER)
}

/// Responds by the host of this moment: a request takes it once and keeps it.
pub(super) async fn respond(State(hall): State<Arc<Hall>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let host = hall.live.host();
    let door = Door::new(Arc::clone(&host.region), host.platform.clone())
        .with_trust(federation::trust(&host, &parts.headers).await)
        .with_receipts(host.config.server.receipts)
        .closing(hall.closing.load(Ordering::Relaxed));
    if let Some((identity, route)) = host.identity.as_ref().zip(Identity::route(parts.uri.path())) {
        return accounts::respond(identity, &route, (&door, &host.platform), &parts, body).await;
    }
    if let Some(response) = federation::respond(&host, &door, &parts).await {
        return response;
    }
    let verdict = match hall.look(&door, &mut parts).await {
        Ok(verdict) => verdict,
        Err(refused) => return *refused,
    };
    let body = zero_door::body::collect(body.into_data_stream());
    let response = door.respond(&parts, body, |principal| hall.enter(principal)).await;
    let mut response = response.map(|reply| match reply {
        Reply::Whole(body) => Body::from(body),
        Reply::Events(telling) => stream::start(telling),
    });
    verdict.tell(response.headers_mut());
    response
}
