//! The native host in a process of its own.

use core::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use tokio::net::TcpListener;
use zero_engine::Compiler;
use zero_native::{Bundle, Options};
use zero_pipeline::catalogue::Catalogue;

/// The first argument of this program as the host; then the bundle and the stub's address.
pub(crate) const SERVE: &str = "internal-serve";
/// Questions in flight: few, so that a flood of ten times is still little work for this machine.
pub(crate) const IN_FLIGHT_MAX: usize = 20;
/// How long the source takes.
const DELAY_MS: u64 = 700;

pub(crate) struct Host {
    child: Child,
    address: SocketAddr,
}

impl Drop for Host {
    fn drop(&mut self) {
        // It ends when its input does; this is for one that does not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Host {
    pub(crate) fn start(bundle: &Path, stub: SocketAddr) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(SERVE).arg(bundle).arg(stub.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap_or_else(|_| panic!("the host said `{line}`"));
        Self { child, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves until the input ends.
pub(crate) fn serve() -> ExitCode {
    let mut arguments = std::env::args().skip(2);
    let (folder, stub) = (arguments.next().unwrap(), arguments.next().unwrap());
    let mut bundle = Bundle::read(Path::new(&folder), None).unwrap();
    bundle.connectors.retain(|(name, _)| name == "rest");
    bundle.catalogue = Catalogue::from_toml([("load.toml", catalogue().as_str())]).unwrap();
    let config = &mut bundle.config;
    config.server.questions_in_flight_max = IN_FLIGHT_MAX;
    config.server.connections_per_address_max = 4096;
    config.egress.overrides = [("stub-0.example".to_owned(), format!("http://{stub}"))].into();
    config.pipeline.hedge = false;
    // A queue of this host would stand far longer; shorter ones are other programs on this machine.
    config.traffic.queue_delay_max = core::time::Duration::from_millis(200);
    let artifacts = std::env::current_exe().unwrap().with_file_name("zero-tests").join("artifacts");
    let options = Options { artifacts: Some(artifacts), compiler: Compiler::InProcess, ..Options::default() };
    let host = zero_native::Host::assemble(bundle, options).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        zero_native::server::serve(host, listener, async { _ = ended.await }).await.unwrap();
    });
    ExitCode::SUCCESS
}

fn catalogue() -> String {
    let mut text = "connector = \"rest\"\n".to_owned();
    let _ = write!(
        text,
        r#"
[[source]]
id = "stub-0"
name = "Stub"
summary = "records of the load test"
hosts = ["stub-0.example"]
[source.settings.bid]
base = 0.6
[[source.settings.steps]]
url = "https://stub-0.example/search"
query = {{ q = "{{text}}", delay = "{DELAY_MS}" }}
items = "results"
[source.settings.steps.passage]
title = "{{title}}"
url = "{{url}}"
text = "{{text}}"
"#
    );
    text
}
