//! What every response carries.

use super::question::Door;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use zero_pipeline::Platform as _;
use zero_pipeline::wire::answer::id_text;

/// Of a request and, where it is a question, of its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId(pub(super) u64);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer is for one asker and one moment; and nothing here is a page that a browser should run, frame or guess
/// the type of.
static ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::VARY, HeaderValue::from_static("accept, accept-encoding")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

pub(super) async fn around(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let id = door.host().platform.random();
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in &ALWAYS {
        headers.insert(name, value.clone());
    }
    if let Ok(id) = HeaderValue::from_str(&id_text(id)) {
        headers.insert(&REQUEST_ID, id);
    }
    response
}
