//! Recorded exchanges, broken ones, the catalogue, and real bodies.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the catalogue, recorded exchanges and real bodies from files"
)]

mod exchanges;
mod fixtures;

use crate::Sparql;
use std::path::PathBuf;
use zero_connector_sdk::testing::{Catalogue, Record, refuses_settings};
use zero_connector_sdk::{Connector, Intent, Question, Source, Step};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn catalogue() -> Catalogue {
    toml::from_str(include_str!("../../../catalogue/sparql.toml")).unwrap()
}

#[test]
fn every_source_bids_as_the_catalogue_says() {
    catalogue().check::<Sparql>(0.3, 0.05, Record::plain);
    for record in catalogue().source {
        crate::check(&record.source()).unwrap();
    }
}

#[test]
fn a_question_stays_in_its_place() {
    let record = catalogue().source.into_iter().find(|record| record.id == "wikidata-lists").unwrap();
    let text = "largest cities in Japan\" } DROP ALL # \\\" ?x { ";
    let plan = Sparql::plan(&record.source(), &Question::new(text), &Intent::unknown("en")).unwrap();
    let Step::Fetch(fetch) = plan.step else { panic!("no request") };
    let literal = zero_connector_sdk::encode(r#"rdfs:label "Japan\" } DROP ALL # \\\" ?x"@en ."#);
    assert!(fetch.requests[0].url.contains(&literal), "{}", fetch.requests[0].url);
}

#[test]
fn wrong_settings_name_the_key() {
    let wrong = [
        ("{}", "endpoint"),
        (r#"{"endpoint":"ftp://x"}"#, "`endpoint`"),
        (r#"{"endpoint":"https://x","limit":0}"#, "`limit`"),
        (r#"{"endpoint":"https://x","label":"a b"}"#, "`label`"),
        (r#"{"endpoint":"https://x","cues":["x"],"queries":[{"query":"${a:raw}"}]}"#, "unknown type `raw`"),
        (r#"{"endpoint":"https://x","lmit":1}"#, "lmit"),
    ];
    refuses_settings::<Sparql>(&Source::new("x", "X"), &wrong);
}
