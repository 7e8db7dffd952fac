//! One request on one connection, and its answer, bounded.
//!
//! Takes a checked request and a sender; gives the response that a connector may read. Fails as the contract's kinds.
//! Limits: bytes of the body as sent and as decoded. Why it is so: only the headers of the contract pass, so that no
//! cookie, internal name or trace of a service reaches a component; a secret that a service echoes is blotted out.

use crate::check::Checked;
use crate::decode::{Coding, decode};
use crate::dial::{Body, Sender};
use crate::failure::{Attempt, malformed, of_hyper, refused, too_large};
use crate::grant::Secret;
use crate::pool::{Key, Pool};
use crate::{CacheHeaders, Fetched};
use http::header::{AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, EXPIRES, VARY};
use http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use zero_pipeline::limits::RESPONSE_BYTES_MAX;
use zero_types::connector::{Header, Outcome, Response};

/// A request ready to be sent, once or twice.
pub(crate) struct Prepared {
    checked: Checked,
    tls: bool,
    body: Bytes,
}

pub(crate) enum Sent {
    /// A sender comes back when its connection can serve another request.
    Response(http::Response<Incoming>, Option<Sender>),
    /// The connection was gone before anything of an answer came, and the request may be sent again.
    Stale,
}

impl Prepared {
    pub(crate) fn new(mut checked: Checked, tls: bool) -> Attempt<Self> {
        let body = Bytes::from(std::mem::take(&mut checked.body));
        Ok(Self { checked, tls, body })
    }

    pub(crate) fn host(&self) -> &str {
        &self.checked.host
    }

    pub(crate) async fn send(&mut self, sender: Sender) -> Attempt<Sent> {
        let (sent, sender) = match sender {
            Sender::One(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                let request = self.request(false)?;
                (sender.try_send_request(request).await, Some(Sender::One(sender)))
            }
            Sender::Many(mut sender) => {
                if sender.ready().await.is_err() {
                    return Ok(Sent::Stale);
                }
                let request = self.request(true)?;
                // It stays in the pool by itself.
                (sender.try_send_request(request).await, None)
            }
        };
        match sent {
            Ok(response) => Ok(Sent::Response(response, sender)),
            Err(mut error) => {
                let unsent = error.take_message().is_some();
                let again = unsent || (error.error().is_incomplete_message() && self.is_safe());
                if again { Ok(Sent::Stale) } else { Err(of_hyper(self.host(), error.error())) }
            }
        }
    }

    fn is_safe(&self) -> bool {
        self.checked.method != http::Method::POST
    }

    fn request(&self, many: bool) -> Attempt<http::Request<Body>> {
        let checked = &self.checked;
        let mut headers = checked.headers.clone();
        let uri = if many {
            // HTTP/2 names the host in `:authority`, and nowhere else.
            let authority = headers.remove(http::header::HOST);
            let authority = authority.as_ref().and_then(|value| value.to_str().ok()).unwrap_or(&checked.host);
            let scheme = if self.tls { "https" } else { "http" };
            format!("{scheme}://{authority}{}", checked.path_and_query)
        } else {
            checked.path_and_query.clone()
        };
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = checked.method.clone();
        *request.uri_mut() = uri.parse().map_err(|_| refused("the path of the URL cannot be sent"))?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Reads the response to its end and keeps the connection, if it can be kept.
    pub(crate) async fn finish(
        self,
        response: http::Response<Incoming>,
        kept: Option<(Sender, Key)>,
        pool: &Pool,
    ) -> Attempt<Fetched> {
        let (head, body) = response.into_parts();
        let coding = match single(&head.headers, CONTENT_ENCODING)? {
            Some(value) => Coding::of(&value)?,
            None => Coding::Identity,
        };
        let encoded = collect(self.host(), &head.headers, body).await?;
        if let Some((sender, key)) = kept {
            pool.put(key, sender);
        }
        let body = if coding == Coding::Identity || encoded.len() < DECODE_INLINE_BYTES_MAX {
            decode(coding, encoded)?
        } else {
            let decoded = tokio::task::spawn_blocking(move || decode(coding, encoded)).await;
            decoded.map_err(|_| malformed("the body could not be decoded"))??
        };
        let cache = CacheHeaders {
            cache_control: joined(&head.headers, CACHE_CONTROL),
            expires: joined(&head.headers, EXPIRES),
            age: joined(&head.headers, AGE),
            vary: joined(&head.headers, VARY),
        };
        let mut response = Response { status: head.status.as_u16(), headers: readable(&head.headers), body };
        if let Some(secret) = &self.checked.secret {
            blot(&mut response, secret);
        }
        Ok(Fetched { outcome: Outcome::Response(response), cache })
    }
}

async fn collect(host: &str, headers: &HeaderMap, mut body: Incoming) -> Attempt<Vec<u8>> {
    let large = || too_large(format!("`{host}` answers with more than {RESPONSE_BYTES_MAX} bytes"));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let is_head = hyper::body::Body::is_end_stream(&body);
    if !is_head && announced.is_some_and(|bytes| bytes > RESPONSE_BYTES_MAX) {
        return Err(large());
    }
    let mut bytes = Vec::with_capacity(if is_head { 0 } else { announced.unwrap_or(0) });
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| of_hyper(host, &error))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > RESPONSE_BYTES_MAX {
                return Err(large());
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes)
}

/// What a host in process answered, under the same limits.
pub(crate) fn of_virtual_host(host: &str, outcome: Outcome) -> Attempt<Fetched> {
    let outcome = match outcome {
        Outcome::Response(mut response) => {
            if response.body.len() > RESPONSE_BYTES_MAX {
                return Err(too_large(format!("`{host}` answers with more than {RESPONSE_BYTES_MAX} bytes")));
            }
            response.headers.retain(|header| READABLE.contains(&header.name.as_str()));
            Outcome::Response(response)
        }
        failed => failed,
    };
    Ok(Fetched { outcome, cache: CacheHeaders::default() })
}

fn readable(headers: &HeaderMap) -> Vec<Header> {
    let mut readable = Vec::new();
    for name in READABLE {
        for value in headers.get_all(name) {
            readable
                .push(Header { name: name.to_owned(), value: String::from_utf8_lossy(value.as_bytes()).into_owned() });
        }
    }
    readable
}

fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn single(headers: &HeaderMap, name: HeaderName) -> Attempt<Option<String>> {
    let mut values = headers.get_all(&name).iter();
    let first = values.next().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    match values.next() {
        Some(_) => Err(malformed(format!("header `{name}` came twice"))),
        None => Ok(first),
    }
}

/// Services echo what they were asked, in links to the next page above all.
fn blot(response: &mut Response, secret: &Secret) {
    let form: String = url::form_urlencoded::byte_serialize(secret.expose().as_bytes()).collect();
    for secret in [secret.expose(), form.as_str()] {
        if secret.len() < SECRET_BYTES_MIN {
            continue;
        }
        for header in &mut response.headers {
            if header.value.contains(secret) {
                header.value = header.value.replace(secret, BLOT);
            }
        }
        if let Some(first) = find(&response.body, secret.as_bytes()) {
            response.body = without(&response.body, first, secret.as_bytes());
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn without(body: &[u8], first: usize, secret: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(body.len());
    let (mut rest, mut next) = (body, Some(first));
    while let Some(at) = next {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        kept.extend_from_slice(before);
        kept.extend_from_slice(BLOT.as_bytes());
        rest = from.get(secret.len()..).unwrap_or_default();
        next = find(rest, secret);
    }
    kept.extend_from_slice(rest);
    kept
}

/// Those that a connector can use; the contract lists them.
const READABLE: [&str; 12] = [
    "content-type",
    "content-language",
    "date",
    "last-modified",
    "link",
    "retry-after",
    "etag",
    "location",
    "mcp-session-id",
    "www-authenticate",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];
/// Smaller bodies are decoded in less time than a change of threads takes.
const DECODE_INLINE_BYTES_MAX: usize = 64 * 1024;
/// A shorter text is no secret, and would be found in any page.
const SECRET_BYTES_MIN: usize = 6;
const BLOT: &str = "redacted";
