//! `zero serve`, over a small bundle, and raw connections to it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zero_tests::skip;

/// Far longer than anything here takes; it only ends what hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A question that the calculator answers, without any network.
pub(crate) const SUM: &str = "/v1/answer?q=what+is+15%25+of+240&sources=calculator";

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program and its bundle; none, loudly, where they are not built.
fn programs(what: &str) -> Option<(PathBuf, PathBuf)> {
    let here = std::env::current_exe().unwrap();
    let said = std::env::var_os("ZERO_PROGRAMS").map(PathBuf::from);
    let folder = said.or_else(|| here.ancestors().find(|folder| folder.join("zero").is_file()).map(Path::to_path_buf));
    let Some(folder) = folder else {
        skip(what, "`zero` is not built; `cargo build --workspace --bin zero` makes it");
        return None;
    };
    let bundle = std::env::var_os("ZERO_BUNDLE").map_or_else(|| folder.join("../bundle"), PathBuf::from);
    if !bundle.join("functions").is_dir() {
        skip(what, "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return None;
    }
    Some((folder.join("zero"), bundle))
}

/// A folder with the functions, the calculator and this configuration, and `zero` over it.
pub(crate) fn zero(what: &str, config: impl FnOnce(&Path) -> String) -> Option<(Command, TempDir)> {
    let (program, whole) = programs(what)?;
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("bundle");
    let parts = ["auth", "context", "intent", "synthesis"].map(|name| format!("functions/{name}.wasm"));
    for part in
        parts.into_iter().chain(["connectors/calculator.wasm".to_owned(), "catalogue/calculator.toml".to_owned()])
    {
        fs::create_dir_all(small.join(&part).parent().unwrap()).unwrap();
        fs::copy(whole.join(&part), small.join(&part)).unwrap();
    }
    let file = folder.path().join("zero.toml");
    fs::write(&file, config(folder.path())).unwrap();
    let mut zero = Command::new(program);
    zero.arg("--bundle").arg(small).arg("--config").arg(file).arg("--state").arg(folder.path().join("state"));
    // What is compiled once is there for all.
    zero.env("ZERO_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("abuse-cache"));
    Some((zero, folder))
}

/// What nobody configures.
pub(crate) const PLAIN: &str = "[server]\nlisten = \"127.0.0.1:0\"\n[admin]\nenabled = false\n";

impl Server {
    /// With this configuration; none, loudly, where there is no program.
    pub(crate) fn start(what: &str, config: impl FnOnce(&Path) -> String) -> Option<Self> {
        let (mut zero, folder) = zero(what, config)?;
        zero.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped());
        zero.stderr(fs::File::create(folder.path().join("log")).unwrap());
        let mut child = zero.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().and_then(|address| address.parse().ok());
        let log = fs::read_to_string(folder.path().join("log")).unwrap();
        Some(Self { child, address: address.unwrap_or_else(|| panic!("no server: {line}{log}")), folder })
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Tells it that its certificates have changed.
    pub(crate) fn hang_up(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// Memory that the process has now, kB.
    pub(crate) fn memory_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// A connection from 127.0.0.`from`.
    pub(crate) fn connect(&self, from: u8) -> TcpStream {
        self.try_connect(from).unwrap()
    }

    pub(crate) fn try_connect(&self, from: u8) -> std::io::Result<TcpStream> {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
        let from = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, from)), 0);
        socket.bind(&from.into())?;
        socket.connect_timeout(&self.address.into(), PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_tcp_nodelay(true)?;
        Ok(socket.into())
    }

    /// All that it answers to these bytes until it closes; panics when it does not close.
    pub(crate) fn tell(&self, from: u8, bytes: &[u8]) -> String {
        let mut stream = self.connect(from);
        // Whoever is refused may be refused before all is sent.
        let _ = stream.write_all(bytes);
        read_to_close(&mut stream)
    }

    /// The whole response to a GET on a connection of its own.
    pub(crate) fn get(&self, from: u8, path: &str, fields: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{fields}\r\n", self.address);
        self.tell(from, request.as_bytes())
    }
}

/// All until the other side closes, however it does; a time limit that passes is a test that fails.
pub(crate) fn read_to_close(stream: &mut impl Read) -> String {
    let (start, mut said, mut room) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut room) {
            Ok(0) => break,
            Ok(read) => said.extend_from_slice(&room[..read]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                panic!("still open after {:?}: {}", start.elapsed(), String::from_utf8_lossy(&said));
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The status of a response.
pub(crate) fn status(response: &str) -> u16 {
    response
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or_else(|| panic!("{response:?}"))
}

/// Where each response begins; a problem may speak of HTTP/1.1 as well.
pub(crate) fn answers(said: &str) -> Vec<usize> {
    let begins = |at: &usize| said[at + 9..].starts_with(|digit: char| digit.is_ascii_digit());
    said.match_indices("HTTP/1.1 ").map(|(at, _)| at).filter(begins).collect()
}
