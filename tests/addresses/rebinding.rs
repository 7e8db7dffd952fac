//! Names whose answers change from one query to the next.

use crate::stub::Stub;
use crate::{failure, grant, soon};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use zero_types::connector::{FetchFailureKind, Request};

const QUERIES: usize = 10_000;
const AT_ONCE: usize = 16;

const INSIDE: [&str; 8] = [
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.7",
    "::1",
    "::ffff:192.168.0.1",
    "64:ff9b::7f00:1",
    "fd00:ec2::254",
    "100.100.100.200",
];

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A public address, an inner one, both, both the other way round, and again.
fn flip(turn: usize) -> Vec<IpAddr> {
    let public = address(["93.184.215.14", "2606:4700::1111", "1.1.1.1"][turn / 4 % 3]);
    let inside = address(INSIDE[turn / 4 % INSIDE.len()]);
    match turn % 4 {
        0 => vec![public],
        1 => vec![inside],
        2 => vec![public, inside],
        _ => vec![inside, public],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_flips_is_never_dialled_inside() {
    // Some answers end their connection, some connections end without one: then the request is sent once more.
    let turns = AtomicUsize::new(0);
    let stub = Stub::start(move |_| match turns.fetch_add(1, SeqCst) % 11 {
        3 => None,
        7 => Some("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok".to_owned()),
        _ => Some("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned()),
    })
    .await;
    let turn = AtomicUsize::new(0);
    let egress = stub.egress(move |_| flip(turn.fetch_add(1, SeqCst)));
    let (answered, refused, broken) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let counts = Arc::new((answered, refused, broken));
    let tasks = (0..AT_ONCE).map(|_| {
        let (egress, counts) = (egress.clone(), Arc::clone(&counts));
        tokio::spawn(async move {
            for _ in 0..QUERIES / AT_ONCE {
                let request = Request::get("https://flips.example/");
                let outcome = egress.fetch(&grant(&["flips.example"]), request, soon()).await.outcome;
                let count = match failure(&outcome) {
                    None => &counts.0,
                    Some(failure) if failure.kind == FetchFailureKind::Refused => &counts.1,
                    Some(_) => &counts.2,
                };
                count.fetch_add(1, SeqCst);
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let (answered, refused, broken) = (counts.0.load(SeqCst), counts.1.load(SeqCst), counts.2.load(SeqCst));
    let (_, dialled, asked) = stub.take();
    let inside = stub.dials_inside.load(SeqCst);
    println!(
        "{} queries, each answered otherwise: {answered} answered, {refused} refused, {broken} broken off by the service; \
         {} dials, {inside} of them inside",
        asked.len(),
        dialled.len()
    );
    assert_eq!((asked.len(), inside), (QUERIES, 0));
    // Any inner answer refuses the whole name, so exactly every fourth query is good.
    assert_eq!((refused, answered + broken), (QUERIES / 4 * 3, QUERIES / 4));
    assert!(answered > QUERIES / 5, "{answered}");
    assert!(dialled.len() > 100, "connections were also used again, and not only that: {}", dialled.len());
}
