//! Requests for askers' own accounts, and whom a credential makes the host believe.
//!
//! - **Takes** a request whose path is one of [`Place`]; of any other only its credential.
//! - **Gives** its response; the trust by which whoever asks is found out.
//! - **Fails** with `forbidden` or `unauthenticated` where the place's rule is not met.
//! - **Limits**: those of [`zero_federation`]; no body is read.
//! - **Why it is so**: keys of other issuers come and go, so what is believed is put together for each request, before
//!   the pure room is asked.

use crate::host::Host;
use crate::platform::Native;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use std::sync::Arc;
use zero_door::Door;
use zero_federation::Place;
use zero_pipeline::{Platform as _, Problem};
use zero_types::functions::{Principal, Trust};

/// Whom to believe of what these headers say.
pub(super) async fn trust(host: &Host, headers: &HeaderMap) -> Arc<Trust> {
    let own = host.trust();
    let Some(federation) = &host.federation else { return own };
    match zero_door::credential(headers) {
        Ok(credential) => federation.trusting(own, &credential, host.platform.now_ms()).await,
        // The door says what is wrong with it.
        Err(_) => own,
    }
}

/// Responds, as [`zero_federation::Connections::respond`] does, once it is known that whoever asks may; none for other paths.
pub(super) async fn respond(host: &Host, door: &Door<Native>, parts: &Parts) -> Option<Response<Body>> {
    let connections = host.federation.as_ref()?.connections()?;
    let place = Place::of(parts.uri.path())?;
    let response = match caller(&place, door, &host.platform, &parts.headers) {
        Ok(caller) => connections.respond(parts, &caller, host.platform.now_ms()).await?,
        Err(problem) => zero_door::problem::response(&problem),
    };
    Some(response.map(Body::from))
}

fn caller(
    place: &Place<'_>,
    door: &Door<Native>,
    platform: &Native,
    headers: &HeaderMap,
) -> Result<Principal, Problem> {
    let caller = door.identify(headers)?;
    place.rule().check(&platform.rooms(), &caller)?;
    Ok(caller)
}
