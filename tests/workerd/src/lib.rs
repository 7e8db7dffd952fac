//! Runs a script for Cloudflare Workers in the platform's own runtime, for tests.
//!
//! - **Takes** the files of a script, where its requests are to go, and its variables.
//! - **Gives** a running `workerd` on a free local port, gone when it is dropped; and `wrangler`, to look at a
//!   configuration as the platform would.
//! - **Fails** with what the program said. Without npm there is no runtime: [`tools`] then gives nothing, and the
//!   caller says loudly what it leaves out.
//! - **Limits**: starting and installing take at most [`START_TIME_MAX`] and [`INSTALL_TIME_MAX`].
//! - **Why it is so**: `workerd` itself with a configuration of its own is lighter and more exact than a simulator
//!   around it: every outgoing request, to whichever host, goes to one local server.

mod config;
pub mod http;
mod tools;

pub use tools::{INSTALL_TIME_MAX, Tools, tools};

use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use tempfile::TempDir;

/// How long the runtime may take to read a script and listen: it compiles every module first.
pub const START_TIME_MAX: Duration = Duration::from_secs(60);

/// Runs a program and says its process, until standard input ends: so that it is gone as well when a test program ends
/// without dropping what it has started.
const UNTIL_NOBODY_LISTENS: &str = r#""$0" "$@" < /dev/null & p=$!; echo $p; cat > /dev/null; kill $p 2> /dev/null"#;

/// A running script.
#[derive(Debug)]
pub struct Workerd {
    child: Child,
    address: SocketAddr,
    process: u32,
    folder: TempDir,
}

impl Workerd {
    /// Starts a script, whose requests all go to `upstream` in the clear, with these variables.
    ///
    /// # Errors
    /// When the runtime does not take the script; with what it said.
    pub fn start(
        tools: &Tools,
        files: &[(String, Vec<u8>)],
        upstream: SocketAddr,
        variables: &[(String, String)],
    ) -> Result<Self> {
        let folder = tempfile::tempdir().context("making a folder for the script")?;
        write(folder.path(), files)?;
        let path = folder.path().join("workerd.capnp");
        fs::write(&path, config::text(files, upstream, variables)?).context("writing the configuration")?;
        let errors = fs::File::create(folder.path().join("stderr.log")).context("making a log")?;
        let mut child = Command::new("sh")
            .args(["-c", UNTIL_NOBODY_LISTENS])
            .arg(tools.workerd())
            .args(["serve", "--control-fd=1"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .context("starting workerd")?;
        let (said, hears) = mpsc::channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // Nobody listens any more once it was given up.
                    let _ = said.send(line);
                }
            });
        }
        let mut workerd = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), process: 0, folder };
        while let Ok(line) = hears.recv_timeout(START_TIME_MAX) {
            if let Ok(process) = line.parse() {
                workerd.process = process;
            }
            if let Some(port) = config::port(&line) {
                workerd.address.set_port(port);
                return Ok(workerd);
            }
        }
        bail!("workerd does not listen:\n{}", workerd.log())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks, and gives status and body.
    ///
    /// # Errors
    /// When it does not answer as HTTP.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<(u16, String)> {
        http::get(self.address, path, headers)
    }

    /// Its process, for whoever measures it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process
    }

    /// What the script has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = fs::File::open(self.folder.path().join("stderr.log")) {
            // A log that is no text is shown as far as it is one.
            drop(file.read_to_string(&mut text));
        }
        text
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// Writes the files of a script.
///
/// # Errors
/// Names the file that cannot be written.
pub fn write(folder: &std::path::Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}
