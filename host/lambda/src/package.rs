//! The package beside this program, made a host.

use crate::limits::INSTANCES_MAX;
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::time::Instant;
use zero_native::{Host, Package};

/// Opens the package.
///
/// # Errors
/// Names the file that is missing, malformed, or not the one that was packaged.
pub(crate) fn open() -> Result<Host> {
    let start = Instant::now();
    let folder = folder();
    let package = Package::read(&folder).with_context(|| format!("the package in {}", folder.display()))?;
    let read_ms = ms(start);
    let host = Host::assemble_sealed(package, INSTANCES_MAX)?;
    let connectors = host.platform.connectors().len();
    let sources = host.region.catalogue.records().len();
    tracing::info!(connectors, sources, read_ms, ready_ms = ms(start), "ready");
    Ok(host)
}

fn folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let beside = || Some(std::env::current_exe().ok()?.parent()?.to_path_buf());
    set("ZERO_PACKAGE").or_else(|| set("LAMBDA_TASK_ROOT")).or_else(beside).unwrap_or_else(|| PathBuf::from("."))
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
