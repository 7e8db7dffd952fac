//! From bytes that are trusted to a version that was tried: compiled in the child process, asked to describe itself, and
//! run through its own fixtures.

use crate::limits::{SMOKE_FAILURE_CHARS_MAX, SMOKE_FAILURES_MAX};
use crate::origin::Fetched;
use crate::sources::Brought;
use crate::{Error, Kind, Permissions, Policy, Raised, Smoke, Version};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zero_builder::fixtures::{self, Fixtures};
use zero_engine::{Connector, Engine, Limits};
use zero_judge::{Comparison, Finding, Running};
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
    pub(crate) fixtures: Fixtures,
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
    Ok(Proven { version, connector: Some(connector), brought, fixtures })
}

/// Runs the fixtures of a package of sources through the connector that they are for.
pub(crate) fn sources(
    fetched: &Fetched,
    connector: impl Fn(&str) -> Option<Connector>,
    now_ms: i64,
) -> Result<Proven, Error> {
    let fixtures = fixtures::read(&fetched.bytes).map_err(|error| malformed(&fetched.from, error))?.unwrap_or_default();
    let Some(name) = zero_builder::sources::name(&fetched.bytes) else {
        return Err(malformed(&fetched.from, "it is a package of sources without a name"));
    };
    let records = records(&fetched.from, &fixtures)?;
    let Some(first) = records.first() else {
        return Err(malformed(&fetched.from, "it has no source"));
    };
    let Some(connector) = connector(&first.connector) else {
        return Err(Error::NoConnector { id: first.source.id.clone(), connector: first.connector.clone() });
    };
    let version = Version {
        version: fetched.promise.version().to_owned(),
        summary: records.iter().map(|record| record.source.name.as_str()).collect::<Vec<_>>().join(", "),
        permissions: Permissions::of_sources(&records).map_err(|error| malformed(&fetched.from, error))?,
        smoke: smoke(&connector, &fixtures),
        ..version(fetched, &records, now_ms)
    };
    let brought = Brought { owner: name, kind: Kind::Sources, records: records.into() };
    Ok(Proven { version, connector: None, brought, fixtures })
}

/// Loads a component, with what its name is granted. `what` says where it came from.
///
/// # Errors
/// It cannot be loaded, or is larger than its name is granted.
pub fn load(engine: &Engine, policy: &Policy, bytes: &[u8], what: &str) -> Result<Connector, Error> {
    let failed = |error| Error::Load { what: what.to_owned(), error: Box::new(error) };
    // Its name says what it is granted, and only it can say its name.
    let most = policy.granted_at_most();
    let connector = engine.with_limits(raised(engine, most)).connector(bytes).map_err(failed)?;
    let (name, granted) = (connector.name(), policy.granted(connector.name()));
    if bytes.len() > granted.component_bytes {
        let bytes_max = granted.component_bytes;
        return Err(Error::TooLarge { name: name.to_owned(), bytes: bytes.len(), bytes_max });
    }
    if granted == most {
        return Ok(connector);
    }
    engine.with_limits(raised(engine, granted)).connector(bytes).map_err(failed)
}

/// What a connector of this name may take.
#[must_use]
pub fn limits_of(engine: &Engine, policy: &Policy, name: &str) -> Limits {
    raised(engine, policy.granted(name))
}

fn raised(engine: &Engine, granted: Raised) -> Limits {
    Limits {
        component_bytes: granted.component_bytes,
        memory_bytes: granted.memory_bytes,
        connector_cpu: granted.cpu,
        ..engine.limits().clone()
    }
}

/// The records of a component or a package of sources.
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
        kind: fetched.kind(),
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

/// Two versions over the stored exchanges of a folder; what the new one carries says how they are asked for.
///
/// # Errors
/// The folder cannot be read or understood.
pub fn compare(
    old: &Connector,
    new: &Connector,
    carried: Option<&Fixtures>,
    exchanges: &Path,
) -> Result<Comparison, Error> {
    let runs = zero_judge::runs_of_folder(exchanges, new.name(), carried);
    let runs = runs.map_err(|error| malformed(&exchanges.display().to_string(), error))?;
    // An upgrade that was held against nothing was not held against anything.
    if runs.is_empty() {
        return Err(malformed(&exchanges.display().to_string(), "it holds no exchange of this connector"));
    }
    let (old, new) = (Running(old.clone()), Running(new.clone()));
    Ok(zero_judge::compare(&old, &new, &runs, &zero_judge::Policy::default()))
}

/// Whether a connector does with its own fixtures what its author says.
fn smoke(connector: &Connector, fixtures: &Fixtures) -> Smoke {
    if *fixtures == Fixtures::default() {
        return Smoke::default();
    }
    let report = zero_judge::smoke(connector, fixtures);
    let told = |finding: &Finding| {
        let about = if finding.about.is_empty() { String::new() } else { format!("{}: ", finding.about) };
        let text = format!("{} {about}{}", finding.check.name(), finding.what);
        text.chars().take(SMOKE_FAILURE_CHARS_MAX).collect()
    };
    Smoke {
        checks: u64::try_from(report.findings.len()).unwrap_or(u64::MAX),
        failures: report.failures().take(SMOKE_FAILURES_MAX).map(told).collect(),
    }
}
