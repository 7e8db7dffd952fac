//! Request smuggling: whatever two servers might read differently gets one answer of 4xx and a closed connection.

use crate::honest;
use crate::server::{PLAIN, Server, answers, status};
use std::io::{Read as _, Write as _};

/// What a lenient server would find hidden in the request before it.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
const POST: &str = "POST /v1/answer HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

/// Name, and the bytes; `HIDDEN` follows each.
fn shapes() -> Vec<(&'static str, String)> {
    let post = |fields: &str, body: &str| format!("{POST}{fields}\r\n{body}");
    let chunked = |body: &str| post("transfer-encoding: chunked\r\n", body);
    let get = |line: &str, fields: &str| format!("{line}\r\n{fields}\r\n");
    vec![
        ("both lengths", post("content-length: 4\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n")),
        ("both lengths, the other way", post("transfer-encoding: chunked\r\ncontent-length: 5\r\n", "0\r\n\r\n")),
        ("two lengths", post("content-length: 2\r\ncontent-length: 3\r\n", "{} ")),
        ("the same length twice", post("content-length: 2\r\ncontent-length: 2\r\n", "{}")),
        ("a list of lengths", post("content-length: 2, 2\r\n", "{}")),
        ("a length with a sign", post("content-length: +2\r\n", "{}")),
        ("a length in hexadecimal", post("content-length: 0x2\r\n", "{}")),
        ("a length beyond 64 bits", post("content-length: 18446744073709551618\r\n", "{}")),
        ("an empty length", post("content-length:\r\n", "")),
        ("chunked twice", post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n")),
        ("chunked is not last", post("transfer-encoding: chunked, gzip\r\n", "0\r\n\r\n")),
        ("an unknown coding", post("transfer-encoding: xchunked\r\n", "0\r\n\r\n")),
        ("identity", post("transfer-encoding: identity\r\ncontent-length: 2\r\n", "{}")),
        ("a vertical tab before chunked", post("transfer-encoding: \x0bchunked\r\n", "0\r\n\r\n")),
        ("a space before the colon", post("transfer-encoding : chunked\r\n", "0\r\n\r\n")),
        ("a folded line", post("transfer-encoding:\r\n chunked\r\n", "0\r\n\r\n")),
        ("a field that goes on", post("x: a\r\n\tb\r\n", "")),
        ("a line without a colon", post("transfer-encoding\r\n", "")),
        ("a bare LF after a field", post("x: a\ntransfer-encoding: chunked\r\n", "0\r\n\r\n")),
        ("a bare LF everywhere", "GET /healthz HTTP/1.1\nhost: a\n\n".to_owned()),
        ("a bare CR in a field", post("x: a\rtransfer-encoding: chunked\r\n", "0\r\n\r\n")),
        ("a NUL in a field", post("x: a\0b\r\n", "")),
        ("chunks by HTTP/1.0", "POST /v1/answer HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_owned()),
        ("a chunk with an extension", chunked("2;a=b\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's size with a space", chunked("2 \r\n{}\r\n0\r\n\r\n")),
        ("a chunk's size with a prefix", chunked("0x2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's size with a sign", chunked("+2\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's size beyond 64 bits", chunked("10000000000000002\r\n{}\r\n0\r\n\r\n")),
        ("an empty chunk's size", chunked("\r\n{}\r\n0\r\n\r\n")),
        ("a chunk's size that ends in LF", chunked("2\n{}\r\n0\r\n\r\n")),
        ("a chunk longer than its size", chunked("2\r\n{}}\r\n0\r\n\r\n")),
        ("a chunk that ends in LF", chunked("2\r\n{}\n0\r\n\r\n")),
        ("a trailer", chunked("2\r\n{}\r\n0\r\ncontent-length: 5\r\n\r\n")),
        ("no host", get("GET /healthz HTTP/1.1", "")),
        ("two hosts", get("GET /healthz HTTP/1.1", "host: a\r\nhost: b\r\n")),
        ("the same host twice", get("GET /healthz HTTP/1.1", "host: a\r\nhost: a\r\n")),
        ("a URL with another host", get("GET http://b/healthz HTTP/1.1", "host: a\r\n")),
        ("a URL with a user", get("GET http://a@b/healthz HTTP/1.1", "host: b\r\n")),
        ("a host with a path", get("GET /healthz HTTP/1.1", "host: a/b\r\n")),
        ("an empty host", get("GET /healthz HTTP/1.1", "host:\r\n")),
        ("two spaces in the line", get("GET  /healthz HTTP/1.1", "host: a\r\n")),
        ("a tab in the line", get("GET\t/healthz\tHTTP/1.1", "host: a\r\n")),
        ("a space before the method", get(" GET /healthz HTTP/1.1", "host: a\r\n")),
        ("a version of tomorrow", get("GET /healthz HTTP/1.2", "host: a\r\n")),
        ("HTTP/0.9", "GET /healthz\r\n\r\n".to_owned()),
        ("CONNECT", get("CONNECT b:443 HTTP/1.1", "host: b:443\r\n")),
        ("a method that is no token", get("G(ET /healthz HTTP/1.1", "host: a\r\n")),
        ("bytes beyond ASCII in the target", get("GET /h\u{e9} HTTP/1.1", "host: a\r\n")),
        ("TLS", "\x16\x03\x01\x02\0\x01\0\x01\u{fc}\x03\x03".to_owned()),
    ]
}

#[test]
fn whatever_may_be_read_in_two_ways_is_refused_once() {
    let Some(server) = Server::start("request smuggling", |_| PLAIN.to_owned()) else { return };
    let shapes = shapes();
    let ((), honest) = honest::beside(&server, || {
        for (name, shape) in &shapes {
            let said = server.tell(7, format!("{shape}{HIDDEN}").as_bytes());
            check(name, &said);
            // After a good request on the same connection: that one is answered, and the next refused, in this order.
            let said = server.tell(7, format!("{HIDDEN}{shape}{HIDDEN}").as_bytes());
            let (first, second) = said.split_at(*answers(&said).last().unwrap());
            assert_eq!((answers(first).len(), status(first)), (1, 200), "{name}: {said}");
            check(name, second);
        }
    });
    honest::check("smuggling", &honest);
    println!("smuggling: {} shapes, alone and after a good request: each 400 once, then closed", shapes.len());
}

fn check(name: &str, said: &str) {
    assert_eq!(answers(said).len(), 1, "{name}: {said:?}");
    assert_eq!(status(said), 400, "{name}: {said}");
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/problem+json"), "{name}: {head}");
    let problem: serde_json::Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{name}: {error}: {body}"));
    assert!(head.contains(&format!("x-request-id: {}", problem["id"].as_str().unwrap())), "{name}: {said}");
}

#[test]
fn what_is_too_large_is_told_in_words() {
    let Some(server) = Server::start("sizes", |_| PLAIN.to_owned()) else { return };
    let told = |fields: &str, path: &str, expected: u16, kind: &str| {
        let said = server.get(8, path, fields);
        assert_eq!(status(&said), expected, "{said}");
        assert!(said.contains(&format!("/problems/{kind}")), "{said}");
    };
    told("", &format!("/{}", "a".repeat(20_000)), 414, "uri-too-long");
    told(&"x: y\r\n".repeat(80), "/healthz", 431, "headers-too-large");
    told(&format!("x: {}\r\n", "y".repeat(40_000)), "/healthz", 431, "headers-too-large");
    let large = format!("{POST}content-length: 200000\r\n\r\n{}", " ".repeat(200_000));
    let said = server.tell(8, large.as_bytes());
    assert_eq!(status(&said), 413, "{said}");
}

#[test]
fn good_requests_in_one_packet_are_answered_in_order() {
    let Some(server) = Server::start("pipelining", |_| PLAIN.to_owned()) else { return };
    let mut stream = server.connect(8);
    let body = r#"{"question": "what is 2+2", "sources": ["calculator"]}"#;
    let length = format!("{POST}content-length: {}\r\n\r\n{body}", body.len());
    let chunks = format!("{POST}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let last = "GET /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(format!("{HIDDEN}{length}{chunks}\r\n{HIDDEN}{last}").as_bytes()).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    let statuses: Vec<u16> = answers(&said).into_iter().map(|at| status(&said[at..])).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 404], "{said}");
}
