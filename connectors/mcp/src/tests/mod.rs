//! Recorded exchanges of servers of both eras, broken ones, the catalogue, and real messages.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the catalogue, recorded exchanges and real messages from files"
)]

mod exchanges;
mod fixtures;
mod protocol;

use crate::Mcp;
use std::path::PathBuf;
use zero_connector_sdk::testing::{Catalogue, Record};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn catalogue() -> Catalogue {
    toml::from_str(include_str!("../../../catalogue/mcp.toml")).unwrap()
}

#[test]
fn every_source_bids_as_the_catalogue_says() {
    catalogue().check::<Mcp>(0.3, 0.05, Record::plain);
}
