//! Whether the process lives, and whether it should be sent questions.

use super::problem;
use super::question::Door;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

pub(super) async fn alive() -> Response {
    json(serde_json::json!({ "status": "alive" }))
}

pub(super) async fn ready(State(door): State<Arc<Door>>) -> Response {
    let host = door.host();
    let connectors = host.platform.connectors().len();
    if let Some(reason) = unready(door.is_closing(), connectors) {
        return problem::response(&problem::not_ready(reason));
    }
    let sources = host.region.catalogue.records().iter().filter(|record| record.enabled).count();
    json(serde_json::json!({ "status": "ready", "connectors": connectors, "sources": sources }))
}

/// Why questions should be sent elsewhere.
fn unready(is_closing: bool, connectors: usize) -> Option<&'static str> {
    match (is_closing, connectors) {
        (true, _) => Some("this process is about to stop"),
        (_, 0) => Some("no connector is installed"),
        _ => None,
    }
}

fn json(value: serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_closes_or_is_empty_is_not_ready() {
        assert_eq!(unready(false, 8), None);
        assert!(unready(true, 8).unwrap().contains("stop"));
        assert!(unready(false, 0).unwrap().contains("no connector"));
        let response = problem::response(&problem::not_ready("this process is about to stop"));
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
