//! Requests for accounts: who asks is found out by the room that also lets questions in.
//!
//! - **Takes** a request whose path is a route of [`Identity`].
//! - **Gives** its response.
//! - **Fails** with `forbidden` or `unauthenticated` where the route's rule is not met, before a body is read.
//! - **Limits**: a body is at most [`BODY_BYTES_MAX`] large and comes within [`BODY_TIME_MAX`].
//! - **Why it is so**: accounts know what was issued, and the auth component what is valid. Neither decides for the other.

use crate::platform::Native;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Response, header};
use core::net::{IpAddr, Ipv4Addr};
use tokio::time::timeout;
use zero_door::{Door, Peer};
use zero_identity::limits::BODY_BYTES_MAX;
use zero_identity::{Identity, Route};
use zero_pipeline::limits::BODY_TIME_MAX;
use zero_pipeline::{Platform as _, Problem};
use zero_types::functions::Principal;

/// Responds, as [`Identity::respond`] does, once it is known that whoever asks may.
pub(super) async fn respond(
    identity: &Identity,
    route: &Route,
    (door, platform): (&Door<Native>, &Native),
    parts: &Parts,
    body: Body,
) -> Response<Body> {
    let responded = passed(identity, route, (door, platform), parts, body).await;
    let response = responded.unwrap_or_else(|problem| zero_door::problem::response(&problem));
    let is_head = parts.method == Method::HEAD;
    response.map(|body| if is_head { Body::empty() } else { Body::from(body) })
}

async fn passed(
    identity: &Identity,
    route: &Route,
    (door, platform): (&Door<Native>, &Native),
    parts: &Parts,
    body: Body,
) -> Result<Response<Bytes>, Problem> {
    let caller = caller(route, door, platform, &parts.headers)?;
    let body = read(parts, body).await?;
    // Without a connection there is nobody to count by address but everybody.
    let nowhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let peer = parts.extensions.get::<Peer>().map_or(nowhere, |peer| peer.address);
    let responded = identity.respond(parts, body, &caller, peer, platform.now_ms()).await;
    responded.ok_or_else(zero_door::problem::not_found)
}

/// Who asks, once it is known that they may.
fn caller(route: &Route, door: &Door<Native>, platform: &Native, headers: &HeaderMap) -> Result<Principal, Problem> {
    let rule = route.rule();
    if rule.is_open() {
        // Whoever signs in may still show an old token, and whoever signs out may show one that has expired.
        return door.identify(headers).or_else(|_| door.identify(&HeaderMap::new()));
    }
    let caller = door.identify(headers)?;
    rule.check(&platform.rooms(), &caller)?;
    Ok(caller)
}

async fn read(parts: &Parts, body: Body) -> Result<Bytes, Problem> {
    let said = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|bytes: usize| bytes > BODY_BYTES_MAX) {
        return Err(zero_door::BodyProblem::TooLarge.into());
    }
    let body = timeout(BODY_TIME_MAX, zero_door::body::collect(body.into_data_stream())).await;
    Ok(body.map_err(|_| zero_door::problem::body_too_slow())??)
}
