//! One bundle on four targets: the same questions get the same answers, byte for byte, and receipts travel.
//!
//! An operator's command makes all packages; each runs in its own runtime (the native host, Lambda's runtime interface,
//! workerd, Spin's runtime under wasmtime) against the same recorded services. Only an answer's id and the time of the
//! question differ from one asking to the next.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints what it compared"
)]

mod region;

use std::collections::BTreeMap;
use std::path::Path;
use zero_fleet::{Programs, Running, Start, TARGETS, Yard};
use zero_stub::{Exchanges, Options, Stub};
use zero_tests::{root, skip};

const QUESTIONS: &str = include_str!("questions.md");
/// Of so many questions one is replayed, the fourth first, which asks two services.
const REPLAYED_EVERY: usize = 5;
const RECEIPT: &str = "application/vnd.zero.receipt+json";

/// Paths that are nobody's question, or a wrong one.
const WRONG: [&str; 6] = [
    "/v1/answer",
    "/v1/answer?q=%20",
    "/v1/answer?q=hello&sources=nowhere",
    "/v1/answer?q=hello&colour=blue",
    "/v1/sources/nowhere",
    "/nowhere",
];

struct Fleet {
    running: Vec<Running>,
    yard: Yard,
    _stub: Stub,
}

/// Everything built and started, or a loud line.
fn fleet() -> Option<Fleet> {
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(why) => {
            skip("the same answers on all targets", &why.to_string());
            return None;
        }
    };
    let stub = Stub::start(
        Exchanges::of_work_tree(&root()).unwrap(),
        Options { listen: "127.0.0.1:0".parse().unwrap(), delay: core::time::Duration::ZERO, log: None },
    )
    .unwrap();
    let yard = Yard::new(programs).unwrap();
    // One bundle; where services are dialled is the only difference between a host that dials and a runtime that does.
    let (dialled, carried) = region::texts(&stub);
    let first = yard.build("dialled", (region::NAME, &dialled), &["native", "lambda"]).unwrap();
    let second = yard.build("carried", (region::NAME, &carried), &["workers", "spin"]).unwrap();
    assert_eq!(components(&first), components(&second), "the same components in all packages");
    let mut running = Vec::new();
    for name in TARGETS {
        let out = if ["native", "lambda"].contains(&name) { "dialled" } else { "carried" };
        match Running::start(&yard, out, name, stub.address()).unwrap() {
            Start::Running(target) => running.push(*target),
            Start::Absent(why) => skip(&format!("the target `{name}`"), &why),
        }
    }
    Some(Fleet { running, yard, _stub: stub })
}

/// Digests by component, as `zero bundle build` prints them: every line must say `same` for both targets.
fn components(printed: &str) -> BTreeMap<String, String> {
    let lines = printed.lines().filter(|line| line.starts_with("functions/") || line.starts_with("connectors/"));
    let lines = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (name, digest) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        assert_eq!(words.collect::<Vec<_>>(), ["same", "same"], "{line}");
        (name, digest)
    });
    let components: BTreeMap<String, String> = lines.collect();
    assert!(components.len() > 10, "{printed}");
    components
}

fn ask(question: &str) -> String {
    format!("/v1/answer?{}", form_urlencoded::Serializer::new(String::new()).append_pair("q", question).finish())
}

/// A body without what differs from one asking to the next: the id, when it was asked, and when services answered.
fn settled(body: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let mut text = body.to_owned();
    if let Some(id) = value["id"].as_str() {
        text = text.replace(id, "ID");
    }
    if let Some(now) = value["asked"]["question"]["now_ms"].as_i64() {
        text = text.replace(&now.to_string(), "NOW");
        let line = |line: &str| if line.ends_with(" GMT\"") { "DATE".to_owned() } else { line.to_owned() };
        text = text.lines().map(line).collect::<Vec<_>>().join("\n");
    }
    text
}

/// That all targets say the same; gives the first one's words.
fn check(fleet: &Fleet, path: &str, headers: &[(&str, &str)]) -> String {
    let mut said = fleet.running.iter().map(|target| {
        let (status, body) = target.get(path, headers).unwrap();
        (target.name, format!("{status}\n{}", settled(&body)))
    });
    let (first, expected) = said.next().unwrap();
    for (name, body) in said {
        let differs = expected.lines().zip(body.lines()).position(|(one, other)| one != other);
        let at = differs.unwrap_or_else(|| expected.lines().count().min(body.lines().count()));
        let around = |text: &str| text.lines().skip(at.saturating_sub(3)).take(8).collect::<Vec<_>>().join("\n");
        assert!(
            expected == body,
            "GET {path} {headers:?}: {name} differs from {first} in line {at}\n--- {first}\n{}\n--- {name}\n{}",
            around(&expected),
            around(&body)
        );
    }
    expected
}

#[test]
fn the_same_questions_get_the_same_answers_and_receipts_travel() {
    let Some(fleet) = fleet() else { return };
    let questions: Vec<&str> = QUESTIONS.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    let mut answered = 0;
    for (at, question) in questions.iter().enumerate() {
        let said = check(&fleet, &ask(question), &[("accept", "application/json")]);
        assert!(said.starts_with("200\n"), "{question}: {said}");
        answered +=
            usize::from(said.contains("\"outcome\": \"answered\"") || said.contains("\"outcome\":\"answered\""));
        check(&fleet, &ask(question), &[("accept", "text/plain")]);
        let receipt = check(&fleet, &ask(question), &[("accept", RECEIPT)]);
        assert!(receipt.starts_with("200\n"), "{question}: {receipt}");
        // Each takes the start of a program.
        for target in fleet.running.iter().filter(|_| at % REPLAYED_EVERY == 3) {
            replays(&fleet.yard, target, question);
        }
    }
    assert!(answered * 2 > questions.len(), "only {answered} of {} questions were answered", questions.len());
    for path in WRONG {
        let said = check(&fleet, path, &[]);
        assert!(said.starts_with('4'), "{path}: {said}");
    }
    for path in ["/v1/sources", "/v1/sources/wikipedia-en", "/healthz"] {
        assert!(check(&fleet, path, &[]).starts_with("200\n"), "{path}");
    }
    fleet.running.iter().for_each(streams);
    let names: Vec<&str> = fleet.running.iter().map(|target| target.name).collect();
    println!("{}: {} questions, {answered} answered, equal byte for byte", names.join(", "), questions.len());
}

/// A receipt of any target gives the same answer again on this machine.
fn replays(yard: &Yard, target: &Running, question: &str) {
    let (_, receipt) = target.get(&ask(question), &[("accept", RECEIPT)]).unwrap();
    let file = yard.path("receipt.json");
    std::fs::write(&file, receipt).unwrap();
    let bundle = yard.path("dialled/bundle");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let replayed = yard.zero(&["--bundle", &text(&bundle), "replay", &text(&file)]);
    assert!(replayed.is_ok(), "{}'s receipt of “{question}”: {}", target.name, replayed.unwrap_err());
}

/// Events come as they happen, and end with the answer that is given whole.
fn streams(target: &Running) {
    let path = ask("who discovered penicillin");
    let (status, events) = target.get(&path, &[("accept", "text/event-stream")]).unwrap();
    let names: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let (first, last) = (names.first().copied(), names.last().copied());
    assert_eq!((status, first, last), (200, Some("read"), Some("done")), "{}: {events}", target.name);
    assert!(names.contains(&"routed") && names.contains(&"source"), "{}: {names:?}", target.name);
    let after = events.split("event: answer\n").nth(1).unwrap_or_else(|| panic!("{}: {events}", target.name));
    let data = after.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let (_, whole) = target.get(&path, &[("accept", "application/json")]).unwrap();
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(&settled(text)).unwrap();
    assert_eq!(parsed(data), parsed(&whole), "{}", target.name);
}
