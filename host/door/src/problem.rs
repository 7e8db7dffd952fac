//! Problems that only HTTP has, and the response each problem becomes.

use crate::limits::{RECEIPT_BYTES_MAX, RETRY_AFTER};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use zero_pipeline::Problem;
use zero_pipeline::limits::{BODY_TIME_MAX, REQUEST_BODY_BYTES_MAX};
use zero_pipeline::problem::Whose;
use zero_pipeline::wire::answer::{id_text, problem_json};

/// RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What to call instead of what was called.
const PLACES: &str = "there are GET and POST /v1/answer, GET /v1/sources, /v1/sources/{id}, /healthz and /readyz";

/// The response that a problem becomes.
#[must_use]
pub fn response(problem: &Problem) -> Response<Bytes> {
    told(problem, &problem_json(problem))
}

/// The same, with the id of the request, under which the log tells more.
#[must_use]
pub fn response_to(id: u64, problem: &Problem) -> Response<Bytes> {
    let mut body = problem_json(problem);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("id".to_owned(), id_text(id).into());
    }
    told(problem, &body)
}

fn told(problem: &Problem, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(after) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, after.as_secs().max(1).into());
    }
    if is_unauthorized {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"zero\""));
    }
    response
}

/// There is no such path.
#[must_use]
pub fn not_found() -> Problem {
    nothing("no such path", PLACES)
}

/// There is no such source.
#[must_use]
pub fn no_such_source(id: &str) -> Problem {
    nothing(format!("no source has the id `{id}`"), "GET /v1/sources names them all")
}

/// The head of the request is not one that every server on its way would read alike.
#[must_use]
pub fn bad_request(detail: &str) -> Problem {
    let hint = "send one request as RFC 9112 or RFC 9113 has it; the connection ends here";
    Problem::of_asker("bad-request", 400, "the request is not HTTP as everybody reads it", detail, hint)
}

/// The target of the request is too long.
#[must_use]
pub fn uri_too_long(bytes_max: usize) -> Problem {
    let detail = format!("the target of the request is over the limit of {bytes_max} bytes");
    Problem::of_asker("uri-too-long", 414, "the target is too long", detail, "POST the question as JSON")
}

/// The fields of the request are too many or too large.
#[must_use]
pub fn headers_too_large(bytes_max: usize, count_max: usize) -> Problem {
    let detail = format!("the header is over the limit of {bytes_max} bytes or {count_max} fields");
    let hint = "send fewer or shorter fields; of cookies none is read";
    Problem::of_asker("headers-too-large", 431, "the header is too large", detail, hint)
}

fn nothing(detail: impl Into<String>, hint: &str) -> Problem {
    Problem::of_asker("not-found", 404, "there is nothing here", detail, hint)
}

/// There is such a path, for other methods, which `Allow` has to name.
#[must_use]
pub fn method_not_allowed(method: &Method) -> Problem {
    let detail = format!("`{method}` is not allowed here");
    let hint = "the header `Allow` lists what is";
    Problem::of_asker("method-not-allowed", 405, "the method is not allowed", detail, hint)
}

pub(crate) fn not_acceptable(offered: &[&str]) -> Problem {
    let detail = format!("`Accept` excludes all there is: {}", offered.join(", "));
    Problem::of_asker("not-acceptable", 406, "no acceptable form", detail, "accept one of these, or send no `Accept`")
}

/// The body did not come within `BODY_TIME_MAX`.
#[must_use]
pub fn body_too_slow() -> Problem {
    let detail = format!("the body did not arrive within {} s", BODY_TIME_MAX.as_secs());
    let hint = "send the request again over a better connection";
    let problem = Problem::of_asker("body-too-slow", 408, "the body took too long", detail, hint);
    Problem { retry_after: Some(RETRY_AFTER), ..problem }
}

pub(crate) fn body_too_large() -> Problem {
    let detail = format!("the body is over the limit of {REQUEST_BODY_BYTES_MAX} bytes");
    Problem::of_asker("body-too-large", 413, "the body is too large", detail, "send fewer or shorter earlier turns")
}

pub(crate) fn unsupported_media_type(detail: impl Into<String>) -> Problem {
    let hint = "send {\"question\": \"...\"} with `Content-Type: application/json`, not compressed";
    Problem::of_asker("unsupported-media-type", 415, "not a body that can be read", detail, hint)
}

pub(crate) fn no_receipts() -> Problem {
    let detail = "this point of presence gives no receipts: they hold all that the sources said";
    let hint = "ask for the answer; an operator allows receipts with `receipts = true` in `[server]`";
    Problem::of_asker("no-receipts", 403, "no receipts here", detail, hint)
}

pub(crate) fn receipt_too_large() -> Problem {
    Problem {
        name: "receipt-too-large",
        status: 500,
        title: "the receipt is too large",
        detail: format!("what the sources said is over the limit of {RECEIPT_BYTES_MAX} bytes for a receipt"),
        whose: Whose::Us,
        retry_after: None,
        hint: "name fewer `sources`, or let the operator run `zero ask --receipt`".to_owned(),
    }
}

/// Questions should be sent elsewhere.
#[must_use]
pub fn not_ready(detail: &str) -> Problem {
    Problem {
        name: "not-ready",
        title: "not ready for questions",
        detail: detail.to_owned(),
        hint: "ask another point of presence".to_owned(),
        ..Problem::overloaded(RETRY_AFTER)
    }
}
