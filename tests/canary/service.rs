//! A service that echoes what it was asked with, in every way it can think of.

use crate::{CREDENTIAL, VARIABLE};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    turn: AtomicUsize,
    requests: AtomicUsize,
    with_credential: AtomicUsize,
}

impl Service {
    pub(crate) fn turn(&self, turn: usize) {
        self.counts.turn.store(turn, SeqCst);
    }

    pub(crate) fn requests(&self) -> usize {
        self.counts.requests.load(SeqCst)
    }

    pub(crate) fn with_credential(&self) -> usize {
        self.counts.with_credential.load(SeqCst)
    }
}

pub(crate) async fn start() -> Service {
    assert_eq!(std::env::var(VARIABLE).unwrap(), CREDENTIAL);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let counts = Arc::new(Counts::default());
    let served = Arc::clone(&counts);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&served)));
        }
    });
    Service { address, counts }
}

async fn serve(mut stream: TcpStream, counts: Arc<Counts>) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut step = [0; 4096];
            let read = stream.read(&mut step).await.ok().filter(|&read| read > 0)?;
            head.extend_from_slice(&step[..read]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let target = head.split(' ').nth(1)?.to_owned();
        let form: String = form_urlencoded::byte_serialize(CREDENTIAL.as_bytes()).collect();
        counts.requests.fetch_add(1, SeqCst);
        counts.with_credential.fetch_add(usize::from(target.contains(&form)), SeqCst);
        let answer = answer(counts.turn.load(SeqCst), &target, &head);
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// A page, a failure, a redirect or nonsense, with the credential in it as often as possible.
fn answer(turn: usize, target: &str, head: &str) -> String {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    let html = CREDENTIAL.replace('&', "&amp;").replace('"', "&quot;");
    let said = format!("The vault: you asked with {CREDENTIAL}, which is {html}, at {target}: {head}");
    let body = format!(
        "{{\"hits\":[{{\"title\":{},\"url\":{},\"text\":{}}}]}}",
        json(&format!("Asked with {CREDENTIAL}")),
        json(&format!("https://echo.canary.example{target}")),
        json(&said)
    );
    let (status, body) = match turn % 5 {
        0 | 1 => ("200 OK", body),
        2 => ("401 Unauthorized", body),
        3 => ("302 Found", body),
        _ => ("500 Broken", said),
    };
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nlocation: https://echo.canary.example{target}\r\n\
         link: <https://echo.canary.example{target}>; rel=next\r\nwww-authenticate: Bearer realm=\"{target}\"\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
