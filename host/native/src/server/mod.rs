//! The HTTP door.
//!
//! - **Takes** a [`Live`] host, a listener and the moment to stop: HTTP/1.1, and HTTP/2 by prior knowledge, on one port.
//! - **Gives** what [`zero_door`] gives.
//! - **Fails** per request with an RFC 9457 problem, per connection by closing it, as a whole never once it serves.
//! - **Limits**: [`limits`] and those of `zero_pipeline::limits`; questions beyond them are turned away at once.
//! - **Why it is so**: every stage here is bounded in time and memory, so that what one client does slowly, hugely or
//!   never costs the others nothing. Nothing is queued: whoever is turned away learns it while they can still choose.

mod limits;

mod connection;
mod patience;

mod problem;
mod question;
mod stream;

pub mod admin;

use crate::live::Live;
use axum::Router;
use question::Hall;
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
    let hall = Arc::new(Hall::new(live.into()).map_err(anyhow::Error::msg)?);
    connection::accept(listener, routed(Arc::clone(&hall)), shutdown, || hall.close()).await
}

/// The same as a service, for hosts that have connections of their own; it never says that it is about to close.
///
/// # Errors
/// The configuration of traffic names a Redis or a secret that cannot be.
pub fn router(live: impl Into<Live>) -> anyhow::Result<Router> {
    Ok(routed(Arc::new(Hall::new(live.into()).map_err(anyhow::Error::msg)?)))
}

fn routed(hall: Arc<Hall>) -> Router {
    // Streams of events are never compressed: a compressor would hold events back.
    let worth_it = DefaultPredicate::new().and(SizeAbove::new(limits::COMPRESSED_BYTES_MIN));
    let compression =
        CompressionLayer::new().quality(CompressionLevel::Precise(limits::COMPRESSION_LEVEL)).compress_when(worth_it);
    Router::new().fallback(question::respond).layer(compression).with_state(hall)
}
