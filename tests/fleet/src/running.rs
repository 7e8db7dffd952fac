//! Targets that answer.

use crate::yard::{Yard, architecture, text};
use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use zero_lambda_host::Lambda;
use zero_workerd::Workerd;

/// All targets, the one that the others are compared with first.
pub const TARGETS: [&str; 4] = ["native", "lambda", "workers", "spin"];

/// A target that answers on a local port.
pub struct Running {
    /// `native`, `lambda`, `workers` or `spin`.
    pub name: &'static str,
    /// Until it listened.
    pub start: Duration,
    address: SocketAddr,
    host: Host,
}

/// What came of starting one.
pub enum Start {
    /// It answers.
    Running(Box<Running>),
    /// Its runtime cannot be had on this machine, and why.
    Absent(String),
}

enum Host {
    Native(Child),
    Lambda(Lambda),
    Workers(Workerd),
    Spin(Child),
}

impl Running {
    /// Starts the package of a target that [`Yard::build`] made below `out`. `upstream` is where every request goes on
    /// the targets whose runtime dials; the others dial as the region's file says.
    ///
    /// # Errors
    /// With what its program said.
    pub fn start(yard: &Yard, out: &str, name: &str, upstream: SocketAddr) -> Result<Start> {
        let package = yard.path(out).join(name);
        let begun = Instant::now();
        let started =
            |name, address, host| Ok(Start::Running(Box::new(Self { name, start: begun.elapsed(), address, host })));
        match name {
            "native" => {
                let (child, address) = native(yard, &package)?;
                started("native", address, Host::Native(child))
            }
            "lambda" => {
                let package = of_lambda(&package)?;
                let lambda = Lambda::start(zero_lambda_host::Options::new(package.join("bootstrap"), package))?;
                started("lambda", lambda.address(), Host::Lambda(lambda))
            }
            "workers" => {
                let tools = match zero_workerd::tools() {
                    Ok(tools) => tools,
                    Err(why) => return Ok(Start::Absent(why.to_owned())),
                };
                let files = files(&package)?;
                let workerd = Workerd::start(tools, &files, upstream, &variables(&files)?)?;
                started("workers", workerd.address(), Host::Workers(workerd))
            }
            "spin" => {
                let (child, address) = spin(yard, out, &package, upstream)?;
                started("spin", address, Host::Spin(child))
            }
            other => bail!("there is no target `{other}`"),
        }
    }

    /// Asks, and gives status and body.
    ///
    /// # Errors
    /// It did not answer as HTTP.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<(u16, String)> {
        let got = zero_workerd::http::get(self.address, path, headers);
        got.with_context(|| format!("{}: GET {path}\n{}", self.name, self.log()))
    }

    /// What it has logged, where that can be had.
    #[must_use]
    pub fn log(&self) -> String {
        match &self.host {
            Host::Workers(workerd) => workerd.log(),
            Host::Native(_) | Host::Lambda(_) | Host::Spin(_) => String::new(),
        }
    }

    /// What its runtime took before it could answer, where that is told apart from starting the runtime.
    #[must_use]
    pub fn init(&self) -> Option<Duration> {
        match &self.host {
            Host::Lambda(lambda) => Some(lambda.init_time()),
            Host::Native(_) | Host::Workers(_) | Host::Spin(_) => None,
        }
    }

    /// The most memory that its process has had, bytes.
    #[must_use]
    pub fn memory_bytes_peak(&self) -> Option<u64> {
        match &self.host {
            Host::Native(child) | Host::Spin(child) => peak(child.id()),
            Host::Workers(workerd) => peak(workerd.id()),
            Host::Lambda(lambda) => lambda.memory_bytes_peak(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Host::Native(child) | Host::Spin(child) = &mut self.host {
            // It may have ended by itself; either way it is gone.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// The operator's way: only a bundle that their key signed.
fn native(yard: &Yard, package: &Path) -> Result<(Child, SocketAddr)> {
    let (bundle, trust) = (package.join("bundle"), yard.path("trust.toml"));
    let mut command = Command::new(&yard.programs().zero);
    command.args(["--bundle", text(&bundle)?, "serve", "--listen", "127.0.0.1:0", "--trust", text(&trust)?]);
    listening(command.env("ZERO_STATE", yard.path("state-of-native")))
}

/// Spin's runtime, with what it compiles kept for the next start as Spin keeps it.
fn spin(yard: &Yard, out: &str, package: &Path, upstream: SocketAddr) -> Result<(Child, SocketAddr)> {
    let mut command = Command::new(&yard.programs().spin_host);
    command.arg(package).arg(format!("--override=*={upstream}")).arg("--cache").arg(yard.path(&format!("{out}-spin")));
    // Programs that are not built for speed are there for tests, which would wait for an optimising compiler.
    command.args(cfg!(debug_assertions).then_some("--quick"));
    listening(&mut command)
}

/// Starts a program whose first line ends in the address that it listens on.
fn listening(command: &mut Command) -> Result<(Child, SocketAddr)> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
    let mut line = String::new();
    if let Some(output) = child.stdout.as_mut() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let address = line.trim().rsplit(['/', ' ']).next().and_then(|address| address.parse().ok());
    address.map(|address| (child, address)).with_context(|| format!("{name} does not listen: `{}`", line.trim()))
}

/// The unpacked package of this machine's architecture.
fn of_lambda(package: &Path) -> Result<PathBuf> {
    let folder = package.join(architecture()).join("package");
    if folder.is_dir() { Ok(folder) } else { bail!("there is no {}", folder.display()) }
}

/// The variables of a script, as its own configuration says them.
fn variables(files: &[(String, Vec<u8>)]) -> Result<Vec<(String, String)>> {
    let file = files.iter().find(|(name, _)| name == "wrangler.jsonc").context("there is no wrangler.jsonc")?;
    // Its only comments stand above the object.
    let start = file.1.iter().position(|&byte| byte == b'{').context("wrangler.jsonc holds no object")?;
    let config: serde_json::Value = serde_json::from_slice(file.1.get(start..).unwrap_or_default())?;
    let variables = config.get("vars").and_then(serde_json::Value::as_object).into_iter().flatten();
    Ok(variables.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect())
}

/// What marks a folder as a package's, and is not deployed.
const MARK: &str = ".zero-package";

/// Every file of a package, with its path relative to it.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(now) = open.pop() {
        for entry in fs::read_dir(&now).with_context(|| format!("reading {}", now.display()))?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(name) = path.strip_prefix(folder)
                && name != Path::new(MARK)
            {
                files.push((text(name)?.to_owned(), fs::read(&path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
