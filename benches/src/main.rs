//! `zero-bench`: what an answer costs beyond its sources, as one table beside what was promised.

mod machine;
mod report;
mod samples;
mod table;

mod setup;
mod stub;

mod overhead;
mod plan;
mod routing;
mod sources;
mod start;
mod targets;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use machine::Machine;
use report::{Report, Row};
use setup::Setup;
use std::io::Write as _;
use std::path::PathBuf;

/// Measures the host against its aims; build it with `--release`, or use `cargo xtask bench`.
#[derive(Parser)]
#[command(name = "zero-bench", version)]
struct Arguments {
    /// Measure only this; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,
    /// Measure all targets beside each other, and nothing else
    #[arg(long, conflicts_with = "only")]
    targets: bool,
    /// Keep the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Take five times as many samples
    #[arg(long)]
    long: bool,
    /// Folder with functions, connectors, catalogue and configuration
    #[arg(long, env = "ZERO_BUNDLE", value_name = "DIR")]
    bundle: PathBuf,
    /// Folder of the programs `zero` and `zero-stub`; this program's own without it
    #[arg(long, env = "ZERO_PROGRAMS", value_name = "DIR")]
    programs: Option<PathBuf>,
}

/// In the order in which they are measured: `start` compiles what the others then find compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Start,
    Plan,
    Routing,
    Overhead,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    setup::raise_open_files();
    let setup = Setup::new(arguments.bundle, arguments.programs, arguments.long)?;
    let mut report = Report { machine: Machine::here(), rows: Vec::new() };
    if arguments.targets {
        report.rows = targets::measure(&setup)?;
    }
    for part in Part::value_variants().iter().filter(|_| !arguments.targets) {
        if arguments.only.is_empty() || arguments.only.contains(part) {
            setup::say(&format!("measuring {part:?} ..."));
            report.rows.extend(measure(*part, &setup)?);
        }
    }
    std::io::stdout().write_all(table::render(&report).as_bytes())?;
    if let Some(path) = arguments.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(&path, json).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn measure(part: Part, setup: &Setup) -> Result<Vec<Row>> {
    match part {
        Part::Start => start::measure(setup),
        Part::Plan => plan::measure(setup),
        Part::Routing => routing::measure(setup),
        Part::Overhead => overhead::measure(setup),
    }
    .with_context(|| format!("measuring {part:?}"))
}
