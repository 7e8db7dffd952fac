//! What a running host knows of the shapes of answers, and what it writes for authors when one changes.
//!
//! ```text
//! drift/shapes.json                      what is known of every endpoint
//! drift/<source>-<fingerprint>.http      the smallest exchange that its connector cannot read
//! drift/<source>-<fingerprint>.json      which names are gone and which are new
//! ```
//!
//! - **Takes** every round that a connector read or could not read.
//! - **Gives** the reason for a suspension as `shape-changed`.
//! - **Fails** never: what cannot be written is logged; the answer goes on.
//! - **Limits**: [`REPORTS_MAX`] reports, [`SHAPES_BYTES_MAX`]; minimising is bounded by the crate `zero-drift`.
//! - **Why it is so**: answers are parsed a second time only while an endpoint is new, rarely after, and when a
//!   connector failed; exchanges are minimised off the path of the question.

use crate::platform::NativeRooms;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zero_drift::{Change, Known, Shape, Watch, minimise};
use zero_engine::Connector;
use zero_pipeline::{Reading, endpoint};
use zero_types::prelude::*;

/// Reports kept; older ones wait for whoever operates the host to take them away.
const REPORTS_MAX: usize = 64;
/// What is known of all endpoints, bytes; a larger file is not read.
const SHAPES_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Learnings after which what is known is written down.
const LEARNINGS_KEPT: usize = 32;

/// The shapes a host has seen.
pub(crate) struct Drift {
    /// Where to write; none keeps everything in memory and writes no report.
    folder: Option<PathBuf>,
    inner: Mutex<Inner>,
}

struct Inner {
    watch: Watch,
    /// Learnings since it was written down.
    unwritten: usize,
}

/// What an author is told besides the exchange.
#[derive(Serialize)]
struct Report<'r> {
    source: &'r str,
    connector: &'r str,
    version: &'r str,
    digest: &'r str,
    endpoint: &'r str,
    failure: &'r str,
    #[serde(flatten)]
    change: &'r Change,
}

/// One exchange that cannot be read, with all that is needed to try it again.
struct Case {
    connector: Connector,
    source: Source,
    state: Vec<u8>,
    request: Request,
    outcomes: Vec<Outcome>,
    /// Which of the outcomes has another shape.
    at: usize,
    endpoint: String,
    failure: Failure,
    change: Change,
}

impl Drift {
    /// Goes on from what `state` has kept.
    pub(crate) fn open(state: Option<&Path>) -> Self {
        let folder = state.map(|state| state.join("drift"));
        let known = folder.as_deref().map(read_shapes).unwrap_or_default();
        Self { folder, inner: Mutex::new(Inner { watch: Watch::from_known(known), unwritten: 0 }) }
    }

    /// Learns from a round that was read; says how the form has changed when one could not be.
    pub(crate) fn witness(self: &Arc<Self>, reading: &Reading<'_, NativeRooms>) -> Option<String> {
        match reading.failure {
            None => {
                self.learn(reading);
                None
            }
            Some(failure) if failure.kind == FailureKind::Malformed => self.judge(reading, failure),
            Some(_) => None,
        }
    }

    fn learn(self: &Arc<Self>, reading: &Reading<'_, NativeRooms>) {
        for (endpoint, _, response) in answers(reading) {
            if !self.lock().watch.wants(&endpoint) {
                continue;
            }
            // Outside of the lock: a large answer takes a while.
            let Some(shape) = Shape::of(&response.body) else { continue };
            let mut inner = self.lock();
            inner.watch.learn(&endpoint, &shape);
            inner.unwritten += 1;
            if inner.unwritten >= LEARNINGS_KEPT {
                let drift = Arc::clone(self);
                aside(move || drift.write_shapes());
            }
        }
    }

    fn judge(self: &Arc<Self>, reading: &Reading<'_, NativeRooms>, failure: &Failure) -> Option<String> {
        let (at, endpoint, change) = answers(reading).find_map(|(endpoint, at, response)| {
            let change = self.lock().watch.change(&endpoint, &Shape::of(&response.body)?)?;
            Some((at, endpoint, change))
        })?;
        let detail = describe(&endpoint, &change);
        let source = &reading.source.source;
        tracing::warn!(source = source.id, endpoint, before = change.before, now = change.now, "shape changed");
        let connector = reading.rooms.connectors().get(&reading.source.connector);
        if let Some((connector, request)) = connector.zip(reading.fetch.requests.get(at)) {
            let case = Case {
                connector: connector.clone(),
                source: source.clone(),
                state: reading.fetch.state.clone(),
                request: request.clone(),
                outcomes: reading.outcomes.to_vec(),
                at,
                endpoint,
                failure: failure.clone(),
                change,
            };
            let drift = Arc::clone(self);
            aside(move || {
                drift.write_shapes();
                drift.report(&case);
            });
        }
        Some(detail)
    }

    fn report(&self, case: &Case) {
        let Some(folder) = &self.folder else { return };
        let path = folder.join(format!("{}-{}.http", case.source.id, case.change.now));
        let reports = std::fs::read_dir(folder).map_or(0, |entries| entries.count());
        if path.exists() || reports / 2 >= REPORTS_MAX {
            return;
        }
        let report = Report {
            source: &case.source.id,
            connector: case.connector.name(),
            version: &case.connector.descriptor().version,
            digest: case.connector.digest(),
            endpoint: &case.endpoint,
            failure: &case.failure.detail,
            change: &case.change,
        };
        let json = serde_json::to_string_pretty(&report).unwrap_or_default();
        let written = write(&path, case.minimised().as_bytes())
            .and_then(|()| write(&path.with_extension("json"), json.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "a report of a changed shape was not written");
        }
    }

    /// Writes down what was learned, so that a change is noticed after a restart as well.
    pub(crate) fn write_shapes(&self) {
        let Some(folder) = &self.folder else { return };
        let json = {
            let mut inner = self.lock();
            if std::mem::take(&mut inner.unwritten) == 0 {
                return;
            }
            serde_json::to_vec(inner.watch.known()).unwrap_or_default()
        };
        if let Err(error) = write(&folder.join("shapes.json"), &json) {
            tracing::warn!(%error, "the shapes of answers were not written down");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Case {
    /// The exchange in the test kit's format, with the smallest body that still cannot be read.
    fn minimised(&self) -> String {
        let Some(Outcome::Response(response)) = self.outcomes.get(self.at) else { return String::new() };
        let body = minimise(&response.body, |body| {
            let mut outcomes = self.outcomes.clone();
            if let Some(Outcome::Response(response)) = outcomes.get_mut(self.at) {
                response.body = body.to_vec();
            }
            let called = self.connector.resume(&self.source, &self.state, &outcomes);
            called.is_ok_and(|called| matches!(called.value, Err(failure) if failure.kind == FailureKind::Malformed))
        });
        let method = match self.request.method {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
        };
        // What was asked is somebody's own question; `*` stands for any in the test kit.
        let url =
            self.request.url.split_once('?').map_or(self.request.url.clone(), |(before, _)| format!("{before}?*"));
        let kind = response.header("content-type").unwrap_or("application/octet-stream");
        let body = String::from_utf8_lossy(&body);
        format!("{method} {url}\n\nHTTP/1.1 {}\ncontent-type: {kind}\n\n{body}\n", response.status)
    }
}

/// Answers of a round that went well: endpoint, place in the round, response.
fn answers<'r>(reading: &'r Reading<'_, NativeRooms>) -> impl Iterator<Item = (String, usize, &'r Response)> {
    let both = reading.fetch.requests.iter().zip(reading.outcomes).enumerate();
    both.filter_map(|(at, (request, outcome))| match outcome {
        Outcome::Response(response) if (200..300).contains(&response.status) => {
            Some((format!("{} {}", reading.source.source.id, endpoint::of(request)), at, response))
        }
        _ => None,
    })
}

fn describe(endpoint: &str, change: &Change) -> String {
    let some = |paths: &[String]| {
        let shown: Vec<String> = paths.iter().take(3).map(|path| format!("`{path}`")).collect();
        shown.join(", ")
    };
    let (missing, added) = (some(&change.missing), some(&change.added));
    let gone = if missing.is_empty() { String::new() } else { format!("; gone: {missing}") };
    let new = if added.is_empty() { String::new() } else { format!("; new: {added}") };
    format!("the answers of `{endpoint}` have taken another form{gone}{new}")
}

fn read_shapes(folder: &Path) -> BTreeMap<String, Known> {
    let path = folder.join("shapes.json");
    let small = std::fs::metadata(&path).is_ok_and(|file| file.len() <= SHAPES_BYTES_MAX);
    let bytes = if small { std::fs::read(&path).ok() } else { None };
    // What cannot be read is learned anew.
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, bytes)?;
    std::fs::rename(&fresh, path)
}

/// Off the path of the question, where there is such a place.
fn aside(work: impl FnOnce() + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}
