//! Requests before the door: so many questions at once.

use super::{limits, stream};
use crate::live::Live;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zero_door::{Door, Reply};
use zero_pipeline::Problem;

/// What all requests share.
pub(super) struct Hall {
    live: Live,
    places: Arc<Semaphore>,
    closing: AtomicBool,
}

impl Hall {
    pub(super) fn new(live: Live) -> Self {
        let places = Arc::new(Semaphore::new(live.host().config.server.questions_in_flight_max));
        Self { live, places, closing: AtomicBool::new(false) }
    }

    /// From now on it says that it is not ready; questions that still come are answered.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// A place for one question, until it is dropped.
    ///
    /// # Errors
    /// `overloaded`, at once: a queue would make everyone wait and then answer those who have gone.
    fn admit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::overloaded(limits::RETRY_AFTER))
    }
}

/// Responds by the host of this moment: a request takes it once and keeps it.
pub(super) async fn respond(State(hall): State<Arc<Hall>>, request: Request) -> Response {
    let host = hall.live.host();
    let door = Door::new(Arc::clone(&host.region), host.platform.clone())
        .with_receipts(host.config.server.receipts)
        .closing(hall.closing.load(Ordering::Relaxed));
    let (parts, body) = request.into_parts();
    let body = zero_door::body::collect(body.into_data_stream());
    let response = door.respond(&parts, body, |_| hall.admit()).await;
    response.map(|reply| match reply {
        Reply::Whole(body) => Body::from(body),
        Reply::Events(telling) => stream::start(telling),
    })
}
