//! Recorded exchanges, broken ones, the catalogue, and real bodies.

mod broken;
mod catalogue;
mod exchanges;

use crate::MediaWiki;
use zero_connector_sdk::testing::{Exchange, Walk, walk};
use zero_connector_sdk::{Failure, Intent, Question, Source};

/// Every recorded exchange.
fn recorded() -> Vec<Exchange> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/exchanges");
    Exchange::read_folder(folder).unwrap().into_iter().map(|(_, exchange)| exchange).collect()
}

fn source(host: &str, language: &str, more: &str) -> Source {
    let mut source = Source::new(host, host);
    source.languages = vec![language.to_owned()];
    let api = if host.contains("archlinux") { "api.php" } else { "w/api.php" };
    source.settings = format!(r#"{{"api":"https://{host}/{api}","page":"https://{host}/wiki/"{more}}}"#);
    source
}

fn wikipedia() -> Source {
    source("en.wikipedia.org", "en", "")
}

fn ask(source: &Source, text: &str, intent: &Intent) -> Result<Walk, Failure> {
    walk::<MediaWiki>(source, &Question::new(text), intent, &recorded())
}
