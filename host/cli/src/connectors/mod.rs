//! `zero connectors`: what is installed, for operators.
//!
//! With a host that runs over the same state folder (or `--admin URL --token TOKEN`) every act goes through its door
//! and is in force at once; without one it is made in the folder, for the next host that starts.

mod compare;
mod counter;
mod show;

use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::Result;
use clap::{Args, Subcommand};
use counter::Counter;
use std::path::PathBuf;
use std::process::ExitCode;
use zero_lifecycle::{ConnectorReport, Outcome};

#[derive(Args)]
pub(crate) struct ConnectorsArguments {
    /// The running host's door, instead of the one that its state folder names
    #[arg(long, global = true, value_name = "URL", requires = "token")]
    admin: Option<String>,
    /// What opens it
    #[arg(long, global = true, env = "ZERO_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: ConnectorsCommand,
}

#[derive(Subcommand)]
enum ConnectorsCommand {
    /// Install or upgrade: a component, a package of sources, a project's folder, or a reference of a registry
    Install(InstallArguments),
    /// A line for each connector
    List,
    /// Everything about one connector, with its earlier versions
    Show {
        /// Its name
        name: String,
    },
    /// What two versions may ask for: `current` and `pending` unless said
    Diff {
        /// The connector
        name: String,
        /// A digest, the start of one, `bundle`, `current` or `pending`
        #[arg(default_value = "current")]
        from: String,
        /// Likewise
        #[arg(default_value = "pending")]
        to: String,
    },
    /// Agree to what the pending version asks for, and put it in force
    Consent(Name),
    /// Let it answer
    Enable(Name),
    /// Keep it, but let it answer nothing
    Disable(Name),
    /// Refuse upgrades of it
    Pin(Name),
    /// Take upgrades again
    Unpin(Name),
    /// Back to an earlier version
    Rollback {
        /// The connector
        name: String,
        /// A digest, the start of one, or `bundle`; the one before unless said
        to: Option<String>,
    },
    /// Remove an installed connector; the bundle's comes back when it has one of this name
    Remove(Name),
    /// Let a quarantined version run again
    Release {
        /// The connector
        name: String,
        /// A digest or the start of one; all of them unless said
        digest: Option<String>,
    },
    /// Replay stored exchanges through two versions, and say what differs in claims and passages
    Compare(compare::CompareArguments),
}

#[derive(Args)]
struct Name {
    /// The connector
    name: String,
}

#[derive(Args)]
struct InstallArguments {
    /// A `.wasm`, a project's folder, or `registry/name:tag`
    what: String,
    /// Agree to whatever it asks for
    #[arg(long)]
    consent: bool,
    /// Take it although nobody signed it: on machines for development
    #[arg(long)]
    allow_unsigned: bool,
    /// Only if it answers these stored exchanges as the current version does
    #[arg(long, value_name = "DIR")]
    gate: Option<PathBuf>,
}

pub(crate) fn connectors(setup: &Setup, arguments: ConnectorsArguments) -> Result<ExitCode> {
    if let ConnectorsCommand::Compare(compare) = &arguments.command {
        return compare::compare(setup, compare, arguments.json);
    }
    let json = arguments.json;
    runtime()?.block_on(async {
        let counter = Counter::open(setup, arguments.admin, arguments.token).await?;
        act(&counter, arguments.command, json).await
    })
}

async fn act(counter: &Counter, command: ConnectorsCommand, json: bool) -> Result<ExitCode> {
    match command {
        ConnectorsCommand::Install(install) => return self::install(counter, install, json).await,
        ConnectorsCommand::List => {
            let list = counter.list().await?;
            out::write(&if json { show::json(&list)? } else { show::list(&list) })?;
        }
        ConnectorsCommand::Show { name } => {
            let report = counter.show(&name).await?;
            out::write(&if json { show::json(&report)? } else { show::one(&report) })?;
        }
        ConnectorsCommand::Diff { name, from, to } => {
            let diff = counter.diff(&name, &from, &to).await?;
            out::write(&if json { show::json(&diff)? } else { show::diff(&diff) })?;
        }
        ConnectorsCommand::Consent(Name { name }) => say(json, &counter.act(&name, "consent", None).await?)?,
        ConnectorsCommand::Enable(Name { name }) => say(json, &counter.act(&name, "enable", None).await?)?,
        ConnectorsCommand::Disable(Name { name }) => say(json, &counter.act(&name, "disable", None).await?)?,
        ConnectorsCommand::Pin(Name { name }) => say(json, &counter.act(&name, "pin", None).await?)?,
        ConnectorsCommand::Unpin(Name { name }) => say(json, &counter.act(&name, "unpin", None).await?)?,
        ConnectorsCommand::Rollback { name, to } => say(json, &counter.act(&name, "rollback", to).await?)?,
        ConnectorsCommand::Release { name, digest } => say(json, &counter.act(&name, "release", digest).await?)?,
        ConnectorsCommand::Remove(Name { name }) => {
            counter.remove(&name).await?;
            out::line(&format!("removed {name}"))?;
        }
        // Needs no host, and was done before one was looked for.
        ConnectorsCommand::Compare(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn install(counter: &Counter, install: InstallArguments, json: bool) -> Result<ExitCode> {
    let path = PathBuf::from(&install.what);
    let is_path =
        path.exists() || install.what.starts_with(['.', '/']) || path.extension().is_some_and(|it| it == "wasm");
    if !is_path {
        // What it may ask for is read and shown before any of its code is fetched.
        let preview = counter.inspect(&install.what).await?;
        if !json {
            out::write(&show::preview(&preview))?;
        }
    }
    let how = counter::How { consent: install.consent, allow_unsigned: install.allow_unsigned, gate: install.gate };
    let report = if is_path {
        counter.install_path(&path, how).await
    } else {
        counter.install_reference(&install.what, how).await
    };
    let report = match report {
        // For scripts: it works, and does other than the version before.
        Err(error) if counter::is_gate_closed(&error) => {
            eprintln!("error: {error:#}");
            return Ok(ExitCode::from(crate::exit::DIFFERENT));
        }
        report => report?,
    };
    out::write(&if json { show::json(&report)? } else { show::installed(&report) })?;
    Ok(match report.outcome {
        Outcome::Activated | Outcome::Unchanged => ExitCode::SUCCESS,
        // For scripts: it is there, but not in force.
        Outcome::Pending => ExitCode::from(crate::exit::PENDING),
    })
}

fn say(json: bool, report: &ConnectorReport) -> Result<()> {
    out::write(&if json { show::json(report)? } else { show::line(report) })
}
