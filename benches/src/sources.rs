//! Made-up sources: equal ones for load, and a thousand that look like the catalogue's own for routing.

use anyhow::Result;
use std::fmt::Write as _;
use std::sync::Arc;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_types::prelude::Source;

/// A catalogue of stub sources, each of which takes every question and makes one request.
pub(crate) fn for_load(count: usize, delay_ms: u64) -> Result<Catalogue> {
    Ok(Catalogue::from_toml([("load.toml", load_text(count, delay_ms).as_str())])?)
}

/// The same as a catalogue's file.
pub(crate) fn load_text(count: usize, delay_ms: u64) -> String {
    let mut text = "connector = \"rest\"\n".to_owned();
    for n in 0..count {
        let _ = write!(
            text,
            r#"
[[source]]
id = "stub-{n}"
name = "Stub {n}"
summary = "records of the load test"
hosts = ["stub-{n}.example"]
[source.settings.bid]
base = 0.6
[[source.settings.steps]]
url = "https://stub-{n}.example/search"
query = {{ q = "{{text}}", delay = "{delay_ms}" }}
items = "results"
[source.settings.steps.passage]
title = "{{title}}"
url = "{{url}}"
text = "{{text}}"
"#
        );
    }
    text
}

/// The catalogue grown to `count` sources of its own words: each new one takes the mapping of a real one, and summary,
/// triggers, topics and examples of several.
pub(crate) fn for_routing(real: &Catalogue, count: usize) -> Catalogue {
    let mut random = fastrand::Rng::with_seed(SEED);
    let real: Vec<SourceRecord> = real.records().iter().map(|record| record.as_ref().clone()).collect();
    let mapped: Vec<&SourceRecord> = real.iter().filter(|record| record.connector == "rest").collect();
    let words: Vec<&str> = real.iter().flat_map(|record| record.summary.split_whitespace()).collect();
    let triggers: Vec<&String> = real.iter().flat_map(|record| &record.triggers).collect();
    let topics: Vec<&String> = real.iter().flat_map(|record| &record.source.topics).collect();
    let must: Vec<&String> = real.iter().flat_map(|record| &record.must).collect();
    let mut records = real.clone();
    for n in records.len()..count {
        let Some(base) = random.choice(&mapped) else { break };
        let mut pick = |from: &[&String], most: usize| -> Vec<String> {
            (0..random.usize(1..=most)).filter_map(|_| random.choice(from).map(|text| (*text).clone())).collect()
        };
        let (triggers, topics, must) = (pick(&triggers, 4), pick(&topics, 4), pick(&must, 2));
        let mut text = |count: usize| -> String {
            let words: Vec<&str> = (0..count).filter_map(|_| random.choice(&words).copied()).collect();
            words.join(" ")
        };
        records.push(SourceRecord {
            source: Source { id: format!("made-up-{n}"), name: text(2), topics, ..base.source.clone() },
            summary: text(14),
            triggers,
            must,
            ..(*base).clone()
        });
    }
    Catalogue::from_records(records)
}

/// Questions that askers of the real catalogue ask.
pub(crate) fn questions(catalogue: &Catalogue) -> Vec<String> {
    let mut questions: Vec<String> =
        catalogue.records().iter().map(Arc::as_ref).filter_map(|record| record.must.first().cloned()).collect();
    questions.sort();
    questions.dedup();
    questions
}

/// Every run measures the same catalogue.
const SEED: u64 = 4711;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_grows_to_as_many_sources_as_wanted_and_the_same_ones_each_time() {
        let real = for_load(3, 0).unwrap();
        let grown = for_routing(&real, 50);
        assert_eq!(grown.records().len(), 50);
        assert_eq!(grown.records(), for_routing(&real, 50).records());
        assert!(grown.get("stub-2").is_some() && grown.get("made-up-49").is_some());
    }
}
