//! Searches any MediaWiki and extracts what its pages say.
//!
//! - Takes: a source that names the wiki's `api.php`, a question and its intent.
//! - Gives: one passage for each page found (its lead), and the paragraphs of the best page that hold the asked words.
//! - Fails: typed, also for the errors MediaWiki sends with status 200 (`maxlag`, `ratelimited`, `readapidenied` ...).
//! - Limits: at most three rounds of one request (`page` sources ask two at once); five pages, three paragraphs.
//! - Why it is so: `generator=search` with `prop=extracts` searches and reads the leads in a single round trip. A second
//!   round is made only when it pays: no page had all words, the best page is a list of namesakes, or the leads do not
//!   speak of what is asked. `maxlag` is not sent: it is meant for jobs that nobody waits for.

mod api;
mod bid;
mod page;
mod query;
mod rounds;
mod settings;
mod text;

#[cfg(test)]
mod tests;

use zero_connector_sdk::{
    Connector, Descriptor, Failure, Intent, Kind, Outcome, Plan, Question, Setting, Source, Step, export,
};

/// Below it no host asks, so no query is built.
const BID_MIN: f32 = 0.05;

/// Any MediaWiki.
pub struct MediaWiki;

impl Connector for MediaWiki {
    fn describe() -> Descriptor {
        Descriptor {
            name: "mediawiki".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "searches any MediaWiki and extracts what its pages say".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(settings::SETTINGS),
            credentials: Vec::new(),
            kinds: vec![
                Kind::Fact,
                Kind::Definition,
                Kind::HowTo,
                Kind::News,
                Kind::Place,
                Kind::Person,
                Kind::Organisation,
                Kind::Code,
                Kind::Academic,
                Kind::Product,
                Kind::Media,
                Kind::Health,
                Kind::Translation,
                Kind::Other,
            ],
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings::Settings::of(source)?;
        let bid = bid::bid(source, &settings, question, intent);
        if bid < BID_MIN {
            return Ok(Plan::not_relevant());
        }
        match query::Query::of(question, intent) {
            Some(query) => rounds::first(&settings, bid, query),
            None => Ok(Plan::not_relevant()),
        }
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        rounds::next(&settings::Settings::of(source)?, source, state, outcomes)
    }
}

export!(MediaWiki);
