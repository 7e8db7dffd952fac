//! A door in front of a registry: it counts what is asked for, and answers in the registry's stead where a test says so.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zero_oci::Reference;

type Rule = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// Closed when its test's runtime ends.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Door {
    /// A door before the registry at this port; `rule` is given a request's head and may answer it.
    pub(crate) async fn open(port: u16, rule: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (rule, log): (Arc<Rule>, _) = (Arc::new(Box::new(rule)), seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (rule, log) = (rule.clone(), log.clone());
                // A client that goes away ends its own exchange, nothing else.
                tokio::spawn(async move { drop(serve(stream, port, &rule, &log).await) });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn reference(&self, rest: &str) -> Reference {
        Reference::parse(&format!("{}/{rest}", self.address)).unwrap()
    }

    /// `GET /v2/...` of every request so far, and forgets them.
    pub(crate) fn take_seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

async fn serve(mut client: TcpStream, port: u16, rule: &Rule, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default();
    log.lock().unwrap().push(line.trim_end_matches(" HTTP/1.1").to_owned());
    if let Some(answer) = rule(&head) {
        client.write_all(&answer).await?;
        return client.shutdown().await;
    }
    let mut registry = TcpStream::connect(("127.0.0.1", port)).await?;
    // One exchange a connection: the registry closes, and so do we.
    let kept = head.trim_end().lines().filter(|line| !line.to_lowercase().starts_with("connection:"));
    let forwarded: String = kept.map(|line| format!("{line}\r\n")).collect();
    registry.write_all(format!("{forwarded}Connection: close\r\n\r\n").as_bytes()).await?;
    tokio::io::copy_bidirectional(&mut client, &mut registry).await.map(drop)
}

/// An answer with a body.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
