//! `zero health`: whether a host answers, for containers that have no other client in them.

use anyhow::{Context as _, Result, bail};
use clap::Args;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;

/// How long it waits for each of: a connection, a byte taken, a byte given.
const PATIENCE: Duration = Duration::from_secs(2);
/// The status line and what follows it, bytes: more is not read.
const RESPONSE_BYTES_MAX: u64 = 4096;

#[derive(Args)]
pub(crate) struct HealthArguments {
    /// Where the host listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    at: SocketAddr,
    /// Ask whether it wants questions, and not only whether it lives
    #[arg(long)]
    ready: bool,
}

pub(crate) fn health(arguments: &HealthArguments) -> Result<ExitCode> {
    let path = if arguments.ready { "/readyz" } else { "/healthz" };
    let status = status(arguments.at, path).with_context(|| format!("asking http://{}{path}", arguments.at))?;
    if status != 200 {
        bail!("http://{}{path} says {status}", arguments.at);
    }
    Ok(ExitCode::SUCCESS)
}

fn status(at: SocketAddr, path: &str) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n")?;
    let mut response = Vec::new();
    stream.take(RESPONSE_BYTES_MAX).read_to_end(&mut response)?;
    let line = String::from_utf8_lossy(&response);
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.with_context(|| format!("not HTTP: `{}`", line.lines().next().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn check(response: &'static str, expected: Option<u16>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = format!("GET /readyz HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
            let mut asked = vec![0; request.len()];
            stream.read_exact(&mut asked).unwrap();
            assert_eq!(asked, request.as_bytes());
            stream.write_all(response.as_bytes()).unwrap();
        });
        assert_eq!(status(at, "/readyz").ok(), expected, "{response}");
        serving.join().unwrap();
    }

    #[test]
    fn a_status_is_what_the_first_line_says() {
        check("HTTP/1.1 200 OK\r\n\r\n{}", Some(200));
        check("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", Some(503));
        check("SSH-2.0-OpenSSH_9.2\r\n", None);
        check("", None);
    }

    #[test]
    fn nobody_there_is_a_failure() {
        // A port that no program is given by chance.
        let at = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(status(at, "/healthz").is_err());
    }
}
