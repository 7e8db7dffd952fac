//! Problems that only HTTP has, and the response each problem becomes.

use super::limits;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use zero_pipeline::Problem;
use zero_pipeline::limits::{BODY_TIME_MAX, REQUEST_BODY_BYTES_MAX};
use zero_pipeline::wire::answer::problem_json;

/// RFC 9457.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// What to call instead of what was called.
const PLACES: &str = "there are GET and POST /v1/answer, GET /v1/sources, /v1/sources/{id}, /healthz and /readyz";

pub(super) fn response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))];
    let mut response = (status, headers, Body::from(problem_json(problem).to_string())).into_response();
    if let Some(after) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, after.as_secs().max(1).into());
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"zero\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

pub(super) async fn not_found() -> Response {
    response(&nothing("no such path", PLACES))
}

pub(super) fn no_such_source(id: &str) -> Problem {
    nothing(format!("no source has the id `{id}`"), "GET /v1/sources names them all")
}

fn nothing(detail: impl Into<String>, hint: &str) -> Problem {
    Problem::of_asker("not-found", 404, "there is nothing here", detail, hint)
}

pub(super) async fn method_not_allowed(method: Method) -> Response {
    let detail = format!("`{method}` is not allowed here");
    let hint = "the header `Allow` lists what is";
    response(&Problem::of_asker("method-not-allowed", 405, "the method is not allowed", detail, hint))
}

pub(super) fn not_acceptable(offered: &[&str]) -> Problem {
    let detail = format!("`Accept` excludes all there is: {}", offered.join(", "));
    Problem::of_asker("not-acceptable", 406, "no acceptable form", detail, "accept one of these, or send no `Accept`")
}

pub(super) fn body_too_slow() -> Problem {
    let detail = format!("the body did not arrive within {} s", BODY_TIME_MAX.as_secs());
    let hint = "send the request again over a better connection";
    let problem = Problem::of_asker("body-too-slow", 408, "the body took too long", detail, hint);
    Problem { retry_after: Some(limits::RETRY_AFTER), ..problem }
}

pub(super) fn body_too_large() -> Problem {
    let detail = format!("the body is over the limit of {REQUEST_BODY_BYTES_MAX} bytes");
    Problem::of_asker("body-too-large", 413, "the body is too large", detail, "send fewer or shorter earlier turns")
}

pub(super) fn unsupported_media_type(detail: impl Into<String>) -> Problem {
    let hint = "send {\"question\": \"...\"} with `Content-Type: application/json`, not compressed";
    Problem::of_asker("unsupported-media-type", 415, "not a body that can be read", detail, hint)
}

pub(super) fn not_ready(detail: &str) -> Problem {
    Problem {
        name: "not-ready",
        title: "not ready for questions",
        detail: detail.to_owned(),
        hint: "ask another point of presence".to_owned(),
        ..Problem::overloaded(limits::RETRY_AFTER)
    }
}
