//! What every connector component promises, the same list for each: pure, small, deterministic, bounded, within its
//! hosts, and a typed answer to whatever a service may send.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod fixtures;
mod routing;
mod weather;

use std::sync::Arc;
use zero_connector_sdk::testing::{Bounds, misses_of_fetch, misses_of_findings};
use zero_engine::Connector;
use zero_pipeline::catalogue::SourceRecord;
use zero_tests::bundle::{Loaded, bundle};
use zero_tests::catalogue;
use zero_types::prelude::*;

/// Every source of the catalogue with its connector.
fn sources(loaded: &Loaded) -> Vec<(Arc<SourceRecord>, &Connector)> {
    let catalogue = catalogue::read().unwrap();
    let with = |record: &Arc<SourceRecord>| {
        let connector = loaded.connector(&record.connector);
        let connector = connector.unwrap_or_else(|| panic!("no connector `{}` in the bundle", record.connector));
        (Arc::clone(record), connector)
    };
    catalogue.records().iter().map(with).collect()
}

fn question(text: &str) -> Question {
    Question { now_ms: 1_803_893_400_000, ..Question::new(text) }
}

/// A question and its intent, read by the component.
fn read(loaded: &Loaded, text: &str) -> (Question, Intent) {
    let question = question(text);
    let intent = loaded.functions.read(&question).unwrap();
    (question, intent)
}

/// Whether a host is one of these, `*.` in front standing for any name below.
fn is_among(host: &str, hosts: &[String]) -> bool {
    hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
        None => pattern == "*" || pattern == host,
    })
}

fn host_of(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("not https: {url}"));
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[test]
fn components_are_small_pure_and_stamped() {
    let Some(loaded) = bundle() else { return };
    assert!(!loaded.connectors.is_empty());
    for (name, bytes) in &loaded.connectors {
        assert_eq!(zero_builder::check(bytes).unwrap(), zero_builder::latest().world, "{name}");
        assert!(bytes.len() <= zero_builder::COMPONENT_BYTES_MAX, "{name}: {} bytes", bytes.len());
        for payload in wasmparser::Parser::new(0).parse_all(bytes) {
            if let wasmparser::Payload::ImportSection(imports) = payload.unwrap() {
                assert_eq!(imports.count(), 0, "{name}: a core module inside has an import");
            }
        }
    }
}

#[test]
fn descriptors_are_sane_and_match_the_catalogue() {
    let Some(loaded) = bundle() else { return };
    for (name, connector) in loaded.rooms.connectors().iter() {
        let it = connector.descriptor();
        assert_eq!(it.name, name);
        assert!(!it.summary.is_empty() && it.version.split('.').count() == 3, "{it:?}");
        assert!(it.hosts.iter().all(|host| host == "*" || host.contains('.')), "{:?}", it.hosts);
        assert!(it.settings.iter().all(|setting| !setting.name.is_empty() && !setting.summary.is_empty()), "{it:?}");
    }
    for (record, connector) in sources(loaded) {
        let it = connector.descriptor();
        let id = &record.source.id;
        let foreign: Vec<&String> = record.hosts.iter().filter(|host| !is_among(host, &it.hosts)).collect();
        assert!(foreign.is_empty(), "`{id}` has hosts its connector does not have: {foreign:?}");
        let settings: serde_json::Value = serde_json::from_str(&record.source.settings).unwrap();
        let settings = settings.as_object().unwrap();
        for key in settings.keys() {
            assert!(
                it.settings.iter().any(|known| known.name == *key),
                "`{id}` has a setting `{key}` unknown to {}",
                it.name
            );
        }
        for required in it.settings.iter().filter(|setting| setting.required) {
            assert!(settings.contains_key(&required.name), "`{id}` lacks the setting `{}`", required.name);
        }
    }
}

/// Plans of every source for its own examples: settings are accepted, twice the same, within limits and hosts.
#[test]
fn plans_are_accepted_deterministic_and_bounded() {
    let Some(loaded) = bundle() else { return };
    let mut planned = 0;
    for (record, connector) in sources(loaded) {
        for text in record.must.iter().chain(&record.must_not) {
            let (question, intent) = read(loaded, text);
            let of = || connector.plan(&record.source, &question, &intent);
            let (first, second) = (of().unwrap().value, of().unwrap().value);
            assert_eq!(first, second, "`{}`, `{text}`: two instances differ", record.source.id);
            let plan = first.unwrap_or_else(|failure| panic!("`{}`, `{text}`: {failure:?}", record.source.id));
            assert!((0.0..=1.0).contains(&plan.bid), "`{}`, `{text}`: bid {}", record.source.id, plan.bid);
            check_step(&record, &plan.step, text);
            planned += 1;
        }
    }
    assert!(planned > 300, "only {planned} plans");
}

/// Within what a host grants.
fn check_step(record: &SourceRecord, step: &Step, what: &str) {
    let id = &record.source.id;
    let misses = match step {
        Step::Fetch(fetch) => {
            for request in &fetch.requests {
                let host = host_of(&request.url);
                assert!(is_among(host, &record.hosts), "`{id}`, {what}: `{host}` is not in {:?}", record.hosts);
            }
            misses_of_fetch(fetch, &Bounds::default())
        }
        Step::Done(findings) => misses_of_findings(findings, &Bounds::default()),
    };
    assert!(misses.is_empty(), "`{id}`, {what}: {misses:?}");
}
