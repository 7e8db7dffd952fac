//! The stub sources, in a process of their own, so that their CPU time is not counted as ours.

use crate::setup::Setup;
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A program of ours that runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    /// Kept open: a program that cannot write to it any more may stop.
    _stdout: BufReader<ChildStdout>,
    /// What it said first.
    pub(crate) first_line: String,
}

impl Running {
    /// Starts a program and waits for its first line.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let mut stdout = BufReader::new(child.stdout.take().context("its output is piped")?);
        let mut first_line = String::new();
        stdout.read_line(&mut first_line)?;
        let first_line = first_line.trim().to_owned();
        let running = Self { child, _stdout: stdout, first_line };
        if running.first_line.is_empty() {
            bail!("{name} ended before it said anything");
        }
        Ok(running)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts `zero-stub`; its first line is its address.
pub(crate) fn start(setup: &Setup, config: Option<&Path>) -> Result<Running> {
    let program = setup.program("zero-stub").context(
        "there is no `zero-stub` beside this program\n\nhint: `cargo xtask bench` builds it, and ZERO_PROGRAMS says where it is",
    )?;
    let mut command = Command::new(program);
    command.arg("--quiet");
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    Running::start(&mut command)
}
