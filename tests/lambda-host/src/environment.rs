//! Environments: processes that run `bootstrap`, started together and gone with what started them.

use crate::front;
use crate::interface::{Interface, Outcome, Piece};
use anyhow::{Context as _, Result, anyhow, bail};
use core::time::Duration;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program.
    pub bootstrap: PathBuf,
    /// The folder of its package: `/var/task`.
    pub package: PathBuf,
    /// What it finds in its environment besides what Lambda sets.
    pub environment: Vec<(String, String)>,
    /// What one invocation may take.
    pub timeout: Duration,
    /// How many of them there are.
    pub environments: usize,
    /// Memory as Lambda tells the program, MB; nothing here holds it to that.
    pub memory_mb: u32,
    /// Passes its log on.
    pub log: bool,
}

impl Options {
    /// One environment, 30 s for an invocation.
    #[must_use]
    pub fn new(bootstrap: impl Into<PathBuf>, package: impl Into<PathBuf>) -> Self {
        Self {
            bootstrap: bootstrap.into(),
            package: package.into(),
            environment: Vec::new(),
            timeout: Duration::from_secs(30),
            environments: 1,
            memory_mb: 1024,
            log: false,
        }
    }
}

/// Lambda gives a start ten seconds; a debug build on a busy machine gets more.
const START_TIME_MAX: Duration = Duration::from_secs(60);

/// A function that can be invoked; dropping it ends its environments.
pub struct Lambda {
    runtime: Option<Runtime>,
    interface: Arc<Interface>,
    address: SocketAddr,
    timeout: Duration,
    environments: Vec<Child>,
    init: Vec<Duration>,
}

impl Lambda {
    /// Starts all environments, and waits until each has asked for its first event.
    ///
    /// # Errors
    /// One said that it cannot start, ended, or took too long.
    pub fn start(options: Options) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let interface = Interface::new(options.timeout);
        let (address, runtime_api) = {
            let _inside = runtime.enter();
            let front = Arc::clone(&interface);
            let time = options.timeout;
            let http = listen(move |stream| {
                let front = Arc::clone(&front);
                async move {
                    let service = service_fn(move |request| front::serve(Arc::clone(&front), time, request));
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                }
            })?;
            let interface = Arc::clone(&interface);
            let runtime_api = listen(move |stream| {
                let interface = Arc::clone(&interface);
                async move {
                    let service = service_fn(move |request| Arc::clone(&interface).serve(request));
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                }
            })?;
            (http, runtime_api)
        };
        let mut lambda = Self {
            runtime: Some(runtime),
            interface,
            address,
            timeout: options.timeout,
            environments: Vec::new(),
            init: Vec::new(),
        };
        lambda.interface.spawning();
        for _ in 0..options.environments {
            let child = spawn(&options, runtime_api)?;
            lambda.environments.push(child);
        }
        lambda.wait(options.environments)?;
        Ok(lambda)
    }

    /// `http://127.0.0.1:PORT`: the function URL.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the function URL listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From the start of the process to its first `next`; of several environments the longest.
    #[must_use]
    pub fn init_time(&self) -> Duration {
        self.init.iter().max().copied().unwrap_or_default()
    }

    /// The processes.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.environments.iter().map(Child::id).collect()
    }

    /// The most memory that the first environment has had, bytes; none where the system does not say.
    #[must_use]
    pub fn memory_bytes_peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.environments.first()?.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    }

    /// Invokes the function with an event, and waits for all of its response.
    #[must_use]
    pub fn invoke(&self, event: &Value) -> Outcome {
        self.invoke_bytes(event.to_string().into_bytes())
    }

    /// The same with bytes that need not be an event.
    #[must_use]
    pub fn invoke_bytes(&self, event: Vec<u8>) -> Outcome {
        let failed = |kind: &str, reason: &str| Outcome::Failed { kind: kind.to_owned(), reason: reason.to_owned() };
        let Some(runtime) = &self.runtime else { return failed("Runtime.ExitError", "stopped") };
        let mut pieces = self.interface.invoke(event.into());
        let (mut all, mut streams) = (Vec::new(), false);
        runtime.block_on(async {
            loop {
                match tokio::time::timeout(self.timeout, pieces.recv()).await {
                    Ok(Some(Piece::Begins { streamed })) => streams = streamed,
                    Ok(Some(Piece::Data(data))) => all.push(data.to_vec()),
                    Ok(Some(Piece::Ends)) => return Outcome::Response { streamed: streams, pieces: all },
                    Ok(Some(Piece::Failed { kind, reason })) => return Outcome::Failed { kind, reason },
                    Ok(None) => return failed("Runtime.ExitError", "the invocation is gone"),
                    Err(_) => return failed("Sandbox.Timedout", "Task timed out"),
                }
            }
        })
    }

    fn wait(&mut self, environments: usize) -> Result<()> {
        let runtime = self.runtime.as_ref().context("stopped")?;
        let mut started = self.interface.started.subscribe();
        let deadline = std::time::Instant::now() + START_TIME_MAX;
        loop {
            let now = started.borrow_and_update().clone();
            if let Some(reason) = now.failed {
                bail!("the function cannot start: {reason}");
            }
            if now.ready.len() >= environments {
                self.init = now.ready;
                return Ok(());
            }
            if std::time::Instant::now() > deadline {
                bail!("the function did not start in {} s", START_TIME_MAX.as_secs());
            }
            for child in &mut self.environments {
                if let Some(status) = child.try_wait()? {
                    // What it said in its last moment is worth more than how it ended.
                    std::thread::sleep(POLL_INTERVAL);
                    if started.borrow().failed.is_none() {
                        self.interface.exited(&format!("it ended with {status}"));
                    }
                }
            }
            runtime.block_on(async { _ = tokio::time::timeout(POLL_INTERVAL, started.changed()).await });
        }
    }
}

/// How often it is looked whether an environment that starts is still there.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

impl Drop for Lambda {
    fn drop(&mut self) {
        for child in &mut self.environments {
            _ = child.kill();
            _ = child.wait();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn spawn(options: &Options, runtime_api: SocketAddr) -> Result<Child> {
    let mut command = Command::new(&options.bootstrap);
    // Nothing of the machine's own environment: what a function finds there is what Lambda and its operator set.
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "zero")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", options.memory_mb.to_string())
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/zero")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "test")
        .env("AWS_REGION", "eu-west-1")
        .env("_HANDLER", "bootstrap")
        .env("LAMBDA_TASK_ROOT", &options.package)
        .envs(options.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&options.package)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(if options.log { Stdio::inherit() } else { Stdio::null() });
    command.spawn().with_context(|| format!("starting {}", options.bootstrap.display()))
}

/// Serves each connection in a task of its own, on a free port.
fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Result<SocketAddr>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let listener = TcpListener::from_std(listener).map_err(|error| anyhow!("listening on {address}: {error}"))?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
    Ok(address)
}
