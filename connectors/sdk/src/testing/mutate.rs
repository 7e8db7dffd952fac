//! The one list of what a service may send instead of a good answer: no answer, refusals, other types, cut off, deep,
//! large, binary; and of states that a connector did not write.

use crate::{FailureKind, FetchFailure, FetchFailureKind, Header, Outcome, Response};
use serde_json::{Value as Json, json};

/// Levels of nesting, far beyond what a recursive reader survives.
const DEPTH: usize = 100_000;
/// Values of one body that are replaced by others.
const VALUES_MAX: usize = 4_096;

/// What a connector must make of a [`Mutant`] in its first round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// This failure, with this delay.
    Failure(FailureKind, Option<u32>),
    /// The service has nothing there: this failure, or findings without passages.
    Absent(FailureKind),
    /// The state is not one that the connector wrote.
    ForeignState,
    /// The body is not JSON.
    NotJson,
    /// The body is JSON, but no object.
    NotObject,
    /// Findings or a failure, as the connector sees fit.
    Anything,
}

/// An outcome that the connector must survive.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutant {
    /// For the report.
    pub what: String,
    /// What the connector gets.
    pub outcome: Outcome,
    /// What it must make of it.
    pub meant: Meant,
}

impl Mutant {
    fn new(what: impl Into<String>, response: Response, meant: Meant) -> Self {
        Self { what: what.into(), outcome: Outcome::Response(response), meant }
    }
}

fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let header = |&(name, value): &(&str, &str)| Header { name: name.to_owned(), value: value.to_owned() };
    Response { status, headers: headers.iter().map(header).collect(), body: body.into() }
}

fn json_response(body: impl Into<Vec<u8>>) -> Response {
    response(200, &[("content-type", "application/json")], body)
}

/// Whatever does not depend on a good answer: fetches that fail, statuses, bodies of the wrong kind.
#[must_use]
pub fn faults() -> Vec<Mutant> {
    let mut all = failed_fetches();
    all.extend(statuses());
    all.extend(bodies());
    all
}

fn failed_fetches() -> Vec<Mutant> {
    let failed = |(kind, meant): (FetchFailureKind, FailureKind)| Mutant {
        what: match kind {
            FetchFailureKind::TooLarge => "TooLarge: a body of 10 MB, which the host cuts off".to_owned(),
            _ => format!("{kind:?}"),
        },
        outcome: Outcome::Failed(FetchFailure { kind, detail: "as a test has it".to_owned() }),
        meant: Meant::Failure(meant, None),
    };
    [
        (FetchFailureKind::Refused, FailureKind::Internal),
        (FetchFailureKind::Suspended, FailureKind::Internal),
        (FetchFailureKind::Unresolved, FailureKind::Unreachable),
        (FetchFailureKind::Unreachable, FailureKind::Unreachable),
        (FetchFailureKind::Timeout, FailureKind::Unreachable),
        (FetchFailureKind::TooLarge, FailureKind::Malformed),
        (FetchFailureKind::Malformed, FailureKind::Malformed),
    ]
    .map(failed)
    .into()
}

fn statuses() -> Vec<Mutant> {
    let sorry = |(status, kind): (u16, FailureKind)| {
        // Only a rate limit is waited for, whatever the headers of another status say.
        let headers = [("content-type", "text/html"), ("retry-after", "7")];
        let sent = response(status, if status == 503 { &headers[..1] } else { &headers }, "<h1>Sorry</h1>");
        Mutant::new(format!("status {status}"), sent, Meant::Failure(kind, None))
    };
    let mut all: Vec<Mutant> = [
        (301, FailureKind::Upstream),
        (400, FailureKind::Upstream),
        (401, FailureKind::Credential),
        (403, FailureKind::Credential),
        (418, FailureKind::Upstream),
        (500, FailureKind::Upstream),
        (503, FailureKind::Upstream),
    ]
    .map(sorry)
    .into();
    let absent = [(204, "", FailureKind::Malformed), (404, "<h1>Sorry</h1>", FailureKind::Upstream)];
    all.extend(absent.map(|(status, body, kind)| {
        Mutant::new(format!("status {status}"), response(status, &[], body), Meant::Absent(kind))
    }));
    let afters = [
        (429, "7", Some(7)),
        (503, "7", Some(7)),
        (429, "-1", None),
        (429, "99999999999999999999", None),
        (429, "Fri, 01 Jan 2027 00:00:00 GMT", None),
        (429, "", None),
    ];
    all.extend(afters.map(|(status, after, seconds)| {
        let meant = Meant::Failure(FailureKind::RateLimited, seconds);
        Mutant::new(format!("{status}, retry after `{after}`"), response(status, &[("retry-after", after)], ""), meant)
    }));
    all
}

fn bodies() -> Vec<Mutant> {
    let of = |meant: Meant| {
        move |body: &&str| {
            let start: String = body.chars().take(40).collect();
            Mutant::new(format!("body `{start}`"), json_response(*body), meant)
        }
    };
    let nested = format!("{}1{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let deep = ["[".repeat(DEPTH), "{\"a\":".repeat(DEPTH), "<a>".repeat(DEPTH)];
    let garbage: Vec<u8> =
        (0..4_096_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()).step_by(4).collect();
    let mut all = vec![
        Mutant::new("an empty body", json_response(""), Meant::Failure(FailureKind::Malformed, None)),
        Mutant::new("garbage", json_response(garbage), Meant::NotJson),
    ];
    all.extend(NOT_JSON.iter().map(of(Meant::NotJson)));
    all.extend(NOT_OBJECTS.iter().chain([&nested.as_str()]).map(of(Meant::NotObject)));
    all.extend(SHAPES.iter().map(of(Meant::Anything)));
    all.extend(deep.each_ref().map(String::as_str).iter().map(of(Meant::NotJson)));
    all
}

const NOT_JSON: &[&str] = &[
    " ",
    "{",
    "\u{0}",
    "\u{feff}{}",
    "{\"a\":1,\"a\":2",
    "<html><body><p>Log in</body></html>",
    "<!DOCTYPE html><title>Error</title>",
    "<!doctype html><title>Login</title><p>&#x110000;&nbsp;",
    "<a/>",
    "<feed><entry/></feed>",
    "<feed><entry>",
    "<a><![CDATA[",
    "<!DOCTYPE a [<!ENTITY b \"&b;\">]><a>&b;</a>",
];

const NOT_OBJECTS: &[&str] = &["null", "true", "0", "7", "\"\"", "\"x\"", "[]"];

/// Well formed, but not what any service sends.
const SHAPES: &[&str] = &[
    "{}",
    "[[]]",
    "[{}]",
    "[null]",
    "1e999999999",
    "{\"query\":[]}",
    "{\"query\":{\"pages\":{}}}",
    "{\"search\":0}",
    "{\"hits\":[{}]}",
    "{\"hits\":\"x\"}",
    "{\"error\":{\"code\":7}}",
    "{\"error\":\"x\"}",
    "{\"claims\":[[]],\"entities\":7}",
    "{\"results\":null,\"items\":{},\"data\":[1,\"\",null]}",
];

/// `good`, cut off at `parts - 1` points.
pub fn cuts(good: &Response, parts: usize) -> impl Iterator<Item = Mutant> {
    let was_json = is_json(&good.body);
    (1..parts.max(1)).map(move |part| {
        let end = good.body.len() * part / parts;
        let body = good.body.get(..end).unwrap_or_default().to_vec();
        let meant = if was_json && !is_json(&body) { Meant::NotJson } else { Meant::Anything };
        Mutant::new(format!("cut off after {end} bytes"), Response { body, ..good.clone() }, meant)
    })
}

pub(super) fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// `good` with one value after the other replaced by one of each other type; nothing when it is not JSON.
pub fn wrong_types(good: &Response) -> impl Iterator<Item = Mutant> {
    some_wrong_types(good, VALUES_MAX)
}

/// The same for at most this many values, spread evenly over the body.
pub(super) fn some_wrong_types(good: &Response, values_max: usize) -> impl Iterator<Item = Mutant> {
    let document: Json = serde_json::from_slice(&good.body).unwrap_or_default();
    let mut pointers = Vec::new();
    collect_pointers(&document, String::new(), &mut pointers);
    let every = pointers.len().div_ceil(values_max.max(1)).max(1);
    let pointers: Vec<String> = pointers.into_iter().step_by(every).collect();
    let wrong = [json!(null), json!(true), json!(-1e308), json!("\u{0}"), json!([]), json!({})];
    pointers.into_iter().flat_map(move |pointer| {
        let replaced = wrong.clone().map(|value| {
            let what = format!("`{pointer}` is {value}");
            let mut document = document.clone();
            if let Some(at) = document.pointer_mut(&pointer) {
                *at = value;
            }
            Mutant::new(what, Response { body: document.to_string().into_bytes(), ..good.clone() }, Meant::Anything)
        });
        replaced.into_iter()
    })
}

/// The place of every value below the document, as JSON pointers (RFC 6901).
fn collect_pointers(value: &Json, at: String, pointers: &mut Vec<String>) {
    if pointers.len() >= VALUES_MAX {
        return;
    }
    match value {
        Json::Object(members) => {
            for (key, value) in members {
                collect_pointers(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), pointers);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_pointers(value, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    if !at.is_empty() {
        pointers.push(at);
    }
}

/// `good` with characters replaced everywhere, which breaks the syntax in places a cut does not reach.
pub fn scrambled(good: &Response) -> impl Iterator<Item = Mutant> {
    const EDITS: &[(&str, &str)] = &[
        ("\"", ""),
        ("{", "["),
        ("{", "[{"),
        ("[", "{\"x\":["),
        (":", ": null, \"x\":"),
        (":", ":[]"),
        ("\":\"", "\":7,\"y\":\""),
        ("null", "{}"),
        ("1", "-9e99"),
        ("e", "\u{1F469}\u{200D}"),
        ("<", "</"),
    ];
    let text = String::from_utf8_lossy(&good.body);
    EDITS.iter().map(move |(from, to)| {
        let body = text.replace(from, to).into_bytes();
        Mutant::new(format!("`{from}` replaced by `{to}`"), Response { body, ..good.clone() }, Meant::Anything)
    })
}

/// Bodies of about `bytes`, never more: the same many times over, one endless string, very many values, much space.
pub fn oversized(good: &Response, bytes: usize) -> impl Iterator<Item = Mutant> {
    // One at a time: together they would not fit into the memory of an instance.
    (0..4).map(move |which| {
        let (what, body) = match which {
            0 => ("many times over", good.body.repeat(bytes / good.body.len().max(1))),
            1 => ("a very long string", format!("{{\"query\":\"{}\"}}", "a".repeat(bytes.saturating_sub(12))).into()),
            2 => ("very many values", format!("[{}0]", "0,".repeat((bytes / 2).saturating_sub(2))).into()),
            _ => ("very much space", " ".repeat(bytes).into()),
        };
        Mutant::new(what, Response { body, ..good.clone() }, Meant::Anything)
    })
}

/// States that the connector did not write, or not quite.
#[must_use]
pub fn states(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut flipped = good.to_vec();
    if let Some(byte) = flipped.first_mut() {
        *byte ^= 0x20;
    }
    let part = |from: usize, to: usize| good.get(from..to).unwrap_or_default().to_vec();
    [
        ("no state", Vec::new()),
        ("an empty state", b"{}".to_vec()),
        ("half a state", part(0, good.len() / 2)),
        ("a state without its first byte", part(1, good.len())),
        ("a state without its last byte", part(0, good.len().saturating_sub(1))),
        ("a flipped state", flipped),
        ("a state of garbage", vec![0xFF; 64]),
        ("a deep state", b"[".repeat(DEPTH)),
    ]
    .map(|(what, state)| (what.to_owned(), state))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_of_every_other_type_once() {
        let good = json_response(r#"{"a/b": [1, {"c": "d"}], "~": null}"#);
        let what: Vec<String> = wrong_types(&good).map(|mutant| mutant.what).collect();
        assert_eq!(what.len(), 5 * 6);
        assert!(what.contains(&"`/a~1b/1/c` is []".to_owned()) && what.contains(&"`/~0` is {}".to_owned()), "{what:?}");
        assert!(wrong_types(&good).all(|mutant| matches!(mutant.outcome, Outcome::Response(it) if is_json(&it.body))));
        assert_eq!(wrong_types(&json_response("<a>")).count(), 0);
    }

    #[test]
    fn oversized_bodies_have_the_size_asked_for() {
        for mutant in oversized(&json_response("{\"a\": 1}"), 4_000) {
            let Outcome::Response(response) = mutant.outcome else { panic!("{}", mutant.what) };
            assert!((3_990..=4_000).contains(&response.body.len()), "{}: {}", mutant.what, response.body.len());
        }
    }

    #[test]
    fn bodies_are_what_they_are_said_to_be() {
        for mutant in faults() {
            let Outcome::Response(response) = mutant.outcome else { continue };
            match mutant.meant {
                Meant::NotJson => assert!(!is_json(&response.body), "{}", mutant.what),
                Meant::NotObject => assert!(is_json(&response.body), "{}", mutant.what),
                _ => {}
            }
        }
    }
}
