//! Whatever a service sends: cut off, empty, refused, rate limited, of another type, deep, large, binary, nothing.

use super::{read, sources};
use zero_connector_sdk::testing::{Bounds, Exchange, Reads, Round, Siege, Trials};
use zero_judge::Running;
use zero_pipeline::limits;
use zero_tests::bundle::bundle;
use zero_tests::exchanges;
use zero_tests::world::failed;
use zero_types::prelude::*;

/// Sources of each connector that get bodies as large as egress lets through.
const LARGE_SOURCES_MAX: usize = 6;

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
                let responses: Vec<(String, Response)> = good.iter().filter_map(response_of).collect();
                real += usize::from(!responses.is_empty());
                let oversized_bytes = if large { limits::RESPONSE_BYTES_MAX } else { 0 };
                let trials = Trials {
                    siege: Siege { reads: Reads::Recorded, cut_parts: 16, oversized_bytes },
                    values_max: 0,
                    twice: true,
                    bounds: Bounds::default(),
                    hosts: Some(&record.hosts),
                };
                let tried = Round { requests: fetch.requests, outcomes: good, state: fetch.state };
                let subject = Running(connector.clone());
                let (misses, made) = trials.round(&subject, &record.source, &tried, &responses, round == 0);
                calls += made;
                let about = format!("`{}`, `{text}`, round {round}", record.source.id);
                wrong.extend(misses.into_iter().map(|it| format!("{about}: {}: {}", it.what, it.miss.what)));
                large = false;
                step = match connector.resume(&record.source, &tried.state, &tried.outcomes).unwrap().value {
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

fn response_of(outcome: &Outcome) -> Option<(String, Response)> {
    match outcome {
        Outcome::Response(response) => Some(("recorded".to_owned(), response.clone())),
        Outcome::Failed(_) => None,
    }
}

fn answer(recorded: &[Exchange], requests: &[Request]) -> Vec<Outcome> {
    let of = |request: &Request| match recorded.iter().find(|exchange| exchange.answers(request)) {
        Some(exchange) => Outcome::Response(exchange.response.clone()),
        None => failed(FetchFailureKind::Unreachable),
    };
    requests.iter().map(of).collect()
}
