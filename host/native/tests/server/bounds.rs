//! So many questions at once; whoever leaves is forgotten; whoever is here when it closes is served.

use crate::client::Client;
use crate::world::{SUM, World, endless, world, world_with};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

const LONG: Duration = Duration::from_secs(25);

/// Asks until there is a place again.
async fn is_free_soon(world: &World) {
    let asking = async {
        while world.get(SUM, &[]).await.status != 200 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    // Far less than the question that left would have taken.
    timeout(LONG / 4, asking).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_questions_are_turned_away_at_once_and_one_that_leaves_makes_room() {
    let Some(mut world) = world_with(1).await else { return };
    for form in ["application/json", "text/event-stream"] {
        for http2 in [false, true] {
            world.forget_asked();
            let address = world.address;
            let first = tokio::spawn(async move {
                let mut client = if http2 { Client::http2(address).await } else { Client::http1(address).await };
                let streamed = client.send("GET", &endless(LONG), &[("accept", form)], "").await;
                streamed.whole().await
            });
            world.source_is_asked().await;
            let second = timeout(LONG / 4, world.get(SUM, &[])).await.unwrap();
            assert_eq!(second.status, 503, "{form}, HTTP/2 {http2}");
            assert_eq!(second.header("retry-after"), "1");
            assert_eq!(second.json()["title"], "too many questions at once");
            assert_eq!(world.get("/healthz", &[]).await.status, 200, "a full process lives");
            first.abort();
            is_free_soon(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_lets_questions_finish_and_takes_no_new_ones() {
    let Some(mut world) = world().await else { return };
    let (address, budget) = (world.address, Duration::from_secs(2));
    let asking = tokio::spawn(async move {
        let mut client = Client::http1(address).await;
        client.send("GET", &endless(budget), &[], "").await.whole().await
    });
    world.source_is_asked().await;
    let mut streaming = Client::http1(address).await;
    let mut stream = streaming.send("GET", &endless(budget), &[("accept", "text/event-stream")], "").await;
    assert_eq!(stream.event().await.unwrap().name, "read");
    world.shut_down();
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    timeout(budget, refused).await.unwrap();
    assert!(!world.has_stopped(), "questions are in flight");
    assert_eq!(asking.await.unwrap().json()["outcome"], "abstained");
    let mut last = String::new();
    while let Some(event) = stream.event().await {
        last = event.name;
    }
    assert_eq!(last, "done");
    timeout(LONG, world.stopped()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_does_not_hold_up_a_drain() {
    let Some(mut world) = world().await else { return };
    let mut idle = world.client().await;
    assert_eq!(idle.send("GET", "/readyz", &[], "").await.whole().await.status, 200);
    let _silent = TcpStream::connect(world.address).await.unwrap();
    world.shut_down();
    timeout(Duration::from_secs(5), world.stopped()).await.unwrap().unwrap();
}
