//! The answers of Wikibase's Action API.

use serde::Deserialize;
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, FailureKind, Outcome, success};

/// Seconds to stay away when the service is lagged or limits us and does not say for how long.
const RETRY_AFTER_SECONDS: u32 = 5;
/// Characters of a foreign message that a failure repeats.
const MESSAGE_CHARS_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answer {
    error: Option<ApiError>,
    #[serde(default)]
    errors: Vec<ApiError>,
    #[serde(default)]
    pub(crate) search: Vec<Hit>,
    #[serde(default)]
    pub(crate) entities: BTreeMap<String, Entity>,
    #[serde(default)]
    pub(crate) claims: Option<Claims>,
}

#[derive(Debug, Deserialize)]
struct ApiError {
    code: String,
    #[serde(default, alias = "text")]
    info: String,
}

/// Of `wbsearchentities`.
#[derive(Debug, Deserialize)]
pub(crate) struct Hit {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(rename = "match")]
    pub(crate) matched: Option<Match>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Match {
    #[serde(default, rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) text: String,
}

/// Of `wbgetentities`. Empty maps may come as empty lists.
#[derive(Debug, Deserialize)]
pub(crate) struct Entity {
    #[serde(default)]
    pub(crate) labels: Labels,
    #[serde(default)]
    pub(crate) claims: Option<Claims>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum MapOrNone<T> {
    Map(BTreeMap<String, T>),
    /// Usually of none; the answer to a change lists the ids of what it changed.
    None(#[allow(dead_code, reason = "only its shape tells")] Vec<String>),
}

impl<T> Default for MapOrNone<T> {
    fn default() -> Self {
        Self::None(Vec::new())
    }
}

pub(crate) type Labels = MapOrNone<Label>;

#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) value: String,
}

impl Labels {
    /// In this language, with the service's own fallbacks, else in English.
    pub(crate) fn best(&self, language: &str) -> Option<&str> {
        match self {
            Self::Map(map) => [language, "mul", "en"].iter().find_map(|code| map.get(*code)).map(|l| l.value.as_str()),
            Self::None(_) => None,
        }
    }
}

/// Statements by property, each still raw: only the wanted ones are read.
pub(crate) type Claims = MapOrNone<Vec<Statement>>;

impl Claims {
    pub(crate) fn of(&self, property: u32) -> &[Statement] {
        match self {
            Self::Map(map) => map.get(&format!("P{property}")).map_or(&[], Vec::as_slice),
            Self::None(_) => &[],
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Statement {
    pub(crate) mainsnak: Snak,
    #[serde(default)]
    pub(crate) rank: Rank,
    #[serde(default)]
    pub(crate) qualifiers: MapOrNone<Vec<Snak>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rank {
    Deprecated,
    #[default]
    Normal,
    Preferred,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Snak {
    /// Absent when the value is unknown or there is none.
    pub(crate) datavalue: Option<DataValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DataValue {
    pub(crate) value: serde_json::Value,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// The answer, if it is one.
pub(crate) fn read(outcome: Option<&Outcome>) -> Result<Answer, Failure> {
    let Some(outcome) = outcome else {
        return Err(Failure::new(FailureKind::Internal, "no outcome came back for a request"));
    };
    let response = success(outcome)?;
    let answer: Answer = serde_json::from_slice(&response.body).map_err(|error| {
        Failure::new(FailureKind::Malformed, format!("not an answer of Wikidata's Action API: {error}"))
    })?;
    let Some(error) = answer.error.as_ref().or_else(|| answer.errors.first()) else { return Ok(answer) };
    let [code, info] = [&error.code, &error.info].map(|t| t.chars().take(MESSAGE_CHARS_MAX).collect::<String>());
    let asked = response.header("retry-after").and_then(|delay| delay.trim().parse().ok());
    let (kind, delay) = match code.as_str() {
        "maxlag" | "ratelimited" | "too-many-requests" => {
            (FailureKind::RateLimited, Some(asked.unwrap_or(RETRY_AFTER_SECONDS)))
        }
        "readapidenied" | "permissiondenied" | "notloggedin" | "blocked" => (FailureKind::Credential, asked),
        _ => (FailureKind::Upstream, asked),
    };
    Err(Failure::new(kind, format!("Wikidata error `{code}`: {info}")).retry_after(delay))
}
