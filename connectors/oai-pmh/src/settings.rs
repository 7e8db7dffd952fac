//! What a source says about its repository.

use serde::Deserialize;
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, FailureKind, Source};

/// Name, what it is, whether it is required.
pub(crate) const SETTINGS: &[(&str, &str, bool)] = &[
    ("base", "base URL of the repository, such as `https://zenodo.org/oai2d`", true),
    ("prefix", "metadata format asked for; `oai_dc` when left out", false),
    ("set", "set that lists are taken from", false),
    ("identifiers", "OAI identifiers by scheme: `arxiv = \"oai:arXiv.org:{id}\"`", false),
    ("cues", "words or phrases of a question that call for this repository, lower case", false),
    ("days", "how far back a list goes when the question names no time, 1 to 366; 7 when left out", false),
    ("limit", "records wanted, 1 to 32; 8 when left out", false),
];

const LIMIT_MAX: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) base: String,
    #[serde(default = "prefix")]
    pub(crate) prefix: String,
    #[serde(default)]
    pub(crate) set: Option<String>,
    #[serde(default)]
    pub(crate) identifiers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    #[serde(default = "days")]
    pub(crate) days: i64,
    #[serde(default = "limit")]
    pub(crate) limit: usize,
}

fn prefix() -> String {
    "oai_dc".to_owned()
}

fn days() -> i64 {
    7
}

fn limit() -> usize {
    8
}

impl Settings {
    pub(crate) fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        let wrong = |what: &str| {
            Err(Failure::new(FailureKind::Settings, format!("settings of source `{}`: {what}", source.id)))
        };
        if !(settings.base.starts_with("https://") || settings.base.starts_with("http://")) {
            return wrong("`base` is no URL\n\nhint: it looks like `https://zenodo.org/oai2d`");
        }
        if settings.limit == 0 || settings.limit > LIMIT_MAX {
            return wrong("`limit` is not between 1 and 32");
        }
        if !(1..=366).contains(&settings.days) {
            return wrong("`days` is not between 1 and 366");
        }
        if let Some(scheme) =
            settings.identifiers.iter().find(|(_, form)| !form.contains("{id}")).map(|(scheme, _)| scheme)
        {
            return wrong(&format!(
                "`identifiers.{scheme}` does not say where the id stands\n\nhint: write `{{id}}` there"
            ));
        }
        Ok(settings)
    }
}
