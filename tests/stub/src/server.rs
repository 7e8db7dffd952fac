//! The server: a thread and a port of its own, gone when it is dropped.

use crate::BODY_BYTES_MAX;
use crate::exchanges::Exchanges;
use crate::load::Load;
use anyhow::{Context as _, Result, anyhow};
use core::convert::Infallible;
use core::time::Duration;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use zero_connector_sdk::{Method, Request};

/// What is told of each request, as one line.
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// How to serve.
#[derive(Clone)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Every recorded answer waits this long.
    pub delay: Duration,
    /// Hears of every request but those of load tests.
    pub log: Option<Log>,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), delay: Duration::ZERO, log: None }
    }
}

/// A running server; dropping it stops it.
pub struct Stub {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Stub {
    /// Starts serving; it can be asked at once.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(exchanges: Exchanges, options: Options) -> Result<Self> {
        let listener =
            std::net::TcpListener::bind(options.listen).with_context(|| format!("listening on {}", options.listen))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let service = Arc::new(Service { exchanges, delay: options.delay, log: options.log });
        let thread = std::thread::Builder::new().name("zero-stub".to_owned()).spawn(move || {
            // The runtime goes with this thread, and every open connection with the runtime.
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, service) => {}
                }
            });
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The overrides that lead these hosts here.
    #[must_use]
    pub fn overrides(&self, hosts: impl IntoIterator<Item = String>) -> BTreeMap<String, String> {
        hosts.into_iter().map(|host| (host, self.base())).collect()
    }

    /// A `zero.toml` that leads these hosts here.
    ///
    /// # Errors
    /// Never for names of hosts.
    pub fn config(&self, hosts: impl IntoIterator<Item = String>) -> Result<String> {
        let table =
            |key: &str, value: toml::Table| toml::Table::from_iter([(key.to_owned(), toml::Value::Table(value))]);
        let overrides = self.overrides(hosts).into_iter().map(|(host, base)| (host, toml::Value::String(base)));
        let text = toml::to_string(&table("egress", table("overrides", overrides.collect())))?;
        Ok(format!("# Every recorded host is answered by the zero-stub at {}.\n{text}", self.base()))
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the server's thread died.
    pub fn run(mut self) -> Result<()> {
        let thread = self.thread.take();
        thread.map_or(Ok(()), |thread| thread.join().map_err(|_| anyhow!("the server panicked")))
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has already failed the requests; there is no one else to tell.
            drop(thread.join());
        }
    }
}

struct Service {
    exchanges: Exchanges,
    delay: Duration,
    log: Option<Log>,
}

async fn accept(listener: std::net::TcpListener, service: Arc<Service>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: those in use come back.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        drop(stream.set_nodelay(true));
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let service = Arc::clone(&service);
                async move { Ok::<_, Infallible>(service.answer(request).await) }
            });
            // A client that breaks off is the client's affair.
            drop(auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await);
        });
    }
}

type Response = http::Response<Full<Bytes>>;

impl Service {
    async fn answer(&self, request: http::Request<Incoming>) -> Response {
        let start = Instant::now();
        let (head, body) = request.into_parts();
        let Some(url) = url_of(&head) else { return plain(400, "the request names no host".to_owned()) };
        if let Some(load) = url.host_str().and_then(|host| Load::parse(host, &url)) {
            if !load.delay.is_zero() {
                tokio::time::sleep(load.delay).await;
            }
            return json(load.body(start.elapsed()));
        }
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return plain(413, format!("{} {url}: the body is over {BODY_BYTES_MAX} bytes or broke off", head.method));
        };
        self.replay(&head.method, &url, body.to_bytes()).await
    }

    async fn replay(&self, method: &http::Method, url: &url::Url, body: Bytes) -> Response {
        let known = match *method {
            http::Method::GET => Some(Method::Get),
            http::Method::HEAD => Some(Method::Head),
            http::Method::POST => Some(Method::Post),
            _ => None,
        };
        let body = (!body.is_empty()).then(|| body.to_vec());
        let found = known.and_then(|method| {
            self.exchanges.find(&Request { method, body: body.clone(), ..Request::get(url.as_str()) })
        });
        let file = found.map_or_else(|| "no exchange".into(), |recorded| recorded.file.display().to_string());
        if let Some(log) = &self.log {
            log(&format!("{method} {url} -> {file}"));
        }
        let Some(recorded) = found else {
            let sent = body.map(|body| format!("\n\n{}", String::from_utf8_lossy(&body))).unwrap_or_default();
            return plain(404, format!("no recorded exchange answers\n{method} {url}{sent}"));
        };
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        let recorded = &recorded.exchange.response;
        let mut response = Response::new(Full::new(Bytes::from(recorded.body.clone())));
        *response.status_mut() = http::StatusCode::from_u16(recorded.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
        for header in &recorded.headers {
            let name = http::HeaderName::from_bytes(header.name.as_bytes());
            let value = http::HeaderValue::from_str(&header.value);
            // Of the body as it was sent then: its coding and length are this server's own.
            if let (Ok(name), Ok(value)) = (name, value)
                && !OF_THE_WIRE.contains(&name)
            {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

const OF_THE_WIRE: [http::HeaderName; 4] = [
    http::header::CONTENT_LENGTH,
    http::header::CONTENT_ENCODING,
    http::header::TRANSFER_ENCODING,
    http::header::CONNECTION,
];

/// The URL as the asker meant it: `https`, and the host it named.
fn url_of(head: &http::request::Parts) -> Option<url::Url> {
    let named = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let authority = named.or_else(|| head.uri.authority().map(http::uri::Authority::as_str))?;
    let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    url::Url::parse(&format!("https://{authority}{path}")).ok()
}

fn json(body: String) -> Response {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn plain(status: u16, text: String) -> Response {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    let plain = http::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, plain);
    response
}
