//! Finds an entity of Wikidata and its facts as typed claims.
//!
//! - Takes: the subject and properties of an intent, or finds both in the question's text.
//! - Gives: one passage for each entity, readable sentences of its facts, and a claim for each value.
//! - Fails: typed, also for the errors Wikidata sends with status 200 (`maxlag`, `ratelimited` ...).
//! - Limits: three rounds: search, facts, labels; three entities, six fact requests, 48 facts.
//! - Why it is so: the Action API and not SPARQL. Its three small answers come from caches within some tens of
//!   milliseconds each; the query service needs up to seconds, allows five queries at once and is often lagged. A
//!   known property is read with `wbgetclaims`, which sends a few kilobytes, where the whole of Japan is a megabyte.

mod api;
mod bid;
mod datum;
mod facts;
mod passage;
mod properties;
mod rounds;
mod subject;

#[cfg(test)]
mod tests;

use zero_connector_sdk::{
    Connector, Descriptor, Failure, FailureKind, Intent, Kind, Outcome, Plan, Question, Setting, Source, Step, export,
};

/// Wikidata, or another Wikibase that uses its properties.
pub struct Wikidata;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "Settings::api")]
    api: String,
    #[serde(default = "Settings::page")]
    page: String,
}

impl Settings {
    fn api() -> String {
        "https://www.wikidata.org/w/api.php".to_owned()
    }

    fn page() -> String {
        "https://www.wikidata.org/wiki/".to_owned()
    }

    fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        for (key, url) in [("api", &settings.api), ("page", &settings.page)] {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                let detail = format!("settings of source `{}`: `{key}` is no URL\n\nhint: leave it out", source.id);
                return Err(Failure::new(FailureKind::Settings, detail));
            }
        }
        Ok(settings)
    }
}

impl Connector for Wikidata {
    fn describe() -> Descriptor {
        Descriptor {
            name: "wikidata".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "finds an entity of Wikidata and its facts as typed claims".to_owned(),
            hosts: vec!["www.wikidata.org".to_owned()],
            settings: Setting::table(&[
                ("api", "URL of `api.php`; Wikidata's when left out", false),
                ("page", "prefix of an entity's URL; Wikidata's when left out", false),
            ]),
            credentials: Vec::new(),
            kinds: vec![
                Kind::Fact,
                Kind::Definition,
                Kind::Place,
                Kind::Person,
                Kind::Organisation,
                Kind::Academic,
                Kind::Product,
                Kind::Media,
                Kind::Other,
            ],
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = Settings::of(source)?;
        let asked = subject::asked(question, intent);
        let bid = bid::bid(question, intent, &asked);
        if bid <= 0.0 || asked.subject.is_empty() {
            return Ok(Plan::not_relevant());
        }
        rounds::first(&settings, bid, asked)
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        rounds::next(&Settings::of(source)?, state, outcomes)
    }
}

export!(Wikidata);
