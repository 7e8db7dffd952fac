//! `zero connector try` and `record`: one question to one source.

use super::InProject;
use super::bench::{Bench, Ready, source_for};
use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result};
use clap::Args;
use std::process::ExitCode;
use std::time::SystemTime;
use zero_author::record;
use zero_author::trial::{self, Trial, Wire};
use zero_dial::Egress;
use zero_egress::Grant;
use zero_native::host::{environment, open_egress};
use zero_pipeline::catalogue::SourceRecord;
use zero_types::connector::{Intent, Question};

#[derive(Args)]
pub(crate) struct TryArguments {
    /// The question
    #[arg(required = true)]
    question: Vec<String>,
    /// Ask this source, instead of the one that bids most
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Ask the service itself, instead of the recorded exchanges
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    wire: WireArguments,
    #[command(flatten)]
    which: InProject,
}

#[derive(Args)]
pub(crate) struct RecordArguments {
    /// The question
    #[arg(required = true)]
    question: Vec<String>,
    /// Ask this source, instead of the one that bids most
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Name of the exchanges, instead of the source's id; a number is added
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    wire: WireArguments,
    #[command(flatten)]
    which: InProject,
}

/// Where requests go.
#[derive(Args)]
pub(crate) struct WireArguments {
    /// Dial this address in place of a host, such as api.example.org=http://127.0.0.1:8123; for stubs and mirrors
    #[arg(long, value_name = "HOST=URL")]
    to: Vec<String>,
}

pub(super) fn try_it(setup: &Setup, arguments: &TryArguments) -> Result<ExitCode> {
    let bench = Bench::open(setup, &arguments.which)?;
    let ready = bench.ready()?;
    let text = arguments.question.join(" ");
    let record = source_for(&bench, &ready, arguments.source.as_deref(), &text)?;
    let trial = if arguments.live {
        live(setup, &bench, &ready, &record, &text, &arguments.wire)?
    } else {
        let exchanges = ready.exchanges(&record)?;
        let (question, intent) = zero_judge::read(&text);
        let wire = Wire::Recorded(&exchanges);
        runtime()?.block_on(trial::run(&ready.connector, &record.source, question, intent, &wire))?
    };
    out::write(&trial.to_text())?;
    out::line(&format!("{:<10} {} bytes", "size", ready.made.bytes.len()))?;
    let unrecorded = !arguments.live && trial.asked().any(|asked| asked.recorded.is_none());
    if unrecorded {
        out::line(
            "\nhint: not all of it is recorded; `--live` asks the service, `zero connector record` keeps what it answers",
        )?;
    }
    Ok(if trial.end.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn record(setup: &Setup, arguments: &RecordArguments) -> Result<ExitCode> {
    let bench = Bench::open(setup, &arguments.which)?;
    let ready = bench.ready()?;
    let text = arguments.question.join(" ");
    let source = source_for(&bench, &ready, arguments.source.as_deref(), &text)?;
    let trial = live(setup, &bench, &ready, &source, &text, &arguments.wire)?;
    let name = arguments.name.as_deref().unwrap_or(&source.source.id);
    let recorded = runtime()?.block_on(record::record(&bench.project, &ready.connector, &trial, name))?;
    out::write(&recorded.trial.to_text())?;
    for file in &recorded.files {
        out::line(&format!("{:<10} {}", "recorded", file.display()))?;
    }
    for removed in &recorded.removed {
        out::line(&format!("{:<10} {} in {}, {} times", "removed", removed.what, removed.place, removed.times))?;
    }
    if recorded.removed.is_empty() {
        out::line(&format!("{:<10} nothing; read the files before you publish them", "removed"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks the service itself.
fn live(
    setup: &Setup,
    bench: &Bench,
    ready: &Ready,
    record: &SourceRecord,
    text: &str,
    wire: &WireArguments,
) -> Result<Trial> {
    let (egress, grant) = way_out(setup, bench, ready, record, wire)?;
    let (question, intent) = asked_now(text);
    let runtime = runtime()?;
    // Connections and their timers belong to the runtime.
    let _inside = runtime.enter();
    let wire = Wire::Live(&egress, &grant);
    runtime.block_on(trial::run(&ready.connector, &record.source, question, intent, &wire))
}

fn way_out(
    setup: &Setup,
    bench: &Bench,
    ready: &Ready,
    record: &SourceRecord,
    wire: &WireArguments,
) -> Result<(Egress, Grant)> {
    let mut config = bench.config(setup)?;
    for to in &wire.to {
        let (host, url) = to.split_once('=').with_context(|| format!("--to `{to}`\n\nhint: write HOST=URL"))?;
        config.egress.overrides.insert(host.to_owned(), url.to_owned());
    }
    // What is asked here is asked by an author, and services like to know.
    config.egress.user_agent.get_or_insert_with(|| {
        concat!("zero-connector/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")").to_owned()
    });
    let granted = zero_config::grant(&config, record, &ready.connector.descriptor().hosts, environment)?;
    Ok((open_egress(&config, None)?, granted))
}

/// As it would be read if it were asked now.
fn asked_now(text: &str) -> (Question, Intent) {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut question = Question::new(text);
    // Whole seconds, as a case has them.
    question.now_ms = i64::try_from(since.as_secs()).unwrap_or(0).saturating_mul(1000);
    let intent = zero_intent::read(&question);
    (question, intent)
}
