//! One request, one connection, one response.

use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Client(pub(crate) SocketAddr);

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_else(|| panic!("no `{key}`: {} {}", self.status, self.body)).to_owned()
    }

    /// The name of a problem.
    pub(crate) fn problem(&self) -> String {
        self.text("type").rsplit(['/', ':']).next().unwrap().to_owned()
    }

    /// The body, but for what tells one request from another.
    pub(crate) fn without_id(&self) -> Value {
        let mut body = self.body.clone();
        body.as_object_mut().unwrap().remove("id");
        body
    }
}

impl Client {
    pub(crate) async fn send(&self, method: &str, path: &str, token: Option<&str>, body: &Value) -> Got {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{token}{kind}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        let response = String::from_utf8(response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = serde_json::from_str(body).unwrap_or_default();
        Got { status, head: head.to_ascii_lowercase(), body }
    }
}
