//! What a region's rules promise: what may not be asked from there is denied, what may not rest there is not kept.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test ends by panicking")]

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use zero_config::Config;
use zero_connector_sdk::Connector;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::ledger::{DenialReason, State};
use zero_pipeline::{Answered, Ask, Fixed, Freshness, Region};
use zero_tests::native::{Native, NativeRooms};
use zero_tests::world::{Network, Reply, World};
use zero_types::prelude::*;

/// One request, whatever is asked, and a passage of what comes back.
struct Plain;

impl Connector for Plain {
    fn describe() -> Descriptor {
        Descriptor {
            name: "plain".to_owned(),
            version: "0.0.0".to_owned(),
            summary: "a test's".to_owned(),
            hosts: vec!["*".to_owned()],
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: Vec::new(),
        }
    }

    fn plan(source: &Source, _: &Question, _: &Intent) -> Result<Plan, Failure> {
        let request = Request::get(format!("https://{}.example/", source.id)).cached(3600);
        Ok(Plan::fetch(0.9, vec![request], Vec::new()))
    }

    fn resume(_: &Source, _: &[u8], _: &[Outcome]) -> Result<Step, Failure> {
        let passage = Passage::computed("Lantern", "The lantern is amber.");
        Ok(Step::Done(Findings { passages: vec![passage], claims: Vec::new() }))
    }
}

/// Answers everything, and counts.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Network for Counting {
    fn begin(&self, _: &SourceRecord, _: &Request, _: Duration) -> Reply {
        self.0.fetch_add(1, Ordering::Relaxed);
        let response = Response { status: 200, headers: Vec::new(), body: Vec::new() };
        let freshness = Freshness::For(Duration::from_secs(3600));
        Reply { after: Duration::from_millis(5), outcome: Outcome::Response(response), freshness }
    }
}

const CATALOGUE: &str = "connector = \"plain\"\n[[source]]\nid = \"lantern\"\nname = \"L\"\nsummary = \"lanterns\"\n\
                         hosts = [\"lantern.example\"]\nlicence = \"CC-BY-NC-4.0\"\n";

/// The source as `record` adds to it, asked twice in a region with these rules: what became of it the second time, and
/// how many requests were made.
fn check(rules: &str, record: &str, expected: &State, requests: usize) {
    let config = Config::from_toml(&format!("[region]\n{rules}\n[pipeline]\nhedge = false")).unwrap();
    let catalogue = Catalogue::from_toml([("c.toml", format!("{CATALOGUE}{record}").as_str())]).unwrap();
    let region = Arc::new(Region::new(catalogue, config.pipeline));
    let network = Arc::new(Counting::default());
    let rooms = NativeRooms { connectors: [("plain", Native::of::<Plain>())].into() };
    let world = World::new(rooms, Arc::clone(&network), 1_900_000_000_000);
    let ask = || -> Answered {
        let mut ask = Ask::new("what colour is the lantern").unwrap();
        ask.only = vec!["lantern".to_owned()];
        ask.consent = vec!["lantern".to_owned()];
        let answering = zero_pipeline::answer(Arc::clone(&region), world.clone(), ask, Fixed::default(), |_| {});
        world.time.run(answering).unwrap().unwrap()
    };
    ask();
    let answered = ask();
    let states: Vec<&State> = answered.ledger.iter().map(|entry| &entry.state).collect();
    assert_eq!(states, [expected], "{rules} {record}");
    assert_eq!(network.0.load(Ordering::Relaxed), requests, "{rules} {record}");
}

const ANSWERED: State = State::Answered { passages: 1, claims: 0 };
const DENIED: State = State::Denied { reason: DenialReason::Policy };

#[test]
fn what_may_not_be_asked_from_here_is_denied_by_policy() {
    check("", "", &ANSWERED, 1);
    check("jurisdiction = \"IE\"", "regions = [\"EU\"]", &ANSWERED, 1);
    check("jurisdiction = \"US\"", "regions = [\"EU\"]", &DENIED, 0);
    check("jurisdiction = \"US\"", "not_from = [\"US\"]", &DENIED, 0);
    check("", "not_from = [\"US\"]", &DENIED, 0);
    check("sources.denied = [\"licence:*NC*\"]", "", &DENIED, 0);
    check("sources.allowed = [\"category:news\"]", "", &DENIED, 0);
    check("sources.allowed = [\"category:news\"]", "category = \"news\"", &ANSWERED, 1);
}

#[test]
fn personal_data_is_kept_only_where_it_may_rest() {
    check("", "personal = true", &ANSWERED, 1);
    check("jurisdiction = \"IE\"\npersonal_data = [\"EU\"]", "personal = true", &ANSWERED, 1);
    check("jurisdiction = \"US\"\npersonal_data = [\"EU\"]", "personal = true", &ANSWERED, 2);
    check("jurisdiction = \"US\"\npersonal_data = []", "personal = true", &ANSWERED, 2);
    check("jurisdiction = \"US\"\npersonal_data = []", "", &ANSWERED, 1);
}
