//! The catalogue: every source that could be asked.
//!
//! - **Takes** TOML files as in `connectors/catalogue`, one per connector.
//! - **Gives** checked [`SourceRecord`]s in order of their ids.
//! - **Fails** naming file, source and key; an unknown key is an error.
//! - **Limits**: ids are `[a-z0-9-]`, at most [`ID_BYTES_MAX`] bytes; settings of at most 32 levels.
//! - **Why it is so**: parsed once at start-up into what the router and gather read; nothing later can find it wrong.

mod facts;
mod lazy;
mod mapping;
mod overrides;
mod wire;

pub use facts::{Category, KeyNeed};
pub use overrides::{Override, Overrides};

use crate::rules::AskedFrom;
use lazy::Lazy;
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
    /// Whom to credit, in the words they ask for.
    pub attribution: Option<String>,
    /// The shelf it stands on.
    pub category: Option<Category>,
    /// Of what it says: an SPDX expression, or `terms` when only its terms of use say.
    pub licence: Option<String>,
    /// URL of its terms of use.
    pub terms: Option<String>,
    /// Whether it must be asked with a key.
    pub key: KeyNeed,
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
    /// From where it may be asked.
    pub asked_from: AskedFrom,
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
#[derive(Debug, Clone)]
pub struct Catalogue {
    records: Records,
}

#[derive(Debug, Clone)]
enum Records {
    All(Vec<Arc<SourceRecord>>),
    Lazy(Arc<Lazy>),
}

impl Default for Catalogue {
    fn default() -> Self {
        Self { records: Records::All(Vec::new()) }
    }
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
                let record = source.into_record(&parsed.connector, &parsed.mappings).map_err(wrong)?;
                let id = record.source.id.clone();
                if by_id.insert(id.clone(), Arc::new(record)).is_some() {
                    return Err(wrong(format!("the id `{id}` is taken by another source")));
                }
            }
        }
        Ok(Self { records: Records::All(by_id.into_values().collect()) })
    }

    /// From records that are already checked; a later one of the same id replaces an earlier one.
    #[must_use]
    pub fn from_records(records: impl IntoIterator<Item = SourceRecord>) -> Self {
        let by_id: BTreeMap<String, Arc<SourceRecord>> =
            records.into_iter().map(|record| (record.source.id.clone(), Arc::new(record))).collect();
        Self { records: Records::All(by_id.into_values().collect()) }
    }

    /// Over a packed form, of which `open` reads the record at a position when somebody first asks for it: of hundreds of
    /// records a question needs some tens. `ids` stand in order; a record that cannot be read, or has another id, is not
    /// there.
    #[must_use]
    pub fn lazy(ids: Vec<String>, open: impl Fn(usize) -> Option<SourceRecord> + Send + Sync + 'static) -> Self {
        Self { records: Records::Lazy(Arc::new(Lazy::new(ids, Box::new(open)))) }
    }

    /// Every record, in order of ids.
    #[must_use]
    pub fn records(&self) -> &[Arc<SourceRecord>] {
        match &self.records {
            Records::All(records) => records,
            Records::Lazy(lazy) => lazy.all(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.records {
            Records::All(records) => records.len(),
            Records::Lazy(lazy) => lazy.ids().len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at this position in the order of ids.
    #[must_use]
    pub fn at(&self, at: usize) -> Option<&Arc<SourceRecord>> {
        match &self.records {
            Records::All(records) => records.get(at),
            Records::Lazy(lazy) => lazy.at(at),
        }
    }

    /// The record of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<SourceRecord>> {
        let at = match &self.records {
            Records::All(records) => records.binary_search_by(|record| record.source.id.as_str().cmp(id)),
            Records::Lazy(lazy) => lazy.ids().binary_search_by(|known| known.as_str().cmp(id)),
        };
        self.at(at.ok()?)
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
        assert!(error_of(&format!("{base}category = \"riddles\"")).contains("encyclopaedia"));
        assert!(error_of(&format!("{base}licence = \"free as in beer\"")).contains("`licence`"));
        assert!(error_of(&format!("{base}terms = \"ask us\"")).contains("`terms`"));
        assert!(error_of(&format!("{base}requests_per_second = 0")).contains("above 0"));
        assert!(error_of(&format!("{base}requests_per_second = \"many\"")).contains("`none`"));
        assert!(error_of(&format!("{base}key = \"required\"\nenabled = true")).contains("leave out `enabled`"));
        assert!(error_of(&format!("{base}regions = [\"Europe\"]")).contains("source `a`: `Europe` is no jurisdiction"));
        assert!(error_of(&format!("{base}not_from = [\"UK\"]")).contains("calls it `GB`"));
        assert!(error_of(&format!("{base}mapping = \"b\"")).contains("there is no mapping `b`"));
        assert!(error_of(&base.replace("\"a\"", "\"A b\"")).contains("`A b` is no id"));
        let twice = Catalogue::from_toml([("a.toml", base), ("b.toml", base)]).unwrap_err().to_string();
        assert!(twice.contains("`b.toml`") && twice.contains("`a` is taken"), "{twice}");
    }

    #[test]
    fn sources_share_a_mapping_and_lay_their_own_settings_over_it() {
        let text = r#"
            connector = "x"
            [mappings.forum]
            limit = 5
            variables = { site = "none", lang = "en" }
            steps = [{ url = "https://{site}.example/" }]
            [[source]]
            id = "cooks"
            name = "Cooks"
            summary = "s"
            mapping = "forum"
            settings = { variables = { site = "cooks" }, steps = [] }
            [[source]]
            id = "pilots"
            name = "Pilots"
            summary = "s"
            mapping = "forum"
        "#;
        let catalogue = Catalogue::from_toml([("a.toml", text)]).unwrap();
        let settings = |id| catalogue.get(id).unwrap().source.settings.as_str();
        assert_eq!(settings("cooks"), r#"{"limit":5,"steps":[],"variables":{"lang":"en","site":"cooks"}}"#);
        assert!(
            settings("pilots").contains(r#""site":"none""#) && settings("pilots").contains("https://{site}.example/")
        );
    }

    #[test]
    fn a_source_that_needs_a_key_waits_for_it() {
        let base = "connector = \"x\"\n[[source]]\nid = \"a\"\nname = \"A\"\nsummary = \"s\"\n";
        for (key, enabled) in [("none", true), ("optional", true), ("required", false)] {
            let catalogue = Catalogue::from_toml([("a.toml", format!("{base}key = \"{key}\"").as_str())]).unwrap();
            assert_eq!(catalogue.get("a").unwrap().enabled, enabled, "{key}");
        }
    }
}
