//! Answers: those of the native host, in every form.

use crate::world::{PENICILLIN, SUM, World, ask, get, json, request};
use http::Method;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use zero_lambda_host::{Outcome, event};
use zero_pipeline::wire::answer::Answer;
use zero_pipeline::{Ask, Fixed, Platform as _, Rooms as _};

/// What is not of this one asking.
fn lasting(mut answer: Value) -> Value {
    let fields = answer.as_object_mut().unwrap();
    fields.remove("id");
    answer
}

#[test]
fn a_question_gets_the_answer_of_the_native_host() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let response = ask(&lambda, &get(PENICILLIN, &[]), b"");
    assert_eq!((response.status.as_u16(), response.header("content-type")), (200, "application/json"));
    assert!(!response.header("x-request-id").is_empty() && !response.header("server-timing").is_empty());
    let answer = json(&response);
    assert!(answer.to_string().contains("Alexander Fleming"), "{answer:#}");
    for url in ["https://www.wikidata.org/wiki/Q12190", "https://en.wikipedia.org/wiki/Penicillin"] {
        assert!(answer.to_string().contains(url), "{url}: {answer:#}");
    }

    let host = world.native();
    let mut asked = Ask::new("who discovered penicillin").unwrap();
    asked.only = vec!["wikipedia-en".to_owned(), "wikidata".to_owned()];
    asked.gather_budget = Some(core::time::Duration::from_secs(20));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answered = runtime.block_on(host.answer(asked, Fixed::default(), |_| {})).unwrap();
    let native: Value = serde_json::from_str(&Answer::of(&answered).to_json().unwrap()).unwrap();
    assert_eq!(lasting(answer), lasting(native));
}

#[test]
fn the_digests_are_those_of_the_components() {
    let Some(world) = World::new() else { return };
    let sealed = zero_engine::Sealed::open(&world.folder.path().join("artifacts")).unwrap();
    let mut packaged = sealed.digests();
    packaged.sort();
    let native: Vec<(String, String)> = world.native().platform.rooms().digests();
    let native: Vec<_> =
        native.into_iter().map(|(name, digest)| (name, digest.trim_start_matches("sha256:").to_owned())).collect();
    assert_eq!(packaged, native);
}

#[test]
fn a_question_may_be_posted_and_answered_as_text() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let body = r#"{"question": "what is 15% of 240", "sources": ["calculator"]}"#;
    let parts = request(Method::POST, "/v1/answer", &[("content-type", "application/json"), ("accept", "text/plain")]);
    let response = ask(&lambda, &parts, body.as_bytes());
    assert_eq!(response.status.as_u16(), 200, "{}", response.text());
    assert!(response.header("content-type").starts_with("text/plain") && response.text().contains("36"));
    // As a client that says nothing of its body's type would have it encoded.
    let mut encoded = event::function_url(&parts, body.as_bytes());
    encoded["body"] = "eyJxdWVzdGlvbiI6ICJ3aGF0IGlzIDE1JSBvZiAyNDAifQ==".into();
    encoded["isBase64Encoded"] = true.into();
    assert!(lambda.invoke(&encoded).http().unwrap().text().contains("36"));
}

/// Names of the events of a stream, in order.
fn names(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("event: ").or_else(|| line.strip_prefix("event:"))).collect()
}

#[test]
fn events_are_streamed_as_they_come() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let parts = get(PENICILLIN, &[("accept", "text/event-stream")]);
    let outcome = lambda.invoke(&event::function_url(&parts, b""));
    let Outcome::Response { streamed: true, pieces } = &outcome else { panic!("{outcome:?}") };
    // Its head, what separates it, and each event or a few of them at once.
    assert!(pieces.len() > 3, "{} pieces", pieces.len());
    let response = outcome.http().unwrap();
    assert!(response.header("content-type").starts_with("text/event-stream"));
    let text = response.text();
    let names = names(&text);
    assert_eq!((names.first(), names.last()), (Some(&"read"), Some(&"done")), "{names:?}");
    for name in ["routed", "source", "answer"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert!(text.contains("Alexander Fleming"));
}

#[test]
fn plain_http_reaches_it() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    for (accept, expected) in [("application/json", "\"outcome\""), ("text/event-stream", "event")] {
        let mut stream = std::net::TcpStream::connect(lambda.address()).unwrap();
        write!(stream, "GET {SUM} HTTP/1.1\r\nhost: x\r\naccept: {accept}\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains(expected), "{text}");
        assert!(text.contains("36"), "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_request_is_a_problem() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let json_type = ("content-type", "application/json");
    for (parts, body, status) in [
        (get("/", &[]), "", 404),
        (get("/v1/answer?q=", &[]), "", 422),
        (get("/v1/answer?q=why&sauce=1", &[]), "", 400),
        (get("/v1/answer?q=why", &[("accept", "image/png")]), "", 406),
        (get("/v1/answer?q=why&sources=nowhere", &[]), "", 422),
        (request(Method::PUT, "/v1/answer", &[]), "", 405),
        (request(Method::POST, "/v1/answer", &[("content-type", "text/plain")]), "why", 415),
        (request(Method::POST, "/v1/answer", &[json_type]), "{", 400),
    ] {
        let response = ask(&lambda, &parts, body.as_bytes());
        let (method, uri) = (&parts.method, &parts.uri);
        assert_eq!(response.status.as_u16(), status, "{method} {uri}: {}", response.text());
        assert_eq!(response.header("content-type"), "application/problem+json", "{method} {uri}");
        assert_eq!(json(&response)["status"], status);
    }
}
