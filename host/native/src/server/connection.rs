//! Accepts connections, serves each in its own task, and drains them.

use super::activity::{Activity, Look};
use super::addresses::Addresses;
use super::edge::Edge;
use super::limits;
use super::patience::Patient;
use super::tls::{Hangup, Tls};
use super::wire::{Protocol, Verdict, Watched};
use axum::Router;
use core::sync::atomic::AtomicU64;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use zero_config::Proxy;
use zero_door::Certified;
use zero_pipeline::limits::{DRAIN_TIME_MAX, HEADER_TIME_MAX};

/// How a listener meets whoever connects.
pub(super) struct Reception {
    /// None: plain HTTP.
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) proxy: Proxy,
    pub(super) connections_per_address_max: usize,
}

/// What connections share.
struct Hall {
    router: Router,
    tls: Option<Arc<Tls>>,
    proxy: Arc<Proxy>,
}

/// Serves `router` until `shutdown`, says so with `closing`, and waits for what is in flight.
///
/// # Errors
/// The listener has no address.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    reception: Reception,
    shutdown: impl Future<Output = ()> + Send,
    closing: impl FnOnce(),
) -> anyhow::Result<()> {
    listener.local_addr()?;
    let addresses = Addresses::new(reception.connections_per_address_max);
    let hall = Arc::new(Hall { router, tls: reception.tls, proxy: Arc::new(reception.proxy) });
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let (drain, draining) = watch::channel(false);
    let mut watching = JoinSet::new();
    hall.tls.iter().for_each(|tls| _ = watching.spawn(Arc::clone(tls).watch(Hangup::new())));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (place, stream, address) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = next(&places, &listener) => accepted?,
        };
        while connections.try_join_next().is_some() {}
        let is_proxy = hall.proxy.addresses.iter().any(|network| network.holds(address.ip()));
        let entered = if is_proxy { None } else { Some(addresses.enter(address.ip())) };
        if matches!(entered, Some(None)) {
            // Closed unheard: an answer would cost what the bound is to save.
            tracing::debug!(%address, "an address has as many connections as it may");
            continue;
        }
        let (hall, draining) = (Arc::clone(&hall), draining.clone());
        connections.spawn(async move {
            hall.one(stream, address.ip(), draining).await;
            drop((place, entered));
        });
    }
    closing();
    drop(listener);
    drain.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_TIME_MAX, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "closed with questions in flight: the drain took too long");
    }
    // What is left ends with `connections`, and the look after certificates with `watching`.
    Ok(())
}

/// The next connection, and its place among all.
async fn next(
    places: &Arc<Semaphore>,
    listener: &TcpListener,
) -> anyhow::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = Arc::clone(places).acquire_owned().await?;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return Ok((place, stream, address)),
            Err(error) => {
                // The client's haste, or our want of file descriptors: neither ends the server.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Bytes that were read to know the protocol.
type Begun = Vec<u8>;

impl Hall {
    /// One connection, from its first byte to its last.
    async fn one(&self, stream: TcpStream, address: IpAddr, mut draining: watch::Receiver<bool>) {
        // An event that waits for more to send with is late; failing to say so costs only that.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.plain_or_not(stream, None, address, None, draining).await };
        let encrypted = tokio::select! {
            encrypted = tls.handshake(stream) => encrypted,
            _ = draining.wait_for(|draining| *draining) => None,
        };
        if let Some(encrypted) = encrypted {
            self.plain_or_not(encrypted.stream, encrypted.protocol, address, encrypted.service, draining).await;
        }
    }

    /// The same, whatever carries it.
    async fn plain_or_not<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        agreed: Option<Protocol>,
        address: IpAddr,
        service: Option<Arc<Certified>>,
        mut draining: watch::Receiver<bool>,
    ) {
        let mut stream = Patient::new(stream, HEADER_TIME_MAX, limits::WRITE_STALL_MAX);
        let (protocol, begun) = match agreed {
            Some(agreed) => (agreed, Begun::new()),
            None => {
                let told = tokio::select! {
                    told = protocol_of(&mut stream) => told,
                    _ = draining.wait_for(|draining| *draining) => None,
                };
                let Some(told) = told else { return };
                told
            }
        };
        let (verdict, activity) = (Verdict::default(), Activity::new());
        let edge = Arc::new(Edge {
            router: self.router.clone(),
            protocol,
            address,
            is_tls: self.tls.is_some(),
            service,
            proxy: Arc::clone(&self.proxy),
            verdict: Arc::clone(&verdict),
            activity: Arc::clone(&activity),
            heads: AtomicU64::new(0),
        });
        let watched = Watched::new(stream, protocol, &begun, verdict);
        serve(watched, edge, &activity, draining).await;
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: Watched<S>,
    edge: Arc<Edge>,
    activity: &Activity,
    mut draining: watch::Receiver<bool>,
) {
    let builder = builder(edge.protocol);
    let service = service_fn(move |request| Arc::clone(&edge).respond(request));
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut looks = interval(limits::LOOK_INTERVAL);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // How a connection ends is the client's affair: whatever was wrong, it was told or has gone.
            _ = connection.as_mut() => return,
            _ = draining.wait_for(|draining| *draining) => break,
            _ = looks.tick() => match activity.look() {
                Look::Fine => {}
                Look::Over => break,
                Look::Stalled => return,
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits::LAST_TIME_MAX, connection).await;
}

/// The protocol of a client that did not say it beforehand; none when it says nothing in time.
async fn protocol_of(stream: &mut (impl AsyncRead + Unpin)) -> Option<(Protocol, Begun)> {
    const PREFACE: &[u8] = super::patience::PREFACE;
    let mut begun = Begun::with_capacity(PREFACE.len());
    while PREFACE.starts_with(&begun) {
        if begun.len() == PREFACE.len() {
            return Some((Protocol::Http2, begun));
        }
        // Not a byte more than the preface has.
        let left = (PREFACE.len() - begun.len()) as u64;
        if (&mut *stream).take(left).read_buf(&mut begun).await.ok()? == 0 {
            return None;
        }
    }
    Some((Protocol::Http1, begun))
}

fn builder(protocol: Protocol) -> auto::Builder<TokioExecutor> {
    let builder = auto::Builder::new(TokioExecutor::new());
    // Known by now: were it told here once more, no time would run while it is.
    let mut builder = match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    };
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME_MAX)
        // What is refused for its size is told by `wire`, with words; these are never reached.
        .max_headers(limits::HEADERS_MAX + 1)
        .max_buf_size(2 * limits::HEADER_BYTES_MAX as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits::PING_INTERVAL)
        .keep_alive_timeout(limits::PING_TIME_MAX)
        .max_concurrent_streams(limits::STREAMS_MAX)
        .max_header_list_size(limits::HEADER_BYTES_MAX)
        .max_pending_accept_reset_streams(limits::RESETS_UNSEEN_MAX)
        .max_local_error_reset_streams(limits::RESETS_OF_ERRORS_MAX)
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(limits::SEND_BYTES_MAX);
    builder
}
