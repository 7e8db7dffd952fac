//! `zero connector dev`: every save is built, tested and put into the running host.

use super::InProject;
use super::bench::Bench;
use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use zero_author::watch::Watch;
use zero_native::server::admin::Admin;
use zero_native::server::admin::client::{Client, Sent};

#[derive(Args)]
pub(crate) struct DevArguments {
    /// Start a host as well, which ends with this command
    #[arg(long)]
    serve: bool,
    /// End after this many rounds, for scripts
    #[arg(long, value_name = "N", hide = true)]
    rounds: Option<usize>,
    #[command(flatten)]
    which: InProject,
}

/// How long a host may take until it listens.
const START_TIME_MAX: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub(super) fn dev(setup: &Setup, arguments: &DevArguments) -> Result<ExitCode> {
    let bench = Bench::open(setup, &arguments.which)?;
    let state =
        setup.state_dir().context("no home folder\n\nhint: `--state DIR` says where the host keeps its state")?;
    let runtime = runtime()?;
    let _served = if arguments.serve { Some(Served::start(setup, &state, &runtime)?) } else { None };
    // Before the first round, so that a save during it is not missed.
    let watch = Watch::start(&bench.project.root)?;
    out::line(&format!("watching {}; Ctrl-C ends it", bench.project.root.display()))?;
    let mut round = 1;
    loop {
        // Whatever is wrong with the project is told, and mended by the next save.
        if let Err(error) = self::round(&bench, &state, &runtime) {
            out::line(&format!("error: {error:#}"))?;
        }
        if arguments.rounds.is_some_and(|rounds| round >= rounds) {
            return Ok(ExitCode::SUCCESS);
        }
        round += 1;
        if let Some(path) = watch.next(None)? {
            out::line(&format!("{} changed", path.display()))?;
        }
    }
}

/// Builds, runs the recorded cases, and hands the component to the host, if one is running.
fn round(bench: &Bench, state: &Path, runtime: &Runtime) -> Result<()> {
    let start = Instant::now();
    let ready = bench.ready()?;
    let built = start.elapsed();
    let report = zero_judge::smoke(&ready.connector, &ready.made.fixtures);
    if !report.passed() {
        return out::write(&report.to_text());
    }
    let swapped = match runtime.block_on(host_of(state)) {
        Some(host) => {
            let component = Sent::Component(ready.made.bytes.clone());
            runtime.block_on(host.send("POST", &install_path(&ready.made.path), component))?;
            "in the running host"
        }
        None => "no host is running",
    };
    let digest: String = ready.made.digest().chars().take(12).collect();
    out::line(&format!(
        "{} {digest}: built in {:.1} s, cases pass, {} bytes, {swapped}",
        bench.project.name,
        built.as_secs_f32(),
        ready.made.bytes.len()
    ))
}

/// The host that runs over this state folder. One that was killed leaves its file behind, and answers no more.
async fn host_of(state: &Path) -> Option<Client> {
    let host = Client::new(Admin::find(state)?);
    host.is_alive().await.then_some(host)
}

/// Who can read the token of a host may do with it what they like, so that what they just wrote is agreed to.
fn install_path(component: &Path) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("consent", "true").append_pair("allow_unsigned", "true");
    query.append_pair("source", &format!("file:{}", component.display()));
    format!("/admin/v1/connectors?{}", query.finish())
}

/// A host of our own; dropped, it is stopped.
struct Served(Child);

impl Served {
    fn start(setup: &Setup, state: &Path, runtime: &Runtime) -> Result<Self> {
        let program = std::env::current_exe().context("finding this program")?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--bundle").arg(setup.bundle_dir()).arg("--state").arg(state);
        if let Some(config) = setup.config_file() {
            command.arg("--config").arg(config);
        }
        let mut served = Self(command.stdin(Stdio::null()).spawn().context("starting `zero serve`")?);
        let start = Instant::now();
        while runtime.block_on(host_of(state)).is_none() {
            if let Some(status) = served.0.try_wait().context("waiting for `zero serve`")? {
                anyhow::bail!("`zero serve` ended with {status}");
            }
            if start.elapsed() > START_TIME_MAX {
                anyhow::bail!("`zero serve` does not listen after {} s", START_TIME_MAX.as_secs());
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(served)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
