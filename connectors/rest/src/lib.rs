//! The declarative tier: a source that is only a mapping.
//!
//! Takes: the settings of a source (see README.md, the mapping's reference), a question, outcomes of requests.
//! Gives: a bid and up to four rounds of requests, then passages and claims. Fails: as `settings` for mistakes of the
//! mapping, naming the key, template or path; as `credential`, `rate-limited`, `upstream`, `unreachable` or `malformed`
//! for the service. Limits: 4 rounds, 16 requests each, 64 passages, 32 claims a passage.
//! Why it is so: two thirds of all services answer one request with a list of things; that needs a table, not code.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "bids of 0 are exact"))]

mod bid;
mod claim;
mod condition;
mod date;
mod decimal;
mod extract;
mod filter;
mod html;
mod node;
mod path;
mod request;
mod response;
mod settings;
mod shape;
mod template;
mod vars;
mod wanted;
mod xml;

#[cfg(test)]
mod tests;

use crate::response::Reader;
use crate::settings::{Bid, STEPS_MAX, Settings};
use crate::vars::Vars;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{
    Connector, CredentialSlot, Descriptor, Failure, FailureKind, Fetch, Findings, Intent, Kind, Named as _, Outcome,
    Plan, Question, Setting, Source, Step, state,
};

/// The connector whose sources are mappings.
#[derive(Debug)]
pub struct Rest;

/// What travels between rounds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// The step whose outcomes are due.
    step: usize,
    vars: Vars,
}

impl Connector for Rest {
    fn describe() -> Descriptor {
        Descriptor {
            name: "rest".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Asks services with a JSON or XML API, as a mapping describes them.".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(&SETTINGS),
            credentials: vec![CredentialSlot {
                name: "key".to_owned(),
                summary: "the service's key, where a step of the mapping names this slot".to_owned(),
                required: false,
            }],
            kinds: Kind::ALL.to_vec(),
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings(source)?;
        let vars = Vars::of(&settings, question, intent);
        let bid = bid::bid(&bid_rules(source, &settings)?, question, intent, &vars);
        if bid <= 0.0 {
            return Ok(Plan::not_relevant());
        }
        match fetch(source, &settings, 0, vars)? {
            Some(fetch) => Ok(Plan { bid, step: Step::Fetch(fetch) }),
            None => Ok(Plan::not_relevant()),
        }
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let settings = settings(source)?;
        let State { step: at, mut vars } = state::load(state)?;
        let no_step = || Failure::new(FailureKind::Internal, format!("state: there is no step {at}"));
        let mut step = step(source, &settings, at)?.ok_or_else(no_step)?;
        let rules = step.take_reads().map_err(|what| wrong(source, at, &what))?;
        let reader = Reader::new(&step, &rules).map_err(|what| wrong(source, at, &what))?;

        let mut findings = Findings::none();
        let mut captured: Vec<(String, Vec<String>)> = Vec::new();
        let mut failure = None;
        let mut answered = false;
        for outcome in outcomes {
            match reader.read(outcome, &vars, &settings.maps) {
                Ok(read) => {
                    answered = true;
                    append(&mut findings, read.findings);
                    captured.extend(read.captured);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if !answered {
            let none = || Failure::new(FailureKind::Internal, "there is no outcome");
            return Err(failure.unwrap_or_else(none));
        }
        if at + 1 >= settings.steps.len() {
            return Ok(Step::Done(findings));
        }
        for name in step.capture.keys() {
            let values =
                captured.iter().filter(|(captured, _)| captured == name).flat_map(|(_, values)| values.clone());
            vars.set(name, values.collect());
        }
        Ok(match fetch(source, &settings, at + 1, vars)? {
            Some(fetch) => Step::Fetch(fetch),
            None => Step::Done(findings),
        })
    }
}

/// Settings of the whole mapping; the README says what each may hold.
const SETTINGS: [(&str, &str, bool); 7] = [
    ("bid", "which questions to ask this source", true),
    ("steps", "the requests to make and how to read the responses", true),
    ("limit", "how many passages are wanted (5)", false),
    ("variables", "constants for the templates, such as a base URL or a site", false),
    ("extract", "patterns that pick words out of a question", false),
    ("noise", "words that are not searched for", false),
    ("maps", "tables from codes to words", false),
];

/// Reads everything a mapping says, as an operator's check does, and names the first mistake.
///
/// # Errors
/// [`FailureKind::Settings`], naming the key, template or path that is wrong.
pub fn check(source: &Source) -> Result<(), Failure> {
    let settings = settings(source)?;
    if let Some(kind) = bid_rules(source, &settings)?.kinds.keys().find(|kind| Kind::named(kind).is_none()) {
        return Err(wrong_setting(source, &format!("`bid.kinds`: unknown kind `{kind}`")));
    }
    let mut at = 0;
    while let Some(mut step) = step(source, &settings, at)? {
        request::check(&step).map_err(|what| wrong(source, at, &what))?;
        let rules = step.take_reads().map_err(|what| wrong(source, at, &what))?;
        Reader::new(&step, &rules).and_then(|reader| reader.check()).map_err(|what| wrong(source, at, &what))?;
        at += 1;
    }
    Ok(())
}

fn settings(source: &Source) -> Result<Settings<'_>, Failure> {
    let settings: Settings<'_> = part(source, "settings", &source.settings)?;
    match settings.steps.len() {
        1..=STEPS_MAX => Ok(settings),
        count => Err(wrong_setting(source, &format!("`steps`: {count} steps; 1 to {STEPS_MAX} are possible"))),
    }
}

fn bid_rules(source: &Source, settings: &Settings<'_>) -> Result<Bid, Failure> {
    part(source, "`bid`", settings.bid.get())
}

fn step<'s>(source: &Source, settings: &Settings<'s>, at: usize) -> Result<Option<settings::Step<'s>>, Failure> {
    let Some(step) = settings.steps.get(at) else { return Ok(None) };
    part(source, &format!("`steps[{at}]`"), step.get()).map(Some)
}

/// One part of the settings: what a call does not use, it does not parse.
fn part<'s, T: Deserialize<'s>>(source: &Source, name: &str, json: &'s str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| wrong_setting(source, &format!("{name}: {error}")))
}

fn fetch(source: &Source, settings: &Settings<'_>, at: usize, vars: Vars) -> Result<Option<Fetch>, Failure> {
    let Some(step) = step(source, settings, at)? else { return Ok(None) };
    let requests = request::requests(&step, &vars, &settings.maps).map_err(|what| wrong(source, at, &what))?;
    if requests.is_empty() {
        return Ok(None);
    }
    Ok(Some(Fetch { requests, state: state::save(&State { step: at, vars })? }))
}

fn append(all: &mut Findings, more: Findings) {
    let offset = u32::try_from(all.passages.len()).unwrap_or(u32::MAX);
    all.passages.extend(more.passages);
    all.claims.extend(more.claims.into_iter().map(|mut claim| {
        claim.passage = claim.passage.saturating_add(offset);
        claim
    }));
}

fn wrong(source: &Source, step: usize, what: &str) -> Failure {
    wrong_setting(source, &format!("`steps[{step}]`: {what}"))
}

fn wrong_setting(source: &Source, what: &str) -> Failure {
    let detail = format!("settings of source `{}`: {what}\n\nhint: see `connectors/rest/README.md`", source.id);
    Failure::new(FailureKind::Settings, detail)
}

zero_connector_sdk::export!(Rest);
