//! The stub, asked through the real way out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects"
)]

use std::path::Path;
use std::time::{Duration, Instant};
use zero_connector_sdk::{Outcome, Request};
use zero_dial::{Config, Egress};
use zero_egress::Grant;
use zero_stub::{Exchanges, Options, Stub};

fn work_tree() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Asks `stub` for `url` as a source would.
fn fetch(stub: &Stub, url: &str) -> (u16, String) {
    let host = url::Url::parse(url).unwrap().host_str().unwrap().to_owned();
    let overrides = stub.overrides([host]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let egress = Egress::new(Config { overrides, ..Config::default() }).unwrap();
        let any = ["*".to_owned()];
        let grant = Grant::new("test", &any, &any, None).unwrap();
        let fetched = egress.fetch(&grant, Request::get(url), Instant::now() + Duration::from_secs(5)).await;
        match fetched.outcome {
            Outcome::Response(response) => (response.status, String::from_utf8(response.body).unwrap()),
            Outcome::Failed(failure) => panic!("{url}: {failure:?}"),
        }
    })
}

#[test]
fn recorded_exchanges_come_back_and_others_are_named() {
    let exchanges = Exchanges::of_work_tree(work_tree()).unwrap();
    let stub = Stub::start(exchanges, Options::default()).unwrap();
    let (status, body) = fetch(
        &stub,
        "https://en.wikipedia.org/w/api.php?action=query&generator=search&gsrsearch=discovered%20penicillin",
    );
    assert_eq!(status, 200);
    assert!(body.contains("\"query\""), "{body}");
    let (status, body) = fetch(&stub, "https://en.wikipedia.org/nowhere?x=1");
    assert_eq!(status, 404);
    assert!(body.contains("GET https://en.wikipedia.org/nowhere?x=1"), "{body}");
}

#[test]
fn load_tests_are_answered_after_their_delay() {
    let stub = Stub::start(Exchanges::default(), Options::default()).unwrap();
    let (status, body) = fetch(&stub, "https://stub-7.example/search?q=bees&delay=20");
    assert_eq!(status, 200);
    assert!(body.contains("\"title\":\"Stub 7\"") && body.contains("Of bees record 7"), "{body}");
    let served: u64 = body.rsplit_once("\"served_us\":").unwrap().1.trim_end_matches('}').parse().unwrap();
    assert!(served >= 20_000, "{body}");
}

#[test]
fn the_configuration_leads_every_recorded_host_here_and_ends_with_the_stub() {
    let exchanges = Exchanges::of_work_tree(work_tree()).unwrap();
    let hosts = exchanges.hosts();
    assert!(hosts.contains("en.wikipedia.org") && hosts.contains("www.wikidata.org"), "{hosts:?}");
    let stub = Stub::start(exchanges, Options::default()).unwrap();
    let config: toml::Table = stub.config(hosts.clone()).unwrap().parse().unwrap();
    let overrides = config["egress"]["overrides"].as_table().unwrap();
    assert_eq!(overrides.keys().collect::<Vec<_>>(), hosts.iter().collect::<Vec<_>>());
    assert!(overrides.values().all(|base| base.as_str() == Some(stub.base().as_str())));

    let address = stub.address();
    drop(stub);
    assert!(std::net::TcpStream::connect(address).is_err(), "it still listens");
}
