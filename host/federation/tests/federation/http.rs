//! A server of this machine that answers as a test wants it, and hears everything.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zero_dial::{Config, Egress};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let is_it = |line: &&str| line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
        let line = self.head.lines().find(is_it)?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    }

    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }
}

/// Status, headers of its own, body.
pub(crate) type Said = (u16, String, String);
type Answers = dyn Fn(&Heard) -> Said + Send + Sync;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    pub(crate) fn count(&self, path: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|heard| heard.path.starts_with(path)).count()
    }
}

pub(crate) async fn serve(answer: impl Fn(&Heard) -> Said + Send + Sync + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (log, answer): (_, Arc<Answers>) = (Arc::clone(&heard), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, Arc::clone(&answer), Arc::clone(&log)));
        }
    });
    Server { address, heard }
}

async fn talk(mut stream: TcpStream, answer: Arc<Answers>, log: Arc<Mutex<Vec<Heard>>>) -> Option<()> {
    let mut bytes = Vec::new();
    loop {
        let heard = loop {
            if let Some((heard, used)) = parse(&bytes) {
                bytes.drain(..used);
                break heard;
            }
            let mut step = [0; 4096];
            let read = stream.read(&mut step).await.ok().filter(|&read| read > 0)?;
            bytes.extend_from_slice(&step[..read]);
        };
        let (status, headers, body) = answer(&heard);
        log.lock().unwrap().push(heard);
        let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await.ok()?;
    }
}

fn parse(bytes: &[u8]) -> Option<(Heard, usize)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let body = rest.get(..length.unwrap_or(0))?.to_owned();
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let used = head.len() + 4 + body.len();
    Some((Heard { method, path, head: head.to_owned(), body }, used))
}

/// A way out on which these hosts are servers of this machine.
pub(crate) fn egress(hosts: &[(&str, SocketAddr)]) -> Egress {
    let overrides = hosts.iter().map(|(host, address)| ((*host).to_owned(), format!("http://{address}"))).collect();
    Egress::new(Config { overrides, ..Config::default() }).unwrap()
}
