//! Asks a SPARQL endpoint.
//!
//! - Takes: a source that names an endpoint and may hold queries for kinds of question, a question and its intent.
//! - Gives: a passage for each thing found, its values as claims; without queries of its own, the things of that label
//!   and, in a second round, what the endpoint knows of the best.
//! - Fails: typed, with the endpoint's own words for a refused query.
//! - Limits: two rounds of one request; 500 rows of an answer, 64 variables, 2 MiB of XML.
//! - Why it is so: a query is written by whoever knows the endpoint; a question only ever fills holes of a type, each
//!   escaped as what it stands for, so no question can change a query.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "bids of 0 are exact"))]

mod ask;
mod date;
mod facts;
mod passages;
mod results;
mod settings;
mod template;
mod term;
mod xml;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use zero_connector_sdk::{
    Connector, Descriptor, Failure, FailureKind, Fetch, Intent, Kind, Named as _, Outcome, Plan, Question, Request,
    Setting, Source, Step, Url, export, state,
};

/// Below it no host asks.
const BID_MIN: f32 = 0.05;
/// A query that makes a longer URL is posted; intermediaries cut off longer ones.
const URL_BYTES_MAX: usize = 2000;
/// Facts change rarely.
const CACHE_SECONDS: u32 = 3600;

/// Any SPARQL endpoint.
#[derive(Debug)]
pub struct Sparql;

/// What travels between rounds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum State {
    /// Rows of a query of the source's own, by its place.
    Rows { query: usize },
    /// Things of a label.
    Things { properties: Vec<String> },
    /// What is known of one of them.
    Facts { thing: facts::Thing, properties: Vec<String> },
}

impl Connector for Sparql {
    fn describe() -> Descriptor {
        Descriptor {
            name: "sparql".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "asks SPARQL endpoints with queries whose holes are typed and escaped".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(settings::SETTINGS),
            credentials: Vec::new(),
            kinds: Kind::ALL.to_vec(),
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings::Settings::of(source)?;
        let asked = ask::Asked::of(source, &settings, question, intent);
        for (at, query) in settings.queries.iter().enumerate() {
            let Some((bid, vars)) = asked.fits(query) else { continue };
            if bid < BID_MIN {
                continue;
            }
            if let Some(text) = query.template(source)?.fill(&vars) {
                let state = state::save(&State::Rows { query: at })?;
                return Ok(Plan::fetch(bid, vec![request(&settings, &text).endpoint("query")], state));
            }
        }
        let (bid, vars) = asked.looks_up();
        if !settings.lookup || bid < BID_MIN {
            return Ok(Plan::not_relevant());
        }
        let Some(text) = facts::lookup(&settings, source)?.fill(&vars) else { return Ok(Plan::not_relevant()) };
        let state = state::save(&State::Things { properties: intent.properties.clone() })?;
        Ok(Plan::fetch(bid, vec![request(&settings, &text).endpoint("lookup")], state))
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let settings = settings::Settings::of(source)?;
        let state: State = state::load(state)?;
        let none = || Failure::new(FailureKind::Internal, "no outcome came back for a request");
        let answer = results::read(outcomes.first().ok_or_else(none)?);
        match state {
            State::Rows { query } => {
                let query = settings.queries.get(query);
                let query =
                    query.ok_or_else(|| Failure::new(FailureKind::Internal, "state: there is no such query"))?;
                Ok(Step::Done(passages::of_rows(source, &settings, query, answer?)))
            }
            State::Things { properties } => {
                let answer = answer?;
                let things = facts::things(&answer);
                match things.first().cloned() {
                    Some(thing) if settings.facts => match facts::of_thing(&settings, source, &thing)? {
                        Some(query) => {
                            let state = state::save(&State::Facts { thing, properties })?;
                            Ok(Step::Fetch(Fetch {
                                requests: vec![request(&settings, &query).endpoint("facts")],
                                state,
                            }))
                        }
                        None => Ok(Step::Done(facts::passages(source, &things))),
                    },
                    _ => Ok(Step::Done(facts::passages(source, &things))),
                }
            }
            // What was found already stands, even if the look further failed.
            State::Facts { thing, properties } => {
                let rows = match answer {
                    Ok(answer) => answer.rows,
                    Err(failure) if thing.description.is_empty() => return Err(failure),
                    Err(_) => Vec::new(),
                };
                Ok(Step::Done(facts::told(source, &thing, &properties, &rows)))
            }
        }
    }
}

fn request(settings: &settings::Settings, query: &str) -> Request {
    const ACCEPT: &str =
        "application/sparql-results+json, application/sparql-results+xml;q=0.8, application/json;q=0.5";
    let url = String::from(Url::new(&settings.endpoint).query("query", query));
    let request = if url.len() <= URL_BYTES_MAX {
        Request::get(url)
    } else {
        let body = format!("query={}", zero_connector_sdk::encode(query));
        Request::post(settings.endpoint.clone(), "application/x-www-form-urlencoded", body)
    };
    request.header("accept", ACCEPT).cached(CACHE_SECONDS)
}

/// Checks every query of a source, as an operator's check does.
///
/// # Errors
/// [`FailureKind::Settings`], naming the query that is wrong.
pub fn check(source: &Source) -> Result<(), Failure> {
    let settings = settings::Settings::of(source)?;
    settings.queries.iter().try_for_each(|query| query.template(source).map(|_| ()))
}

export!(Sparql);
