//! A component of every frozen version of the interface is still run, and says what it always said.
//!
//! The same questions and responses go to each: what a version could not say is the only difference there may be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::path::PathBuf;
use zero_engine::{Cause, Config, Connector, Engine, Limits};
use zero_pipeline::endpoint;
use zero_pipeline::wire::twin::Twin as _;
use zero_tests::root;
use zero_types::prelude::*;

/// Version, digest of its component, and the endpoints its requests name.
const FROZEN: [(&str, &str, [Option<&str>; 2]); 2] = [
    ("0.1.0", "0863149b92a4df102cf57ef05e608a55e019f0ce8b10daa92fc84cd461632975", [None, None]),
    ("0.2.0", "7dedfe276fd21b3133d08946e670a48de3c28812c1e8d4e2aa6d6bc70ccff383", [Some("search"), Some("read")]),
];

fn component(version: &str) -> Vec<u8> {
    let path = root().join("tests/frozen").join(version).join("almanac.wasm");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn engine(limits: Limits) -> Engine {
    Engine::new(Config { limits, ..Config::default() }).unwrap()
}

fn source() -> Source {
    let settings = r#"{"base":"https://eu.almanac.example/","limit":2}"#.to_owned();
    Source { settings, ..Source::new("almanac-eu", "Almanac") }
}

fn plan(connector: &Connector, source: &Source, subject: Option<&str>) -> Result<Plan, Failure> {
    let question = Question { language: Some("de".to_owned()), ..Question::new("how many people live there?") };
    let intent = Intent { subject: subject.map(str::to_owned), ..Intent::unknown("en") };
    connector.plan(source, &question, &intent).unwrap().value
}

fn resume(connector: &Connector, state: &[u8], outcome: Outcome) -> Result<Step, Failure> {
    connector.resume(&source(), state, &[outcome]).unwrap().value
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let header = |(name, value): &(&str, &str)| Header { name: (*name).to_owned(), value: (*value).to_owned() };
    Outcome::Response(Response { status, headers: headers.iter().map(header).collect(), body: body.into() })
}

/// The only request of a step, and its state.
fn asked(step: Step) -> (Request, Vec<u8>) {
    let Step::Fetch(Fetch { requests, state }) = step else { panic!("done: {step:?}") };
    let [request] = requests.try_into().unwrap();
    (request, state)
}

#[test]
fn every_frozen_version_has_a_component_and_its_bytes_are_the_same() {
    let mut folders: Vec<String> = std::fs::read_dir(root().join("tests/frozen"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let versions = zero_builder::VERSIONS.each_ref().map(|version| version.number);
    assert_eq!(folders, versions);
    assert_eq!(FROZEN.map(|(version, ..)| version), versions);
    for (version, digest, _) in FROZEN {
        assert_eq!(zero_builder::digest(&component(version)), digest, "{version}: a frozen component is never rebuilt");
    }
}

#[test]
fn every_frozen_version_answers() {
    let engine = engine(Limits::default());
    let mut described = Vec::new();
    for (version, _, endpoints) in FROZEN {
        let connector = engine.connector(&component(version)).unwrap();
        assert_eq!(connector.version().number, version);
        let Descriptor { name, hosts, settings, credentials, kinds, .. } = connector.descriptor().clone();
        assert_eq!((name.as_str(), hosts.len(), settings.len(), credentials.len()), ("almanac", 2, 2, 1));
        described.push((hosts, settings, credentials, kinds));

        let plan = plan(&connector, &source(), Some("Lower Foo & Bar")).unwrap();
        assert_eq!(plan.bid, 0.75);
        let (search, state) = asked(plan.step);
        let mut expected = Request::get("https://eu.almanac.example/v1/places?q=Lower%20Foo%20%26%20Bar")
            .header("accept-language", "de")
            .credential("token")
            .cached(3600);
        expected.endpoint = endpoints[0].map(str::to_owned);
        assert_eq!(search, expected, "{version}");
        assert_eq!(Request::from_wire(search.to_wire()), search);
        assert_eq!(endpoint::of(&search), endpoints[0].unwrap_or("GET eu.almanac.example/v1/places"));

        let hits = r#"{"hits":[{"id":7},{"id":8},{"id":9}]}"#;
        let (read, state) = asked(resume(&connector, &state, response(200, &[], hits)).unwrap());
        assert_eq!((read.method, read.body.as_deref()), (Method::Post, Some(br#"{"ids":[7,8]}"#.as_slice())));
        assert_eq!(read.endpoint.as_deref(), endpoints[1], "{version}");
        assert_eq!(endpoint::of(&read), endpoints[1].unwrap_or("POST eu.almanac.example/v1/read"));

        let places = r#"{"places":[
            {"name":"Lower Foo","url":"https://almanac.example/7","text":"Lower Foo has 1204 inhabitants.",
             "population":1204,"year":2025},
            {"name":"Bar","url":"https://almanac.example/8","text":"Bar is a hamlet — of nobody."}]}"#;
        let Step::Done(found) = resume(&connector, &state, response(200, &[], places)).unwrap() else { panic!("more") };
        assert_eq!(found.passages.len(), 2, "{version}");
        let [claim] = found.claims.as_slice() else { panic!("{version}: {found:?}") };
        assert_eq!((&claim.value, claim.time.as_deref()), (&Value::Number("1204".to_owned()), Some("2025")));
        assert_eq!(claim.span.of(&found.passages[0].text), Some("1204"));
    }
    assert!(described.windows(2).all(|pair| pair[0] == pair[1]), "{described:#?}");
}

#[test]
fn every_frozen_version_fails_as_typed() {
    let engine = engine(Limits::default());
    for (version, ..) in FROZEN {
        let connector = engine.connector(&component(version)).unwrap();
        assert_eq!(plan(&connector, &source(), None).unwrap(), Plan::not_relevant(), "{version}");
        let unset = Source::new("almanac-eu", "Almanac");
        assert_eq!(plan(&connector, &unset, Some("Foo")).unwrap_err().kind, FailureKind::Settings, "{version}");

        let (_, state) = asked(plan(&connector, &source(), Some("Foo")).unwrap().step);
        let gone = FetchFailure { kind: FetchFailureKind::Timeout, detail: "too slow".to_owned() };
        for (outcome, kind, delay) in [
            (response(429, &[("retry-after", "7")], ""), FailureKind::RateLimited, Some(7)),
            (response(401, &[], ""), FailureKind::Credential, None),
            (response(500, &[], ""), FailureKind::Upstream, None),
            (response(200, &[], "<html>"), FailureKind::Malformed, None),
            (Outcome::Failed(gone), FailureKind::Unreachable, None),
        ] {
            let failure = resume(&connector, &state, outcome).unwrap_err();
            assert_eq!((failure.kind, failure.retry_after_seconds), (kind, delay), "{version}: {failure:?}");
        }
        let failure = resume(&connector, b"not its own", response(200, &[], "{}")).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal, "{version}");
    }
}

/// Limits are those of the host, whatever a component was built for.
#[test]
fn every_frozen_version_is_held_to_the_limits() {
    let narrow = engine(Limits { state_bytes: 1, ..Limits::default() });
    for (version, ..) in FROZEN {
        let connector = narrow.connector(&component(version)).unwrap();
        let intent = Intent { subject: Some("Foo".to_owned()), ..Intent::unknown("en") };
        let error = connector.plan(&source(), &Question::new("where?"), &intent).unwrap_err();
        assert!(matches!(error.cause, Cause::Protocol(_)), "{version}: {error}");
    }
}

/// The table for people is made of the table that hosts choose by.
#[test]
fn the_compatibility_table_is_that_of_the_code() {
    let (path, start, end) = (PathBuf::from("wit/README.md"), "<!-- compatibility: ", "<!-- /compatibility -->");
    let text = std::fs::read_to_string(root().join(&path)).unwrap();
    let marked = text.find(start).and_then(|at| Some((at + text[at..].find('\n')? + 1, text.find(end)?)));
    let (from, to) = marked.expect("the marks of the table are gone");
    let table = zero_builder::compatibility_table();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(root().join(&path), format!("{}{table}{}", &text[..from], &text[to..])).unwrap();
        return;
    }
    let hint = "run `UPDATE_EXPECT=1 cargo test -p zero-tests --test frozen`";
    assert_eq!(text[from..to], table, "{} is not what the code says; {hint}", path.display());
}
