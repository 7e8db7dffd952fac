//! Everything that is done to this repository, behind `cargo xtask`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on the terminal")]

mod components;
mod fixtures;
mod orchestrators;
mod run;
mod services;
mod suite;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, asks, tests and measures Zero World", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build every function and connector as a component, and the orchestrators of edge runtimes; print name, size and
    /// SHA-256
    Components {
        /// Build a second time in another folder and compare the digests
        #[arg(long)]
        twice: bool,
    },
    /// Build what is needed and ask a question, as `zero ask` does
    Ask {
        /// The question and options of `zero ask`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build what is needed and run `zero` with these arguments
    Zero {
        /// Arguments of `zero`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Serve recorded exchanges (`*.http`) as if they were the real services
    Stub {
        /// Folders of exchange files, and options of `zero-stub`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Everything CI does: format, lints, components, every test
    Test {
        /// Only the tests themselves, of these packages
        #[arg(short, long)]
        package: Vec<String>,
    },
    /// Measure, and print the table that the README shows
    Bench {
        /// Options of the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Components { twice } => components(twice),
        Command::Ask { arguments } => run::zero("ask", &arguments),
        Command::Zero { arguments } => run::zero("", &arguments),
        Command::Stub { arguments } => run::tool("zero-stub", "zero-stub", &arguments),
        Command::Test { package } => suite::test(&package),
        Command::Bench { arguments } => run::bench(&arguments),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn components(twice: bool) -> Result<ExitCode> {
    let root = run::root()?;
    let toolchain = components::toolchain()?;
    let built = components::build(&root, &toolchain)?;
    print!("{}", components::table(&built));
    let orchestrators = orchestrators::build(&root, &toolchain)?;
    print!("{}", orchestrators::table(&orchestrators));
    if twice {
        components::compare_with_second_folder(&root, &toolchain, &built, &orchestrators)?;
        println!("the same digests in a second folder");
    }
    Ok(ExitCode::SUCCESS)
}
