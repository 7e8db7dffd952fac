//! Requests of one connection, before anybody asks what they mean.
//!
//! - **Takes** a request as the protocol's parser gives it.
//! - **Gives** it on with [`Peer`], [`RequestId`] and [`Trace`] as extensions, its body at a [`pace`](super::pace).
//! - **Fails** with the problem of a head that was refused, in its turn; such a connection ends.
//! - **Limits**: [`limits`].
//! - **Why it is so**: whatever a host mounts behind it, each response carries the same headers and an id that the log
//!   knows, and no route can forget it.

use super::activity::Activity;
use super::limits;
use super::pace::{Coming, Going};
use super::problem;
use super::wire::{Protocol, Refusal, Verdict, is_host};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header};
use core::convert::Infallible;
use core::net::IpAddr;
use core::sync::atomic::{AtomicU64, Ordering};
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use tracing::Instrument as _;
use zero_config::{ForwardedBy, Proxy};
use zero_door::trace::Trace;
use zero_door::{Certified, Peer, RequestId, headers};
use zero_pipeline::Problem;
use zero_pipeline::wire::answer::id_text;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What all requests of a connection share.
pub(super) struct Edge {
    pub(super) router: Router,
    pub(super) protocol: Protocol,
    /// The other end of the connection.
    pub(super) address: IpAddr,
    pub(super) is_tls: bool,
    pub(super) service: Option<Arc<Certified>>,
    pub(super) proxy: Arc<Proxy>,
    pub(super) verdict: Verdict,
    pub(super) activity: Arc<Activity>,
    /// Requests so far: HTTP/1 has one after the other.
    pub(super) heads: AtomicU64,
}

impl Edge {
    /// Responds to a request, whatever is wrong with it.
    pub(super) async fn respond(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let in_flight = self.activity.enter();
        let id = random();
        let refused = self.refused(&request);
        let response = match refused {
            Some(refused) => problem::response_to(id, &refused),
            None => {
                let trace = Trace::of(request.headers(), random);
                let span = tracing::info_span!("request", id = %id_text(id), trace = %trace);
                self.passed(id, trace, request).instrument(span).await?
            }
        };
        let (mut parts, body) = response.into_parts();
        headers::protect(id, self.is_tls, &mut parts.headers);
        Ok(Response::from_parts(parts, Body::new(Going::new(body, in_flight))))
    }

    async fn passed(&self, id: u64, trace: Trace, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let mut request = request.map(Coming::new);
        let peer = self.peer(request.headers());
        let extensions = request.extensions_mut();
        extensions.insert(RequestId(id));
        extensions.insert(trace);
        extensions.insert(peer);
        let response = TowerToHyperService::new(self.router.clone()).call(request).await?;
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            // Whoever was answered so has the id, by which this line is found. Others that fail were told what to do.
            tracing::warn!("a request ended in a problem of ours");
        }
        Ok(response)
    }

    /// Why this request is refused, if it is.
    fn refused(&self, request: &Request<Incoming>) -> Option<Problem> {
        let number = self.heads.fetch_add(1, Ordering::Relaxed) + 1;
        let refusal = match self.protocol {
            Protocol::Http1 => self.verdict.get().and_then(|(head, refusal)| (*head == number).then_some(*refusal)),
            Protocol::Http2 => refusal(request),
        }?;
        Some(match refusal {
            Refusal::Malformed(how) => zero_door::problem::bad_request(how),
            Refusal::UriTooLong => zero_door::problem::uri_too_long(limits::URI_BYTES_MAX),
            Refusal::HeadersTooLarge => {
                zero_door::problem::headers_too_large(limits::HEADER_BYTES_MAX as usize, limits::HEADERS_MAX)
            }
        })
    }

    fn peer(&self, headers: &HeaderMap) -> Peer {
        let field = match self.proxy.field {
            ForwardedBy::XForwardedFor => &X_FORWARDED_FOR,
            ForwardedBy::Forwarded => &header::FORWARDED,
        };
        let address = zero_traffic::asker(self.address, headers, field, |address| self.is_believed(address));
        let is_encrypted = self.is_tls || self.proxy.terminates_tls || self.address.to_canonical().is_loopback();
        Peer { address, is_encrypted, service: self.service.clone() }
    }

    fn is_believed(&self, address: IpAddr) -> bool {
        self.proxy.addresses.iter().any(|network| network.holds(address))
    }
}

/// Why a request of HTTP/2 is refused, whose frames h2 has found good.
fn refusal<B>(request: &Request<B>) -> Option<Refusal> {
    let (uri, headers) = (request.uri(), request.headers());
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > limits::URI_BYTES_MAX) {
        return Some(Refusal::UriTooLong);
    }
    if headers.len() > limits::HEADERS_MAX {
        return Some(Refusal::HeadersTooLarge);
    }
    if *request.method() == Method::CONNECT {
        return Some(Refusal::Malformed("nobody is connected elsewhere"));
    }
    let mut hosts = headers.get_all(header::HOST).iter().map(|host| host.as_bytes());
    let (host, another) = (hosts.next(), hosts.next());
    let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
    match (authority, host) {
        _ if another.is_some() => Some(Refusal::Malformed("there is more than one `Host`")),
        (Some(one), Some(other)) if !one.eq_ignore_ascii_case(other) => {
            Some(Refusal::Malformed("`:authority` and `Host` name two hosts"))
        }
        (Some(host), _) | (None, Some(host)) if is_host(host) => None,
        _ => Some(Refusal::Malformed("`:authority` is not a host and perhaps a port")),
    }
}

/// Without the system's randomness an id is still needed, and it need not be secret.
fn random() -> u64 {
    static COUNTED: AtomicU64 = AtomicU64::new(1);
    getrandom::u64().unwrap_or_else(|_| COUNTED.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use zero_config::Network;

    fn edge(address: &str, proxies: &[&str]) -> Edge {
        let addresses = proxies.iter().map(|it| Network::try_from((*it).to_owned()).unwrap()).collect();
        Edge {
            router: Router::new(),
            protocol: Protocol::Http1,
            address: address.parse().unwrap(),
            is_tls: false,
            service: None,
            proxy: Arc::new(Proxy { addresses, ..Proxy::default() }),
            verdict: Verdict::default(),
            activity: Activity::new(),
            heads: AtomicU64::new(0),
        }
    }

    #[test]
    fn only_proxies_that_are_believed_say_who_asks() {
        let check = |address: &str, proxies: &[&str], said: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            said.iter().for_each(|it| _ = headers.append("x-forwarded-for", HeaderValue::from_static(it)));
            let peer = edge(address, proxies).peer(&headers);
            assert_eq!(peer.address, expected.parse::<IpAddr>().unwrap(), "{said:?}");
        };
        check("192.0.2.1", &[], &["203.0.113.9"], "192.0.2.1");
        check("192.0.2.1", &["10.0.0.0/8"], &["203.0.113.9"], "192.0.2.1");
        check("10.0.0.1", &["10.0.0.0/8"], &[], "10.0.0.1");
        check("10.0.0.1", &["10.0.0.0/8"], &["203.0.113.9"], "203.0.113.9");
        check("10.0.0.1", &["10.0.0.0/8"], &["127.0.0.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9");
        check("10.0.0.1", &["10.0.0.0/8"], &["127.0.0.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9");
        check("10.0.0.1", &["10.0.0.0/8"], &["203.0.113.9, unknown"], "10.0.0.1");
        check("10.0.0.1", &["10.0.0.0/8"], &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2");
        check("::ffff:10.0.0.1", &["10.0.0.0/8"], &["2001:db8::1"], "2001:db8::1");
    }

    #[test]
    fn a_request_of_http2_goes_to_one_host() {
        let check = |uri: &str, hosts: &[&str], expected: Option<&str>| {
            let request = hosts.iter().fold(Request::get(uri), |request, host| request.header("host", *host));
            let refusal = refusal(&request.body(()).unwrap()).map(|it| format!("{it:?}"));
            match (refusal, expected) {
                (Some(said), Some(why)) => assert!(said.contains(why), "{said}"),
                (said, expected) => assert_eq!((said, expected), (None, None), "{uri} {hosts:?}"),
            }
        };
        check("https://a/", &[], None);
        check("https://A:443/", &["a:443"], None);
        check("/", &["a"], None);
        check("/", &[], Some("not a host"));
        check("https://a/", &["b"], Some("two hosts"));
        check("https://a/", &["a", "a"], Some("more than one"));
        check("https://user@a/", &[], Some("not a host"));
        check(&format!("https://a/{}", "b".repeat(limits::URI_BYTES_MAX)), &[], Some("UriTooLong"));
    }
}
