//! A host that runs: `zero serve` over a state folder of its own, on free ports, stopped when it is dropped.

use crate::support::{Author, bundle, texts};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Far longer than anything here takes; it only ends what hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// What an operator has: a small bundle, a configuration, a state folder.
pub(crate) struct Operator<'a> {
    pub(crate) author: &'a Author,
    config: PathBuf,
}

impl<'a> Operator<'a> {
    /// With `more` in the configuration; none, loudly, when there is no bundle.
    pub(crate) fn new(author: &'a Author, more: &str) -> Option<Self> {
        let whole = bundle()?;
        // The functions and one connector are enough, and are loaded sooner than forty.
        let small = author.folder.path().join("bundle");
        for folder in ["functions", "connectors", "catalogue"] {
            std::fs::create_dir_all(small.join(folder)).unwrap();
        }
        for file in
            ["functions/auth", "functions/context", "functions/intent", "functions/synthesis", "connectors/rest"]
        {
            let file = format!("{file}.wasm");
            std::fs::copy(whole.join(&file), small.join(&file)).unwrap();
        }
        let config = author.folder.path().join("zero.toml");
        let ports = "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nlisten = \"127.0.0.1:0\"\n";
        std::fs::write(&config, format!("{ports}{more}")).unwrap();
        Some(Self { author, config })
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.author.folder.path().join("state")
    }

    /// `zero ...`: its exit code and all that it says.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut zero = self.author.zero();
        zero.env("ZERO_BUNDLE", self.author.folder.path().join("bundle"));
        zero.arg("--state").arg(self.state()).arg("--config").arg(&self.config).args(arguments);
        let output = zero.output().unwrap();
        let (out, error) = texts(&output);
        (output.status.code().unwrap_or_else(|| panic!("zero {arguments:?} crashed:\n{error}")), out + &error)
    }

    /// The same, which ends with this code.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let (found, said) = self.run(arguments);
        assert_eq!(found, code, "zero {arguments:?}:\n{said}");
        said
    }

    /// Starts a host, and waits until operators can come.
    pub(crate) fn serve(&self) -> Host {
        let log = self.author.folder.path().join("serve.log");
        let mut zero = self.author.zero();
        zero.env("ZERO_BUNDLE", self.author.folder.path().join("bundle"));
        zero.arg("--state").arg(self.state()).arg("--config").arg(&self.config).arg("serve");
        let errors = std::fs::File::create(&log).unwrap();
        let mut child = zero.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said = || std::fs::read_to_string(&log).unwrap();
        let Some(address) = line.trim().strip_prefix("listening on http://").map(str::to_owned) else {
            _ = child.kill();
            panic!("no host: {line}{}", said());
        };
        let host = Host { child, address };
        wait_for("the door of operators", || self.state().join("admin.json").is_file());
        host
    }
}

/// A running host.
pub(crate) struct Host {
    child: Child,
    address: String,
}

impl Host {
    /// What the HTTP API answers to a question put to one source.
    pub(crate) fn ask(&self, source: &str, question: &str) -> String {
        let question = question.replace(' ', "%20");
        let path = format!("/v1/answer?q={question}&sources={source}&budget_ms=20000");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asked to, it ends by itself and in order.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut status = None;
        wait_for("the end of the host", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        assert!(status.unwrap().success(), "{status:?}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A program that is ended when it is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Waits, and names what never came.
#[track_caller]
pub(crate) fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < PATIENCE, "{what} never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Changes a text of a project, which has to have it.
#[track_caller]
pub(crate) fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    let changed = text.replace(from, to);
    assert_ne!(changed, text, "{} has no `{from}`", file.display());
    std::fs::write(file, changed).unwrap();
}
