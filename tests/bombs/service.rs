//! The services, over real sockets: which one is asked says the `host` of the request.

use std::io::{Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

const MIB: usize = 1024 * 1024;
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// Says where it listens, and serves until it is killed.
pub(crate) fn run() -> ExitCode {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    for stream in listener.incoming().flatten() {
        thread::spawn(move || {
            let _ = serve(stream);
        });
    }
    ExitCode::SUCCESS
}

fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut step = [0; 4096];
            let read = stream.read(&mut step)?;
            if read == 0 {
                return Ok(());
            }
            head.extend_from_slice(&step[..read]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        answer(host.split('.').next().unwrap_or_default(), &mut stream)?;
        stream.flush()?;
    }
}

fn answer(kind: &str, to: &mut TcpStream) -> std::io::Result<()> {
    let honest = br#"{"hits":[{"id":"1","title":"Japan","text":"Tokyo is the capital of Japan."}]}"#;
    match kind {
        "honest" => body(to, "", honest),
        "gzip" => body(to, "content-encoding: gzip\r\n", &gzip(&vec![0; 64 * MIB])),
        "gzip-members" => body(to, "content-encoding: gzip\r\n", &gzip(&vec![b' '; MIB]).repeat(64)),
        "deflate" => body(to, "content-encoding: deflate\r\n", &zlib(&vec![b' '; 64 * MIB])),
        "brotli" => body(to, "content-encoding: br\r\n", &brotli(&vec![b' '; 64 * MIB], 23)),
        "brotli-window" => body(to, "content-encoding: br\r\n", &brotli(&vec![b' '; 64 * MIB], 24)),
        "zstd" => body(to, "content-encoding: zstd\r\n", &zstd(0x68, 4096)),
        "zstd-window" => body(to, "content-encoding: zstd\r\n", &zstd(0xf8, 64)),
        "gzip-endless" => {
            write!(to, "{OK}content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n")?;
            forever(to, &chunk(&gzip(&noise(MIB))))
        }
        "nested-listed" => body(to, "content-encoding: gzip, gzip\r\n", &gzip(&gzip(&vec![0; 16 * MIB]))),
        "nested-twice" => body(to, "content-encoding: gzip\r\ncontent-encoding: gzip\r\n", &gzip(&gzip(honest))),
        "nested-inside" => body(to, "content-encoding: gzip\r\n", &gzip(&gzip(&vec![0; 64 * MIB]))),
        "xpress" => body(to, "content-encoding: xpress\r\n", honest),
        "length" => {
            write!(to, "{OK}content-length: 1000000000000\r\n\r\n")?;
            forever(to, &[b' '; 65536])
        }
        "close" => {
            write!(to, "{OK}\r\n")?;
            forever(to, &[b' '; 65536])
        }
        "chunks" => chunked(to, &chunk(&[b' '; 65536])),
        "tiny-chunks" => chunked(to, &b"1\r\n \r\n".repeat(5000)),
        "extensions" => chunked(to, &[b"1;", b"x".repeat(60_000).as_slice()].concat()),
        "trailers" => {
            write!(to, "{OK}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n")?;
            forever(to, &b"x-trailer: 1\r\n".repeat(2000))
        }
        "headers" => {
            write!(to, "{OK}")?;
            forever(to, &b"x-header: 1\r\n".repeat(2000))
        }
        "interim" => forever(to, &b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n".repeat(500)),
        "drip" => {
            write!(to, "{OK}transfer-encoding: chunked\r\n\r\n")?;
            loop {
                to.write_all(b"1\r\n \r\n")?;
                thread::sleep(Duration::from_millis(20));
            }
        }
        "depth" => body(to, "", &vec![b'['; 3 * MIB]),
        // Says nothing at all.
        _ => loop {
            thread::sleep(Duration::from_secs(1));
        },
    }
}

fn body(to: &mut TcpStream, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(to, "{OK}{headers}content-length: {}\r\n\r\n", body.len())?;
    to.write_all(body)
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn chunked(to: &mut TcpStream, part: &[u8]) -> std::io::Result<()> {
    write!(to, "{OK}transfer-encoding: chunked\r\n\r\n")?;
    forever(to, part)
}

fn forever(to: &mut TcpStream, part: &[u8]) -> std::io::Result<()> {
    loop {
        to.write_all(part)?;
    }
}

/// Bytes that no encoder makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut seed = 7_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as u8
    };
    (0..bytes).map(|_| next()).collect()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn brotli(body: &[u8], lgwin: i32) -> Vec<u8> {
    let mut encoded = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 3, lgwin, ..Default::default() };
    brotli::BrotliCompress(&mut &body[..], &mut encoded, &parameters).unwrap();
    encoded
}

/// A frame of so many blocks of 128 KiB, each of one byte that is repeated (RFC 8878, section 3.1.1.2).
fn zstd(window: u8, blocks: usize) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, window];
    for block in 1..=blocks {
        let header = ((128 * 1024) << 3) | (1 << 1) | usize::from(block == blocks);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b' ');
    }
    frame
}
