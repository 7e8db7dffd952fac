//! Requests before the door: who asks too much, and how many questions at once.

use super::stream;
use crate::live::Live;
use crate::platform::Native;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::Response;
use core::net::IpAddr;
use core::time::Duration;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use zero_door::{Door, Peer, Reply, RequestId};
use zero_pipeline::{Platform as _, Problem};
use zero_traffic::{Place, Traffic, Verdict};

/// Where questions are asked: all else costs so little that nobody is turned away from it.
const QUESTIONS: &str = "/v1/answer";

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

    /// From now on it says that it is not ready; questions that still come are answered.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn door(&self) -> Door<Native> {
        let host = self.live.host();
        Door::new(Arc::clone(&host.region), host.platform.clone())
            .with_receipts(host.config.server.receipts)
            .closing(self.closing.load(Ordering::Relaxed))
    }

    fn admit(&self, has_credential: bool) -> Result<Place, Problem> {
        let class = if has_credential { zero_traffic::Class::Key } else { zero_traffic::Class::Anonymous };
        self.traffic.gate().enter(class).ok_or_else(|| Problem::overloaded(zero_traffic::limits::RETRY_AFTER))
    }

    /// A response to whom nothing was read of yet.
    fn turn_away(&self, parts: &Parts, problem: &Problem) -> Response {
        let random = || self.live.host().platform.random();
        let id = parts.extensions.get::<RequestId>().map_or_else(random, |id| id.0);
        let mut response = zero_door::problem::response(problem).map(Body::from);
        zero_door::headers::protect(id, false, response.headers_mut());
        response
    }
}

/// Responds by the host of this moment: a request takes it once and keeps it.
pub(super) async fn respond(State(hall): State<Arc<Hall>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let address = parts.extensions.get::<Peer>().map(|peer| peer.address);
    let has_credential = parts.headers.contains_key(header::AUTHORIZATION);
    if parts.uri.path() == QUESTIONS
        && let Some(problem) = hall.traffic.turned_away(address, has_credential, hall.now())
    {
        return hall.turn_away(&parts, &problem);
    }
    let door = hall.door();
    let told = OnceLock::new();
    let body = zero_door::body::collect(body.into_data_stream());
    let response = door.respond(&parts, body, || hall.admit(has_credential)).await;
    let mut response = response.map(|reply| match reply {
        Reply::Whole(body) => Body::from(body),
        Reply::Events(telling) => stream::start(telling),
    });
    told.get().into_iter().for_each(|verdict: &Verdict| verdict.tell(response.headers_mut()));
    if response.status() == StatusCode::UNAUTHORIZED
        && has_credential
        && let Some(address) = address
    {
        hall.traffic.handle_refused_credential(address, hall.now());
    }
    response
}
