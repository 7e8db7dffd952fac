//! Recorded exchanges, feeds of all formats, broken ones, the catalogue, and real bodies.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the catalogue, recorded exchanges and real bodies from files"
)]

mod broken;
mod exchanges;
mod fixtures;
mod formats;

use std::path::PathBuf;
use zero_connector_sdk::Source;
use zero_connector_sdk::testing::{Cases, Catalogue, Exchange, Record};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn catalogue() -> Catalogue {
    toml::from_str(include_str!("../../../catalogue/feed.toml")).unwrap()
}

fn cases() -> Cases {
    toml::from_str(include_str!("../../exchanges/cases.toml")).unwrap()
}

fn recorded() -> Vec<(String, Exchange)> {
    Exchange::read_folder(folder("exchanges")).unwrap()
}

fn source_of(id: &str) -> Source {
    catalogue().source.iter().find(|record| record.id == id).unwrap_or_else(|| panic!("no source `{id}`")).source()
}

#[test]
fn every_source_bids_as_the_catalogue_says() {
    catalogue().check::<crate::Feed>(0.3, 0.05, Record::plain);
}
