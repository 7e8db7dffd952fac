//! Forms of an answer, and what stands in the way of one.

use crate::world::{WHO, Whole, World, request, said, said_with};
use bytes::Bytes;
use expect_test::expect;
use futures_util::StreamExt as _;
use std::rc::Rc;
use zero_door::{BodyProblem, Reply};

fn get(path: &str, headers: &[(&str, &str)]) -> Whole {
    let world = World::new();
    said(&world, &world.door(), &request("GET", path, headers), "")
}

#[test]
fn an_answer_is_json_or_text() {
    let json = get(WHO, &[]);
    assert_eq!((json.status.as_u16(), json.header("content-type")), (200, "application/json"));
    assert_eq!((&json.json()["outcome"], &json.json()["id"]), (&"answered".into(), &"000000000000feee".into()));
    assert_eq!(json.header("x-request-id"), "000000000000feee");
    assert!(json.header("server-timing").contains("source-echo;dur=20"), "{}", json.header("server-timing"));
    let world = World::new();
    let ask = request("POST", "/v1/answer", &[("content-type", "application/json")]);
    let posted = said(&world, &world.door(), &ask, r#"{"question": "who discovered penicillin", "sources": ["echo"]}"#);
    assert_eq!(posted.body, json.body, "the same question has the same bytes");
    let text = get(WHO, &[("accept", "text/plain")]);
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert!(text.body.contains("Fleming") && text.body.contains("[1]"), "{}", text.body);
}

#[test]
fn a_stream_tells_of_late_sources_as_well() {
    let path = WHO.replace("sources=echo", "sources=echo,slow") + "&late_ms=5000";
    let told = get(&path, &[("accept", "text/event-stream")]);
    assert_eq!((told.header("content-type"), told.header("x-accel-buffering")), ("text/event-stream", "no"));
    let events = told.events();
    let names: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["read", "routed", "source", "source", "answer", "source", "patch", "done"]);
    assert_eq!(events[3].1["state"], "late");
    assert_eq!(events[6].1["because"], "slow");
    assert_eq!((&events[7].1["id"], events[0].1["id"].as_str()), (&events[0].1["id"], Some("000000000000feee")));
}

/// How long an answer takes on the clock of its world, whose slow source takes 700 ms, and what became of that source.
fn timed(path: &str, headers: &[(&str, &str)]) -> (u128, String) {
    let world = World::new();
    let answer = said(&world, &world.door(), &request("GET", path, headers), "").json();
    let ledger = answer["sources"].as_array().unwrap();
    let slow = ledger.iter().find(|source| source["id"] == "slow").unwrap();
    (world.time.now().as_millis(), slow["state"].as_str().unwrap().to_owned())
}

#[test]
fn an_asker_says_how_long_they_wait() {
    let slow = WHO.replace("sources=echo", "sources=echo,slow") + "&budget_ms=5000";
    assert_eq!(timed(&slow, &[]), (700, "answered".to_owned()));
    assert_eq!(timed(&slow, &[("prefer", "wait=2")]), (700, "answered".to_owned()));
    let (took, state) = timed(&slow, &[("prefer", "wait=1")]);
    assert_eq!(state, "late");
    assert!((500..1000).contains(&took), "it leaves time for the other stages: {took}");
    assert_eq!(timed(&slow, &[("prefer", "wait=0")]), (0, "late".to_owned()));
    assert_eq!(timed(&slow, &[("prefer", "wait=soon")]).1, "answered");
}

#[test]
fn a_question_that_panics_ends_in_a_problem_in_every_form() {
    let path = WHO.replace("penicillin", "panic");
    let whole = get(&path, &[]);
    assert_eq!((whole.status.as_u16(), &whole.json()["title"]), (500, &"something broke on our side".into()));
    let told = get(&path, &[("accept", "text/event-stream")]);
    let names: Vec<&str> = told.events().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["read", "problem", "done"]);
    assert!(!whole.body.contains("secret") && !told.body.contains("secret"));
}

#[test]
fn a_stream_asks_when_it_is_read_and_stops_when_it_is_dropped() {
    let world = World::new();
    let (door, ask) = (world.door(), request("GET", WHO, &[("accept", "text/event-stream")]));
    let place = Rc::new(());
    let asking = async {
        let no_body = core::future::ready(Ok(Bytes::new()));
        let response = door.respond(&ask, no_body, |_| Ok(Rc::clone(&place))).await;
        let Reply::Events(telling) = response.into_body() else { panic!("no events") };
        assert_eq!((world.read.get(), Rc::strong_count(&place)), (0, 2), "it keeps its place and asks nothing yet");
        let mut events = telling.into_stream();
        assert!(events.next().await.unwrap().starts_with(b"event: read\n"));
        assert_eq!((world.read.get(), Rc::strong_count(&place)), (1, 2));
        drop(events);
        assert_eq!(Rc::strong_count(&place), 1);
    };
    world.time.run(asking).unwrap();
}

#[test]
fn a_head_is_what_a_get_begins_with() {
    let world = World::new();
    for (path, accept) in [(WHO, "application/json"), (WHO, "text/plain"), ("/v1/sources", "*/*"), ("/nowhere", "*/*")]
    {
        let headers = [("accept", accept)];
        let (get, head) = (get(path, &headers), said(&world, &world.door(), &request("HEAD", path, &headers), ""));
        assert_eq!((head.status, head.header("content-type")), (get.status, get.header("content-type")), "{path}");
        assert_eq!((head.body.as_str(), head.header("content-length")), ("", get.body.len().to_string().as_str()));
    }
    let asked = world.read.get();
    let head = said(&world, &world.door(), &request("HEAD", WHO, &[("accept", "text/event-stream")]), "");
    assert_eq!((head.status.as_u16(), head.header("content-type")), (200, "text/event-stream"));
    assert_eq!((head.body.as_str(), world.read.get()), ("", asked), "nobody would read it");
}

#[test]
fn sources_and_health_say_how_things_are() {
    let listed = get("/v1/sources", &[]).json();
    let ids: Vec<&str> = listed["sources"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["echo", "off", "slow"]);
    assert_eq!(get("/v1/sources/echo", &[]).json(), listed["sources"][0]);
    assert_eq!(get("/v1/sources/%65cho", &[]).json(), listed["sources"][0]);
    assert_eq!(listed["sources"][0]["digest"], "sha256:ec40");
    assert_eq!(get("/healthz", &[]).body, r#"{"status":"alive"}"#);
    assert_eq!(get("/readyz", &[]).body, r#"{"connectors":1,"sources":2,"status":"ready"}"#);
    let world = World::new();
    let closing = said(&world, &world.door().closing(true), &request("GET", "/readyz", &[]), "");
    assert_eq!((closing.status.as_u16(), closing.header("retry-after")), (503, "1"));
    for path in ["/v1/sources", "/v1/sources/echo"] {
        assert_eq!(get(path, &[("authorization", "Bearer zw_nobody")]).status.as_u16(), 401, "{path}");
    }
}

#[test]
fn every_response_is_as_safe_as_the_others() {
    let kinds =
        [(WHO, "*/*"), (WHO, "text/event-stream"), (WHO, "text/html"), ("/healthz", "*/*"), ("/nowhere", "*/*")];
    for (path, accept) in kinds {
        let response = get(path, &[("accept", accept)]);
        let headers =
            response.headers.keys().filter(|name| !["x-accel-buffering", "server-timing"].contains(&name.as_str()));
        let mut headers: Vec<String> =
            headers.map(|name| format!("{name}: {}\n", response.header(name.as_str()))).collect();
        headers.retain(|line| !line.starts_with("content-type"));
        headers.sort();
        expect![[r#"
            cache-control: no-store
            content-security-policy: default-src 'none'; frame-ancestors 'none'
            cross-origin-resource-policy: same-origin
            referrer-policy: no-referrer
            vary: accept, accept-encoding
            x-content-type-options: nosniff
            x-request-id: 000000000000feee
        "#]]
        .assert_eq(&headers.concat());
    }
}

/// Status and name of the problem that a POST with this body ends in, and whether its question was read.
fn refused(headers: &[(&str, &str)], body: impl Future<Output = Result<Bytes, BodyProblem>>, has_room: bool) -> String {
    let world = World::new();
    let response = said_with(&world, &request("POST", "/v1/answer", headers), body, has_room);
    assert_eq!(world.read.get(), 0, "{}", response.body);
    assert_eq!(response.header("content-type"), "application/problem+json");
    let kind = response.json()["type"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
    format!("{} {kind}", response.status.as_u16())
}

#[test]
fn what_is_too_large_too_slow_or_too_much_is_turned_away() {
    let json = [("content-type", "application/json")];
    let ready = |body: Result<&str, BodyProblem>| core::future::ready(body.map(|body| Bytes::from(body.to_owned())));
    let why = r#"{"question": "why"}"#;
    assert_eq!(refused(&json, ready(Ok(why)), false), "503 overloaded");
    assert_eq!(refused(&json, ready(Ok("{}")), false), "400 malformed-request", "nobody is counted who asks nothing");
    assert_eq!(refused(&json, ready(Err(BodyProblem::TooLarge)), true), "413 body-too-large");
    assert_eq!(refused(&json, ready(Err(BodyProblem::Broken("reset".into()))), true), "400 malformed-request");
    assert_eq!(refused(&json, core::future::pending(), true), "408 body-too-slow");
    // A host that read it all the same.
    assert_eq!(refused(&json, ready(Ok(&" ".repeat(70_000))), true), "413 body-too-large");
    // Whoever says that it is too large need not send it, nor one whose head is wrong.
    let said = [json[0], ("content-length", "70000")];
    assert_eq!(refused(&said, async { panic!("nobody may read this body") }, true), "413 body-too-large");
    assert_eq!(refused(&[], async { panic!("nobody may read this body") }, true), "415 unsupported-media-type");
    let unknown = r#"{"question": "why", "sources": ["off"]}"#;
    assert_eq!(refused(&json, ready(Ok(unknown)), true), "422 unknown-source");
    let nobody = [json[0], ("authorization", "Bearer zw_nobody")];
    assert_eq!(refused(&nobody, ready(Ok(why)), true), "401 unauthenticated");
}
