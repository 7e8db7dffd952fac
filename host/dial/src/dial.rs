//! A connection to one of the addresses that were checked.
//!
//! Takes addresses, a port and the name to verify; gives a sender that speaks HTTP/1.1 or HTTP/2. Fails as
//! `unreachable` or `timeout`. Limits: handshake time, header block, a stagger between addresses. Why it is so: the
//! next address is tried when the one before it failed or was slow (RFC 8305), so that one dead address of a service
//! costs a quarter of a second and not the answer.

use crate::failure::chain;
use crate::meter::{Meter, Metered};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use zero_egress::failure::{Attempt, timeout, unreachable};
use zero_egress::{BoxFuture, RESPONSE_HEADERS_MAX};
use zero_pipeline::limits::RESPONSE_HEADER_BYTES_MAX;

pub(crate) type Body = Full<Bytes>;

/// Sends requests on one connection.
pub(crate) struct Sender {
    pub(crate) protocol: Protocol,
    /// What may come back on it.
    pub(crate) meter: Meter,
}

/// Which HTTP is spoken there.
pub(crate) enum Protocol {
    One(http1::SendRequest<Body>),
    Many(http2::SendRequest<Body>),
}

impl Sender {
    /// The same connection once more, where it serves many requests at once.
    pub(crate) fn shared(&self) -> Option<Self> {
        match &self.protocol {
            Protocol::One(_) => None,
            Protocol::Many(sender) => {
                Some(Self { protocol: Protocol::Many(sender.clone()), meter: self.meter.clone() })
            }
        }
    }
}

/// Who is dialled.
pub(crate) struct Target<'a> {
    /// For messages.
    pub(crate) host: &'a str,
    /// The name a certificate must carry; none speaks in the clear.
    pub(crate) server_name: Option<&'a str>,
    pub(crate) addresses: &'a [SocketAddr],
    pub(crate) dialler: &'a dyn Dialler,
}

/// Opens connections, to addresses that were looked at.
pub trait Dialler: Send + Sync {
    /// A connection to this address and no other.
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, std::io::Result<TcpStream>>;
}

/// The operating system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDialler;

impl Dialler for SystemDialler {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, std::io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}

/// Connects within `time`; tells which address it was.
pub(crate) async fn connect(target: &Target<'_>, tls: &TlsConnector, time: Duration) -> Attempt<(SocketAddr, Sender)> {
    match tokio::time::timeout(time, handshakes(target, tls)).await {
        Ok(connected) => connected,
        Err(_) => Err(timeout(format!("connecting to `{}` took longer than {time:?}", target.host))),
    }
}

async fn handshakes(target: &Target<'_>, tls: &TlsConnector) -> Attempt<(SocketAddr, Sender)> {
    let (address, stream) = first_stream(target).await?;
    stream.set_nodelay(true).map_err(|error| unreachable(format!("`{}`: {error}", target.host)))?;
    let sender = match target.server_name {
        None => one(target.host, stream).await?,
        Some(name) => {
            let name = ServerName::try_from(name.to_owned())
                .map_err(|_| unreachable(format!("`{name}` cannot be named in TLS")))?;
            let stream = tls
                .connect(name, stream)
                .await
                .map_err(|error| unreachable(format!("TLS with `{}` failed: {}", target.host, chain(&error))))?;
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                many(target.host, stream).await?
            } else {
                one(target.host, stream).await?
            }
        }
    };
    Ok((address, sender))
}

/// The first address that answers; the next one starts when those before it failed or after a stagger.
async fn first_stream(target: &Target<'_>) -> Attempt<(SocketAddr, TcpStream)> {
    let mut waiting = target.addresses.iter().copied();
    let mut trying = FuturesUnordered::new();
    let mut last = None;
    loop {
        if let Some(address) = waiting.next() {
            trying.push(async move { (address, target.dialler.dial(address).await) });
        } else if trying.is_empty() {
            let why = last.map_or_else(|| "it has no address".to_owned(), |error: std::io::Error| error.to_string());
            return Err(unreachable(format!("`{}` could not be connected to: {why}", target.host)));
        }
        let stagger = if waiting.len() == 0 { Duration::MAX } else { STAGGER };
        match tokio::time::timeout(stagger, trying.next()).await {
            Ok(Some((address, Ok(stream)))) => return Ok((address, stream)),
            Ok(Some((_, Err(error)))) => last = Some(error),
            Ok(None) | Err(_) => {}
        }
    }
}

async fn one(host: &str, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Attempt<Sender> {
    let meter = Meter::default();
    let stream = Metered { stream, meter: meter.clone() };
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(RESPONSE_HEADER_BYTES_MAX)
        .max_headers(RESPONSE_HEADERS_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| crate::failure::of_hyper(host, &error))?;
    // It ends with its sender; what went wrong reaches whoever waits for the response.
    tokio::spawn(async move { drop(connection.await) });
    Ok(Sender { protocol: Protocol::One(sender), meter })
}

async fn many(host: &str, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Attempt<Sender> {
    let meter = Meter::default();
    let stream = Metered { stream, meter: meter.clone() };
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_header_list_size(RESPONSE_HEADER_BYTES_MAX as u32)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| crate::failure::of_hyper(host, &error))?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(Sender { protocol: Protocol::Many(sender), meter })
}

/// TLS as every connection speaks it.
pub(crate) fn tls(extra_roots: &[Vec<u8>]) -> Result<TlsConnector, crate::ConfigError> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (index, der) in extra_roots.iter().enumerate() {
        let added = roots.add(der.clone().into());
        added.map_err(|error| crate::ConfigError::Root { index, why: error.to_string() })?;
    }
    let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| crate::ConfigError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// RFC 8305, section 5: what it recommends between two attempts.
const STAGGER: Duration = Duration::from_millis(250);
/// What a peer may send before it is acknowledged; most responses fit, so that none waits for a round trip.
pub(crate) const WINDOW_BYTES: u32 = 1024 * 1024;
