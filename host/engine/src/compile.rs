//! From a component to machine code: in a process of its own, so that a component made to choke the compiler costs
//! that process its time and memory, and not the host's.
//!
//! - **Takes** a component on standard input.
//! - **Gives** the artifact on standard output, and status 0; or a reason on standard error, and status 1.
//! - **Fails** when the compiler refuses, crashes, or is over its time, its CPU or its memory; it is killed then.
//! - **Limits**: [`Limits::compile_time`](crate::Limits), `COMPILE_MEMORY_BYTES_MAX`; [`ARTIFACT_BYTES_MAX`].
//! - **Why it is so**: the child is the same program, so both have the same compiler, and it sets its own limits,
//!   because a parent could set them only with unsafe code. It bounds resources; the compiler itself is trusted.

use crate::artifact::ARTIFACT_BYTES_MAX;
use crate::error::LoadError;
use crate::settings;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Who compiles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Compiler {
    /// This process: for tests, and where processes cannot be started. A hostile component can take long.
    #[default]
    InProcess,
    /// A program whose `main` is [`compile_child`], mostly this one again: `zero internal-compile`.
    Child {
        /// Where it is.
        program: PathBuf,
        /// What it is called with.
        args: Vec<String>,
    },
}

/// Of what a failing child says, this much is kept.
const REASON_BYTES_MAX: u64 = 16 * 1024;
const POLL_INTERVAL: Duration = Duration::from_millis(2);

impl Compiler {
    pub(crate) fn compile(
        &self,
        engine: &wasmtime::Engine,
        bytes: &[u8],
        time: Duration,
    ) -> Result<Vec<u8>, LoadError> {
        match self {
            Self::InProcess => in_process(engine, bytes).map_err(LoadError::Compile),
            Self::Child { program, args } => {
                let child = spawn(program, args).map_err(|error| LoadError::Io { program: program.clone(), error })?;
                supervise(child, bytes, time)
            }
        }
    }
}

#[cfg(feature = "compiler")]
fn in_process(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Vec<u8>, String> {
    engine.precompile_component(bytes).map_err(|error| format!("{error:#}"))
}

#[cfg(not(feature = "compiler"))]
fn in_process(_: &wasmtime::Engine, _: &[u8]) -> Result<Vec<u8>, String> {
    Err("this program was built without a compiler".to_owned())
}

fn spawn(program: &Path, args: &[String]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Whatever secret the environment holds, the compiler has no use for it.
    #[cfg(unix)]
    command.env_clear();
    command.spawn()
}

/// Feeds the child and reads it, each pipe in its own thread so that none can block another.
fn supervise(mut child: Child, bytes: &[u8], time: Duration) -> Result<Vec<u8>, LoadError> {
    let deadline = Instant::now() + time;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let bytes = bytes.to_vec();
    // A child that ends early closes its input; its status and standard error say why.
    thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&bytes)));
    let artifact = read_aside(stdout, ARTIFACT_BYTES_MAX);
    let reason = read_aside(stderr, REASON_BYTES_MAX);

    let left = || deadline.saturating_duration_since(Instant::now());
    let artifact = artifact.recv_timeout(left());
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if artifact.is_ok() && !left().is_zero() => thread::sleep(POLL_INTERVAL),
            Ok(None) | Err(_) => {
                _ = child.kill();
                _ = child.wait();
                break None;
            }
        }
    };
    match (status, artifact) {
        (Some(status), Ok(artifact)) if status.success() && !artifact.is_empty() => Ok(artifact),
        (Some(status), _) => {
            let reason = reason.recv_timeout(left().max(POLL_INTERVAL)).unwrap_or_default();
            let reason = String::from_utf8_lossy(&reason).trim().to_owned();
            Err(LoadError::Compile(if reason.is_empty() {
                format!("the compiler ended with {status}")
            } else {
                reason
            }))
        }
        (None, _) => Err(LoadError::Compile(format!("it took longer than {} s", time.as_secs_f32()))),
    }
}

fn read_aside(pipe: Option<impl Read + Send + 'static>, bytes_max: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            let whole = pipe.take(bytes_max).read_to_end(&mut bytes);
            if whole.is_err() || u64::try_from(bytes.len()) == Ok(bytes_max) {
                bytes.clear();
            }
        }
        _ = sender.send(bytes);
    });
    receiver
}

/// The whole of the child process: the body of `zero internal-compile`.
#[must_use]
pub fn compile_child() -> ExitCode {
    match limit_self().and_then(|()| compile_stdin()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            _ = writeln!(io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn compile_stdin() -> Result<(), String> {
    let mut bytes = Vec::new();
    let bytes_max = u64::try_from(zero_builder::COMPONENT_BYTES_CEILING).unwrap_or(u64::MAX);
    io::stdin().lock().take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    // Whoever started this process has held the component to its own limit.
    zero_builder::check_sized(&bytes, zero_builder::COMPONENT_BYTES_CEILING).map_err(|error| error.to_string())?;
    let engine = wasmtime::Engine::new(&settings::compiling()).map_err(|error| format!("{error:#}"))?;
    let artifact = in_process(&engine, &bytes)?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(&artifact).and_then(|()| stdout.flush()).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn limit_self() -> Result<(), String> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use zero_pipeline::limits::{COMPILE_MEMORY_BYTES_MAX, COMPILE_TIME_MAX};
    let set = |resource, limit: u64| {
        // A stricter limit that is set already stays.
        let limit = getrlimit(resource).maximum.map_or(limit, |maximum| maximum.min(limit));
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) }).map_err(|error| error.to_string())
    };
    set(Resource::Cpu, COMPILE_TIME_MAX.as_secs())?;
    set(Resource::Core, 0)?;
    // macOS counts what it shares with every process and refuses to start threads under such a limit.
    if cfg!(not(target_os = "macos")) {
        set(Resource::As, COMPILE_MEMORY_BYTES_MAX)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn limit_self() -> Result<(), String> {
    Ok(())
}
