//! Servers that do not behave.

use crate::server::{Act, serve};
use crate::{failed, get, grant, leading_to, response, soon};
use std::io::Write as _;
use std::time::{Duration, Instant};
use zero_dial::{Config, Egress, Times};
use zero_types::connector::{FetchFailureKind, Request};

async fn check(acts: Vec<Act>, kind: FetchFailureKind) {
    let server = serve(acts).await;
    let start = Instant::now();
    let detail = failed(get(leading_to(server.address), "https://a.example/x?secret=1").await, kind);
    assert!(detail.contains("a.example") || detail.contains("gzip"), "{detail}");
    assert!(!detail.contains("secret"), "{detail}");
    assert!(start.elapsed() < Duration::from_secs(6), "{detail}");
}

fn send(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

const OK: &str = "HTTP/1.1 200 OK\r\n";

#[tokio::test]
async fn bodies_without_end() {
    let chunked = send(&format!("{OK}transfer-encoding: chunked\r\n\r\n"));
    let chunk = |bytes: usize| format!("{bytes:x}\r\n{}\r\n", "x".repeat(bytes)).into_bytes();
    check(vec![send(&format!("{OK}\r\n")), Act::Forever(vec![b'x'; 65536])], FetchFailureKind::TooLarge).await;
    check(vec![chunked.clone(), Act::Forever(chunk(65536))], FetchFailureKind::TooLarge).await;
    check(
        vec![send(&format!("{OK}content-length: 4194305\r\n\r\n")), Act::Wait(Duration::from_secs(9))],
        FetchFailureKind::TooLarge,
    )
    .await;
}

#[tokio::test]
async fn a_flood_of_tiny_chunks_costs_no_more_than_the_deadline() {
    let server =
        serve(vec![send(&format!("{OK}transfer-encoding: chunked\r\n\r\n")), Act::Forever(b"1\r\nx\r\n".repeat(500))])
            .await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    let start = Instant::now();
    let deadline = start + Duration::from_millis(300);
    let fetched = egress.fetch(&grant(&["a.example"]), Request::get("https://a.example/"), deadline).await;
    assert!(matches!(fetched.outcome, zero_types::connector::Outcome::Failed(_)), "{fetched:?}");
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn bombs() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 20 * 1024 * 1024]).unwrap();
    let bomb = encoder.finish().unwrap();
    let head = format!("{OK}content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len());
    check(vec![send(&head), Act::Send(bomb)], FetchFailureKind::TooLarge).await;
}

#[tokio::test]
async fn heads_without_end() {
    check(
        vec![send(OK), Act::Forever(format!("x-a: {}\r\n", "x".repeat(1000)).into_bytes())],
        FetchFailureKind::TooLarge,
    )
    .await;
    let many: String = (0..1000).map(|n| format!("x-{n}: 1\r\n")).collect();
    check(vec![send(&format!("{OK}{many}\r\n"))], FetchFailureKind::TooLarge).await;
}

#[tokio::test]
async fn what_is_not_http() {
    check(vec![send("SSH-2.0-OpenSSH_9.6\r\n\r\n"), Act::Wait(Duration::from_secs(1))], FetchFailureKind::Malformed)
        .await;
    check(vec![send("HTTP/1.1 twohundred OK\r\n\r\n")], FetchFailureKind::Malformed).await;
    check(vec![send(&format!("{OK}content-length: 2\r\ncontent-length: 3\r\n\r\nabc"))], FetchFailureKind::Malformed)
        .await;
    check(
        vec![send(&format!("{OK}content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"))],
        FetchFailureKind::Malformed,
    )
    .await;
}

#[tokio::test]
async fn connections_that_break() {
    check(vec![Act::Close], FetchFailureKind::Unreachable).await;
    check(vec![send(&format!("{OK}content-length: 10\r\n\r\nabc")), Act::Close], FetchFailureKind::Unreachable).await;
    check(
        vec![send(&format!("{OK}transfer-encoding: chunked\r\n\r\n5\r\nabc")), Act::Close],
        FetchFailureKind::Unreachable,
    )
    .await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    failed(get(leading_to(address), "https://a.example/").await, FetchFailureKind::Unreachable);
}

#[tokio::test]
async fn slowness_ends_at_the_deadline() {
    let drip = vec![send(&format!("{OK}content-length: 100\r\n\r\n")), Act::Wait(Duration::from_secs(5))];
    for acts in [vec![Act::Wait(Duration::from_secs(5))], drip] {
        let server = serve(acts).await;
        let egress = Egress::new(leading_to(server.address)).unwrap();
        let start = Instant::now();
        let deadline = start + Duration::from_millis(200);
        let request = Request::get("https://a.example/");
        failed(egress.fetch(&grant(&["a.example"]), request, deadline).await, FetchFailureKind::Timeout);
        assert!(start.elapsed() < Duration::from_secs(2));
    }
    // A deadline that has passed costs nothing, and the operator's time is shorter than the asker's patience.
    let server = serve(vec![Act::Wait(Duration::from_secs(5))]).await;
    let times = Times { exchange: Duration::from_millis(100), ..Times::default() };
    let egress = Egress::new(Config { times, ..leading_to(server.address) }).unwrap();
    for deadline in [Instant::now(), soon()] {
        let request = Request::get("https://a.example/");
        failed(egress.fetch(&grant(&["a.example"]), request, deadline).await, FetchFailureKind::Timeout);
    }
}

#[tokio::test]
async fn a_smuggled_second_answer_is_nobodys() {
    // Bytes after the end of an answer must not become the answer to the next request.
    let twice = format!("{OK}content-length: 2\r\n\r\nhi{OK}content-length: 4\r\n\r\nevil");
    let server = serve(vec![send(&twice)]).await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    for _ in 0..3 {
        let fetched = egress.fetch(&grant(&["a.example"]), Request::get("https://a.example/"), soon()).await;
        assert_eq!(response(fetched).body, b"hi");
    }
}
