//! The mapping: the settings of a source, as its author writes them. The reference is the README.
//!
//! Takes: JSON of the catalogue's `[source.settings]`. Gives: [`Settings`]. Fails: on unknown keys, naming them.
//! Limits: [`STEPS_MAX`] steps. Why it is so: plain texts here; templates and paths are read where they are used, so
//! that `plan` does not pay for what only `resume` needs.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::collections::BTreeMap;

/// Named tables for the filter `map`.
pub(crate) type Maps = BTreeMap<String, BTreeMap<String, String>>;

/// Rounds a host grants.
pub(crate) const STEPS_MAX: usize = 4;

/// All of a source's settings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Passages wanted.
    #[serde(default = "five")]
    pub(crate) limit: u8,
    /// Constants for templates; an operator changes them.
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    /// Patterns that pick words out of the question.
    #[serde(default)]
    pub(crate) extract: BTreeMap<String, Vec<String>>,
    /// Words that are left out of `query` and `keywords`.
    #[serde(default)]
    pub(crate) noise: Vec<String>,
    #[serde(default)]
    pub(crate) maps: Maps,
    pub(crate) bid: Bid,
    pub(crate) steps: Vec<Step>,
}

/// When to ask this source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bid {
    #[serde(default)]
    pub(crate) base: f32,
    #[serde(default)]
    pub(crate) kinds: BTreeMap<String, f32>,
    #[serde(default)]
    pub(crate) topics: BTreeMap<String, f32>,
    /// Variable to weight.
    #[serde(default)]
    pub(crate) evidence: BTreeMap<String, f32>,
    #[serde(default)]
    pub(crate) triggers: Vec<String>,
    #[serde(default = "half")]
    pub(crate) trigger: f32,
    #[serde(default)]
    pub(crate) never: Vec<String>,
    #[serde(default)]
    pub(crate) needs: Vec<String>,
    #[serde(default)]
    pub(crate) languages: Vec<String>,
}

/// One round: requests, and how to read what comes back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    // The request.
    #[serde(default)]
    pub(crate) method: Option<Verb>,
    pub(crate) url: Many,
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) json: Option<serde_json::Value>,
    #[serde(default)]
    pub(crate) form: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) credential: Option<String>,
    #[serde(default)]
    pub(crate) cache_seconds: Option<u32>,
    /// A variable: one request for each of its values.
    #[serde(default)]
    pub(crate) each: Option<String>,

    // The response.
    #[serde(default)]
    pub(crate) format: Format,
    /// Prefix to URI.
    #[serde(default)]
    pub(crate) namespaces: BTreeMap<String, String>,
    /// Statuses and conditions on the body that mean "nothing found".
    #[serde(default)]
    pub(crate) empty: Empty,
    #[serde(default)]
    pub(crate) errors: Vec<ErrorRule>,
    /// Variables for the steps after this one.
    #[serde(default)]
    pub(crate) capture: BTreeMap<String, String>,
    /// Other shapes of the body, tried in order before the one below.
    #[serde(default)]
    pub(crate) reads: Vec<ReadRule>,
    #[serde(default)]
    pub(crate) items: Many,
    /// The items are columns side by side: rows are made of them.
    #[serde(default)]
    pub(crate) columns: bool,
    /// Conditions an item must meet.
    #[serde(default)]
    pub(crate) keep: Many,
    #[serde(default)]
    pub(crate) passage: Option<PassageRule>,
    #[serde(default)]
    pub(crate) claims: Vec<ClaimRule>,
}

/// One of several shapes a body may have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadRule {
    /// Conditions on the body; without any it is always tried.
    #[serde(default)]
    pub(crate) when: Many,
    #[serde(default)]
    pub(crate) items: Many,
    #[serde(default)]
    pub(crate) columns: bool,
    #[serde(default)]
    pub(crate) keep: Many,
    /// Any of these conditions says that a body of this shape holds nothing.
    #[serde(default)]
    pub(crate) empty: Many,
    pub(crate) passage: PassageRule,
    #[serde(default)]
    pub(crate) claims: Vec<ClaimRule>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verb {
    Get,
    Post,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Json,
    Xml,
    /// XML when the body starts with `<`, else JSON.
    Either,
}

/// An error the service reports in its body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorRule {
    pub(crate) when: Many,
    #[serde(default)]
    pub(crate) kind: ErrorKind,
    #[serde(default)]
    pub(crate) message: Many,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ErrorKind {
    #[default]
    Upstream,
    Credential,
    RateLimited,
    Settings,
    /// No error: the service found nothing.
    Empty,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassageRule {
    pub(crate) title: Many,
    #[serde(default)]
    pub(crate) url: Many,
    pub(crate) text: Many,
    #[serde(default)]
    pub(crate) published: Many,
    #[serde(default)]
    pub(crate) language: Many,
    #[serde(default)]
    pub(crate) score: Many,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimRule {
    /// A path: one claim for each node it names.
    #[serde(default)]
    pub(crate) each: Option<String>,
    pub(crate) subject: Many,
    pub(crate) property: Many,
    #[serde(default, rename = "type")]
    pub(crate) kind: ClaimType,
    pub(crate) value: Many,
    /// Of a quantity (UCUM), of a duration (`s`, `min`, `h`, `ms`), of money (ISO 4217), of an identifier (its scheme).
    #[serde(default)]
    pub(crate) unit: Many,
    #[serde(default)]
    pub(crate) time: Many,
    #[serde(default)]
    pub(crate) when: Many,
    /// The sentence that says it; added to the passage when it is not there.
    #[serde(default)]
    pub(crate) say: Many,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ClaimType {
    #[default]
    Text,
    Number,
    Quantity,
    Money,
    Percentage,
    Date,
    Duration,
    Boolean,
    Url,
    Version,
    Person,
    Organisation,
    Place,
    Language,
    Identifier,
    Coordinates,
}

/// One text or several, of which the first that works is taken (conditions: all must hold).
#[derive(Debug, Clone, Default)]
pub(crate) struct Many(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Many;

            fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Many, E> {
                Ok(Many(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                Ok(Many(texts))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

/// What means "nothing found": numbers are statuses, texts are conditions on the body of which any may hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Empty {
    pub(crate) statuses: Vec<u16>,
    pub(crate) conditions: Many,
}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a status or a condition")]
        enum One {
            Status(u16),
            Condition(String),
        }
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a status, a condition or a list of them")]
        enum All {
            One(One),
            List(Vec<One>),
        }
        let all = match All::deserialize(deserializer)? {
            All::One(one) => vec![one],
            All::List(list) => list,
        };
        let mut empty = Self::default();
        for one in all {
            match one {
                One::Status(status) => empty.statuses.push(status),
                One::Condition(text) => empty.conditions.0.push(text),
            }
        }
        Ok(empty)
    }
}

fn five() -> u8 {
    5
}

fn half() -> f32 {
    0.5
}
