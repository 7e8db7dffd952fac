//! Installing: the bytes of a component, or where the host finds one.

use super::limits::{JSON_BYTES_MAX, SOURCE_BYTES_MAX};
use super::routes::{at_desk, json};
use super::{Counter, problems};
use crate::server::problem;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::Arc;
use zero_lifecycle::{Ask, Gate, Origin};
use zero_pipeline::Problem;
use zero_pipeline::limits::BODY_TIME_MAX;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct How {
    /// Agrees to whatever it asks for.
    #[serde(default)]
    consent: bool,
    /// Takes it although nobody vouches for it.
    #[serde(default)]
    allow_unsigned: bool,
    /// Where the bytes came from, for people.
    source: Option<String>,
    /// A folder of stored exchanges that it must answer as the current version does.
    gate: Option<PathBuf>,
}

/// Where the host finds one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Where {
    Path(PathBuf),
    Reference(String),
}

pub(super) async fn install(
    State(counter): State<Arc<Counter>>,
    how: Result<Query<How>, QueryRejection>,
    request: Request,
) -> Response {
    let Query(how) = match how {
        Ok(how) => how,
        Err(rejection) => return problems::bad_query(&rejection),
    };
    let (parts, body) = request.into_parts();
    let origin = match origin(&counter, &parts.headers, body, how.source).await {
        Ok(origin) => origin,
        Err(problem) => return problem::response(&problem),
    };
    let gate = how.gate.map(|exchanges| Gate { exchanges });
    let ask = Ask { consent: how.consent, allow_unsigned: how.allow_unsigned, gate };
    // A registry is asked before the desk is: it may take its time, and nobody else has to wait for it.
    let origin = match origin {
        Asked::Origin(origin) => Ok(origin),
        Asked::Reference(reference) => counter.desk.pull(&reference).await,
    };
    match origin {
        Ok(origin) => at_desk(&counter, move |desk| desk.install(origin, &ask)).await,
        Err(error) => problems::refused(&error),
    }
}

/// `POST /admin/v1/inspect`: what an artifact of a registry would ask for; none of its code is fetched.
pub(super) async fn inspect(State(counter): State<Arc<Counter>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match origin(&counter, &parts.headers, body, None).await {
        Ok(Asked::Reference(reference)) => match counter.desk.inspect(&reference).await {
            Ok(preview) => json(&preview),
            Err(error) => problems::refused(&error),
        },
        Ok(Asked::Origin(_)) => problem::response(&Problem::malformed(
            "only a reference can be looked into",
            "send {\"reference\": \"registry/name:tag\"}",
        )),
        Err(problem) => problem::response(&problem),
    }
}

enum Asked {
    Origin(Origin),
    Reference(String),
}

async fn origin(counter: &Counter, headers: &HeaderMap, body: Body, said: Option<String>) -> Result<Asked, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match content_type.parse::<mime::Mime>().as_ref().map(mime::Mime::essence_str) {
        Ok("application/wasm") => {
            let bytes = collect(body, counter.desk.component_bytes_max()).await?;
            let said: String = said.unwrap_or_else(|| "admin".to_owned()).chars().take(SOURCE_BYTES_MAX).collect();
            Ok(Asked::Origin(Origin::Bytes { bytes, from: said }))
        }
        Ok("application/json") => {
            let body = collect(body, JSON_BYTES_MAX).await?;
            let found: Result<Where, _> = serde_json::from_slice(&body);
            match found {
                Ok(Where::Path(path)) => Ok(Asked::Origin(Origin::Path(path))),
                Ok(Where::Reference(reference)) => Ok(Asked::Reference(reference)),
                Err(error) => {
                    let hint = "send {\"path\": \"/…\"} or {\"reference\": \"registry/name:tag\"}";
                    Err(Problem::malformed(format!("the body says nothing to install: {error}"), hint))
                }
            }
        }
        _ => {
            let hint = "send a component as `application/wasm`, or {\"path\"} or {\"reference\"} as `application/json`";
            let detail = format!("the body is `{content_type}`");
            Err(Problem::of_asker("unsupported-media-type", 415, "not a body that can be installed", detail, hint))
        }
    }
}

async fn collect(body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let body = Limited::new(body, bytes_max).collect();
    match tokio::time::timeout(BODY_TIME_MAX, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(problems::too_large(bytes_max)),
        Ok(Err(error)) => Err(Problem::malformed(format!("the body broke off: {error}"), "send it again, whole")),
        Err(_) => Err(zero_door::problem::body_too_slow()),
    }
}
