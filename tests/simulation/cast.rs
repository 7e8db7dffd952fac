//! The sources of a simulated world, and the connectors that speak to them.
//!
//! A source's settings say what kind of connector it has got and how it asks; the connector is pure, as a real one.

use crate::dice::Dice;
use serde_json::{Value as Json, json};
use zero_connector_sdk::{Connector, settings};
use zero_pipeline::catalogue::{KeyNeed, SourceRecord};
use zero_pipeline::{CallError, limits};
use zero_tests::native::{Native, NativeRooms};
use zero_types::prelude::*;

/// Most of them honest, so that there is something to find.
const MANNERS: [&str; 18] = [
    "honest",
    "honest",
    "honest",
    "honest",
    "honest",
    "honest",
    "honest",
    "honest",
    "endless",
    "greedy",
    "vast",
    "crooked",
    "twice",
    "plan-fails",
    "plan-traps",
    "resume-traps",
    "computed",
    "no-number",
];

/// Between one source and thirty, some of which no connector is installed for.
pub(crate) fn records(dice: &mut Dice) -> Vec<SourceRecord> {
    (0..dice.between(1, 30)).map(|number| record(dice, number)).collect()
}

fn record(dice: &mut Dice, number: usize) -> SourceRecord {
    let id = format!("s{number}");
    let manner = *dice.pick(&MANNERS);
    let says = if dice.chance(15) { "green" } else { "amber" };
    let settings = json!({
        "manner": manner,
        "rounds": dice.between(1, limits::ROUNDS_MAX),
        "requests": dice.between(1, 4),
        "bid": dice.between(1, 100) as f64 / 100.0,
        "says": says,
        "cache": dice.chance(50),
    });
    let hosts = if manner == "computed" { Vec::new() } else { vec![format!("{id}.example")] };
    let mut source = Source::new(id, format!("Source {number}"));
    source.settings = settings.to_string();
    SourceRecord {
        source,
        connector: if dice.chance(4) { "absent" } else { "sim" }.to_owned(),
        summary: "the colour of every lantern".to_owned(),
        homepage: None,
        attribution: None,
        category: None,
        licence: None,
        terms: None,
        key: KeyNeed::None,
        kinds: Vec::new(),
        entities: Vec::new(),
        triggers: Vec::new(),
        must: Vec::new(),
        must_not: Vec::new(),
        hosts,
        trust: dice.between(0, 100) as f32 / 100.0,
        personal: dice.chance(5),
        asked_from: Default::default(),
        enabled: dice.chance(97),
        requests_per_second: dice.chance(20).then(|| dice.between(1, 50) as f64),
        connections: None,
    }
}

/// Whether a source answers as soon as its service does.
pub(crate) fn is_honest(record: &SourceRecord) -> bool {
    record.connector == "sim" && record.source.settings.contains("\"honest\"")
}

/// The functions of the house, native, and the simulated connector, which traps as a component may.
pub(crate) fn rooms() -> NativeRooms {
    let sim = Native {
        plan: |source, question, intent| {
            if source.settings.contains("plan-traps") {
                return Err(CallError::Trap("unreachable executed".to_owned()));
            }
            Ok(Sim::plan(source, question, intent))
        },
        resume: |source, state, outcomes| {
            if source.settings.contains("resume-traps") {
                return Err(if outcomes.len() > 1 { CallError::Cpu } else { CallError::Memory });
            }
            Ok(Sim::resume(source, state, outcomes))
        },
        ..Native::of::<Sim>()
    };
    NativeRooms { connectors: [("sim", sim)].into() }
}

/// The simulated connector: as its source's settings say.
struct Sim;

impl Connector for Sim {
    fn describe() -> Descriptor {
        Descriptor {
            name: "sim".to_owned(),
            version: "0.0.0".to_owned(),
            summary: "simulated".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: Vec::new(),
        }
    }

    fn plan(source: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        let manner: Json = settings(source)?;
        let bid = manner["bid"].as_f64().unwrap_or(0.5) as f32;
        match manner["manner"].as_str().unwrap_or_default() {
            "plan-fails" => Err(Failure::new(FailureKind::Settings, "the key `api` is missing")),
            "no-number" => Ok(Plan { bid: f32::NAN, ..fetch(source, &manner, &question.text, 0, bid) }),
            "computed" => Ok(Plan::done(bid, found(&manner, &question.text, "amber"))),
            _ => Ok(fetch(source, &manner, &question.text, 0, bid)),
        }
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let manner: Json = settings(source)?;
        let (round, question) = state.split_first().ok_or(Failure::new(FailureKind::Internal, "no state"))?;
        let question = String::from_utf8_lossy(question).into_owned();
        let outcome = outcomes.first().ok_or(Failure::new(FailureKind::Internal, "no outcome"))?;
        let said: Json = zero_connector_sdk::json(outcome)?;
        let said = said["colour"].as_str().ok_or(Failure::new(FailureKind::Malformed, "no `colour`"))?.to_owned();
        let rounds = manner["rounds"].as_u64().unwrap_or(1);
        let next = round.saturating_add(1);
        if u64::from(next) < rounds || manner["manner"] == "endless" {
            return Ok(fetch(source, &manner, &question, next, 1.0).step);
        }
        Ok(Step::Done(found(&manner, &question, &said)))
    }
}

fn fetch(source: &Source, manner: &Json, question: &str, round: u8, bid: f32) -> Plan {
    let kind = manner["manner"].as_str().unwrap_or_default();
    let count = if kind == "greedy" { 17 } else { manner["requests"].as_u64().unwrap_or(1) };
    let number = question.rsplit(' ').next().unwrap_or_default();
    let requests = (0..count).map(|index| {
        let index = if kind == "twice" { 0 } else { index };
        let request = Request::get(format!("https://{}.example/{number}/{round}/{index}", source.id));
        if manner["cache"] == true { request.cached(3600) } else { request }
    });
    let mut state = vec![round];
    state.extend_from_slice(question.as_bytes());
    Plan::fetch(bid, requests.collect(), state)
}

fn found(manner: &Json, question: &str, said: &str) -> Findings {
    let number = question.rsplit(' ').next().unwrap_or_default();
    let text = format!("The colour of lantern {number} is {said}, as the wärter of the harbour wrote.");
    let passage = Passage::computed(format!("Lantern {number}"), &text);
    let claim = |passage: u32, span: Span| Claim {
        passage,
        span,
        subject: format!("lantern {number}"),
        property: "colour".to_owned(),
        value: Value::Text(said.to_owned()),
        time: None,
        negated: false,
    };
    let span = passage.span_of(said);
    let inside = text.find('ä').unwrap_or(0) + 1;
    match manner["manner"].as_str().unwrap_or_default() {
        "vast" => Findings {
            passages: vec![passage; limits::PASSAGES_PER_SOURCE_MAX + 10],
            claims: vec![claim(70, span); limits::CLAIMS_PER_SOURCE_MAX + 10],
        },
        "crooked" => Findings {
            passages: vec![passage],
            claims: vec![
                claim(0, Span::new(inside, inside + 3)),
                claim(0, Span::new(7, 3)),
                claim(0, Span::new(0, 1 << 20)),
                claim(u32::MAX, span),
                claim(0, span),
            ],
        },
        _ => Findings { passages: vec![passage], claims: vec![claim(0, span)] },
    }
}
