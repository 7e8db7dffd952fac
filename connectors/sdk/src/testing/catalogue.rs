//! Does a connector bid as the catalogue says?

use super::matches_pattern;
use crate::{Connector, Intent, Question, Source, Step};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One file of the catalogue: `toml::from_str` makes one of its text.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "File")]
pub struct Catalogue {
    /// The connector's name.
    pub connector: String,
    /// Its sources.
    pub source: Vec<Record>,
}

/// One source of the catalogue, as far as a connector is concerned.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    /// Unique in the catalogue.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// BCP 47.
    pub languages: Vec<String>,
    /// What it is about.
    pub topics: Vec<String>,
    /// Kinds of question, as in `wit/connector`.
    pub kinds: Vec<String>,
    /// Where it may be asked.
    pub hosts: Vec<String>,
    /// Questions that must bring it in.
    pub must: Vec<String>,
    /// Questions that must not.
    pub must_not: Vec<String>,
    /// The connector's own, laid over those of the mapping it names.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Of the file's `[mappings]`; already part of the settings.
    #[serde(default)]
    pub mapping: Option<String>,
}

/// A file as it stands.
#[derive(Deserialize)]
struct File {
    connector: String,
    #[serde(default)]
    mappings: BTreeMap<String, Map<String, Value>>,
    source: Vec<Record>,
}

impl TryFrom<File> for Catalogue {
    type Error = String;

    fn try_from(mut file: File) -> Result<Self, String> {
        for record in &mut file.source {
            let Some(name) = &record.mapping else { continue };
            let mapping = file.mappings.get(name);
            let mapping = mapping.ok_or_else(|| format!("source `{}`: there is no mapping `{name}`", record.id))?;
            let own = core::mem::replace(&mut record.settings, mapping.clone());
            lay_over(&mut record.settings, own, DEPTH_MAX);
        }
        Ok(Self { connector: file.connector, source: file.source })
    }
}

/// Far deeper than settings are.
const DEPTH_MAX: usize = 32;

/// As the host does: tables are merged key by key, anything else is replaced.
fn lay_over(base: &mut Map<String, Value>, over: Map<String, Value>, depth: usize) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) if depth > 0 => lay_over(below, above, depth - 1),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

impl Record {
    /// As a host hands it to the connector.
    #[must_use]
    pub fn source(&self) -> Source {
        Source {
            id: self.id.clone(),
            name: self.name.clone(),
            languages: self.languages.clone(),
            topics: self.topics.clone(),
            settings: Value::Object(self.settings.clone()).to_string(),
        }
    }

    /// A question of which nothing is known but the language, which is the source's.
    #[must_use]
    pub fn plain(&self, text: &str) -> (Question, Intent) {
        let language = self.languages.first().map_or("en", String::as_str);
        (Question::new(text), Intent::unknown(language))
    }
}

impl Catalogue {
    /// Plans every question of every record, as `ask` puts it.
    ///
    /// # Panics
    /// With all misses: a question of `must` that bids below `bid_min`, one of `must_not` that does not bid below
    /// `bid_max`, a request beyond the hosts of the record, a record without examples.
    pub fn check<C: Connector>(&self, bid_min: f32, bid_max: f32, ask: impl Fn(&Record, &str) -> (Question, Intent)) {
        let mut misses = Vec::new();
        let name = C::describe().name;
        if self.connector != name || self.source.is_empty() {
            misses.push(format!("{} sources of connector `{}`, not `{name}`", self.source.len(), self.connector));
        }
        for record in &self.source {
            for (list, texts, wanted) in [
                ("must", &record.must, bid_min..=1.0),
                // Every bid below it, but not it.
                ("must_not", &record.must_not, 0.0..=bid_max.next_down()),
            ] {
                let mut miss = |what: String| misses.push(format!("{}, `{list}`: {what}", record.id));
                if texts.is_empty() {
                    miss("no question".to_owned());
                }
                for text in texts {
                    let (question, intent) = ask(record, text);
                    match C::plan(&record.source(), &question, &intent) {
                        Ok(plan) if !wanted.contains(&plan.bid) => miss(format!("`{text}` bids {}", plan.bid)),
                        Ok(plan) => strays(record, &plan.step).for_each(|url| miss(format!("`{text}` asks {url}"))),
                        Err(failure) => miss(format!("`{text}` fails: {failure:?}")),
                    }
                }
            }
        }
        assert!(misses.is_empty(), "{}", misses.join("\n"));
    }
}

/// The URLs that are not on a host of the record.
fn strays<'s>(record: &'s Record, step: &'s Step) -> impl Iterator<Item = &'s str> {
    let requests = match step {
        Step::Fetch(fetch) => fetch.requests.as_slice(),
        Step::Done(_) => &[],
    };
    requests.iter().map(|request| request.url.as_str()).filter(|url| {
        let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        !host.is_some_and(|host| record.hosts.iter().any(|pattern| matches_pattern(pattern, host)))
    })
}
