//! HTTP/2 floods: each ends its connection, costs little memory, and costs nobody else an answer.

use crate::frames::*;
use crate::honest;
use crate::server::{PLAIN, SUM, Server};

/// What a process may keep of all floods together: pools that grew, and what an allocator does not give back.
const GROWTH_KB_MAX: u64 = 48 * 1024;

type Unit = Box<dyn FnMut(u32) -> Vec<u8>>;

/// The stream of a unit: odd, and each a new one.
fn stream(unit: u32) -> u32 {
    2 * unit + 1
}

/// Name, most units that are sent, and the unit.
fn floods() -> Vec<(&'static str, usize, Unit)> {
    let begun = |first: Vec<u8>, then: Vec<u8>| -> Unit {
        Box::new(move |unit| if unit == 0 { first.clone() } else { then.clone() })
    };
    let post = frame(HEADERS, END_HEADERS, 1, &head("POST", "/v1/answer"));
    let large = [0x00, 0x01, b'x', 0x01, b'y'].repeat(2000);
    vec![
        (
            "rapid reset (CVE-2023-44487)",
            100_000,
            Box::new(|unit| {
                let ask = frame(HEADERS, END_HEADERS | END_STREAM, stream(unit), &head("GET", SUM));
                [ask, frame(RST_STREAM, 0, stream(unit), &8_u32.to_be_bytes())].concat()
            }),
        ),
        (
            "MadeYouReset (CVE-2025-8671), window of 0",
            100_000,
            Box::new(|unit| {
                let ask = frame(HEADERS, END_HEADERS, stream(unit), &head("POST", "/v1/answer"));
                [ask, frame(WINDOW_UPDATE, 0, stream(unit), &0_u32.to_be_bytes())].concat()
            }),
        ),
        (
            "MadeYouReset, DATA after the end",
            100_000,
            Box::new(|unit| {
                let ask = frame(HEADERS, END_HEADERS | END_STREAM, stream(unit), &head("GET", SUM));
                [ask, frame(DATA, 0, stream(unit), b"more")].concat()
            }),
        ),
        (
            "CONTINUATION, empty",
            100_000,
            begun(frame(HEADERS, END_STREAM, 1, &head("GET", SUM)), frame(CONTINUATION, 0, 1, &[])),
        ),
        (
            "CONTINUATION, full",
            10_000,
            begun(frame(HEADERS, END_STREAM, 1, &head("GET", SUM)), frame(CONTINUATION, 0, 1, &large)),
        ),
        ("empty DATA", 200_000, begun(post.clone(), frame(DATA, 0, 1, &[]))),
        ("DATA of one byte", 200_000, begun(post, frame(DATA, 0, 1, b" "))),
        ("SETTINGS", 200_000, Box::new(|_| frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0]))),
        ("PING", 200_000, Box::new(|_| frame(PING, 0, 0, b"abcdefgh"))),
        ("PRIORITY", 200_000, Box::new(|unit| frame(PRIORITY, 0, stream(unit), &[0, 0, 0, 0, 1]))),
        ("WINDOW_UPDATE", 200_000, Box::new(|_| frame(WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes()))),
        ("frames of no kind", 200_000, Box::new(|_| frame(0xee, 0, 0, b"abc"))),
    ]
}

#[test]
fn floods_end_and_honest_askers_notice_nothing() {
    let Some(server) = Server::start("HTTP/2 floods", |_| PLAIN.to_owned()) else { return };
    // Pools are filled and pages touched before anything is measured.
    for _ in 0..50 {
        server.get(1, SUM, "");
    }
    let before = server.memory_kb();
    for (number, (name, most, mut unit)) in floods().into_iter().enumerate() {
        let from = u8::try_from(20 + number).unwrap();
        let (ended, honest) = honest::beside(&server, || flood(&server, from, most, &mut unit));
        println!("{name}: closed after {} units, GOAWAY {:?}", ended.units, ended.goaway);
        assert!(ended.units < most, "{name}: nobody minded");
        assert_eq!(ended.server_errors, 0, "{name}");
        honest::check(name, &honest);
    }
    let after = server.memory_kb();
    println!("memory: {before} kB before, {after} kB after 12 floods");
    assert!(after < before + GROWTH_KB_MAX, "{before} kB grew to {after} kB");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
