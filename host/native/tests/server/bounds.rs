//! So many questions at once; whoever leaves is forgotten; whoever is here when it closes is served.

use crate::client::Client;
use crate::world::{SUM, World, endless, world, world_of, world_with};
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
            // Not only is the question over, what it asked elsewhere is as well: in less time than it had.
            world.source_is_left().await;
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

/// One that is asked, and how its asker stands then.
async fn standing(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, String, String, String) {
    let response = world.get(path, headers).await;
    let field = |name| response.header(name).to_owned();
    (response.status.as_u16(), field("ratelimit-policy"), field("ratelimit"), field("retry-after"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_more_than_they_may_hears_when_to_come_again() {
    // Two at once, and the next after half a minute.
    let limited = |config: &mut zero_config::Config| {
        config.traffic.limit_loopback = true;
        config.traffic.address_per_minute = 2;
        config.traffic.failures_per_minute = 2;
        config.traffic.burst_seconds = 60;
    };
    let Some(world) = world_of(limited).await else { return };
    let policy = "\"address\";q=2;w=60".to_owned();
    let (status, policies, left, _) = standing(&world, SUM, &[]).await;
    assert_eq!((status, policies, left), (200, policy.clone(), "\"address\";r=1;t=30".to_owned()));
    let (status, _, left, _) = standing(&world, "/v1/sources", &[]).await;
    assert_eq!(status, 200);
    assert!(left.starts_with("\"address\";r=0;t="), "{left}");
    for form in ["application/json", "text/event-stream"] {
        let response = world.get(SUM, &[("accept", form)]).await;
        assert_eq!((response.status.as_u16(), response.header("ratelimit-policy")), (429, policy.as_str()));
        let after: u64 = response.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&after), "{after}");
        assert!(response.json()["type"].as_str().unwrap().ends_with("/rate-limited"), "{}", response.text());
    }
    assert_eq!(standing(&world, "/healthz", &[]).await, (200, String::new(), String::new(), String::new()));

    // Whoever guesses is heard twice and then not at all, whatever they bring.
    let guess = [("authorization", "Bearer zw_nobody")];
    for expected in [401, 401, 429] {
        assert_eq!(standing(&world, SUM, &guess).await.0, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_not_limited_unless_its_operator_says_so() {
    let Some(world) = world().await else { return };
    assert_eq!(standing(&world, SUM, &[]).await, (200, String::new(), String::new(), String::new()));
}
