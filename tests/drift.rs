//! A service that changes the form of its answers: its source is suspended, and its author gets the smallest exchange.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use zero_connector_sdk::testing::Exchange;
use zero_native::{Bundle, Host, Options};
use zero_pipeline::ledger::{State, SuspensionCause};
use zero_pipeline::{Ask, Fixed};

const SOURCE: &str = "crates-io";
const GOOD: &str = r#"{"crates": [{"name": "lantern", "max_version": "1.2.0", "max_stable_version": "1.2.0", "description": "Light."}], "meta": {"total": 1}}"#;
/// Another name for the list, and for what stands in it.
const CHANGED: &str = r#"{"packages": [{"title": "lantern", "releases": {"stable": "1.3.0"}, "about": "A longer description of it."}], "count": 1}"#;

/// Answers everything alike, with what it is told at the moment.
async fn service(body: Arc<Mutex<&'static str>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let body = *body.lock().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let length = body.len();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: no-store\r\nconnection: close";
            let _ = stream.write_all(format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}").as_bytes()).await;
        }
    });
    url
}

async fn host(bundle: &Path, service: String, state: PathBuf) -> Host {
    let mut bundle = Bundle::read(bundle, None).unwrap();
    bundle.config.egress.overrides.insert("crates.io".to_owned(), service);
    let artifacts = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts"));
    let options = Options { artifacts, state: Some(state), ..Options::default() };
    tokio::task::spawn_blocking(move || Host::assemble(bundle, options).unwrap()).await.unwrap()
}

/// What became of the source for a question, which names another crate each time so that nothing comes from cache.
async fn asked(host: &Host, name: &str) -> State {
    let mut ask = Ask::new(&format!("latest version of the {name} crate")).unwrap();
    ask.only = vec![SOURCE.to_owned()];
    // The source keeps its own pace of one request a second.
    ask.gather_budget = Some(Duration::from_secs(10));
    let answered = host.answer(ask, Fixed::default(), |_| {}).await.unwrap();
    let entry = answered.ledger.iter().find(|entry| entry.source_id == SOURCE);
    entry.unwrap_or_else(|| panic!("`{SOURCE}` is not in the ledger")).state.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_form_suspends_the_source_and_tells_its_author() {
    let Some(bundle) = zero_tests::bundle::folder() else {
        zero_tests::skip("drift", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return;
    };
    let (body, folder) = (Arc::new(Mutex::new(GOOD)), tempfile::tempdir().unwrap());
    let host = host(&bundle, service(Arc::clone(&body)).await, folder.path().to_owned()).await;
    let well = asked(&host, "lantern").await;
    assert!(matches!(well, State::Answered { .. }), "{well:?}");

    *body.lock().unwrap() = CHANGED;
    let State::Failed { cause, detail } = asked(&host, "kettle").await else { panic!("the changed form was read") };
    assert_eq!(cause, SuspensionCause::ShapeChanged.name());
    assert!(detail.contains("gone: `.crates[]") && detail.contains("new: `.count:number`"), "{detail}");
    let suspended = asked(&host, "pebble").await;
    assert!(matches!(suspended, State::Suspended { cause: SuspensionCause::ShapeChanged, .. }), "{suspended:?}");

    let exchange = report(&folder.path().join("drift")).await;
    assert!(exchange.url.starts_with("https://crates.io/api/v1/crates"), "{}", exchange.url);
    assert!(!exchange.url.contains("kettle"), "what was asked is nobody else's: {}", exchange.url);
    assert!(exchange.response.body.len() < CHANGED.len() / 2, "{:?}", String::from_utf8_lossy(&exchange.response.body));
}

/// The report, which is written off the path of the question.
async fn report(folder: &Path) -> Exchange {
    for _ in 0..200 {
        let all = Exchange::read_folder(folder).unwrap_or_default();
        if let Some((name, exchange)) = all.into_iter().next() {
            assert!(name.starts_with(SOURCE), "{name}");
            return exchange;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no report was written");
}
