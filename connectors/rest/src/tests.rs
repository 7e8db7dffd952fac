//! The catalogue, the recorded exchanges, real bodies, and everything that can go wrong.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the catalogue and recorded exchanges from files"
)]

mod catalogue;
mod exchanges;
mod grammar;
mod mutations;

use std::path::PathBuf;
use zero_connector_sdk::Source;
use zero_connector_sdk::testing::{Catalogue, Exchange, Record};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file `connectors/catalogue/rest-*.toml`.
fn catalogues() -> Vec<Catalogue> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder("../catalogue")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("rest-"));
    let read = |path: &PathBuf| {
        toml::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(read).collect()
}

fn records() -> Vec<Record> {
    catalogues().into_iter().flat_map(|catalogue| catalogue.source).collect()
}

fn source_of(id: &str) -> Source {
    records().iter().find(|record| record.id == id).unwrap_or_else(|| panic!("no source `{id}`")).source()
}

fn recorded() -> Vec<(String, Exchange)> {
    Exchange::read_folder(folder("exchanges")).unwrap()
}
