//! A client that shows responses as they come.

use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// One connection; dropping it closes it.
pub(crate) struct Client {
    sender: Sender,
    connection: JoinHandle<()>,
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Drop for Client {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Client {
    pub(crate) async fn http1(address: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = http1::handshake(io).await.unwrap();
        Self { sender: Sender::One(sender), connection: tokio::spawn(async { _ = connection.await }) }
    }

    pub(crate) async fn http2(address: SocketAddr) -> Self {
        let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        Self { sender: Sender::Two(sender), connection: tokio::spawn(async { _ = connection.await }) }
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Streamed {
        let mut request = Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::from(body.to_owned()));
        let response = match &mut self.sender {
            Sender::One(sender) => {
                let request = request.uri(path).header("host", "localhost").body(body).unwrap();
                sender.send_request(request).await.unwrap()
            }
            Sender::Two(sender) => {
                let request = request.uri(format!("http://localhost{path}")).body(body).unwrap();
                sender.send_request(request).await.unwrap()
            }
        };
        let (parts, body) = response.into_parts();
        Streamed { status: parts.status, headers: parts.headers, body, unread: String::new() }
    }
}

/// A response whose head has come.
pub(crate) struct Streamed {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Incoming,
    unread: String,
}

/// A response that has come whole.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A server-sent event; a comment has no name.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: u64,
    pub(crate) data: serde_json::Value,
}

impl Streamed {
    pub(crate) async fn whole(self) -> Response {
        let body = self.body.collect().await.unwrap().to_bytes();
        Response { status: self.status, headers: self.headers, body }
    }

    /// The next event; none at the end.
    pub(crate) async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                if !block.starts_with(':') {
                    return Some(Event::read(&block));
                }
                continue;
            }
            let bytes = self.body.frame().await?.unwrap().into_data().ok()?;
            self.unread.push_str(core::str::from_utf8(&bytes).unwrap());
        }
    }
}

impl Event {
    /// Each field on one line, and no line but those.
    fn read(block: &str) -> Self {
        let lines: Vec<&str> = block.lines().collect();
        let field = |name: &str| {
            let mut values = lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            let value = values.next().unwrap_or_else(|| panic!("no {name} in {block}"));
            assert!(values.next().is_none(), "two of {name} in {block}");
            value
        };
        assert_eq!(lines.len(), 3, "{block}");
        Self {
            name: field("event").to_owned(),
            id: field("id").parse().unwrap(),
            data: serde_json::from_str(field("data")).unwrap(),
        }
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}
