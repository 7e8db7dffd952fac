//! The other side of the door: what `zero connectors` speaks to a running host with.

use super::limits::{ANSWER_BYTES_MAX, ANSWER_TIME_MAX, CONNECT_TIME_MAX};
use super::token::Admin;
use anyhow::{Context as _, Result, anyhow, bail};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A door.
#[derive(Debug, Clone)]
pub struct Client {
    admin: Admin,
}

/// What a request sends.
#[derive(Debug, Clone)]
pub enum Sent {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(serde_json::Value),
    /// A component.
    Component(Vec<u8>),
}

impl Client {
    /// For this door.
    #[must_use]
    pub fn new(admin: Admin) -> Self {
        Self { admin }
    }

    /// Whether a host stands behind the door.
    pub async fn is_alive(&self) -> bool {
        timeout(CONNECT_TIME_MAX, self.connect()).await.is_ok_and(|connected| connected.is_ok())
    }

    /// Asks, and reads the report.
    ///
    /// # Errors
    /// The host cannot be reached, or what its problem says.
    pub async fn ask<T: DeserializeOwned>(&self, method: &'static str, path: &str, sent: Sent) -> Result<T> {
        let body = self.send(method, path, sent).await?;
        serde_json::from_slice(&body).context("the host answered what this program does not understand")
    }

    /// Asks; a report that is there is not read.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn send(&self, method: &'static str, path: &str, sent: Sent) -> Result<Bytes> {
        let url = &self.admin.url;
        let connected = timeout(CONNECT_TIME_MAX, self.connect()).await;
        let stream = connected.map_err(|_| anyhow!("no answer in time")).and_then(|it| it);
        let stream = stream.with_context(|| format!("no host answers at {url}\n\nhint: is `zero serve` running?"))?;
        let answered = timeout(ANSWER_TIME_MAX, self.exchange(stream, method, path, sent)).await;
        answered.map_err(|_| anyhow!("the host at {url} took too long"))?
    }

    async fn exchange(&self, stream: Box<dyn Stream>, method: &'static str, path: &str, sent: Sent) -> Result<Bytes> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driving = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.authority()?)
            .header("authorization", format!("Bearer {}", self.admin.token));
        let request = match sent {
            Sent::Nothing => request.body(Full::<Bytes>::default()),
            Sent::Json(value) => {
                request.header("content-type", "application/json").body(Full::new(value.to_string().into()))
            }
            Sent::Component(bytes) => request.header("content-type", "application/wasm").body(Full::new(bytes.into())),
        };
        let response = sender.send_request(request?).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        driving.abort();
        let body = body.map_err(|error| anyhow!("the host's answer broke off: {error}"))?.to_bytes();
        if status.is_success() { Ok(body) } else { Err(complaint(status, &body)) }
    }

    async fn connect(&self) -> Result<Box<dyn Stream>> {
        let authority = self.authority()?;
        // What is wrong with the certificates is told before anybody is asked.
        let tls = if self.is_encrypted() { Some(super::identity::connector()?) } else { None };
        let stream = TcpStream::connect(authority).await?;
        let Some(tls) = tls else { return Ok(Box::new(stream)) };
        Ok(Box::new(tls.connect(super::identity::name(authority)?, stream).await?))
    }

    fn is_encrypted(&self) -> bool {
        self.admin.url.starts_with("https://")
    }

    fn authority(&self) -> Result<&str> {
        let url = &self.admin.url;
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        match rest.map(|rest| rest.trim_end_matches('/')) {
            Some(authority) if !authority.is_empty() && !authority.contains('/') => Ok(authority),
            _ => bail!("`{url}` is no address of a host\n\nhint: write `http://127.0.0.1:8081`"),
        }
    }
}

/// What carries a request.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What a host said when it refused.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    /// What is wrong, for programs: `gate-closed`.
    pub name: String,
    /// For people, with what to do.
    text: String,
}

/// The last part of a problem's type.
fn name_of(kind: &str) -> String {
    kind.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}

/// A problem as the operator reads it: what is wrong, what it was refused for, what to do.
fn complaint(status: StatusCode, body: &[u8]) -> anyhow::Error {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| problem.get(key).and_then(serde_json::Value::as_str);
    match (text("detail"), text("hint")) {
        (Some(detail), hint) => {
            let hint = hint.map(|hint| format!("\n\nhint: {hint}")).unwrap_or_default();
            Refused { name: text("type").map(name_of).unwrap_or_default(), text: format!("{detail}{hint}") }.into()
        }
        _ => anyhow!("the host answered {status}"),
    }
}
