//! Those who send slowly or never, and those who take all places.

use crate::honest;
use crate::server::{PATIENCE, PLAIN, Server, answers, read_to_close, status};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const JSON: &str = "POST /v1/answer HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

/// What each sends at first, then again and again; nothing is sent again where that is empty.
fn drips() -> Vec<(&'static str, String, &'static str)> {
    let http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    vec![
        ("nothing at all", String::new(), ""),
        ("the beginning of HTTP/2", http2[..10].to_owned(), ""),
        ("a method, byte by byte", "G".to_owned(), "E"),
        ("a head that does not end", "GET / HTTP/1.1\r\nhost: a\r\n".to_owned(), ""),
        ("fields, one after the other", "GET / HTTP/1.1\r\nhost: a\r\n".to_owned(), "x: y\r\n"),
        ("a body that does not come", format!("{JSON}content-length: 100\r\n\r\n"), ""),
        ("a body that stops", format!("{JSON}content-length: 100\r\n\r\n{{"), ""),
        ("a body, byte by byte", format!("{JSON}content-length: 1000\r\n\r\n{{"), " "),
        ("chunks, byte by byte", format!("{JSON}transfer-encoding: chunked\r\n\r\n"), "1\r\n \r\n"),
        ("a chunk that does not come", format!("{JSON}transfer-encoding: chunked\r\n\r\n4"), ""),
    ]
}

/// Sends until it is closed; how long that took, and what was said.
fn drip(mut stream: TcpStream, first: &str, again: &str) -> (Duration, String) {
    let start = Instant::now();
    stream.write_all(first.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let (mut said, mut room) = (Vec::new(), [0; 4096]);
    while start.elapsed() < PATIENCE {
        match stream.read(&mut room) {
            Ok(0) => return (start.elapsed(), String::from_utf8_lossy(&said).into_owned()),
            Ok(read) => said.extend_from_slice(&room[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // Refused where it was closed meanwhile, which the next read finds.
                let _ = stream.write_all(again.as_bytes());
            }
            Err(_) => return (start.elapsed(), String::from_utf8_lossy(&said).into_owned()),
        }
    }
    panic!("still open: {first:?}");
}

#[test]
fn whoever_sends_slowly_is_cut_off() {
    let Some(server) = Server::start("slow clients", |_| PLAIN.to_owned()) else { return };
    let before = server.memory_kb();
    let ((), honest) = honest::beside(&server, || {
        std::thread::scope(|scope| {
            for (number, (name, first, again)) in drips().into_iter().enumerate() {
                // Ten of each, since one alone is no attack.
                let from = u8::try_from(50 + number).unwrap();
                for copy in 0..10 {
                    let (server, first) = (&server, first.clone());
                    scope.spawn(move || {
                        let (took, said) = drip(server.connect(from), &first, again);
                        let answers = answers(&said).len();
                        assert!(answers <= 1, "{name}: {said}");
                        let said = if answers == 1 { status(&said) } else { 0 };
                        assert!(said == 0 || matches!(said, 400 | 408), "{name}: {said}");
                        if copy == 0 {
                            println!("{name}: closed after {took:?}, status {said}");
                        }
                    });
                }
            }
        });
    });
    honest::check("100 slow clients", &honest);
    println!("memory: {before} kB before, {} kB after", server.memory_kb());
}

#[test]
fn one_address_cannot_take_all_connections() {
    const MOST: usize = 40;
    let config =
        |_: &std::path::Path| PLAIN.replace("[admin]", &format!("connections_per_address_max = {MOST}\n[admin]"));
    let Some(server) = Server::start("connections of one address", config) else { return };
    let ((), honest) = honest::beside(&server, || {
        let mut held: Vec<TcpStream> = (0..3 * MOST).filter_map(|_| server.try_connect(90).ok()).collect();
        let (all, start) = (held.len(), Instant::now());
        let is_open = |stream: &mut TcpStream| {
            stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
            let read = stream.read(&mut [0; 1]);
            matches!(read, Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
        };
        // Less than the time after which all of them would be closed for their silence.
        while held.len() > MOST && start.elapsed() < Duration::from_secs(8) {
            held.retain_mut(is_open);
        }
        println!("of {all} connections of one address {} stay open", held.len());
        assert_eq!(held.len(), MOST);
        // Whoever leaves makes room.
        drop(held);
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let Ok(mut stream) = server.try_connect(90) else { continue };
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            if read_to_close(&mut stream).starts_with("HTTP/1.1 200") {
                return;
            }
        }
        panic!("nobody is let in again");
    });
    honest::check("connections of one address", &honest);
}
