//! `POST /admin/v1/identity`: what an operator does to accounts while the host runs.

use super::limits::JSON_BYTES_MAX;
use super::routes::json;
use super::{Counter, problems};
use crate::server::problem;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use tokio::time::timeout;
use zero_identity::{Command, Identity};
use zero_pipeline::Problem;
use zero_pipeline::limits::BODY_TIME_MAX;

pub(super) async fn administer(State(counter): State<Arc<Counter>>, body: Body) -> Response {
    match administered(&counter, body).await {
        Ok(report) => json(&report),
        Err(refused) => problem::response(&refused),
    }
}

async fn administered(counter: &Counter, body: Body) -> Result<serde_json::Value, Problem> {
    let identity = counter.desk.live().host().identity.clone().ok_or_else(no_accounts)?;
    let read = timeout(BODY_TIME_MAX, axum::body::to_bytes(body, JSON_BYTES_MAX)).await;
    let body = read.map_err(|_| zero_door::problem::body_too_slow())?;
    let body = body.map_err(|_| problems::too_large(JSON_BYTES_MAX))?;
    // What it holds is not repeated: there may be a password in it.
    let command: Command = serde_json::from_slice(&body).map_err(|_| {
        Problem::malformed("this is no act on accounts", "use `zero identity`, of the same version as the host")
    })?;
    let Ok(place) = Arc::clone(&counter.places).try_acquire_owned() else { return Err(problems::busy()) };
    let now_ms = counter.desk.live().now_ms();
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        Identity::administer(&identity, command, now_ms)
    });
    done.await.map_err(|_| Problem::internal("the act panicked"))?
}

fn no_accounts() -> Problem {
    let hint = "say `enabled = true` and `issuer` in `[identity]`, and start the host again";
    Problem::of_asker("no-accounts", 409, "this host has no accounts", "`[identity]` is switched off", hint)
}
