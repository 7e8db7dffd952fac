//! The services of a simulated world, and the witness of everything that is sent to them.

use crate::dice::Dice;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Mutex;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::limits;
use zero_pipeline::{Freshness, cache::Key};
use zero_tests::world::{Network, Reply, failed};
use zero_types::prelude::*;

/// What is wrong with a service.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    Down(FetchFailureKind),
    Hangs,
    Status(u16),
    RateLimited(u32),
    Garbage,
    Large,
}

struct Service {
    /// Fault by the time until which it lasts.
    faults: Vec<(Duration, Fault)>,
    fastest: Duration,
    spread_ms: u64,
    says: String,
    freshness: Freshness,
    paced: bool,
}

/// What has been seen of a source.
#[derive(Default)]
struct Seen {
    bad_in_a_row: u32,
    /// No request may begin in here.
    left_alone: Option<(Duration, Duration)>,
}

#[derive(Default)]
struct Witness {
    sources: BTreeMap<String, Seen>,
    underway: BTreeMap<String, usize>,
    keys: Vec<(String, Request)>,
    requests: usize,
    wrong: Option<String>,
    healed: Option<Duration>,
}

pub(crate) struct SimNetwork {
    services: BTreeMap<String, Service>,
    hedge: bool,
    witness: Mutex<Witness>,
}

impl SimNetwork {
    pub(crate) fn new(dice: &mut Dice, records: &[SourceRecord], hedge: bool) -> Self {
        let services = records.iter().map(|record| (record.source.id.clone(), Service::new(dice, record))).collect();
        Self { services, hedge, witness: Mutex::default() }
    }

    pub(crate) fn heal(&self, now: Duration) {
        self.witness.lock().unwrap().healed = Some(now);
    }

    pub(crate) fn requests(&self) -> usize {
        self.witness.lock().unwrap().requests
    }

    pub(crate) fn keys(&self) -> Vec<(String, Request)> {
        self.witness.lock().unwrap().keys.clone()
    }

    pub(crate) fn verdict(&self) -> Result<(), String> {
        let witness = self.witness.lock().unwrap();
        if let Some(left) = witness.underway.iter().find(|(_, count)| **count > 0) {
            return Err(format!("a request is still underway when everything is over: {left:?}"));
        }
        witness.wrong.clone().map_or(Ok(()), Err)
    }
}

impl Service {
    fn new(dice: &mut Dice, record: &SourceRecord) -> Self {
        let mut faults = Vec::new();
        let mut until = Duration::ZERO;
        for _ in 0..dice.between(0, 4) {
            until += Duration::from_millis(dice.between(100, 30_000) as u64);
            faults.push((until, fault(dice)));
        }
        Self {
            faults,
            fastest: Duration::from_millis(dice.between(1, 200) as u64),
            spread_ms: dice.between(0, 900) as u64,
            says: if record.source.settings.contains("green") { "green" } else { "amber" }.to_owned(),
            freshness: *dice.pick(&[Freshness::Unsaid, Freshness::Never, Freshness::For(Duration::from_secs(60))]),
            paced: record.requests_per_second.is_some(),
        }
    }

    fn reply(&self, fault: Fault, chance: u64) -> Reply {
        let after = self.fastest + Duration::from_millis(chance % (self.spread_ms + 1));
        let status = |status: u16, retry: Option<u32>, body: Vec<u8>| {
            let headers = retry.map(|seconds| Header { name: "retry-after".to_owned(), value: seconds.to_string() });
            Outcome::Response(Response { status, headers: headers.into_iter().collect(), body })
        };
        let body = serde_json::json!({ "colour": self.says }).to_string();
        let (after, outcome) = match fault {
            Fault::None => (after, status(200, None, body.into_bytes())),
            Fault::Down(kind) => (after, failed(kind)),
            Fault::Hangs => (Duration::from_secs(86_400), failed(FetchFailureKind::Timeout)),
            Fault::Status(code) => (after, status(code, None, b"oops".to_vec())),
            Fault::RateLimited(seconds) => (after, status(429, Some(seconds), Vec::new())),
            Fault::Garbage => (after, status(200, None, b"{\"colour\": [[[[".to_vec())),
            Fault::Large => (after, status(200, None, format!("{}{body}", " ".repeat(100_000)).into_bytes())),
        };
        Reply { after, outcome, freshness: self.freshness }
    }
}

fn fault(dice: &mut Dice) -> Fault {
    use FetchFailureKind::{Malformed, Refused, Timeout, TooLarge, Unreachable, Unresolved};
    match dice.between(0, 9) {
        0..=2 => Fault::None,
        3 => Fault::Down(*dice.pick(&[Refused, Unresolved, Unreachable, Timeout, TooLarge, Malformed])),
        4 => Fault::Down(Unreachable),
        5 => Fault::Hangs,
        6 => Fault::Status(*dice.pick(&[301, 400, 401, 403, 404, 410, 500, 502, 503])),
        7 => Fault::RateLimited(*dice.pick(&[0, 1, 30, 100_000])),
        8 => Fault::Garbage,
        _ => Fault::Large,
    }
}

impl Network for SimNetwork {
    fn begin(&self, source: &SourceRecord, request: &Request, now: Duration) -> Reply {
        let id = &source.source.id;
        let service = &self.services[id];
        let mut witness = self.witness.lock().unwrap();
        witness.requests += 1;
        let chance = Key::of(id, request)
            .hex()
            .bytes()
            .fold(witness.requests as u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        witness.keys.push((id.clone(), request.clone()));
        let healed = witness.healed.is_some();
        let left_alone = witness.sources.get(id).and_then(|seen| seen.left_alone);
        if left_alone.is_some_and(|(from, until)| from < now && now < until) && !service.paced {
            witness.wrong = Some(format!("`{id}` was asked at {now:?}, though to be left alone: {left_alone:?}"));
        }
        let underway = witness.underway.entry(request.url.clone()).or_default();
        *underway += 1;
        if *underway > 1 + usize::from(self.hedge) {
            witness.wrong = Some(format!("{} is underway {underway} times", request.url));
        }
        let fault = service.faults.iter().find(|(until, _)| now < *until).map_or(Fault::None, |(_, fault)| *fault);
        service.reply(if healed { Fault::None } else { fault }, chance)
    }

    fn end(&self, source: &SourceRecord, request: &Request, now: Duration, answered: Option<&Outcome>) {
        let mut witness = self.witness.lock().unwrap();
        if let Some(count) = witness.underway.get_mut(&request.url) {
            *count -= 1;
        }
        let seen = witness.sources.entry(source.source.id.clone()).or_default();
        let Some(outcome) = answered else { return };
        let alone = |seconds: u64| Some((now, now + Duration::from_secs(seconds)));
        match outcome {
            Outcome::Response(response) if response.status == 429 => {
                let asked = response.header("retry-after").and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
                seen.left_alone =
                    alone(asked.clamp(limits::SUSPENSION_MIN.as_secs(), limits::SUSPENSION_MAX.as_secs()));
            }
            Outcome::Response(response) if [401, 403].contains(&response.status) => {
                seen.left_alone = alone(limits::SUSPENSION_MIN.as_secs());
            }
            Outcome::Response(response) if response.status < 500 => *seen = Seen::default(),
            Outcome::Failed(failure) if is_neutral(failure.kind) => {}
            _ => {
                seen.bad_in_a_row += 1;
                if seen.bad_in_a_row >= limits::BREAKER_FAILURES_MAX {
                    seen.left_alone = alone(limits::SUSPENSION_MIN.as_secs());
                }
            }
        }
    }
}

/// Says nothing about whether the service is well.
fn is_neutral(kind: FetchFailureKind) -> bool {
    matches!(kind, FetchFailureKind::Refused | FetchFailureKind::Suspended | FetchFailureKind::TooLarge)
}
