//! Accepts connections, serves each in its own task, and drains them.

use super::limits;
use super::patience::Patient;
use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use zero_pipeline::limits::{DRAIN_TIME_MAX, HEADER_TIME_MAX};

/// Serves `router` until `shutdown`, says so with `closing`, and waits for what is in flight.
///
/// # Errors
/// The listener has no address.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
    closing: impl FnOnce(),
) -> anyhow::Result<()> {
    listener.local_addr()?;
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let (drain, draining) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (place, stream) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = next(&places, &listener) => accepted?,
        };
        let (router, draining) = (router.clone(), draining.clone());
        connections.spawn(async move {
            one(stream, router, draining).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    closing();
    drop(listener);
    drain.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_TIME_MAX, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "closed with questions in flight: the drain took too long");
    }
    // What is left ends with `connections`.
    Ok(())
}

/// The next connection, and its place among all.
async fn next(
    places: &Arc<Semaphore>,
    listener: &TcpListener,
) -> anyhow::Result<(tokio::sync::OwnedSemaphorePermit, TcpStream)> {
    let place = Arc::clone(places).acquire_owned().await?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok((place, stream)),
            Err(error) => {
                // The client's haste, or our want of file descriptors: neither ends the server.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection, from its first byte to its last.
async fn one(stream: TcpStream, router: Router, mut draining: watch::Receiver<bool>) {
    // An event that waits for more to send with is late; failing to say so costs only that.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Patient::new(stream, HEADER_TIME_MAX, limits::WRITE_STALL_MAX));
    let builder = builder();
    let mut connection = pin!(builder.serve_connection(io, TowerToHyperService::new(router)));
    tokio::select! {
        // How a connection ends is the client's affair: whatever was wrong, it was told or has gone.
        _ = connection.as_mut() => return,
        _ = draining.wait_for(|draining| *draining) => {}
        () = sleep(limits::CONNECTION_TIME_MAX) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits::LAST_TIME_MAX, connection).await;
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME_MAX)
        .max_headers(limits::HEADERS_MAX)
        .max_buf_size(limits::HEADER_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits::PING_INTERVAL)
        .keep_alive_timeout(limits::PING_TIME_MAX)
        .max_concurrent_streams(limits::STREAMS_MAX)
        .max_header_list_size(limits::HEADER_BYTES_MAX)
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(limits::SEND_BYTES_MAX);
    builder
}
