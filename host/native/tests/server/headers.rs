//! Which headers leave the house.

use crate::client::Response;
use crate::world::{SUM, World, world};

/// Whatever is not in here has leaked: from a source, a library or a careless change.
const ALLOWED: [&str; 20] = [
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "date",
    "ratelimit",
    "ratelimit-policy",
    "referrer-policy",
    "retry-after",
    "server-timing",
    "transfer-encoding",
    "vary",
    "www-authenticate",
    "x-accel-buffering",
    "x-content-type-options",
    "x-request-id",
];

async fn of_every_kind(world: &World) -> Vec<Response> {
    vec![
        world.get(SUM, &[("accept-encoding", "gzip")]).await,
        world.get(SUM, &[("accept", "text/plain")]).await,
        world.get(SUM, &[("accept", "text/event-stream")]).await,
        world.get(SUM, &[("authorization", "Basic YTpi")]).await,
        world.get(&format!("{SUM}&include=receipt"), &[]).await,
        world.get("/v1/sources", &[("accept-encoding", "br")]).await,
        world.get("/healthz", &[]).await,
        world.get("/readyz", &[]).await,
        world.get("/nowhere", &[]).await,
        world.post("/healthz", &[], "").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_headers_leave_and_the_safe_ones_always_do() {
    let Some(world) = world().await else { return };
    for response in of_every_kind(&world).await {
        for name in response.headers.keys() {
            assert!(ALLOWED.contains(&name.as_str()), "{name} leaves with {}", response.status);
            assert_eq!(response.headers.get_all(name).iter().count(), 1, "{name} leaves twice");
        }
        assert_eq!(response.header("cache-control"), "no-store");
        assert_eq!(response.header("vary"), "accept, accept-encoding");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        assert_eq!(response.header("referrer-policy"), "no-referrer");
        assert_eq!(response.header("x-request-id").len(), 16);
    }
}
