//! `zero replay`: the answer of a receipt again.

use crate::setup::Setup;
use crate::{exit, out};
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use zero_pipeline::Platform as _;
use zero_pipeline::receipt::Receipt;

#[derive(Args)]
pub(crate) struct ReplayArguments {
    /// The receipt, as `zero ask --receipt` wrote it
    file: PathBuf,
    /// Replay with the components installed here, even if the receipt was made with others
    #[arg(long)]
    with_current: bool,
}

pub(crate) fn replay(setup: &Setup, arguments: &ReplayArguments) -> Result<ExitCode> {
    let path = &arguments.file;
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let receipt = Receipt::from_json(&bytes).with_context(|| path.display().to_string())?;
    let host = setup.host(setup.bundle()?, None)?;
    let replayed = receipt.replay(host.platform.rooms(), arguments.with_current)?;
    out::line(&replayed.answer)?;
    match replayed.first_difference() {
        None => {
            eprintln!("the same {} bytes", replayed.answer.len());
            Ok(ExitCode::SUCCESS)
        }
        Some((number, then, now)) => {
            eprintln!("differs from line {number} on:\n- {then}\n+ {now}");
            Ok(ExitCode::from(exit::DIFFERENT))
        }
    }
}
