//! What a service sent, as a connector may read it.
//!
//! Takes head and body of a response as they came; gives the response that the contract knows. Fails as the contract's
//! kinds. Limits: bytes and lines of the head, bytes of the body as sent and as decoded. Why it is so: only the headers of
//! the contract pass, so that no cookie, internal name or trace of a service reaches a component; a secret that a service
//! echoes is blotted out.

use crate::decode::{Coding, decode, decode_bytes_max};
use crate::failure::{Attempt, malformed, too_large};
use crate::grant::Secret;
use crate::{CacheHeaders, Fetched, redact};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::response::Parts;
use http::{HeaderMap, HeaderName};
use zero_pipeline::limits::{RESPONSE_BYTES_MAX, RESPONSE_HEADER_BYTES_MAX};
use zero_types::connector::{FetchFailure, Header, Outcome, Response};

/// Lines of a response's header block.
pub const RESPONSE_HEADERS_MAX: usize = 256;

/// Reads the response to one request.
#[derive(Debug, Clone)]
pub struct Reader {
    host: String,
    /// What must not come back in a response that echoes its request.
    secret: Option<Secret>,
}

impl Reader {
    pub(crate) fn new(host: String, secret: Option<Secret>) -> Self {
        Self { host, secret }
    }

    /// Who was asked, for messages.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Looks at the head before a byte of the body is taken. `has_body` is false when none follows, whatever length the
    /// head announces: after `HEAD`.
    ///
    /// # Errors
    /// `too-large` by what is announced, `malformed` by how it is encoded.
    pub fn body(&self, headers: &HeaderMap, has_body: bool) -> Attempt<Body> {
        let lines: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if headers.len() > RESPONSE_HEADERS_MAX || lines > RESPONSE_HEADER_BYTES_MAX {
            return Err(too_large(format!("`{}` sent a header block that is too large", self.host)));
        }
        let coding = match single(headers, CONTENT_ENCODING)? {
            Some(value) => Coding::of(&value)?,
            None => Coding::Identity,
        };
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let announced = announced.filter(|_| has_body).unwrap_or(0);
        let body = Body { host: self.host.clone(), coding, bytes: Vec::new() };
        if announced > RESPONSE_BYTES_MAX {
            return Err(body.over());
        }
        Ok(Body { bytes: Vec::with_capacity(announced.min(RESERVED_BYTES_MAX)), ..body })
    }

    /// What the connector reads, of a head and the decoded body.
    #[must_use]
    pub fn fetched(&self, head: &Parts, body: Vec<u8>) -> Fetched {
        let mut response = Response { status: head.status.as_u16(), headers: readable(&head.headers), body };
        if let Some(secret) = &self.secret {
            blot(&mut response, secret);
        }
        Fetched { outcome: Outcome::Response(response), cache: CacheHeaders::of(&head.headers) }
    }

    /// A failure in a runtime's own words, which may show the URL it was for.
    #[must_use]
    pub fn failed(&self, mut failure: FetchFailure) -> FetchFailure {
        if let Some(secret) = &self.secret {
            failure.detail = redact::text(&failure.detail, secret.forms(), 1);
        }
        failure
    }

    /// All of it at once, for those whose runtime hands over whole responses.
    ///
    /// # Errors
    /// As [`Reader::body`] and [`Body`].
    pub fn read(&self, response: http::Response<Vec<u8>>) -> Attempt<Fetched> {
        let (head, bytes) = response.into_parts();
        let mut body = self.body(&head.headers, !bytes.is_empty())?;
        body.take_whole(bytes)?;
        Ok(self.fetched(&head, body.decoded()?))
    }
}

/// A body as it arrives, encoded and bounded.
#[derive(Debug)]
pub struct Body {
    host: String,
    coding: Coding,
    bytes: Vec<u8>,
}

impl Body {
    /// Takes what arrived.
    ///
    /// # Errors
    /// `too-large`: nothing more need be read.
    pub fn take(&mut self, part: &[u8]) -> Attempt<()> {
        if self.bytes.len().saturating_add(part.len()) > RESPONSE_BYTES_MAX {
            return Err(self.over());
        }
        self.bytes.extend_from_slice(part);
        Ok(())
    }

    /// Without a copy, when nothing was taken before.
    fn take_whole(&mut self, bytes: Vec<u8>) -> Attempt<()> {
        if bytes.len() > RESPONSE_BYTES_MAX {
            return Err(self.over());
        }
        self.bytes = bytes;
        Ok(())
    }

    /// What [`Body::decoded`] may take in memory at most; nothing when the body stays as it is.
    #[must_use]
    pub fn decode_bytes_max(&self) -> usize {
        decode_bytes_max(self.coding, &self.bytes)
    }

    /// Bytes that were taken so far.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The body as it was before it was encoded for travel.
    ///
    /// # Errors
    /// `malformed` when it is broken, `too-large` when it unpacks to more than is kept.
    pub fn decoded(self) -> Attempt<Vec<u8>> {
        decode(self.coding, self.bytes)
    }

    fn over(&self) -> FetchFailure {
        too_large(format!("`{}` answers with more than {RESPONSE_BYTES_MAX} bytes", self.host))
    }
}

/// What a host in process answered, under the same limits.
///
/// # Errors
/// `too-large`.
pub fn in_process(host: &str, outcome: Outcome) -> Attempt<Fetched> {
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
    for header in &mut response.headers {
        header.value = redact::text(&header.value, secret.forms(), redact::SECRET_BYTES_MIN);
    }
    redact::bytes(&mut response.body, secret.forms());
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
/// What is reserved on the word of a stranger; more grows as it comes.
const RESERVED_BYTES_MAX: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use zero_types::connector::FetchFailureKind;

    fn read(head: &[(&str, &str)], body: Vec<u8>) -> Attempt<Fetched> {
        let mut response = http::Response::builder();
        for (name, value) in head {
            response = response.header(*name, *value);
        }
        let reader = Reader::new("a.example".to_owned(), Some(Secret::new("s3cret")));
        reader.read(response.body(body).unwrap())
    }

    #[test]
    fn a_whole_response_meets_the_limits_of_one_that_trickles_in() {
        let failed = |head: &[(&str, &str)], body: Vec<u8>| read(head, body).unwrap_err().kind;
        assert_eq!(failed(&[], vec![0; RESPONSE_BYTES_MAX + 1]), FetchFailureKind::TooLarge);
        assert_eq!(failed(&[("content-length", "4194305")], vec![0]), FetchFailureKind::TooLarge);
        assert_eq!(failed(&[("content-encoding", "gzip")], vec![0; 9]), FetchFailureKind::Malformed);
        assert_eq!(
            failed(&[("content-encoding", "br"), ("content-encoding", "br")], vec![]),
            FetchFailureKind::Malformed
        );
        assert_eq!(failed(&[("x-a", &"x".repeat(RESPONSE_HEADER_BYTES_MAX))], vec![]), FetchFailureKind::TooLarge);
        let many: Vec<_> = (0..=RESPONSE_HEADERS_MAX).map(|_| ("x-a", "1")).collect();
        assert_eq!(failed(&many, vec![]), FetchFailureKind::TooLarge);
        assert!(read(&[("content-length", "99999999")], vec![]).is_ok(), "after `HEAD` a length is no body");
    }

    #[test]
    fn a_runtimes_own_words_are_blotted() {
        let reader = Reader::new("a.example".to_owned(), Some(Secret::new("a b")));
        let detail = "no route to https://a.example/?key=a+b (a b)";
        let failure = reader.failed(crate::failure::unreachable(detail));
        assert_eq!(failure.detail, "no route to https://a.example/?key=redacted (redacted)");
    }

    #[test]
    fn only_what_the_contract_lists_comes_in() {
        let head = [("Content-Type", "text/plain"), ("set-cookie", "a=b"), ("cache-control", "max-age=60")];
        let fetched = read(&head, b"your s3cret is s3cret".to_vec()).unwrap();
        let Outcome::Response(response) = fetched.outcome else { panic!("failed") };
        assert_eq!(response.headers, [Header { name: "content-type".into(), value: "text/plain".into() }]);
        assert_eq!(response.body, b"your redacted is redacted");
        assert_eq!(fetched.cache.cache_control.as_deref(), Some("max-age=60"));
    }
}
