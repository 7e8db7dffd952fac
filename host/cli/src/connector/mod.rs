//! `zero connector`: what an author of connectors does, from an empty folder to a signed artifact in a registry.

mod ask;
mod bench;
mod dev;
mod judge;
mod make;
mod registry;

pub(crate) use registry::{AccessArguments, TrustArguments, TrustFiles, password};

use crate::out;
use crate::setup::Setup;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
#[command(
    about = "Write, test and publish connectors",
    after_help = "From nothing to published:\n  \
        zero connector new demo && cd demo\n  \
        zero connector test\n  \
        zero connector try \"which town has the zip code 00042\"\n  \
        zero connector record \"which town has the zip code 90210\"\n  \
        zero connector check\n  \
        zero connector key generate\n  \
        zero connector publish ghcr.io/you/demo:0.1.0 --key zero.key\n\n\
        exit codes: 0 done, 1 failed or not passed, 2 wrong request"
)]
pub(crate) enum ConnectorCommand {
    /// Make a project that builds and passes at once: a connector in Rust, or with --rest a mapping in TOML
    New(make::NewArguments),
    /// Build the component, with the recorded exchanges in it
    Build(make::BuildArguments),
    /// Ask it a question, and show what it bids, asks and finds, and what that takes
    Try(ask::TryArguments),
    /// Ask the service itself, and keep what it answers as readable files without secrets
    Record(ask::RecordArguments),
    /// Replay the recorded exchanges, whole and broken in every way, and ask the questions of sources.toml
    Test(judge::TestArguments),
    /// All of `test`, and what a reviewer would look at: description, hosts, records, collisions with other connectors
    Check(judge::CheckArguments),
    /// Build, test and put it into the running local host whenever a file is saved
    Dev(dev::DevArguments),
    /// Publish it to a registry, signed
    Publish(registry::PublishArguments),
    /// Fetch a connector from a registry
    Pull(registry::PullArguments),
    /// Check a connector in a registry: who signed it, what it may ever ask for
    Verify(registry::VerifyArguments),
    /// Keys that sign
    #[command(subcommand)]
    Key(registry::KeyCommand),
    /// The versions of the interface that this release runs, and what each brought
    Versions,
}

/// Which project.
#[derive(Args)]
pub(crate) struct InProject {
    /// Folder of the project, instead of the current one
    #[arg(short = 'C', long = "project", value_name = "DIR", default_value = ".")]
    project: PathBuf,
}

pub(crate) fn connector(setup: &Setup, command: ConnectorCommand) -> Result<ExitCode> {
    match command {
        ConnectorCommand::New(arguments) => make::new(&arguments),
        ConnectorCommand::Build(arguments) => make::build(setup, &arguments),
        ConnectorCommand::Try(arguments) => ask::try_it(setup, &arguments),
        ConnectorCommand::Record(arguments) => ask::record(setup, &arguments),
        ConnectorCommand::Test(arguments) => judge::test(setup, &arguments),
        ConnectorCommand::Check(arguments) => judge::check(setup, &arguments),
        ConnectorCommand::Dev(arguments) => dev::dev(setup, &arguments),
        ConnectorCommand::Publish(arguments) => registry::publish(setup, &arguments),
        ConnectorCommand::Pull(arguments) => registry::pull(&arguments),
        ConnectorCommand::Verify(arguments) => registry::verify(&arguments),
        ConnectorCommand::Key(command) => registry::key(&command),
        ConnectorCommand::Versions => {
            out::write(&zero_builder::compatibility_table())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
