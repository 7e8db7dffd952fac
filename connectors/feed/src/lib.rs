//! Reads feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF and JSON Feed 1 and 1.1, malformed ones too.
//!
//! - Takes: a source that names up to four feeds, a question and its intent.
//! - Gives: a passage for each entry that fits: those that hold the asked words, or the newest when only news is asked
//!   for; when and by whom it was published as claims.
//! - Fails: typed; as `malformed` for what is no feed at all, such as a login page. A document that is well formed and
//!   holds no entry is an empty feed.
//! - Limits: one round; 2 MiB of a feed and 512 of its entries are read, newest first as feeds are written.
//! - Why it is so: half of all feeds in the wild break a rule of their format, so one lenient reader serves all of them:
//!   it looks for entries wherever they stand, knows elements by name and prefix, and keeps what it has read when a
//!   document breaks off.

#![cfg_attr(test, allow(clippy::float_cmp, reason = "bids of 0 are exact"))]

mod ask;
mod base64;
mod date;
mod decode;
mod entry;
mod findings;
mod html;
mod json;
mod link;
mod names;
mod read;
mod settings;
mod xml;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use zero_connector_sdk::{
    Connector, Descriptor, Failure, FailureKind, Intent, Kind, Outcome, Plan, Question, Request, Setting, Source, Step,
    export, state,
};

/// Below it no host asks.
const BID_MIN: f32 = 0.05;

/// Any feed.
#[derive(Debug)]
pub struct Feed;

/// What travels to the round that reads.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// The feeds asked, in order.
    urls: Vec<String>,
    wish: ask::Wish,
}

impl Connector for Feed {
    fn describe() -> Descriptor {
        Descriptor {
            name: "feed".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "reads RSS, Atom and JSON feeds, malformed ones too".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Setting::table(settings::SETTINGS),
            credentials: Vec::new(),
            kinds: vec![
                Kind::News,
                Kind::Fact,
                Kind::Academic,
                Kind::Code,
                Kind::Discussion,
                Kind::Finance,
                Kind::Health,
                Kind::Media,
                Kind::Organisation,
                Kind::Other,
                Kind::Person,
                Kind::Place,
                Kind::Product,
            ],
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings = settings::Settings::of(source)?;
        let heard = ask::Heard::of(source, &settings, question, intent);
        let bid = ask::bid(source, &settings, question, intent, &heard);
        if bid < BID_MIN {
            return Ok(Plan::not_relevant());
        }
        let wish = ask::Wish::of(&settings, question, intent, &heard);
        let Some(urls) = settings.urls(&wish) else { return Ok(Plan::not_relevant()) };
        let request = |url| Request::get(url).header("accept", ACCEPT).cached(settings.cache_seconds).endpoint("feed");
        let requests = urls.iter().map(request).collect();
        Ok(Plan::fetch(bid, requests, state::save(&State { urls, wish })?))
    }

    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let settings = settings::Settings::of(source)?;
        let State { urls, wish } = state::load(state)?;
        let (mut feeds, mut failure) = (Vec::new(), None);
        for (url, outcome) in urls.iter().zip(outcomes) {
            match read::feed(outcome, url) {
                Ok(feed) => feeds.push(feed),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        // One feed of several that answers is an answer.
        if feeds.is_empty() {
            let none = || Failure::new(FailureKind::Internal, "no outcome came back for a request");
            return Err(failure.unwrap_or_else(none));
        }
        Ok(Step::Done(findings::of(source, &settings, &wish, feeds)))
    }
}

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
                      application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

export!(Feed);
