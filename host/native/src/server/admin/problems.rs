//! What the door says when it does not do what it was asked.

use crate::server::problem;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use core::time::Duration;
use serde_json::{Value, json};
use zero_lifecycle::Error;
use zero_pipeline::Problem;
use zero_pipeline::problem::Whose;
use zero_pipeline::wire::answer::problem_json;

pub(super) fn foreign(detail: &str) -> Problem {
    let hint = "use `zero connectors`, or any client that is not a browser, at the address in `admin.json`";
    Problem::of_asker("foreign", 403, "not from here", detail, hint)
}

pub(super) fn no_token() -> Problem {
    let hint = "send `Authorization: Bearer TOKEN` with the token of `admin.json` in the host's state folder";
    Problem::of_asker("unauthenticated", 401, "the token is missing or wrong", "no valid token", hint)
}

pub(super) async fn not_found() -> Response {
    let hint = "there is /admin/v1/connectors and what is below it";
    problem::response(&Problem::of_asker("not-found", 404, "there is nothing here", "no such path", hint))
}

pub(super) fn no_such_act(act: &str) -> Problem {
    let hint = "there are enable, disable, pin, unpin, consent, rollback and release";
    Problem::of_asker("not-found", 404, "there is nothing here", format!("`{act}` is nothing that can be done"), hint)
}

pub(super) fn bad_query(rejection: &QueryRejection) -> Response {
    let hint = "there are `consent`, `allow_unsigned`, `source`, `gate`, `from`, `to` and `digest`, each in its place";
    problem::response(&Problem::malformed(rejection.body_text(), hint))
}

pub(super) fn too_large(bytes_max: usize) -> Problem {
    let hint = "`[connectors.limits.NAME] component_bytes` raises it for one connector";
    let detail = format!("the body is over the limit of {bytes_max} bytes");
    Problem::of_asker("too-large", 413, "the body is too large", detail, hint)
}

pub(super) fn busy() -> Problem {
    Problem {
        title: "too many changes at once",
        detail: "other changes of the connectors go on".to_owned(),
        ..Problem::overloaded(Duration::from_secs(1))
    }
}

/// A refusal as a response. What an installation was refused for is `report`, for programs.
pub(super) fn refused(error: &Error) -> Response {
    let report = match error {
        Error::SmokeFailed { smoke, .. } => serde_json::to_value(smoke).ok(),
        Error::NotConsented { diff, .. } => serde_json::to_value(diff).ok(),
        Error::GateClosed { report, .. } => Some(json!(report)),
        _ => None,
    };
    let problem = problem_of(error);
    let Some(report) = report else { return problem::response(&problem) };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = problem_json(&problem);
    if let Value::Object(body) = &mut body {
        body.insert("report".to_owned(), report);
    }
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(zero_door::problem::PROBLEM_JSON))];
    (status, headers, Body::from(body.to_string())).into_response()
}

fn problem_of(error: &Error) -> Problem {
    let text = error.to_string();
    let (detail, hint) =
        text.split_once("\n\nhint: ").unwrap_or((text.as_str(), "`zero connectors show NAME` says more"));
    let whose = match error.status() {
        500.. => Whose::Us,
        422 => Whose::Connector,
        _ => Whose::Asker,
    };
    let retry_after = matches!(error, Error::Busy).then_some(Duration::from_secs(1));
    let of_asker = Problem::of_asker(error.name(), error.status(), "the change was not made", detail, hint);
    Problem { whose, retry_after, ..of_asker }
}
