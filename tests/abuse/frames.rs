//! HTTP/2, by hand.

use crate::server::{PATIENCE, Server};
use std::io::{Read as _, Write as _};
use std::time::Instant;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `:method: GET` or `POST`, `:path`, `:scheme: http`, `:authority: localhost`, by HPACK without Huffman's code.
pub(crate) fn head(method: &str, path: &str) -> Vec<u8> {
    let mut block = vec![if method == "GET" { 0x82 } else { 0x83 }, 0x86];
    for (index, value) in [(0x01, "localhost"), (0x04, path)] {
        // Literal without indexing, name of the static table; values here are shorter than 127 bytes.
        block.extend([index, u8::try_from(value.len()).unwrap()]);
        block.extend(value.as_bytes());
    }
    block
}

/// How a flood ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Units that could be sent; all of them means that nobody minded.
    pub(crate) units: usize,
    /// `GOAWAY` said so, with this code.
    pub(crate) goaway: Option<u32>,
    /// Statuses of 5xx among the answers.
    pub(crate) server_errors: usize,
}

/// Sends the preface and then units, each of its number, until the server closes or `most` are sent.
pub(crate) fn flood(server: &Server, from: u8, most: usize, mut unit: impl FnMut(u32) -> Vec<u8>) -> Ended {
    let mut stream = server.connect(from);
    let mut reading = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let (mut said, mut room) = (Vec::new(), [0; 65536]);
        while let Ok(read) = reading.read(&mut room) {
            if read == 0 {
                break;
            }
            said.extend_from_slice(&room[..read]);
        }
        said
    });
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).unwrap();
    let start = Instant::now();
    let mut units = 0;
    while units < most && start.elapsed() < PATIENCE {
        // A write that is refused is a connection that was closed; a reader that has ended as well.
        if reader.is_finished() || stream.write_all(&unit(u32::try_from(units).unwrap())).is_err() {
            break;
        }
        units += 1;
    }
    // What was sent last may still be on its way; then our side ends, and the server's follows.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    read(&reader.join().unwrap(), units)
}

/// Reads what the server's frames say.
fn read(mut said: &[u8], units: usize) -> Ended {
    let mut ended = Ended { units, goaway: None, server_errors: 0 };
    while let Some((header, rest)) = said.split_at_checked(9) {
        let length = usize::from(header[0]) << 16 | usize::from(header[1]) << 8 | usize::from(header[2]);
        let payload = &rest[..length.min(rest.len())];
        match header[3] {
            GOAWAY if payload.len() >= 8 => ended.goaway = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap())),
            // `:status: 500` is the static table's 14; others are literals of three digits, plain or by Huffman's code.
            HEADERS if payload.first() == Some(&0x8e) => ended.server_errors += 1,
            _ => {}
        }
        said = rest.get(length..).unwrap_or_default();
    }
    ended
}
