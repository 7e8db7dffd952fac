//! `zero`: the terminal door.

#![allow(clippy::print_stderr, reason = "a command-line tool complains on the terminal")]

mod ask;
mod bundle;
mod connector;
mod connectors;
mod doctor;
mod health;
mod identity;
mod out;
mod progress;
mod replay;
mod serve;
mod setup;
mod sources;

use anyhow::Result;
use clap::{CommandFactory as _, Parser, Subcommand};
use std::process::ExitCode;

/// Exit codes, as `zero help` and the README name them.
mod exit {
    /// The request was wrong.
    pub(crate) const USAGE: u8 = 2;
    /// An honest abstention.
    pub(crate) const ABSTAINED: u8 = 3;
    /// A replay differs from its receipt, or a version or bundle from the one before.
    pub(crate) const DIFFERENT: u8 = 4;
    /// What was installed waits for consent.
    pub(crate) const PENDING: u8 = 5;
}

#[derive(Parser)]
#[command(
    name = "zero",
    version,
    about = "Asks Zero World: answers with sentences that each cite the passage they stand on",
    after_help = "exit codes: 0 answered, 1 failed, 2 wrong request, 3 abstained, 4 replay, version or bundle differs, 5 installed and waits for consent"
)]
struct Cli {
    #[command(flatten)]
    setup: setup::Setup,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ask a question
    Ask(ask::AskArguments),
    /// Answer over HTTP
    Serve(serve::ServeArguments),
    /// The sources that can be asked
    #[command(subcommand)]
    Sources(sources::SourcesCommand),
    /// Write a connector: new, build, try, record, test, check, dev, publish
    #[command(subcommand)]
    Connector(connector::ConnectorCommand),
    /// The connectors that are installed: install, list, diff, roll back ...
    Connectors(connectors::ConnectorsArguments),
    /// Accounts, API keys, sessions and signing keys
    Identity(identity::IdentityArguments),
    /// What a region runs, as one signed folder: build, verify, diff, sbom, push, pull
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Give the answer of a receipt again, and the first difference if there is one
    Replay(replay::ReplayArguments),
    /// Look for what is wrong with this installation, and say how to mend it
    Doctor,
    /// Whether the host of this machine answers: exits 0 when it does
    Health(health::HealthArguments),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Compile a component from standard input to standard output, in a process of its own
    #[command(hide = true)]
    InternalCompile,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Ask(arguments) => ask::ask(&cli.setup, arguments),
        Command::Serve(arguments) => serve::serve(&cli.setup, arguments),
        Command::Sources(command) => sources::sources(&cli.setup, command),
        Command::Connector(command) => connector::connector(&cli.setup, command),
        Command::Connectors(arguments) => connectors::connectors(&cli.setup, arguments),
        Command::Identity(arguments) => identity::identity(&cli.setup, arguments),
        Command::Bundle(command) => bundle::bundle(&cli.setup, &command),
        Command::Replay(arguments) => replay::replay(&cli.setup, &arguments),
        Command::Doctor => doctor::doctor(&cli.setup),
        Command::Health(arguments) => health::health(&arguments),
        Command::Completions { shell } => completions(shell),
        Command::InternalCompile => return zero_engine::compile_child(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "zero", &mut script);
    out::write(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
