//! The HTTP door.
//!
//! - **Takes** a [`Live`] host, a listener and the moment to stop: HTTP/1.1, and HTTP/2 by prior knowledge, on one port.
//! - **Gives** answers as JSON, text or a stream of events, sources, and its own health.
//! - **Fails** per request with an RFC 9457 problem, per connection by closing it, as a whole never once it serves.
//! - **Limits**: [`limits`] and those of `zero_pipeline::limits`; questions beyond them are turned away at once.
//! - **Why it is so**: every stage here is bounded in time and memory, so that what one client does slowly, hugely or
//!   never costs the others nothing. Nothing is queued: whoever is turned away learns it while they can still choose.

mod limits;

mod connection;
mod patience;

mod headers;
mod problem;

mod answer;
mod credential;
mod negotiate;
mod question;
mod read;
mod stream;

mod health;
mod sources;

pub mod admin;

use crate::live::Live;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use question::Door;
use std::sync::Arc;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};

/// Serves until `shutdown`, then lets questions in flight finish for `DRAIN_TIME_MAX`.
///
/// # Errors
/// The listener is unusable from the start.
pub async fn serve(
    live: impl Into<Live>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let door = Arc::new(Door::new(live.into()));
    connection::accept(listener, router(Arc::clone(&door)), shutdown, || door.close()).await
}

/// The door without a listener, for whoever brings requests in another way.
pub fn service(live: impl Into<Live>) -> Router {
    router(Arc::new(Door::new(live.into())))
}

/// An extension of a request: how long the answer may take in all. Whoever starts the process knows when it ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft(pub core::time::Duration);

fn router(door: Arc<Door>) -> Router {
    // Streams of events are never compressed: a compressor would hold events back.
    let worth_it = DefaultPredicate::new().and(SizeAbove::new(limits::COMPRESSED_BYTES_MIN));
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Precise(limits::COMPRESSION_LEVEL)).compress_when(worth_it);
    Router::new()
        .route("/v1/answer", get(answer::get).post(answer::post))
        .route("/v1/sources", get(sources::list))
        .route("/v1/sources/{id}", get(sources::one))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(compression)
        // Outermost, so that every response, problems included, carries the same headers.
        .layer(from_fn_with_state(Arc::clone(&door), headers::around))
        .with_state(door)
}
