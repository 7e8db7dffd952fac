//! An honest connector, its fixtures, and the same with one fault.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::collections::BTreeMap;
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::testing::{Called, Ended, EndedBy, Figures, Native, Subject};
use zero_connector_sdk::{
    Claim, Connector, CredentialSlot, Descriptor, Failure, FailureKind, Findings, Intent, Kind, Outcome, Passage, Plan,
    Quantity, Question, Request, Source, Span, Step, Value, encode, json, state,
};

pub(crate) struct Demo;

#[derive(serde::Deserialize)]
struct Found {
    items: Vec<Lantern>,
}

#[derive(serde::Deserialize)]
struct Lantern {
    name: String,
    metres: u32,
}

impl Connector for Demo {
    fn describe() -> Descriptor {
        Descriptor {
            name: "demo".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "Asks the register of lanterns how high they hang.".to_owned(),
            hosts: vec!["api.lantern.example".to_owned()],
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: vec![Kind::Fact],
        }
    }

    fn plan(_: &Source, question: &Question, _: &Intent) -> Result<Plan, Failure> {
        let Some((_, name)) = question.text.split_once("lantern ") else { return Ok(Plan::not_relevant()) };
        let request = Request::get(format!("https://api.lantern.example/find?q={}", encode(name)));
        Ok(Plan::fetch(0.8, vec![request], state::save(&0)?))
    }

    fn resume(_: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let _: u32 = state::load(state)?;
        let first = outcomes.first().ok_or_else(|| Failure::new(FailureKind::Internal, "no outcome"))?;
        let mut findings = Findings::none();
        for lantern in json::<Found>(first)?.items.into_iter().filter(|it| !it.name.trim().is_empty()).take(8) {
            let height = format!("{} m", lantern.metres);
            let passage = Passage {
                url: Some("https://lantern.example/".to_owned()),
                ..Passage::computed(lantern.name.clone(), format!("{} hangs {height} high.", lantern.name))
            };
            findings.claims.push(Claim {
                passage: u32::try_from(findings.passages.len()).unwrap(),
                span: passage.span_of(&height),
                subject: lantern.name,
                property: "height".to_owned(),
                value: Value::Quantity(Quantity { number: lantern.metres.to_string(), unit: "m".to_owned() }),
                time: None,
                negated: false,
            });
            findings.passages.push(passage);
        }
        Ok(Step::Done(findings))
    }
}

pub(crate) const SOURCES: &str = r#"
connector = "demo"

[[source]]
id = "lanterns"
name = "Lanterns"
summary = "How high lanterns hang, by their names."
homepage = "https://lantern.example/"
attribution = "Register of lanterns"
licence = "CC0-1.0"
category = "places"
kinds = ["fact", "definition", "other", "place", "how-to"]
triggers = ["lantern"]
must = ["how high is the lantern Alba", "height of lantern Brio"]
must_not = ["weather in Oslo tomorrow"]
hosts = ["api.lantern.example"]
requests_per_second = 1.0
"#;

pub(crate) const CASES: &str = r#"
[[case]]
source = "lanterns"
question = "how high is the lantern Alba"
exchanges = ["alba"]
passages = 1
title = "Alba"
url = "https://lantern.example/"
text = "Alba hangs 12 m high."
claims = ["Alba | height | 12 m"]

[[case]]
source = "lanterns"
question = "how high is the lantern Alba"
exchanges = ["quota"]
failure = "rate-limited"
retry_after_seconds = 30
"#;

pub(crate) const ALBA: &str = "GET https://api.lantern.example/find?q=Alba\n\nHTTP/1.1 200\n\
                               content-type: application/json\n\n{\"items\": [{\"name\": \"Alba\", \"metres\": 12}]}";
pub(crate) const QUOTA: &str =
    "GET https://api.lantern.example/find?q=*\n\nHTTP/1.1 429\nretry-after: 30\n\n{\"error\": \"slow down\"}";

pub(crate) fn fixtures() -> Fixtures {
    let exchanges = [("alba", ALBA), ("quota", QUOTA)].map(|(name, text)| (name.to_owned(), text.to_owned()));
    Fixtures { sources: SOURCES.to_owned(), cases: CASES.to_owned(), exchanges: BTreeMap::from(exchanges) }
}

/// One way to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    PlanTraps,
    TrapsOnWrongTypes,
    OverCpu,
    OverMemory,
    Unsteady,
    UnsteadyState,
    TooManyRounds,
    TooManyRequests,
    OtherHost,
    PlainHttp,
    BidsNever,
    BidsAlways,
    NoRetryAfter,
    CredentialAsUpstream,
    HtmlAsNothing,
    EmptyAsNothing,
    UpstreamAsNothing,
    SpanNowhere,
    OddScore,
    OtherValue,
    LosesClaims,
    FindsMore,
    OtherRequest,
    NoVersion,
    OtherName,
    AsksWithCredential,
    TooLong,
}

pub(crate) struct Faulty(pub(crate) Fault, AtomicU32);

impl Faulty {
    pub(crate) fn new(fault: Fault) -> Self {
        Self(fault, AtomicU32::new(0))
    }
}

fn ended<T>(by: EndedBy) -> Called<T> {
    Called { result: Err(Ended { by, detail: String::new() }), figures: Figures::default() }
}

impl Subject for Faulty {
    fn describe(&self) -> Descriptor {
        let mut descriptor = Demo::describe();
        match self.0 {
            Fault::NoVersion => descriptor.version = "one".to_owned(),
            Fault::OtherName => descriptor.name = "other".to_owned(),
            Fault::AsksWithCredential => {
                let text = |text: &str| text.to_owned();
                descriptor.credentials.push(CredentialSlot { name: text("key"), summary: text("x"), required: true });
            }
            _ => {}
        }
        descriptor
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        let mut called = Native::<Demo>::new().plan(source, question, intent);
        let Ok(Ok(plan)) = &mut called.result else { return called };
        if self.0 == Fault::PlanTraps {
            return ended(EndedBy::Trap);
        }
        if self.0 == Fault::BidsAlways {
            plan.bid = 0.7;
        }
        let Step::Fetch(fetch) = &mut plan.step else { return called };
        match self.0 {
            Fault::BidsNever => plan.bid = 0.0,
            Fault::Unsteady => fetch.requests[0].cache_seconds = Some(self.1.fetch_add(1, Ordering::Relaxed)),
            Fault::TooManyRequests => fetch.requests = vec![fetch.requests[0].clone(); 17],
            Fault::OtherHost => fetch.requests.push(Request::get("https://tracker.example/")),
            Fault::PlainHttp => fetch.requests[0].url = fetch.requests[0].url.replace("https", "http"),
            Fault::OtherRequest => fetch.requests[0].url.push_str("&page=1"),
            Fault::AsksWithCredential => fetch.requests[0].credential = Some("key".to_owned()),
            _ => {}
        }
        called
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        let mut called = Native::<Demo>::new().resume(source, state, outcomes);
        let (status, body) = match outcomes.first() {
            Some(Outcome::Response(response)) => (response.status, response.body.as_slice()),
            _ => (0, &[][..]),
        };
        let nothing = || Called { result: Ok(Ok(Step::Done(Findings::none()))), figures: Figures::default() };
        let is_json = serde_json::from_slice::<serde_json::Value>(body).is_ok();
        match (self.0, &mut called.result) {
            (Fault::TrapsOnWrongTypes, Ok(Err(_))) if is_json && status == 200 => return ended(EndedBy::Trap),
            (Fault::OverCpu, _) if body.len() > 1 << 20 => return ended(EndedBy::Cpu),
            (Fault::OverCpu, _) => called.figures.cpu = Duration::from_millis(60),
            (Fault::OverMemory, _) if body.len() > 1 << 20 => return ended(EndedBy::Memory),
            (Fault::OverMemory, _) => called.figures.memory_bytes = 31 << 20,
            (Fault::HtmlAsNothing, Ok(Err(_))) if status == 200 && body.starts_with(b"<html") => return nothing(),
            (Fault::EmptyAsNothing, Ok(Err(_))) if status == 200 && body.is_empty() => return nothing(),
            (Fault::UpstreamAsNothing, Ok(Err(_))) if status == 500 => return nothing(),
            (Fault::NoRetryAfter, Ok(Err(failure))) => failure.retry_after_seconds = None,
            (Fault::CredentialAsUpstream, Ok(Err(failure))) if failure.kind == FailureKind::Credential => {
                failure.kind = FailureKind::Upstream;
            }
            (Fault::TooManyRounds, Ok(Ok(step))) => {
                *step = Plan::fetch(1.0, vec![Request::get("https://api.lantern.example/find?q=Alba")], state.to_vec())
                    .step;
            }
            (Fault::UnsteadyState, Ok(Ok(step))) => {
                let count = self.1.fetch_add(1, Ordering::Relaxed);
                if state == b"0" {
                    let request = Request::get("https://api.lantern.example/find?q=Alba");
                    *step = Plan::fetch(1.0, vec![request], (count + 1).to_string().into_bytes()).step;
                }
            }
            (fault, Ok(Ok(Step::Done(findings)))) if !findings.claims.is_empty() => spoil(fault, findings),
            _ => {}
        }
        called
    }
}

fn spoil(fault: Fault, findings: &mut Findings) {
    match fault {
        Fault::SpanNowhere => findings.claims[0].span = Span { start: 3, end: 300 },
        Fault::OddScore => findings.passages[0].score = 7.0,
        Fault::OtherValue => findings.claims[0].value = Value::Number("12".to_owned()),
        Fault::LosesClaims => findings.claims.clear(),
        Fault::FindsMore => {
            let first = findings.claims[0].clone();
            findings.claims.push(Claim { property: "register".to_owned(), ..first });
        }
        Fault::TooLong => {
            findings.passages = vec![Passage::computed("t", "x".repeat(20_000)); 64];
        }
        _ => {}
    }
}
