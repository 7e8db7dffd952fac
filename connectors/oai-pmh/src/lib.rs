//! Reads records of repositories that speak OAI-PMH 2.0.
//!
//! - Takes: a source that names a repository's base URL, a question and its intent.
//! - Gives: a passage for each record, with author, date, publisher and DOI as claims; or what the repository says of
//!   itself, its sets and its formats.
//! - Fails: typed, also for the protocol's own errors; `noRecordsMatch` and `idDoesNotExist` are answers without records.
//! - Limits: four rounds of one request; 200 records of an answer, 2 MiB.
//! - Why it is so: OAI-PMH is for harvesting and cannot search, so a source is asked for a record by its identifier, or
//!   for what came in during a time; words of the question only choose among the records of a list, and a further
//!   part of the list is fetched only while too few of them fit.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "bids of 0 are exact"))]

mod ask;
mod passages;
mod record;
mod settings;
mod xml;

#[cfg(test)]
mod tests;

use ask::Verb;
use passages::Found;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{
    Connector, Descriptor, Failure, FailureKind, Fetch, Intent, Kind, Outcome, Plan, Question, Request, Setting,
    Source, Step, Url, export, state,
};

/// Below it no host asks.
const BID_MIN: f32 = 0.05;
/// Fetches of one question; what the host grants.
const ROUNDS_MAX: u8 = 4;
/// Records do not change within the hour.
const CACHE_SECONDS: u32 = 3600;
/// A token is echoed; longer ones would not fit into a URL.
const TOKEN_BYTES_MAX: usize = 2000;

/// Any repository.
#[derive(Debug)]
pub struct OaiPmh;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    verb: Verb,
    /// Words a record of a list must hold, lower case.
    words: Vec<String>,
    /// Fetches so far.
    round: u8,
    /// Of earlier parts of the list.
    found: Vec<Found>,
}

impl Connector for OaiPmh {
    fn describe() -> Descriptor {
        Descriptor {
            name: "oai-pmh".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "reads records of repositories that speak OAI-PMH".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(settings::SETTINGS),
            credentials: Vec::new(),
            kinds: vec![
                Kind::Academic,
                Kind::Fact,
                Kind::Media,
                Kind::News,
                Kind::Organisation,
                Kind::Health,
                Kind::Other,
            ],
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings::Settings::of(source)?;
        let Some(ask) = ask::of(source, &settings, question, intent) else { return Ok(Plan::not_relevant()) };
        if ask.bid < BID_MIN {
            return Ok(Plan::not_relevant());
        }
        let mut url = Url::new(&settings.base).query("verb", ask.verb.name());
        for (name, value) in &ask.arguments {
            url = url.query(name, value);
        }
        let state = State { verb: ask.verb, words: ask.words, round: 1, found: Vec::new() };
        Ok(Plan::fetch(ask.bid, vec![request(url).endpoint(state.verb.endpoint())], state::save(&state)?))
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let settings = settings::Settings::of(source)?;
        let State { verb, words, round, mut found } = state::load(state)?;
        let none = || Failure::new(FailureKind::Internal, "no outcome came back for a request");
        let answer = match xml::read(outcomes.first().ok_or_else(none)?) {
            Ok(answer) => answer,
            // What was found already stands, even if a further part failed.
            Err(failure) if found.is_empty() => return Err(failure),
            Err(_) => return Ok(Step::Done(passages::findings(source, &settings, found))),
        };
        let token = answer.token.clone().filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX);
        found.extend(passages::of(&settings, verb, &words, answer));
        found.truncate(settings.limit);
        match token {
            Some(token) if round < ROUNDS_MAX && found.len() < settings.limit && verb == Verb::ListRecords => {
                // A token stands alone: it holds all that was asked.
                let url = Url::new(&settings.base).query("verb", verb.name()).query("resumptionToken", &token);
                let state = state::save(&State { verb, words, round: round + 1, found })?;
                Ok(Step::Fetch(Fetch { requests: vec![request(url).endpoint(verb.endpoint())], state }))
            }
            _ => Ok(Step::Done(passages::findings(source, &settings, found))),
        }
    }
}

fn request(url: Url) -> Request {
    Request::get(String::from(url)).header("accept", "text/xml, application/xml;q=0.9").cached(CACHE_SECONDS)
}

export!(OaiPmh);
