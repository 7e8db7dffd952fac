//! The same answer in every form, over every protocol and encoding.

use crate::client::Client;
use crate::world::{SUM, endless, world};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt as _;
use zero_pipeline::receipt::Receipt;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_json_unless_asked_otherwise() {
    let Some(world) = world().await else { return };
    let body = r#"{"question": "what is 15% of 240", "sources": ["calculator"]}"#;
    let posted = world.post("/v1/answer", &[("content-type", "application/json")], body).await;
    let got = world.get(SUM, &[]).await;
    for response in [posted, got] {
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(response.header("content-type"), "application/json");
        let answer = response.json();
        assert_eq!(answer["outcome"], "answered");
        assert_eq!(answer["short"], "36");
        assert_eq!(answer["id"], response.header("x-request-id"), "support can find the answer of a response");
        assert!(response.header("server-timing").starts_with("total;dur="), "{}", response.header("server-timing"));
        assert!(response.header("server-timing").contains("source-calculator;dur="));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_text_for_people() {
    let Some(world) = world().await else { return };
    let response = world.get(SUM, &[("accept", "text/plain")]).await;
    assert_eq!(response.header("content-type"), "text/plain; charset=utf-8");
    assert!(response.text().contains("36") && response.text().contains("[1]"), "{}", response.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_of_the_answer_given() {
    let Some(world) = world().await else { return };
    let response = world.get(&format!("{SUM}&include=receipt"), &[]).await;
    assert_eq!(response.status, 200, "{}", response.text());
    Receipt::from_json(&response.body).unwrap();
    assert_eq!(response.json()["id"], response.header("x-request-id"));
    assert_eq!(response.json()["answer"]["short"], "36");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_the_whole_story() {
    let Some(world) = world().await else { return };
    // Compression is asked for, and not applied: it would hold events back.
    let asks = [("accept", "text/event-stream"), ("accept-encoding", "gzip, br, zstd")];
    let mut client = world.client().await;
    let mut stream = client.send("GET", SUM, &asks, "").await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert!(!stream.headers.contains_key("content-encoding"));
    let mut events = Vec::new();
    while let Some(event) = stream.event().await {
        events.push(event);
    }
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["read", "routed", "source", "answer", "done"]);
    assert!(events.iter().map(|event| event.id).eq(1..=5));
    let id = stream.headers["x-request-id"].to_str().unwrap();
    let [read, routed, source, answer, done] = &events[..] else { panic!("{names:?}") };
    assert_eq!((&read.data["id"], &read.data["intent"]["kind"]), (&id.into(), &"calculation".into()));
    assert_eq!(routed.data["sources"][0]["id"], "calculator");
    assert_eq!((&source.data["id"], &source.data["state"]), (&"calculator".into(), &"answered".into()));
    assert!(source.data["took_ms"].is_u64());
    assert_eq!(answer.data["short"], "36");
    assert!(done.data["timing"]["total_ms"].is_number());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_starts_before_there_is_an_answer() {
    let Some(mut world) = world().await else { return };
    let mut client = world.client().await;
    let started = Instant::now();
    let budget = Duration::from_secs(3);
    let mut stream = client.send("GET", &endless(budget), &[("accept", "text/event-stream")], "").await;
    let names = [stream.event().await.unwrap().name, stream.event().await.unwrap().name];
    assert_eq!(names, ["read", "routed"]);
    assert!(started.elapsed() < budget, "headers and events came only with the answer");
    world.source_is_asked().await;
    let source = stream.event().await.unwrap();
    assert_eq!(source.data["id"], "wikipedia-en");
    // Its exchange ends when gathering does: whichever is seen first names it.
    assert!(["late", "failed"].contains(&source.data["state"].as_str().unwrap()), "{source:?}");
    let answer = stream.event().await.unwrap();
    assert_eq!((&*answer.name, &answer.data["outcome"]), ("answer", &"abstained".into()));
    assert!(started.elapsed() >= budget);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_ask_learns_it_before_a_stream_begins() {
    let Some(world) = world().await else { return };
    let asks = [("accept", "text/event-stream"), ("authorization", "Bearer zw_nobody")];
    let mut client = world.client().await;
    let stream = client.send("GET", SUM, &asks, "").await;
    assert_eq!(stream.status, 401);
    let problem = stream.whole().await.json();
    assert_eq!((&problem["status"], problem["detail"].is_string()), (&401.into(), true), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_http2_connection_carries_many_questions() {
    let Some(world) = world().await else { return };
    let mut client = Client::http2(world.address).await;
    let mut open = Vec::new();
    for form in ["application/json", "text/event-stream", "text/plain"] {
        open.push(client.send("GET", SUM, &[("accept", form)], "").await);
    }
    for streamed in open {
        let response = streamed.whole().await;
        assert_eq!(response.status, 200);
        assert!(response.text().contains("36"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_are_compressed_and_small_ones_are_not() {
    let Some(world) = world().await else { return };
    let plain = world.get("/v1/sources", &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    for encoding in ["gzip", "br", "zstd"] {
        let response = world.get("/v1/sources", &[("accept-encoding", encoding)]).await;
        assert_eq!(response.header("content-encoding"), encoding);
        assert!(response.body.len() * 2 < plain.body.len(), "{encoding}: {} bytes", response.body.len());
        assert_eq!(decoded(encoding, &response.body).await, plain.body, "{encoding}");
    }
    let health = world.get("/healthz", &[("accept-encoding", "gzip")]).await;
    assert_eq!(health.header("content-encoding"), "");
}

async fn decoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZstdDecoder};
    let mut plain = Vec::new();
    let read = match encoding {
        "gzip" => GzipDecoder::new(body).read_to_end(&mut plain).await,
        "br" => BrotliDecoder::new(body).read_to_end(&mut plain).await,
        _ => ZstdDecoder::new(body).read_to_end(&mut plain).await,
    };
    read.unwrap();
    plain
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_say_what_they_are() {
    let Some(world) = world().await else { return };
    let sources = world.get("/v1/sources", &[]).await.json();
    let listed = sources["sources"].as_array().unwrap();
    let calculator = listed.iter().find(|source| source["id"] == "calculator").unwrap();
    assert_eq!(calculator["connector"], "calculator");
    assert_eq!(calculator["kinds"], serde_json::json!(["calculation"]));
    assert_eq!((&calculator["computed"], &calculator["personal"]), (&true.into(), &false.into()));
    assert!(calculator["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(world.get("/v1/sources/calculator", &[]).await.json(), *calculator);
    let health = (world.get("/healthz", &[]).await, world.get("/readyz", &[]).await);
    assert_eq!(health.0.json()["status"], "alive");
    assert_eq!(health.1.json()["status"], "ready");
}
