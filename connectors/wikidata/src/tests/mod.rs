//! Recorded exchanges, broken ones, the catalogue, and real bodies.

mod broken;
mod catalogue;
mod exchanges;

use crate::Wikidata;
use zero_connector_sdk::testing::{Exchange, Walk, walk};
use zero_connector_sdk::{Failure, Intent, Question, Source};

/// Every recorded exchange.
fn recorded() -> Vec<Exchange> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/exchanges");
    Exchange::read_folder(folder).unwrap().into_iter().map(|(_, exchange)| exchange).collect()
}

fn wikidata() -> Source {
    Source::new("wikidata", "Wikidata")
}

fn ask(text: &str, intent: &Intent) -> Result<Walk, Failure> {
    walk::<Wikidata>(&wikidata(), &Question::new(text), intent, &recorded())
}
