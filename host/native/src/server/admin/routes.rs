//! Looking and switching.

use super::{Counter, problems};
use crate::desk::Desk;
use crate::server::problem;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zero_lifecycle::Error;
use zero_pipeline::Problem;

pub(super) async fn list(State(counter): State<Arc<Counter>>) -> Response {
    at_desk(&counter, Desk::list).await
}

pub(super) async fn show(State(counter): State<Arc<Counter>>, Path(name): Path<String>) -> Response {
    at_desk(&counter, move |desk| desk.show(&name)).await
}

pub(super) async fn remove(State(counter): State<Arc<Counter>>, Path(name): Path<String>) -> Response {
    let removed = done(&counter, move |desk| desk.remove(&name)).await;
    removed.map_or_else(|response| response, |()| StatusCode::NO_CONTENT.into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Versions {
    #[serde(default = "current")]
    from: String,
    #[serde(default = "pending")]
    to: String,
}

fn current() -> String {
    "current".to_owned()
}

fn pending() -> String {
    "pending".to_owned()
}

pub(super) async fn diff(
    State(counter): State<Arc<Counter>>,
    Path(name): Path<String>,
    Query(versions): Query<Versions>,
) -> Response {
    at_desk(&counter, move |desk| desk.diff(&name, &versions.from, &versions.to)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    to: Option<String>,
    digest: Option<String>,
}

pub(super) async fn act(
    State(counter): State<Arc<Counter>>,
    Path((name, act)): Path<(String, String)>,
    Query(which): Query<Which>,
) -> Response {
    let known = ["enable", "disable", "pin", "unpin", "consent", "rollback", "release"];
    if !known.contains(&act.as_str()) {
        return problem::response(&problems::no_such_act(&act));
    }
    at_desk(&counter, move |desk| match act.as_str() {
        "enable" => desk.enable(&name, true),
        "disable" => desk.enable(&name, false),
        "pin" => desk.pin(&name, true),
        "unpin" => desk.pin(&name, false),
        "consent" => desk.consent(&name),
        "rollback" => desk.rollback(&name, which.to.as_deref()),
        _ => desk.release(&name, which.digest.as_deref()),
    })
    .await
}

/// Does it where blocking is no harm, and gives the report.
pub(super) async fn at_desk<T: Serialize + Send + 'static>(
    counter: &Counter,
    act: impl FnOnce(&Desk) -> Result<T, Error> + Send + 'static,
) -> Response {
    match done(counter, act).await {
        Ok(report) => json(&report),
        Err(response) => response,
    }
}

async fn done<T: Send + 'static>(
    counter: &Counter,
    act: impl FnOnce(&Desk) -> Result<T, Error> + Send + 'static,
) -> Result<T, Response> {
    let Ok(place) = Arc::clone(&counter.places).try_acquire_owned() else {
        return Err(problem::response(&problems::busy()));
    };
    let desk = counter.desk.clone();
    let acted = tokio::task::spawn_blocking(move || {
        let _place = place;
        act(&desk)
    });
    match acted.await {
        Ok(acted) => acted.map_err(|error| problems::refused(&error)),
        Err(_) => Err(problem::response(&Problem::internal("the change panicked"))),
    }
}

pub(super) fn json(report: &impl Serialize) -> Response {
    match serde_json::to_string(report) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => problem::response(&Problem::internal(format!("the report as JSON: {error}"))),
    }
}
