//! A server that sends exactly the bytes it was told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server does after it has read a request.
#[derive(Clone)]
pub(crate) enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    /// Sends this until nobody reads any more.
    Forever(Vec<u8>),
    Close,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Heads and bodies as they came.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    pub(crate) connections: Arc<Mutex<usize>>,
}

/// Answers every request with these acts.
pub(crate) async fn serve(acts: Vec<Act>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let connections = Arc::new(Mutex::new(0));
    let (heard, opened) = (Arc::clone(&requests), Arc::clone(&connections));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            *opened.lock().unwrap() += 1;
            tokio::spawn(talk(stream, acts.clone(), Arc::clone(&heard)));
        }
    });
    Server { address, requests, connections }
}

/// Answers with a plain response.
pub(crate) async fn serve_text(head: &str, body: &str) -> Server {
    serve(vec![Act::Send(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())])
        .await
}

async fn talk(mut stream: TcpStream, acts: Vec<Act>, heard: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = request(&mut stream).await {
        heard.lock().unwrap().push(request);
        for act in &acts {
            match act {
                Act::Send(bytes) => {
                    if stream.write_all(bytes).await.is_err() {
                        return;
                    }
                }
                Act::Wait(time) => tokio::time::sleep(*time).await,
                Act::Forever(bytes) => while stream.write_all(bytes).await.is_ok() {},
                Act::Close => return,
            }
        }
    }
}

async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let mut step = [0; 4096];
        let read = stream.read(&mut step).await.ok().filter(|&read| read > 0)?;
        bytes.extend_from_slice(&step[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
    }
}
