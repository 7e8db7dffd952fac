//! The TOML form of a file of the catalogue.

use super::mapping::lay_over;
use super::{Category, ID_BYTES_MAX, KeyNeed, Source, SourceRecord};
use crate::rules::{AskedFrom, Jurisdiction};
use crate::wire::kind_from_name;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) connector: String,
    /// Settings that sources share by name.
    #[serde(default)]
    pub(super) mappings: BTreeMap<String, Map<String, Value>>,
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
    category: Option<Category>,
    licence: Option<String>,
    terms: Option<String>,
    #[serde(default)]
    key: KeyNeed,
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
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    not_from: Vec<String>,
    enabled: Option<bool>,
    requests_per_second: Option<Rate>,
    connections: Option<u32>,
    mapping: Option<String>,
    #[serde(default)]
    settings: Map<String, Value>,
}

/// A service's own limit, or the word that it states none.
#[derive(Deserialize)]
#[serde(untagged, expecting = "`requests_per_second` is a number, or `none` when the service states no limit")]
enum Rate {
    Number(f64),
    None(NoRate),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum NoRate {
    None,
}

fn half() -> f32 {
    0.5
}

impl Record {
    pub(super) fn into_record(
        self,
        connector: &str,
        mappings: &BTreeMap<String, Map<String, Value>>,
    ) -> Result<SourceRecord, String> {
        let id = self.id;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > ID_BYTES_MAX || !id.chars().all(plain) {
            return Err(format!("`{id}` is no id: use at most {ID_BYTES_MAX} of a-z, 0-9 and `-`"));
        }
        let wrong = |what: &str| Err(format!("source `{id}`: {what}"));
        if !(0.0..=1.0).contains(&self.trust) {
            return wrong("`trust` must be between 0 and 1");
        }
        let requests_per_second = match self.requests_per_second {
            Some(Rate::Number(rate)) if !rate.is_finite() || rate <= 0.0 => {
                return wrong("`requests_per_second` must be above 0");
            }
            Some(Rate::Number(rate)) => Some(rate),
            Some(Rate::None(NoRate::None)) | None => None,
        };
        if self.licence.as_deref().is_some_and(|licence| !is_licence(licence)) {
            return wrong("`licence` is an SPDX expression such as `CC-BY-4.0`, or `terms`");
        }
        if self.terms.as_deref().is_some_and(|terms| !terms.starts_with("https://")) {
            return wrong("`terms` is an `https://` URL");
        }
        if self.key == KeyNeed::Required && self.enabled == Some(true) {
            return wrong(
                "it needs a key, so it starts switched off: leave out `enabled`, the operator switches it on \
                 together with its credentials",
            );
        }
        let jurisdictions = |texts: &[String]| -> Result<Vec<Jurisdiction>, String> {
            texts.iter().map(|text| text.parse().map_err(|wrong| format!("source `{id}`: {wrong}"))).collect()
        };
        let asked_from = AskedFrom { regions: jurisdictions(&self.regions)?, not_from: jurisdictions(&self.not_from)? };
        let kinds = self
            .kinds
            .iter()
            .map(|name| kind_from_name(name).ok_or_else(|| format!("source `{id}`: `{name}` is no kind of question")));
        let kinds = kinds.collect::<Result<_, _>>()?;
        let settings = match &self.mapping {
            None => self.settings,
            Some(name) => match mappings.get(name) {
                None => return wrong(&format!("there is no mapping `{name}` in this file")),
                Some(mapping) => {
                    let mut settings = mapping.clone();
                    lay_over(&mut settings, self.settings);
                    settings
                }
            },
        };
        Ok(SourceRecord {
            kinds,
            source: Source {
                id,
                name: self.name,
                languages: self.languages,
                topics: self.topics,
                settings: Value::Object(settings).to_string(),
            },
            connector: connector.to_owned(),
            summary: self.summary,
            homepage: self.homepage,
            attribution: self.attribution,
            category: self.category,
            licence: self.licence,
            terms: self.terms,
            key: self.key,
            entities: self.entities,
            triggers: self.triggers,
            must: self.must,
            must_not: self.must_not,
            hosts: self.hosts,
            trust: self.trust,
            personal: self.personal,
            asked_from,
            enabled: self.enabled.unwrap_or(self.key != KeyNeed::Required),
            requests_per_second,
            connections: self.connections,
        })
    }
}

/// The shape of an SPDX expression: identifiers, joined by operators.
fn is_licence(text: &str) -> bool {
    let identifier = |word: &str| {
        let word = word.trim_matches(['(', ')']);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-:".contains(&byte))
    };
    let joined =
        |(at, word): (usize, &str)| if at % 2 == 0 { identifier(word) } else { matches!(word, "AND" | "OR" | "WITH") };
    let words = text.split(' ').count();
    words % 2 == 1 && text.split(' ').enumerate().all(joined)
}
