//! A server on a port of its own, over the bundle, with a stub for the one source that asks the network.

use crate::client::{Client, Response};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use zero_native::{Bundle, Host, Options};

/// A question that the calculator answers, without any network.
pub(crate) const SUM: &str = "/v1/answer?q=what+is+15%25+of+240&sources=calculator";

/// A question that waits for a source which never answers, for this long.
pub(crate) fn endless(budget: Duration) -> String {
    format!("/v1/answer?q=who+discovered+penicillin&sources=wikipedia-en&budget_ms={}", budget.as_millis())
}

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    /// Hears of each connection the silent source gets.
    asked: mpsc::UnboundedReceiver<()>,
    /// And of the end of each.
    left: mpsc::UnboundedReceiver<()>,
    shutdown: Option<oneshot::Sender<()>>,
    serving: JoinHandle<anyhow::Result<()>>,
}

/// None, loudly, when there is no bundle.
pub(crate) async fn world() -> Option<World> {
    world_with(1024).await
}

pub(crate) async fn world_with(questions_in_flight_max: usize) -> Option<World> {
    world_of(move |config| config.server.questions_in_flight_max = questions_in_flight_max).await
}

/// One whose operator says this.
pub(crate) async fn world_of(said: impl FnOnce(&mut zero_config::Config) + Send + 'static) -> Option<World> {
    let folder = bundle_folder();
    if !folder.join("functions").is_dir() {
        // Not `eprintln!`, which the test harness keeps to itself when a test passes.
        let hint = "run `cargo xtask components` or set ZERO_BUNDLE";
        let _ = writeln!(std::io::stderr(), "SKIPPED: no bundle at {}; {hint}", folder.display());
        return None;
    }
    let (silent, asked, left) = silent_source().await;
    let host = tokio::task::spawn_blocking(move || {
        let mut bundle = Bundle::read(&folder, None).unwrap();
        said(&mut bundle.config);
        bundle.config.server.receipts = true;
        // Each question asks the silent source once, so that a test knows whose connection it sees.
        bundle.config.pipeline.hedge = false;
        bundle.config.egress.overrides.insert("en.wikipedia.org".to_owned(), format!("http://{silent}"));
        assemble(bundle)
    });
    let host = host.await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (shutdown, stop) = oneshot::channel();
    let serving = tokio::spawn(zero_native::server::serve(host, listener, async {
        // A sender that is dropped is a test that is over.
        let _ = stop.await;
    }));
    Some(World { address, asked, left, shutdown: Some(shutdown), serving })
}

/// One at a time, so that components are compiled once and later tests find them.
fn assemble(bundle: Bundle) -> Host {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let compiler = zero_engine::Compiler::InProcess;
    Host::assemble(bundle, Options { artifacts: Some(artifacts), compiler, ..Options::default() }).unwrap()
}

fn bundle_folder() -> PathBuf {
    let set = std::env::var_os("ZERO_BUNDLE").map(PathBuf::from);
    // target/debug/deps/server-0123
    let beside = || Some(std::env::current_exe().ok()?.ancestors().nth(3)?.join("bundle"));
    set.or_else(beside).unwrap()
}

/// Takes connections and says nothing.
async fn silent_source() -> (SocketAddr, mpsc::UnboundedReceiver<()>, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ((heard, asked), (ended, left)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = heard.send(());
            let ended = ended.clone();
            tokio::spawn(async move {
                // Until the host closes it.
                while stream.read(&mut [0; 1024]).await.is_ok_and(|bytes| bytes > 0) {}
                let _ = ended.send(());
            });
        }
    });
    (address, asked, left)
}

impl World {
    pub(crate) async fn client(&self) -> Client {
        Client::http1(self.address).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.client().await.send("GET", path, headers, "").await.whole().await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        self.client().await.send("POST", path, headers, body).await.whole().await
    }

    /// Until the silent source is waited for.
    pub(crate) async fn source_is_asked(&mut self) {
        tokio::time::timeout(Duration::from_secs(20), self.asked.recv()).await.unwrap().unwrap();
    }

    /// Until a connection to the silent source is closed: long before an exchange would end by itself.
    pub(crate) async fn source_is_left(&mut self) {
        tokio::time::timeout(zero_pipeline::limits::EXCHANGE_TIME_MAX / 2, self.left.recv()).await.unwrap().unwrap();
    }

    /// Forgets connections of questions that are over.
    pub(crate) fn forget_asked(&mut self) {
        while self.asked.try_recv().is_ok() {}
        while self.left.try_recv().is_ok() {}
    }

    pub(crate) fn shut_down(&mut self) {
        self.shutdown.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn has_stopped(&self) -> bool {
        self.serving.is_finished()
    }

    pub(crate) async fn stopped(self) -> anyhow::Result<()> {
        self.serving.await.unwrap()
    }
}
