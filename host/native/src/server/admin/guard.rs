//! Who may come in.

use super::{Counter, problems};
use crate::server::problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;
use std::sync::Arc;

pub(super) async fn check(State(counter): State<Arc<Counter>>, request: Request, next: Next) -> Response {
    let may = is_ours(request.uri(), request.headers(), counter.address)
        .and_then(|()| has_token(request.headers(), |said| counter.token.is(said)));
    let mut response = match may {
        Ok(()) => next.run(request).await,
        Err(refused) => problem::response(&refused),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A browser that was led here says so by its `Origin`, or by a `Host` that is not ours.
fn is_ours(uri: &Uri, headers: &HeaderMap, address: SocketAddr) -> Result<(), zero_pipeline::Problem> {
    if headers.contains_key(header::ORIGIN) {
        return Err(problems::foreign("the request carries an `Origin`: it comes from a web page"));
    }
    // Behind a proxy the name is the proxy's.
    if !address.ip().is_loopback() {
        return Ok(());
    }
    let said = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let said = uri.authority().map(|authority| authority.as_str()).or(said).unwrap_or_default();
    let port = address.port();
    let ours = [address.to_string(), format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
    let one = headers.get_all(header::HOST).iter().count() <= 1;
    if one && ours.iter().any(|ours| ours.eq_ignore_ascii_case(said)) {
        return Ok(());
    }
    Err(problems::foreign("the request is for another host"))
}

fn has_token(headers: &HeaderMap, is_it: impl Fn(&str) -> bool) -> Result<(), zero_pipeline::Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let said = first.filter(|_| second.is_none()).and_then(|value| value.to_str().ok()?.split_once(' '));
    match said {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && is_it(token.trim()) => Ok(()),
        _ => Err(problems::no_token()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request for `host`, with these further headers, and the status it gets (200 when it may come in).
    fn check(listens: &str, host: &[&'static str], more: &[(&'static str, &'static str)], status: u16) {
        let mut headers = HeaderMap::new();
        host.iter().for_each(|host| _ = headers.append(header::HOST, HeaderValue::from_static(host)));
        for (name, value) in more {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let address = listens.parse().unwrap();
        let may = is_ours(&Uri::from_static("/admin/v1/connectors"), &headers, address)
            .and_then(|()| has_token(&headers, |said| said == "secret"));
        assert_eq!(may.map_or_else(|problem| problem.status, |()| 200), status, "{headers:?}");
    }

    #[test]
    fn only_those_who_know_the_token_and_no_browser() {
        let token = ("authorization", "Bearer secret");
        let here = "127.0.0.1:8081";
        check(here, &[here], &[token], 200);
        check(here, &["localhost:8081"], &[token], 200);
        check(here, &["LocalHost:8081"], &[("authorization", "bearer  secret")], 200);
        check("[::1]:8081", &["[::1]:8081"], &[token], 200);
        check(here, &[here], &[], 401);
        check(here, &[here], &[("authorization", "Bearer wrong")], 401);
        check(here, &[here], &[("authorization", "Basic secret")], 401);
        check(here, &[here], &[("authorization", "secret")], 401);
        check(here, &[here], &[token, token], 401);
        // A name that an attacker resolves to 127.0.0.1; another port; none; two.
        check(here, &["evil.example:8081"], &[token], 403);
        check(here, &["127.0.0.1:8080"], &[token], 403);
        check(here, &["127.0.0.1"], &[token], 403);
        check(here, &[], &[token], 403);
        check(here, &[here, "evil.example"], &[token], 403);
        check(here, &[here], &[token, ("origin", "http://127.0.0.1:8081")], 403);
        check(here, &[here], &[token, ("origin", "null")], 403);
        check("10.0.0.1:8081", &["admin.example"], &[token], 200);
        check("10.0.0.1:8081", &["admin.example"], &[token, ("origin", "https://evil.example")], 403);
    }
}
