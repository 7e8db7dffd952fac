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
use zero_connector_sdk::testing::{Catalogue, Record};
use zero_connector_sdk::{Source, Value};

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

/// A value as the tables write it.
fn written(value: &Value) -> String {
    match value {
        Value::Quantity(quantity) => format!("{} {}", quantity.number, quantity.unit),
        Value::Money(money) => format!("{} {}", money.amount, money.currency),
        Value::Percentage(number) => format!("{number}%"),
        Value::Identifier(identifier) => format!("{}:{}", identifier.scheme, identifier.id),
        Value::Coordinates(at) => format!("{},{}", at.latitude, at.longitude),
        Value::Place(place) => place.name.clone(),
        Value::Boolean(value) => value.to_string(),
        Value::Text(text)
        | Value::Number(text)
        | Value::Date(text)
        | Value::DateTime(text)
        | Value::Duration(text)
        | Value::Person(text)
        | Value::Organisation(text)
        | Value::Language(text)
        | Value::Url(text)
        | Value::Version(text) => text.clone(),
        other => panic!("{other:?} is never claimed by a mapping"),
    }
}
