//! What a source says about its endpoint.

use crate::template::Template;
use serde::Deserialize;
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, FailureKind, Source};

/// Name, what it is, whether it is required.
pub(crate) const SETTINGS: &[(&str, &str, bool)] = &[
    ("endpoint", "URL of the endpoint, such as `https://dbpedia.org/sparql`", true),
    ("queries", "queries for kinds of question, tried in order; see README.md", false),
    ("cues", "words or phrases of a question that call for this endpoint, lower case", false),
    ("lookup", "whether things are looked up by their label when no query fits (true)", false),
    (
        "label",
        "property path of labels (`rdfs:label|skos:prefLabel`); prefixes of rdfs, skos, dcterms, schema, foaf",
        false,
    ),
    ("description", "property path of descriptions (`rdfs:comment|skos:definition|dcterms:description`)", false),
    ("facts", "whether the properties of the best thing are asked for in a second round (true)", false),
    ("bid", "how sure a look-up by label is when nothing calls for this endpoint by name (0)", false),
    ("limit", "rows wanted, 1 to 50; 10 when left out", false),
];

const LIMIT_MAX: u32 = 50;
/// Queries of one source.
const QUERIES_MAX: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) endpoint: String,
    #[serde(default)]
    pub(crate) queries: Vec<Query>,
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) lookup: bool,
    #[serde(default = "label")]
    pub(crate) label: String,
    #[serde(default = "description")]
    pub(crate) description: String,
    #[serde(default = "yes")]
    pub(crate) facts: bool,
    #[serde(default)]
    pub(crate) bid: f32,
    #[serde(default = "limit")]
    pub(crate) limit: u32,
}

/// A query and the questions it is for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    /// The question holds one of these phrases; what follows it is `${rest}`. None: it is called for by a cue alone.
    #[serde(default)]
    pub(crate) phrases: Vec<String>,
    /// Only with a cue, since the phrases alone say too little.
    #[serde(default)]
    pub(crate) called: bool,
    #[serde(default)]
    pub(crate) bid: Option<f32>,
    pub(crate) query: String,
    /// Variable whose value is a passage's title; the first that is a label when left out.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// Variable whose value is a passage's URL; the first IRI when left out.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// English names of variables, and units as `population = "population"`, `area = "area|km2"`.
    #[serde(default)]
    pub(crate) properties: BTreeMap<String, String>,
    /// Of a question answered by yes or no: what it is that is so.
    #[serde(default)]
    pub(crate) statement: Option<String>,
}

fn yes() -> bool {
    true
}

fn limit() -> u32 {
    10
}

fn label() -> String {
    "rdfs:label|skos:prefLabel".to_owned()
}

fn description() -> String {
    "rdfs:comment|skos:definition|dcterms:description".to_owned()
}

impl Settings {
    pub(crate) fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        let wrong = |what: &str| {
            Err(Failure::new(FailureKind::Settings, format!("settings of source `{}`: {what}", source.id)))
        };
        if !(settings.endpoint.starts_with("https://") || settings.endpoint.starts_with("http://")) {
            return wrong("`endpoint` is no URL\n\nhint: it looks like `https://dbpedia.org/sparql`");
        }
        if settings.limit == 0 || settings.limit > LIMIT_MAX {
            return wrong("`limit` is not between 1 and 50");
        }
        if settings.queries.len() > QUERIES_MAX {
            return wrong("`queries` are more than 32");
        }
        for (name, path) in [("label", &settings.label), ("description", &settings.description)] {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '|' | '/' | '^' | '_' | '-');
            if path.is_empty() || !path.chars().all(fits) {
                return wrong(&format!(
                    "`{name}` is no property path\n\nhint: it looks like `rdfs:label|skos:prefLabel`"
                ));
            }
        }
        Ok(settings)
    }
}

impl Query {
    /// # Errors
    /// Names the hole that is wrong.
    pub(crate) fn template(&self, source: &Source) -> Result<Template, Failure> {
        Template::parse(&self.query).map_err(|what| {
            let start: String = self.query.chars().take(60).collect();
            let detail = format!(
                "settings of source `{}`: `queries`: {what} in `{start}`\n\nhint: holes look like `${{rest:string}}`",
                source.id
            );
            Failure::new(FailureKind::Settings, detail)
        })
    }
}
