//! `zero-stub`: replays recorded exchanges on a local port.

use anyhow::{Context as _, Result};
use clap::Parser;
use core::time::Duration;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zero_stub::{Exchanges, Options, Stub};

/// Replays recorded exchanges on a local port; its address is the first line on stdout.
#[derive(Parser)]
#[command(name = "zero-stub", version)]
struct Arguments {
    /// Folders with `*.http`; all of `connectors/*/exchanges` without any
    folders: Vec<PathBuf>,
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Every recorded answer waits this many milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
    /// Write a `zero.toml` that leads every recorded host here
    #[arg(long, value_name = "OUT.toml")]
    config: Option<PathBuf>,
    /// Say nothing of the requests
    #[arg(long)]
    quiet: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    raise_open_files();
    let exchanges = match arguments.folders.as_slice() {
        [] => Exchanges::of_work_tree(&work_tree())?,
        folders => Exchanges::read(folders)?,
    };
    let hosts = exchanges.hosts();
    let log = |line: &str| drop(writeln!(std::io::stderr(), "{line}"));
    let stub = Stub::start(
        exchanges,
        Options {
            listen: arguments.listen,
            delay: Duration::from_millis(arguments.delay),
            log: (!arguments.quiet).then(|| Arc::new(log) as zero_stub::server::Log),
        },
    )?;
    if let Some(path) = &arguments.config {
        std::fs::write(path, stub.config(hosts)?).with_context(|| format!("writing {}", path.display()))?;
    }
    // Last, so that whoever waits for the address finds the configuration in place.
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", stub.address())?;
    stdout.flush()?;
    stub.run()
}

/// The work tree around the current folder, else the one this was built in.
fn work_tree() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let around = here.ancestors().find(|folder| folder.join("connectors/catalogue").is_dir());
    around.unwrap_or_else(|| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).to_path_buf()
}

/// A load test of a thousand sources opens as many connections.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Without it fewer connections are accepted at once; that is all.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
