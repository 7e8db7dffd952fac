//! What one call costs: connectors in fresh instances, as in production, and functions in reused ones.
//!
//! The engine has no way to reuse a connector's instance, by design: no state may survive from one asker to the next.

use crate::report::Row;
use crate::samples::repeat;
use crate::setup::Setup;
use anyhow::{Result, anyhow};
use std::collections::BTreeMap;
use std::path::Path;
use zero_native::platform::NativeRooms;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::{Platform as _, Rooms as _};
use zero_stub::Exchanges;
use zero_types::prelude::*;

const PART: &str = "plan: one call";

pub(crate) fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let host = setup.host(setup.read_bundle()?)?;
    let rooms = host.platform.rooms();
    let catalogue = &host.region.catalogue;
    let exchanges = Exchanges::of_work_tree(work_tree())?;
    let mut rows = functions(setup, &rooms, catalogue, &exchanges)?;

    let mut by_connector: BTreeMap<&str, Vec<&SourceRecord>> = BTreeMap::new();
    for record in catalogue.records() {
        by_connector.entry(&record.connector).or_default().push(record);
    }
    for (connector, records) in by_connector {
        if !rooms.has_connector(connector) {
            rows.push(Row::missing(PART, format!("{connector} plan"), "not in the bundle"));
            continue;
        }
        rows.extend(of_connector(setup, &rooms, connector, &records, &exchanges)?);
    }
    Ok(rows)
}

/// One question to one source, as far as the recorded exchanges carry it.
struct Case<'a> {
    record: &'a SourceRecord,
    question: Question,
    intent: Intent,
    walk: Walk,
}

#[derive(Default)]
struct Walk {
    bid: f32,
    /// State and outcomes of the round with the most bytes to read.
    round: Option<(Vec<u8>, Vec<Outcome>)>,
    findings: Option<Findings>,
}

fn of_connector(
    setup: &Setup,
    rooms: &NativeRooms,
    connector: &str,
    records: &[&SourceRecord],
    exchanges: &Exchanges,
) -> Result<Vec<Row>> {
    let mut best: Option<Case<'_>> = None;
    for record in records {
        for text in recorded_questions(&record.source.id).iter().chain(&record.must) {
            let question = question(text);
            let intent = rooms.read(&question).map_err(|error| anyhow!("intent {error}"))?;
            let walk = walk(rooms, record, &question, &intent, exchanges)?;
            // The one that has most to read is typical of an answer; without exchanges, the first that bids.
            let worth = |walk: &Walk| (walk.round.as_ref().map_or(0, |(_, outcomes)| bytes(outcomes)), walk.bid > 0.0);
            if best.as_ref().is_none_or(|best| worth(&best.walk) < worth(&walk)) {
                best = Some(Case { record, question, intent, walk });
            }
        }
    }
    let Some(Case { record, question, intent, walk }) = best else {
        return Ok(vec![Row::missing(PART, format!("{connector} plan"), "no source has a `must`")]);
    };
    let source = &record.source;
    let plan = repeat(setup.time(), || {
        rooms.plan_now(connector, source, &question, &intent).map_err(|error| anyhow!("{connector} {error}"))
    })?;
    let note = format!("fresh instance; {}: {}", source.id, question.text);
    let mut rows = vec![Row::times(PART, format!("{connector} plan"), &plan).note(note)];
    if let Some((state, outcomes)) = &walk.round {
        let resume = repeat(setup.time(), || {
            rooms.resume_now(connector, source, state, outcomes).map_err(|error| anyhow!("{connector} {error}"))
        })?;
        let note = format!("fresh instance; {} bytes in {} responses", bytes(outcomes), outcomes.len());
        rows.push(Row::times(PART, format!("{connector} resume"), &resume).note(note));
    }
    Ok(rows)
}

fn functions(setup: &Setup, rooms: &NativeRooms, catalogue: &Catalogue, exchanges: &Exchanges) -> Result<Vec<Row>> {
    const QUESTION: &str = "who discovered penicillin";
    let broke = |error| anyhow!("a function {error}");
    let asked = question(QUESTION);
    let intent = rooms.read(&asked).map_err(broke)?;
    let read = repeat(setup.time(), || rooms.read(&asked).map_err(broke))?;

    let turn = Turn {
        question: QUESTION.to_owned(),
        resolved: QUESTION.to_owned(),
        answer: "Penicillin was discovered by Alexander Fleming.".to_owned(),
    };
    let profile = Profile {
        language: None,
        place: None,
        time_zone: None,
        units: None,
        preferred_sources: Vec::new(),
        blocked_sources: Vec::new(),
    };
    let (follow_up, turns) = (question("and when was that"), [turn]);
    let resolve = repeat(setup.time(), || rooms.resolve(&follow_up, &profile, &turns).map_err(broke))?;

    let mut findings = Vec::new();
    for record in catalogue.records() {
        let walk = walk(rooms, record, &asked, &intent, exchanges)?;
        if let Some(found) = walk.findings.filter(|found| !found.passages.is_empty()) {
            findings.push(Finding {
                source_id: record.source.id.clone(),
                source_name: record.source.name.clone(),
                bid: walk.bid,
                passages: found.passages,
                claims: found.claims,
            });
        }
    }
    let compose = repeat(setup.time(), || rooms.compose(&asked, &intent, &findings).map_err(broke))?;
    let passages: usize = findings.iter().map(|finding| finding.passages.len()).sum();
    let of = format!("reused instance; {QUESTION}");
    Ok(vec![
        Row::times(PART, "functions read", &read).note(of.clone()),
        Row::times(PART, "functions resolve", &resolve).note("reused instance; a follow-up after one turn"),
        Row::times(PART, "functions compose", &compose)
            .note(format!("{of}: {passages} passages of {} sources", findings.len())),
    ])
}

/// Plans and resumes with recorded outcomes until the connector is done or something is not recorded.
fn walk(
    rooms: &NativeRooms,
    record: &SourceRecord,
    question: &Question,
    intent: &Intent,
    exchanges: &Exchanges,
) -> Result<Walk> {
    let broke = |error| anyhow!("{} {error}", record.connector);
    let (connector, source) = (record.connector.as_str(), &record.source);
    let Ok(plan) = rooms.plan_now(connector, source, question, intent).map_err(broke)? else {
        return Ok(Walk::default());
    };
    let mut walk = Walk { bid: plan.bid, ..Walk::default() };
    let mut step = plan.step;
    for _ in 0..zero_pipeline::limits::ROUNDS_MAX {
        let Step::Fetch(fetch) = &step else { break };
        let response = |request| Some(Outcome::Response(exchanges.find(request)?.exchange.response.clone()));
        let outcomes: Option<Vec<Outcome>> = fetch.requests.iter().map(response).collect();
        let Some(outcomes) = outcomes.filter(|outcomes| !outcomes.is_empty()) else { break };
        let Ok(next) = rooms.resume_now(connector, source, &fetch.state, &outcomes).map_err(broke)? else { break };
        if walk.round.as_ref().is_none_or(|(_, largest)| bytes(largest) < bytes(&outcomes)) {
            walk.round = Some((fetch.state.clone(), outcomes));
        }
        step = next;
    }
    if let Step::Done(findings) = step {
        walk.findings = Some(findings);
    }
    Ok(walk)
}

/// Questions that the connector's own recordings answer, where it says so.
fn recorded_questions(source_id: &str) -> Vec<String> {
    let path = work_tree().join("connectors/rest/exchanges/cases.toml");
    let cases = std::fs::read_to_string(path).ok().and_then(|text| text.parse::<toml::Table>().ok());
    let cases = cases.as_ref().and_then(|cases| cases.get("case")?.as_array());
    let text = |case: &toml::Value, key: &str| Some(case.get(key)?.as_str()?.to_owned());
    let of_source = cases.into_iter().flatten().filter(|case| text(case, "source").as_deref() == Some(source_id));
    of_source.filter_map(|case| text(case, "question")).collect()
}

fn question(text: &str) -> Question {
    Question { now_ms: NOW_MS, ..Question::new(text) }
}

fn bytes(outcomes: &[Outcome]) -> usize {
    let body = |outcome: &Outcome| match outcome {
        Outcome::Response(response) => response.body.len(),
        Outcome::Failed(_) => 0,
    };
    outcomes.iter().map(body).sum()
}

fn work_tree() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// 2027-01-15T12:00:00Z: every run asks at the same time.
const NOW_MS: i64 = 1_800_014_400_000;
