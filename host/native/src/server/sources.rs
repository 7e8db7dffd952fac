//! `/v1/sources`: what can be asked, and what is left alone for now.

use super::question::Door;
use super::{credential, problem};
use crate::host::Host;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use core::time::Duration;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_engine::Snapshot;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::health::Suspension;
use zero_pipeline::wire::twin::{self, Twin as _};
use zero_pipeline::{Platform as _, Problem, Rooms as _};
use zero_types::prelude::{Action, Decision};

pub(super) async fn list(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    respond(|| {
        let host = door.host();
        may_list(&host, &headers)?;
        let shelf = Shelf::of(&host);
        let sources = host.region.catalogue.records().iter().map(|record| shelf.source(record)).collect();
        json(&Sources { sources })
    })
}

pub(super) async fn one(
    State(door): State<Arc<Door>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // An id that is not even UTF-8 is no source's.
    let Ok(Path(id)) = id else { return problem::not_found().await };
    respond(|| {
        let host = door.host();
        may_list(&host, &headers)?;
        let record = host.region.catalogue.get(&id).ok_or_else(|| problem::no_such_source(&id))?;
        json(&Shelf::of(&host).source(record))
    })
}

fn respond(body: impl FnOnce() -> Result<String, Problem>) -> Response {
    match body() {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(problem) => problem::response(&problem),
    }
}

fn may_list(host: &Host, headers: &HeaderMap) -> Result<(), Problem> {
    let (platform, broke) = (&host.platform, |error| Problem::internal(format!("the auth room {error}")));
    let (rooms, credential) = (platform.rooms(), credential::credential(headers)?);
    let principal = rooms.authenticate(&credential, &host.region.keys, platform.now_ms()).map_err(broke)?;
    let principal = principal.map_err(|denial| Problem::unauthenticated(&denial.reason))?;
    match rooms.authorize(&principal, Action::ListSources, "sources").map_err(broke)? {
        Decision::Allow => Ok(()),
        Decision::Deny(denial) => Err(Problem::forbidden(&denial.reason)),
    }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(format!("the sources as JSON: {error}")))
}

/// What a source's line needs beside its record, as of one moment.
struct Shelf {
    connectors: Snapshot,
    suspended: BTreeMap<String, Suspension>,
    now: Duration,
    now_ms: i64,
}

impl Shelf {
    fn of(host: &Host) -> Self {
        let (platform, region) = (&host.platform, &host.region);
        let now = platform.elapsed();
        Self {
            connectors: platform.connectors().clone(),
            suspended: region.health.suspended(now).into_iter().collect(),
            now,
            now_ms: platform.now_ms(),
        }
    }

    fn source<'a>(&self, record: &'a SourceRecord) -> Source<'a> {
        let connector = self.connectors.get(&record.connector);
        let suspended = self.suspended.get(&record.source.id).map(|suspension| {
            let left = i64::try_from(suspension.until.saturating_sub(self.now).as_millis()).unwrap_or(i64::MAX);
            Suspended { cause: suspension.cause.name(), until_ms: self.now_ms.saturating_add(left) }
        });
        Source {
            id: &record.source.id,
            name: &record.source.name,
            summary: &record.summary,
            homepage: said(&record.homepage),
            attribution: said(&record.attribution),
            languages: &record.source.languages,
            topics: &record.source.topics,
            kinds: record.kinds.to_wire(),
            connector: &record.connector,
            digest: connector.map(|connector| format!("sha256:{}", connector.digest())),
            computed: record.is_computed(),
            personal: record.personal,
            enabled: record.enabled,
            suspended,
        }
    }
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

#[derive(Serialize)]
struct Sources<'a> {
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    id: &'a str,
    name: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<&'a str>,
    languages: &'a [String],
    topics: &'a [String],
    kinds: Vec<twin::Kind>,
    connector: &'a str,
    /// Of the connector; none while it is not installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    computed: bool,
    personal: bool,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<Suspended>,
}

#[derive(Serialize)]
struct Suspended {
    cause: &'static str,
    until_ms: i64,
}
