//! One request over one connection: enough for a local server.

use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A question is answered long before.
const READ_TIME_MAX: Duration = Duration::from_secs(60);

pub(crate) fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).context("connecting")?;
    stream.set_read_timeout(Some(READ_TIME_MAX))?;
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).context("asking")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("reading the response")?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<(u16, String)> {
    let end = bytes.windows(4).position(|it| it == b"\r\n\r\n").context("a response without an end of its head")?;
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let mut body = rest.get(4..).unwrap_or_default().to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = dechunked(&body)?;
    }
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

fn dechunked(mut bytes: &[u8]) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|it| it == b"\r\n").context("a chunk without a length")?;
        let (size, rest) = bytes.split_at(end);
        let size = usize::from_str_radix(core::str::from_utf8(size)?.trim(), 16).context("the length of a chunk")?;
        if size == 0 {
            return Ok(body);
        }
        let (Some(chunk), Some(rest)) = (rest.get(2..2 + size), rest.get(4 + size..)) else {
            bail!("a chunk that breaks off");
        };
        body.extend_from_slice(chunk);
        bytes = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_are_read_whole_and_in_chunks() {
        let read = |text: &str| parse(text.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(read("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), Ok((200, "ok".to_owned())));
        let chunked =
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(read(chunked), Ok((404, "abc0123456789".to_owned())));
        for broken in
            ["", "HTTP/1.1 200 OK\r\n", "x\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"]
        {
            assert!(read(broken).is_err(), "{broken:?}");
        }
    }
}
