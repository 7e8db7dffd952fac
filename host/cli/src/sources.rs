//! `zero sources`: what can be asked.

use crate::out;
use crate::setup::Setup;
use anyhow::{Result, bail};
use clap::Subcommand;
use std::fmt::Write as _;
use std::process::ExitCode;
use zero_pipeline::catalogue::SourceRecord;

#[derive(Subcommand)]
pub(crate) enum SourcesCommand {
    /// A line for each source
    List,
    /// Everything about one source
    Show {
        /// Its id
        id: String,
    },
    /// Check every source: connector installed, settings understood, hosts within the connector's
    Check,
}

pub(crate) fn sources(setup: &Setup, command: SourcesCommand) -> Result<ExitCode> {
    match command {
        SourcesCommand::List => {
            for record in setup.bundle()?.catalogue.records() {
                let off = if record.enabled { "" } else { " (off)" };
                out::line(&format!("{:<24} {:<12} {}{off}", record.source.id, record.connector, record.source.name))?;
            }
        }
        SourcesCommand::Show { id } => {
            let bundle = setup.bundle()?;
            let Some(record) = bundle.catalogue.get(&id) else {
                bail!("no source has the id `{id}`\n\nhint: `zero sources list` names them all");
            };
            out::write(&describe(record))?;
        }
        SourcesCommand::Check => return check(setup),
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(record: &SourceRecord) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "{name:<12} {value}");
        }
    };
    line("id", record.source.id.clone());
    line("name", record.source.name.clone());
    line("summary", record.summary.clone());
    line("connector", record.connector.clone());
    line("homepage", record.homepage.clone().unwrap_or_default());
    line("attribution", record.attribution.clone().unwrap_or_default());
    line("category", record.category.map(|category| category.name().to_owned()).unwrap_or_default());
    line("licence", record.licence.clone().unwrap_or_default());
    line("terms", record.terms.clone().unwrap_or_default());
    line("key", record.key.name().to_owned());
    line("languages", record.source.languages.join(", "));
    line("topics", record.source.topics.join(", "));
    line("hosts", record.hosts.join(", "));
    line("trust", record.trust.to_string());
    line("personal", record.personal.to_string());
    line("enabled", record.enabled.to_string());
    line("must", record.must.join("; "));
    line("must not", record.must_not.join("; "));
    line("settings", record.source.settings.clone());
    out
}

/// Plans a question for every source: whatever its connector says of the settings is said here.
fn check(setup: &Setup) -> Result<ExitCode> {
    let host = setup.host(setup.bundle()?, None)?;
    let mut wrong = 0;
    for record in host.region.catalogue.records() {
        if let Some(complaint) = host.complaint(record) {
            wrong += 1;
            out::line(&format!("{}: {complaint}", record.source.id))?;
        }
    }
    out::line(&format!("{} sources, {wrong} with a problem", host.region.catalogue.records().len()))?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
