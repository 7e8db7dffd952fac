//! Whatever a service sends: cut off, empty, refused, rate limited, of another type, deep, large, binary, nothing.

use super::{check_findings, check_step, read, sources};
use std::sync::Arc;
use zero_connector_sdk::testing::Exchange;
use zero_engine::Connector;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::limits;
use zero_tests::bundle::bundle;
use zero_tests::exchanges;
use zero_tests::world::failed;
use zero_types::prelude::*;

/// Sources of each connector that get bodies as large as egress lets through.
const LARGE_SOURCES_MAX: usize = 6;

const KINDS: [FetchFailureKind; 7] = [
    FetchFailureKind::Refused,
    FetchFailureKind::Unresolved,
    FetchFailureKind::Unreachable,
    FetchFailureKind::Timeout,
    FetchFailureKind::TooLarge,
    FetchFailureKind::Malformed,
    FetchFailureKind::Suspended,
];

#[test]
fn whatever_a_service_sends() {
    let Some(loaded) = bundle() else { return };
    let recorded: Vec<Exchange> = exchanges::all().unwrap().into_iter().map(|it| it.exchange).collect();
    let (mut wrong, mut calls, mut real) = (Vec::new(), 0, 0);
    let mut large_of = std::collections::BTreeMap::new();
    for (record, connector) in sources(loaded) {
        // The sources of one connector differ little: all get the small bodies, its first few the large ones as well.
        let seen = large_of.entry(record.connector.clone()).or_insert(0);
        *seen += 1;
        let mut large = *seen <= LARGE_SOURCES_MAX;
        for text in &record.must {
            let (question, intent) = read(loaded, text);
            let Ok(plan) = connector.plan(&record.source, &question, &intent).unwrap().value else { continue };
            let mut step = plan.step;
            for round in 0..=limits::ROUNDS_MAX {
                let Step::Fetch(fetch) = step else { break };
                assert!(round < limits::ROUNDS_MAX, "`{}`, `{text}`: more than {round} rounds", record.source.id);
                let good = answer(&recorded, &fetch.requests);
                real += usize::from(good.iter().any(|outcome| matches!(outcome, Outcome::Response(_))));
                let mut put = |what: &str, state: &[u8], outcomes: &[Outcome]| {
                    calls += 1;
                    put(&record, connector, what, state, outcomes).unwrap_or_else(|error| wrong.push(error))
                };
                for (what, outcome) in outcomes(&good, large) {
                    // A large one comes alone: all responses of a round must fit into the memory of an instance.
                    let is_large = matches!(&outcome, Outcome::Response(it) if it.body.len() > 1 << 20);
                    let rest = if is_large { failed(FetchFailureKind::TooLarge) } else { outcome.clone() };
                    let mut all = vec![rest; fetch.requests.len()];
                    all[0] = outcome;
                    put(&format!("`{text}`, {what}"), &fetch.state, &all);
                }
                for (what, state) in states(&fetch.state) {
                    put(&format!("`{text}`, {what}"), &state, &good);
                }
                put("no outcome", &fetch.state, &[]);
                put("one outcome too many", &fetch.state, &[good.clone(), good.clone(), good.clone()].concat());
                large = false;
                step = match connector.resume(&record.source, &fetch.state, &good).unwrap().value {
                    Ok(step) => step,
                    Err(_) => break,
                };
            }
        }
    }
    println!("{calls} calls, {real} rounds with a recorded exchange");
    assert!(calls > 5_000 && real > 30, "{calls} calls, {real} rounds with a recorded exchange");
    assert!(wrong.is_empty(), "{} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
}

/// One call, twice: a typed end, and the same one.
fn put(
    record: &Arc<SourceRecord>,
    connector: &Connector,
    what: &str,
    state: &[u8],
    outcomes: &[Outcome],
) -> Result<(), String> {
    let id = &record.source.id;
    let call = || connector.resume(&record.source, state, outcomes).map_err(|error| format!("`{id}`, {what}: {error}"));
    let called = call()?;
    match &called.value {
        Ok(Step::Done(findings)) => check_findings(id, findings, what),
        Ok(step) => check_step(record, step, what),
        Err(failure) if failure.detail.len() > 2_000 => return Err(format!("`{id}`, {what}: an endless detail")),
        Err(_) => {}
    }
    let again = call()?;
    if again.value == called.value { Ok(()) } else { Err(format!("`{id}`, {what}: two instances differ")) }
}

fn answer(recorded: &[Exchange], requests: &[Request]) -> Vec<Outcome> {
    let of = |request: &Request| match recorded.iter().find(|exchange| exchange.answers(request)) {
        Some(exchange) => Outcome::Response(exchange.response.clone()),
        None => failed(FetchFailureKind::Unreachable),
    };
    requests.iter().map(of).collect()
}

fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Outcome {
    let header = |&(name, value): &(&str, &str)| Header { name: name.to_owned(), value: value.to_owned() };
    Outcome::Response(Response { status, headers: headers.iter().map(header).collect(), body: body.into() })
}

/// What a service may send instead of `good`.
fn outcomes(good: &[Outcome], large: bool) -> Vec<(String, Outcome)> {
    let mut all: Vec<(String, Outcome)> = KINDS.iter().map(|&kind| (format!("{kind:?}"), failed(kind))).collect();
    for status in [204, 301, 400, 401, 403, 404, 418, 500, 503] {
        all.push((format!("status {status}"), response(status, &[("content-type", "text/html")], "<h1>Sorry</h1>")));
    }
    for after in ["7", "-1", "99999999999999999999", "Fri, 01 Jan 2027 00:00:00 GMT", ""] {
        all.push((format!("429, retry after `{after}`"), response(429, &[("retry-after", after)], "")));
    }
    let json = [("content-type", "application/json")];
    let bodies = [
        "",
        " ",
        "null",
        "true",
        "0",
        "\"\"",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{\"query\":[]}",
        "{\"query\":{\"pages\":{}}}",
        "{\"search\":0}",
        "{\"hits\":[{}]}",
        "{\"hits\":\"x\"}",
        "{\"error\":{\"code\":7}}",
        "{\"error\":\"x\"}",
        "{\"claims\":[[]],\"entities\":7}",
        "{\"results\":null,\"items\":{},\"data\":[1,\"\",null]}",
        "<!doctype html><title>Login</title><p>&#x110000;&nbsp;",
        "<feed><entry>",
        "<a><![CDATA[",
        "<!DOCTYPE a [<!ENTITY b \"&b;\">]><a>&b;</a>",
        "1e999999999",
        "{\"a\":1,\"a\":2",
        "\u{feff}{}",
    ];
    all.extend(bodies.map(|body| (format!("body `{body}`"), response(200, &json, body))));
    let deep = ["[".repeat(20_000), "{\"a\":".repeat(20_000), "<a>".repeat(20_000)];
    all.extend(deep.map(|body| (format!("{}... 20000 deep", &body[..3]), response(200, &json, body))));
    let garbage: Vec<u8> = (0..4_096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    all.push(("garbage".to_owned(), response(200, &json, garbage)));
    for outcome in good {
        let Outcome::Response(response) = outcome else { continue };
        let cut = |at: usize| Response { body: response.body[..at].to_vec(), ..response.clone() };
        let ends = (1..16).map(|part| response.body.len() * part / 16);
        all.extend(ends.map(|end| (format!("cut off after {end} bytes"), Outcome::Response(cut(end)))));
        for (from, to) in
            [("\"", ""), ("{", "["), (":", ": null, \"x\":"), ("1", "-9e99"), ("e", "\u{1F469}\u{200D}"), ("<", "</")]
        {
            let body = String::from_utf8_lossy(&response.body).replace(from, to).into_bytes();
            let body = Response { body, ..response.clone() };
            all.push((format!("`{from}` replaced by `{to}`"), Outcome::Response(body)));
        }
        if large {
            // As large as egress lets through: many times the same, and one endless string.
            let times = limits::RESPONSE_BYTES_MAX / response.body.len().max(1);
            let body = Response { body: response.body.repeat(times), ..response.clone() };
            all.push(("many times over".to_owned(), Outcome::Response(body)));
        }
    }
    if large {
        let most = limits::RESPONSE_BYTES_MAX;
        let text = format!("{{\"query\":\"{}\"}}", "a".repeat(most - 14));
        all.push(("a very long string".to_owned(), response(200, &json, text)));
        all.push(("very many values".to_owned(), response(200, &json, format!("[{}0]", "0,".repeat(most / 2 - 2)))));
        all.push(("very much space".to_owned(), response(200, &json, " ".repeat(most))));
    }
    all
}

/// States that the connector did not write, or not quite.
fn states(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut flipped = good.to_vec();
    if let Some(byte) = flipped.first_mut() {
        *byte ^= 0x20;
    }
    vec![
        ("no state".to_owned(), Vec::new()),
        ("half a state".to_owned(), good[..good.len() / 2].to_vec()),
        ("a flipped state".to_owned(), flipped),
        ("a state of garbage".to_owned(), vec![0xFF; 64]),
        ("a deep state".to_owned(), b"[".repeat(10_000)),
    ]
}
