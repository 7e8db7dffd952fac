//! `zero connector test` and `check`: the same list of promises for every connector, and the gate before a registry.

use super::InProject;
use super::bench::{Bench, Ready};
use crate::out;
use crate::setup::Setup;
use anyhow::{Context as _, Result};
use clap::Args;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_author::project::Kind;
use zero_badge::Stand;
use zero_connector_sdk::testing::Subject;
use zero_judge::{Limits, Neighbours, Options, Report, Running};
use zero_native::Bundle;

#[derive(Args)]
pub(crate) struct TestArguments {
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Leave out the broken exchanges, which take most of the time
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    which: InProject,
}

#[derive(Args)]
pub(crate) struct CheckArguments {
    /// The connectors and sources it will live with, instead of those of this installation
    #[arg(long, value_name = "BUNDLE")]
    against: Option<PathBuf>,
    /// Run it as every target does, and say on which of them it runs
    #[arg(long)]
    targets: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: InProject,
}

pub(super) fn test(setup: &Setup, arguments: &TestArguments) -> Result<ExitCode> {
    let bench = Bench::open(setup, &arguments.which)?;
    let ready = bench.ready()?;
    let options = Options { mutations: !arguments.quick, ..options(&bench, &ready) };
    let report = zero_judge::test(&Running(ready.connector.clone()), &ready.made.fixtures, &options);
    show(&report, arguments.json)
}

pub(super) fn check(setup: &Setup, arguments: &CheckArguments) -> Result<ExitCode> {
    let bench = Bench::open(setup, &arguments.which)?;
    let ready = bench.ready()?;
    let report = checked(setup, &bench, &ready, arguments.against.as_deref())?;
    if !arguments.targets {
        return show(&report, arguments.json);
    }
    let orchestrators = setup.bundle_dir().parent().map(|beside| beside.join("orchestrators")).unwrap_or_default();
    let made = &ready.made;
    let stands = zero_badge::badge(bench.engine(), &ready.connector, &made.code, &made.fixtures, &orchestrators);
    if arguments.json {
        out::line(&format!("{{\"report\":{},\"targets\":{}}}", report.to_json(), serde_json::to_string(&stands)?))?;
    } else {
        out::write(&(report.to_text() + &table(&stands)))?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// A line for each target. Where it does not run, a bundle leaves its sources out and says so.
fn table(stands: &[Stand]) -> String {
    let word = |runs| match runs {
        Some(true) => "runs",
        Some(false) => "does not run",
        None => "unknown",
    };
    let all = stands.iter().filter(|stand| stand.runs == Some(true)).count();
    let lines = stands.iter().map(|it| format!("  {:<8} {:<13} {}\n", it.target, word(it.runs), it.why));
    format!("\ntargets: {all} of {}\n{}", stands.len(), lines.collect::<String>())
}

/// The whole gate, against the neighbours of a bundle.
pub(super) fn checked(setup: &Setup, bench: &Bench, ready: &Ready, against: Option<&Path>) -> Result<Report> {
    let folder = against.map_or_else(|| setup.bundle_dir(), Path::to_path_buf);
    // A configuration of the author's own is not about the bundle's sources.
    let bundle = Bundle::read(&folder, None).context("the neighbours, whose questions it must stay out of")?;
    let mut running = BTreeMap::new();
    for (name, bytes) in &bundle.connectors {
        let is_own = name == ready.connector.name() && bench.project.kind != Kind::Rest;
        if !is_own {
            running.insert(name.clone(), Running(bench.load(bytes).with_context(|| format!("connector `{name}`"))?));
        }
    }
    let subjects = running.iter().map(|(name, connector)| (name.clone(), connector as &dyn Subject)).collect();
    let neighbours = Neighbours { catalogue: bundle.catalogue, subjects };
    let subject = Running(ready.connector.clone());
    Ok(zero_judge::check(&subject, &ready.made.fixtures, &neighbours, &options(bench, ready)))
}

/// Judged by what a host grants, with what the project says it needs beyond that.
fn options(bench: &Bench, ready: &Ready) -> Options {
    let options = Options::default().of_component(&ready.made.bytes);
    let (needs, own) = (bench.project.needs(), options.limits);
    let limits = Limits {
        component_bytes: needs.component_bytes.unwrap_or(own.component_bytes),
        memory_bytes: needs.memory_bytes.unwrap_or(own.memory_bytes),
        cpu: needs.cpu_ms.map_or(own.cpu, Duration::from_millis),
        ..own
    };
    Options { limits, ..options }
}

fn show(report: &Report, json: bool) -> Result<ExitCode> {
    if json {
        out::line(&report.to_json())?;
    } else {
        out::write(&report.to_text())?;
    }
    Ok(ExitCode::from(report.exit_code()))
}
