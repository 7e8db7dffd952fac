//! What every response carries, from whichever part of a host it comes.

use crate::reply::Reply;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use zero_pipeline::wire::answer::id_text;

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

/// One year: whoever spoke TLS with us once never speaks without it.
static STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Makes the response to a request of this id as safe as all others, where it does not say so itself.
pub fn protect(id: u64, is_encrypted_by_us: bool, headers: &mut HeaderMap) {
    for (name, value) in &ALWAYS {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if let Ok(id) = HeaderValue::from_str(&id_text(id)) {
        headers.entry(&REQUEST_ID).or_insert(id);
    }
    if is_encrypted_by_us {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert_with(|| STRICT_TRANSPORT.clone());
    }
}

/// The response to a request of this id and method.
pub(crate) fn around<P, G>(id: u64, method: &Method, mut response: Response<Reply<P, G>>) -> Response<Reply<P, G>> {
    let headers = response.headers_mut();
    for (name, value) in &ALWAYS {
        headers.insert(name, value.clone());
    }
    if let Ok(id) = HeaderValue::from_str(&id_text(id)) {
        headers.insert(&REQUEST_ID, id);
    }
    if *method == Method::HEAD { without_body(response) } else { response }
}

/// The head of a response alone; a stream that nobody reads is not begun.
fn without_body<P, G>(mut response: Response<Reply<P, G>>) -> Response<Reply<P, G>> {
    if let Reply::Whole(body) = response.body() {
        let length = body.len();
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    response.map(|_| Reply::Whole(Bytes::new()))
}
