//! The bundle as a script in the platform's own runtime, with recorded exchanges for every service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says loudly what it leaves out"
)]

mod script;

use script::{Running, package_again, running};
use serde_json::Value;
use zero_workers_pack::{GZIP_BYTES_PAID, Sizes};

const JSON: (&str, &str) = ("accept", "application/json");

/// Asks, and gives the answer as JSON.
fn ask(question: &str) -> Option<Value> {
    let running = running()?;
    let query: String = question.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let (status, body) = running.workerd.get(&format!("/v1/answer?q={query}"), &[JSON]).unwrap();
    assert_eq!(status, 200, "{question}: {body}\n{}", running.workerd.log());
    Some(serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// The answer's text; every sentence of it cites something.
fn check_answer(question: &str, expected: &str) -> Option<Value> {
    let answer = ask(question)?;
    let sentences = answer["sentences"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let text: Vec<&str> = sentences.iter().filter_map(|it| it["text"].as_str()).collect();
    assert!(text.join(" ").contains(expected), "{question}: {answer:#}");
    let cited = sentences.iter().all(|it| it["citations"].as_array().is_some_and(|all| !all.is_empty()));
    assert!(cited, "{answer:#}");
    Some(answer)
}

#[test]
fn questions_get_cited_answers() {
    for (question, expected) in [
        ("what is the capital of Japan", "Tokyo"),
        ("who discovered penicillin", "Fleming"),
        ("what is 15% of 240", "36"),
        ("convert 10 miles to km", "16.09"),
    ] {
        if check_answer(question, expected).is_none() {
            return;
        }
    }
}

#[test]
fn a_connector_that_traps_costs_its_own_source() {
    let Some(answer) = check_answer("what is the capital of Japan", "Tokyo") else { return };
    let ledger = answer["sources"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
    let line = ledger.iter().find(|it| it["id"] == "trapdoor").unwrap_or_else(|| panic!("{answer:#}"));
    assert!(line.to_string().contains("unreachable"), "{line:#}");
}

#[test]
fn events_come_as_a_stream_and_end_with_the_answer() {
    let Some(running) = running() else { return };
    let accept = [("accept", "text/event-stream")];
    let (status, body) = running.workerd.get("/v1/answer?q=what%20is%2015%25%20of%20240", &accept).unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("event: answer") && body.contains("36"), "{body}");
}

#[test]
fn problems_and_health_are_the_doors() {
    let Some(running) = running() else { return };
    let (status, body) = running.workerd.get("/nowhere", &[JSON]).unwrap();
    assert_eq!(status, 404, "{body}");
    let (status, body) = running.workerd.get("/v1/answer", &[JSON]).unwrap();
    assert_eq!(status, 400, "{body}");
    let (status, body) = running.workerd.get("/healthz", &[JSON]).unwrap();
    assert_eq!(status, 200, "{body}");
    let (status, body) = running.workerd.get("/v1/sources", &[JSON]).unwrap();
    assert!(status == 200 && body.contains("wikidata"), "{body}");
}

#[test]
fn many_at_once_are_answered_like_one() {
    let Some(running) = running() else { return };
    let questions = ["what%20is%2015%25%20of%20240", "what%20is%20the%20capital%20of%20Japan"];
    std::thread::scope(|scope| {
        let asked = questions.iter().cycle().take(12).map(|question| {
            scope.spawn(move || running.workerd.get(&format!("/v1/answer?q={question}"), &[JSON]).unwrap())
        });
        for (index, asked) in asked.collect::<Vec<_>>().into_iter().enumerate() {
            let (status, body) = asked.join().unwrap();
            let expected = if index % 2 == 0 { "36" } else { "Tokyo" };
            assert!(status == 200 && body.contains(expected), "{index}: {body}\n{}", running.workerd.log());
        }
    });
}

#[test]
fn the_digests_are_the_bundles_and_the_size_is_told() {
    let Some(Running { view, package, files, .. }) = running() else { return };
    let mut digests = view.digests();
    digests.sort();
    assert_eq!(package.components, digests);
    let sizes = Sizes::of(files);
    eprintln!("{}", sizes.table());
    assert!(sizes.script.gzip < GZIP_BYTES_PAID);
    // Everything but the components themselves.
    assert!(sizes.orchestrator.gzip + sizes.data.gzip < 1024 * 1024);
    assert!(package.notes.iter().any(|(name, text)| name == "size" && text.starts_with("script")));
    assert!(package.lacks.iter().any(|lack| lack.starts_with("files: ")), "{:?}", package.lacks);
    let again = package_again(view);
    assert!(again.files == package.files, "the same bundle gives the same bytes");
}

#[test]
fn wrangler_accepts_the_configuration() {
    let Some(running) = running() else { return };
    let folder = tempfile::tempdir().unwrap();
    zero_workerd::write(folder.path(), &running.files).unwrap();
    let said = running.tools.dry_run(folder.path()).unwrap();
    assert!(said.contains("--dry-run: exiting now"), "{said}");
    assert!(said.contains("connectors/wikidata.wasm") || said.contains("Total Upload"), "{said}");
}
