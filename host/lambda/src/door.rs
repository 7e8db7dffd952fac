//! From an event's request to the native host's door.
//!
//! - **Takes** a request as the event library reads it.
//! - **Gives** the response of the door that `zero serve` has.
//! - **Fails** never: whatever is wrong with a request is a problem in its response.
//! - **Why it is so**: a stage is part of where a function was put and not of what is asked, so it is taken away; and
//!   only this side knows when the invocation ends, so the question is told.

use crate::limits::HANDOVER_TIME;
use axum::Router;
use axum::body::Body;
use core::convert::Infallible;
use core::net::IpAddr;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use http::{Response, Uri};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _, Service};
use std::time::SystemTime;
use zero_door::{Peer, TimeLeft};
use zero_native::{Host, server};

/// The door; clones share the host.
#[derive(Clone)]
pub(crate) struct Door(Router);

impl Door {
    /// # Errors
    /// As [`server::router`].
    pub(crate) fn new(host: Host) -> anyhow::Result<Self> {
        Ok(Self(server::router(host)?))
    }
}

impl Service<Request> for Door {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    /// A router is always ready.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let uri = without_stage(&request);
        let left = request.lambda_context_ref().map(|context| time_left(context.deadline(), SystemTime::now()));
        let mut request = request.map(|body| Body::from(body.to_vec()));
        if let Some(uri) = uri {
            *request.uri_mut() = uri;
        }
        if let Some(left) = left {
            request.extensions_mut().insert(TimeLeft(left));
        }
        if let Some(address) = address_of(&request) {
            request.extensions_mut().insert(Peer { address, is_encrypted: true, service: None });
        }
        Box::pin(self.0.call(request))
    }
}

/// Who asks, as the gateway saw them: it speaks TLS with them, and nobody can tell it otherwise.
fn address_of<B>(request: &http::Request<B>) -> Option<IpAddr> {
    let said = match request.extensions().get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    };
    said?.parse().ok()
}

fn time_left(deadline: SystemTime, now: SystemTime) -> Duration {
    deadline.duration_since(now).unwrap_or_default().saturating_sub(HANDOVER_TIME)
}

/// The path as it was asked for. The event library puts the stage in front of it, which is right for links and wrong
/// for routes; none when that cannot be undone, and then the path is whatever it is.
fn without_stage(request: &Request) -> Option<Uri> {
    let raw = request.raw_http_path();
    let path = match request.request_context_ref() {
        // The path of an HTTP API starts with its stage, unless that is the default one.
        Some(RequestContext::ApiGatewayV2(context)) => match context.stage.as_deref() {
            Some(stage) if stage != "$default" => raw.strip_prefix('/')?.strip_prefix(stage)?,
            _ => raw,
        },
        _ => raw,
    };
    let path = if path.is_empty() { "/" } else { path };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{path}{query}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::request::LambdaRequest;

    /// The path and query that the door sees of an event.
    fn check(event: &str, expected: &str) {
        let event: LambdaRequest = serde_json::from_str(event).unwrap();
        let request = Request::from(event);
        let seen = without_stage(&request).unwrap_or_else(|| request.uri().clone());
        assert_eq!(seen.path_and_query().unwrap().as_str(), expected);
    }

    fn v2(stage: &str, path: &str, query: &str) -> String {
        format!(
            r#"{{"version": "2.0", "routeKey": "$default", "rawPath": "{path}", "rawQueryString": "{query}",
                "headers": {{}}, "isBase64Encoded": false, "requestContext": {{"stage": "{stage}",
                "http": {{"method": "GET", "path": "{path}"}}}}}}"#
        )
    }

    fn v1(stage: &str, path: &str) -> String {
        format!(
            r#"{{"resource": "/{{proxy+}}", "path": "{path}", "httpMethod": "GET", "headers": {{}},
                "multiValueHeaders": {{}}, "queryStringParameters": {{"q": "café & tea"}},
                "multiValueQueryStringParameters": {{"q": ["café & tea"]}}, "isBase64Encoded": false,
                "requestContext": {{"stage": "{stage}", "httpMethod": "GET", "resourcePath": "/{{proxy+}}"}}}}"#
        )
    }

    #[test]
    fn a_stage_is_no_part_of_the_path() {
        check(&v2("$default", "/v1/answer", "q=why"), "/v1/answer?q=why");
        check(&v2("prod", "/prod/v1/answer", "q=why%3F"), "/v1/answer?q=why%3F");
        check(&v2("prod", "/prod", ""), "/");
        // A stage may be called as the first part of a path is.
        check(&v2("v1", "/v1/v1/sources", ""), "/v1/sources");
        check(&v1("v1", "/v1/answer"), "/v1/answer?q=caf%C3%A9+%26+tea");
        check(&v1("prod", "/v1/answer"), "/v1/answer?q=caf%C3%A9+%26+tea");
    }

    #[test]
    fn the_gateway_says_who_asks() {
        let asks = |event: &str| address_of(&Request::from(serde_json::from_str::<LambdaRequest>(event).unwrap()));
        let from = |event: String| event.replace("\"path\": \"/\"}", "\"path\": \"/\", \"sourceIp\": \"192.0.2.7\"}");
        assert_eq!(asks(&from(v2("prod", "/", ""))), Some(IpAddr::from([192, 0, 2, 7])));
        assert_eq!(asks(&v2("prod", "/", "")), None);
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_nothing() {
        let now = SystemTime::now();
        assert_eq!(time_left(now + Duration::from_secs(3), now), Duration::from_secs(3) - HANDOVER_TIME);
        assert_eq!(time_left(now, now), Duration::ZERO);
        assert_eq!(time_left(now - Duration::from_secs(3), now), Duration::ZERO);
    }
}
