//! The package beside this program, made a host.

use crate::limits::INSTANCES_MAX;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::time::Instant;
use zero_edge::EdgeData;
use zero_native::package::{self, DATA_FILE, Manifest};
use zero_native::{Host, Package};
use zero_oci::Timestamp;

/// Opens the package.
///
/// # Errors
/// Names the file that is missing, malformed, or not the one that was packaged.
pub(crate) fn open() -> Result<Host> {
    let start = Instant::now();
    let folder = folder();
    let package = read(&folder).with_context(|| format!("the package in {}", folder.display()))?;
    let read_ms = ms(start);
    let host = Host::assemble_sealed(package, INSTANCES_MAX)?;
    let connectors = host.platform.connectors().len();
    let sources = host.region.catalogue.len();
    tracing::info!(connectors, sources, read_ms, ready_ms = ms(start), "ready");
    Ok(host)
}

/// Reads what a start needs, each file before it is parsed held against the manifest, and that against its signature.
fn read(folder: &Path) -> Result<Package> {
    let trust = package::trust(set("ZERO_TRUST"), folder).context("whom to believe")?;
    let manifest = Manifest::open(folder, trust.as_ref(), Timestamp::now())?;
    let sealed = manifest.sealed(folder)?;
    let config = manifest.config(folder)?;
    if config.region != manifest.region {
        bail!("the configuration is of the region `{}`, and the package of `{}`", config.region, manifest.region);
    }
    let EdgeData { catalogue, index, digests, .. } = EdgeData::read(manifest.file(folder, DATA_FILE)?)?;
    let mut packaged = sealed.digests();
    packaged.iter_mut().for_each(|(_, digest)| digest.insert_str(0, "sha256:"));
    packaged.sort();
    if digests != packaged {
        bail!("`{DATA_FILE}` is of other components than the artifacts\n\nhint: build the package again");
    }
    Ok(Package { config, catalogue, index, sealed })
}

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn folder() -> PathBuf {
    let beside = || Some(std::env::current_exe().ok()?.parent()?.to_path_buf());
    set("ZERO_PACKAGE").or_else(|| set("LAMBDA_TASK_ROOT")).or_else(beside).unwrap_or_else(|| PathBuf::from("."))
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
