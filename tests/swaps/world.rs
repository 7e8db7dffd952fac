//! A host with the bundle's functions, no connector of its own, a state folder, and a service for the one source.

use crate::guests::{HOST, NAME};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zero_lifecycle::{Ask as How, Error, InstallReport, Origin};
use zero_native::{Bundle, Desk, Host, Live, Options};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::{Answered, Ask, Fixed};

pub(crate) struct World {
    pub(crate) desk: Desk,
    pub(crate) live: Live,
    pub(crate) folder: TempDir,
}

/// None, loudly, when there is no bundle.
pub(crate) async fn world() -> Option<World> {
    world_in(tempfile::tempdir().unwrap(), |_| {}).await
}

/// Over a state folder that may have been used before, with the operator's changes of the configuration.
pub(crate) async fn world_in(folder: TempDir, change: impl FnOnce(&mut zero_config::Config)) -> Option<World> {
    let Some(bundle) = zero_tests::bundle::folder() else {
        zero_tests::skip(
            "installed connectors",
            "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where",
        );
        return None;
    };
    let service = service(Duration::from_millis(4)).await;
    let mut bundle = Bundle::read(&bundle, None).unwrap();
    bundle.connectors.clear();
    bundle.catalogue = Catalogue::default();
    bundle.config.egress.overrides.insert(HOST.to_owned(), service);
    // Each question sends what it plans, so that every round of every version is seen.
    bundle.config.pipeline.hedge = false;
    change(&mut bundle.config);
    let (state, artifacts) = (folder.path().join("state"), artifacts());
    let host = tokio::task::spawn_blocking(move || {
        let options = Options { artifacts: Some(artifacts), state: Some(state), ..Options::default() };
        Host::assemble(bundle, options).unwrap()
    });
    let live = Live::from(host.await.unwrap());
    let desk = Desk::open(live.clone()).unwrap();
    Some(World { desk, live, folder })
}

fn artifacts() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts")
}

impl World {
    /// Installs a component that nobody signed.
    pub(crate) fn install(&self, bytes: Vec<u8>, consent: bool) -> Result<InstallReport, Error> {
        let how = How { consent, allow_unsigned: true, gate: None };
        self.desk.install(Origin::Bytes { bytes, from: "test".to_owned() }, &how)
    }

    /// Asks the one source, and gives all that is known of the answer.
    pub(crate) async fn ask(&self) -> Answered {
        ask(&self.live).await
    }

    /// What the passage of the one source says; what went wrong when there is none.
    pub(crate) async fn answer(&self) -> String {
        said(&self.ask().await)
    }
}

/// Asks the one source with so much time that it is never late.
pub(crate) async fn ask(live: &Live) -> Answered {
    let mut ask = Ask::new("who was here").unwrap().within(Duration::from_secs(30));
    ask.only = vec![NAME.to_owned()];
    match live.answer(ask, Fixed::default(), |_| {}).await {
        Ok(answered) => answered,
        Err(problem) => panic!("no answer: {problem}"),
    }
}

/// What a passage says, or the line of the ledger.
pub(crate) fn said(answered: &Answered) -> String {
    match answered.findings.first().and_then(|finding| finding.passages.first()) {
        Some(passage) => passage.text.clone(),
        None => format!("{:?}", answered.ledger),
    }
}

/// A service that says `ok` to everything, after so long. Gives where to dial.
async fn service(delay: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, delay));
        }
    });
    format!("http://{address}")
}

async fn serve(mut stream: TcpStream, delay: Duration) {
    let mut unread = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => unread.extend_from_slice(&chunk[..read]),
        }
        while let Some(end) = unread.windows(4).position(|window| window == b"\r\n\r\n") {
            unread.drain(..end + 4);
            tokio::time::sleep(delay).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}
