//! The real program, a folder to work in, and a service that answers the same to everyone.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An author with a folder of their own. What is compiled once is kept for the next run of the tests.
pub(crate) struct Author {
    pub(crate) folder: tempfile::TempDir,
}

impl Author {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn parent(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// Standard output of `zero connector ...`, which succeeds.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, error) = texts(&output);
        assert!(output.status.success(), "zero connector {}:\n{out}{error}", arguments.join(" "));
        out
    }

    /// Everything that `zero connector ...` says, which fails.
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, error) = texts(&output);
        assert!(!output.status.success(), "zero connector {} succeeds:\n{out}", arguments.join(" "));
        assert!(output.status.code().is_some(), "zero connector {} crashed:\n{error}", arguments.join(" "));
        out + &error
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.zero().arg("connector").args(arguments).output().unwrap()
    }

    /// The program, in the author's folder.
    pub(crate) fn zero(&self) -> Command {
        let mut zero = Command::new(env!("CARGO_BIN_EXE_zero"));
        zero.current_dir(self.folder.path());
        zero.env("ZERO_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("author-cache"));
        if let Some(bundle) = bundle() {
            zero.env("ZERO_BUNDLE", bundle);
        }
        for leaked in ["ZERO_CONFIG", "ZERO_STATE", "ZERO_ADMIN_TOKEN", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
            zero.env_remove(leaked);
        }
        zero
    }
}

pub(crate) fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// The bundle of this work tree, if `cargo xtask components` has made one.
pub(crate) fn bundle() -> Option<PathBuf> {
    let said = std::env::var_os("ZERO_BUNDLE").map(PathBuf::from);
    let beside = || {
        let debug = Path::new(env!("CARGO_BIN_EXE_zero")).parent()?;
        Some(debug.parent()?.join("bundle"))
    };
    let found = said.or_else(beside).filter(|folder| folder.join("connectors/rest.wasm").is_file());
    if found.is_none() {
        eprintln!("SKIPPED: there is no bundle; run `cargo xtask components`, or set ZERO_BUNDLE");
    }
    found
}

/// A service on this machine.
pub(crate) struct Service {
    pub(crate) url: String,
}

impl Service {
    pub(crate) fn start(content_type: &'static str, body: &'static str) -> Self {
        Self::answering(content_type, move |_| body)
    }

    /// One that looks at the first line of a request.
    pub(crate) fn answering(
        content_type: &'static str,
        answer: impl Fn(&str) -> &'static str + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut line, mut first) = (String::new(), String::new());
                _ = reader.read_line(&mut first);
                let body = answer(&first);
                while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
                    line.clear();
                }
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nset-cookie: a=b\r\nconnection: close\r\n\r\n"
                );
                _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            }
        });
        Self { url }
    }
}
