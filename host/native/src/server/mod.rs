//! The HTTP door.
//!
//! - **Takes** a [`Live`] host, a listener and the moment to stop: HTTP/1.1 and HTTP/2 on one port, by TLS 1.3 where that
//!   is configured; without it HTTP/2 is by prior knowledge.
//! - **Gives** what [`zero_door`] gives.
//! - **Fails** per request with an RFC 9457 problem, per connection by closing it, as a whole never once it serves.
//! - **Limits**: [`limits`] and those of `zero_pipeline::limits`; questions beyond them are turned away at once.
//! - **Why it is so**: every stage here is bounded in time and memory, so that what one client does slowly, hugely or
//!   never costs the others nothing. Nothing is queued: whoever is turned away learns it while they can still choose.

mod limits;

mod addresses;
mod connection;
mod patience;
mod tls;
mod wire;

mod activity;
mod edge;
mod pace;

mod accounts;
mod federation;
mod problem;
mod question;
mod stream;

pub mod admin;

pub use tls::examine as examine_tls;

use crate::live::Live;
use anyhow::anyhow;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, header};
use connection::Reception;
use question::Hall;
use std::sync::Arc;
use tls::Tls;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};
use tower_http::cors::CorsLayer;
use zero_config::Cors;

/// Serves until `shutdown`, then lets questions in flight finish for `DRAIN_TIME_MAX`.
///
/// # Errors
/// The listener is unusable from the start, its certificates are, or it would be plain HTTP for other machines.
pub async fn serve(
    live: impl Into<Live>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let live = live.into();
    let server = live.host().config.server.clone();
    let tls = server.tls.as_ref().map(Tls::for_askers).transpose()?;
    zero_config::may_listen(listener.local_addr()?, tls.is_some(), &server.proxy).map_err(|why| anyhow!(why))?;
    let connections_per_address_max = server.connections_per_address_max;
    let reception = Reception { tls, proxy: server.proxy, connections_per_address_max };
    let hall = Arc::new(Hall::new(live).map_err(anyhow::Error::msg)?);
    connection::accept(listener, routed(Arc::clone(&hall)), reception, shutdown, || hall.close()).await
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
    let pages = pages(&hall.live().host().config.server.cors);
    let router = Router::new().fallback(question::respond).layer(compression).with_state(hall);
    match pages {
        Some(pages) => router.layer(pages),
        None => router,
    }
}

/// What browsers are told on behalf of pages that may ask; none when no page may. Cookies are never taken, so a page
/// shows its key itself or asks as nobody.
fn pages(cors: &Cors) -> Option<CorsLayer> {
    // An origin that is no field was refused with the configuration.
    let origins: Vec<HeaderValue> = cors.origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let named = |name| HeaderName::from_static(name);
    let told = ["x-request-id", "server-timing", "ratelimit", "ratelimit-policy"].map(named);
    let asked = ["traceparent", "tracestate"].map(named);
    let asked = [header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE].into_iter().chain(asked);
    Some(
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers(asked.collect::<Vec<_>>())
            .expose_headers(told.into_iter().chain([header::RETRY_AFTER]).collect::<Vec<_>>())
            .max_age(limits::PREFLIGHT_TIME),
    )
}
