//! The catalogue: every source that could be asked.
//!
//! - **Takes** TOML files as in `connectors/catalogue`, one per connector.
//! - **Gives** checked [`SourceRecord`]s in order of their ids.
//! - **Fails** naming file, source and key; an unknown key is an error.
//! - **Limits**: ids are `[a-z0-9-]`, at most [`ID_BYTES_MAX`] bytes.
//! - **Why it is so**: parsed once at start-up into what the router and gather read; nothing later can find it wrong.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_types::prelude::*;

/// Ids stand in URLs, ledgers and log lines.
pub const ID_BYTES_MAX: usize = 64;

/// One source, as the router, gather and egress need it.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceRecord {
    /// What the connector is given: id, name, languages, topics, settings as JSON.
    pub source: Source,
    /// The component that speaks to it.
    pub connector: String,
    /// What it knows, in the words of askers.
    pub summary: String,
    /// For people.
    pub homepage: Option<String>,
    /// Whom to credit, with the licence.
    pub attribution: Option<String>,
    /// Kinds of question; empty for all.
    pub kinds: Vec<Kind>,
    /// Kinds of entity that call for it: `date`, `identifier:doi`.
    pub entities: Vec<String>,
    /// Words and phrases that call for it.
    pub triggers: Vec<String>,
    /// Questions it must be asked.
    pub must: Vec<String>,
    /// Questions it must not be asked.
    pub must_not: Vec<String>,
    /// Hosts it may be asked at; none for a computed source.
    pub hosts: Vec<String>,
    /// Prior weight of what it says, 0 to 1.
    pub trust: f32,
    /// Questions to it carry personal data: only with the asker's consent.
    pub personal: bool,
    /// Whether it may be asked at all.
    pub enabled: bool,
    /// The service's own policy.
    pub requests_per_second: Option<f64>,
    /// Likewise.
    pub connections: Option<u32>,
}

impl SourceRecord {
    /// Whether it answers without any request.
    #[must_use]
    pub fn is_computed(&self) -> bool {
        self.hosts.is_empty()
    }
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("catalogue `{file}`: {reason}")]
pub struct CatalogueError {
    /// The file it is in.
    pub file: String,
    /// What is wrong.
    pub reason: String,
}

/// All sources, in order of their ids.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    records: Vec<Arc<SourceRecord>>,
}

impl Catalogue {
    /// Reads TOML files given as name and text.
    ///
    /// # Errors
    /// Malformed TOML, an unknown key or kind, an id that is malformed or taken.
    pub fn from_toml<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, CatalogueError> {
        let mut by_id = BTreeMap::new();
        for (file, text) in files {
            let wrong = |reason: String| CatalogueError { file: file.to_owned(), reason };
            let parsed: wire::File = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
            for source in parsed.source {
                let record = source.into_record(&parsed.connector).map_err(wrong)?;
                let id = record.source.id.clone();
                if by_id.insert(id.clone(), Arc::new(record)).is_some() {
                    return Err(wrong(format!("the id `{id}` is taken by another source")));
                }
            }
        }
        Ok(Self { records: by_id.into_values().collect() })
    }

    /// From records that are already checked; a later one of the same id replaces an earlier one.
    #[must_use]
    pub fn from_records(records: impl IntoIterator<Item = SourceRecord>) -> Self {
        let by_id: BTreeMap<String, Arc<SourceRecord>> =
            records.into_iter().map(|record| (record.source.id.clone(), Arc::new(record))).collect();
        Self { records: by_id.into_values().collect() }
    }

    /// Every record, in order of ids.
    #[must_use]
    pub fn records(&self) -> &[Arc<SourceRecord>] {
        &self.records
    }

    /// The record of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<SourceRecord>> {
        self.records
            .binary_search_by(|record| record.source.id.as_str().cmp(id))
            .ok()
            .and_then(|at| self.records.get(at))
    }
}

/// The TOML form.
mod wire {
    use super::{Deserialize, ID_BYTES_MAX, Source, SourceRecord};
    use crate::wire::kind_from_name;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct File {
        pub(super) connector: String,
        #[serde(default)]
        pub(super) source: Vec<Record>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Record {
        id: String,
        name: String,
        summary: String,
        homepage: Option<String>,
        attribution: Option<String>,
        #[serde(default)]
        languages: Vec<String>,
        #[serde(default)]
        topics: Vec<String>,
        #[serde(default)]
        kinds: Vec<String>,
        #[serde(default)]
        entities: Vec<String>,
        #[serde(default)]
        triggers: Vec<String>,
        #[serde(default)]
        must: Vec<String>,
        #[serde(default)]
        must_not: Vec<String>,
        #[serde(default)]
        hosts: Vec<String>,
        #[serde(default = "half")]
        trust: f32,
        #[serde(default)]
        personal: bool,
        #[serde(default = "yes")]
        enabled: bool,
        requests_per_second: Option<f64>,
        connections: Option<u32>,
        #[serde(default)]
        settings: serde_json::Map<String, serde_json::Value>,
    }

    fn half() -> f32 {
        0.5
    }

    fn yes() -> bool {
        true
    }

    impl Record {
        pub(super) fn into_record(self, connector: &str) -> Result<SourceRecord, String> {
            let id = self.id;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if id.is_empty() || id.len() > ID_BYTES_MAX || !id.chars().all(plain) {
                return Err(format!("`{id}` is no id: use at most {ID_BYTES_MAX} of a-z, 0-9 and `-`"));
            }
            if !(0.0..=1.0).contains(&self.trust) {
                return Err(format!("source `{id}`: `trust` must be between 0 and 1"));
            }
            if self.requests_per_second.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
                return Err(format!("source `{id}`: `requests_per_second` must be above 0"));
            }
            let kinds = self.kinds.iter().map(|name| {
                kind_from_name(name).ok_or_else(|| format!("source `{id}`: `{name}` is no kind of question"))
            });
            Ok(SourceRecord {
                kinds: kinds.collect::<Result<_, _>>()?,
                source: Source {
                    id,
                    name: self.name,
                    languages: self.languages,
                    topics: self.topics,
                    settings: serde_json::Value::Object(self.settings).to_string(),
                },
                connector: connector.to_owned(),
                summary: self.summary,
                homepage: self.homepage,
                attribution: self.attribution,
                entities: self.entities,
                triggers: self.triggers,
                must: self.must,
                must_not: self.must_not,
                hosts: self.hosts,
                trust: self.trust,
                personal: self.personal,
                enabled: self.enabled,
                requests_per_second: self.requests_per_second,
                connections: self.connections,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        Catalogue::from_toml([("a.toml", text)]).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_catalogue_names_file_source_and_key() {
        let base = "connector = \"x\"\n[[source]]\nid = \"a\"\nname = \"A\"\nsummary = \"s\"\n";
        assert!(Catalogue::from_toml([("a.toml", base)]).is_ok());
        assert!(error_of(&format!("{base}colour = 1")).contains("unknown field `colour`"));
        assert!(error_of(&format!("{base}kinds = [\"riddle\"]")).contains("source `a`: `riddle`"));
        assert!(error_of(&format!("{base}trust = 2.0")).contains("`trust`"));
        assert!(error_of(&base.replace("\"a\"", "\"A b\"")).contains("`A b` is no id"));
        let twice = Catalogue::from_toml([("a.toml", base), ("b.toml", base)]).unwrap_err().to_string();
        assert!(twice.contains("`b.toml`") && twice.contains("`a` is taken"), "{twice}");
    }
}
