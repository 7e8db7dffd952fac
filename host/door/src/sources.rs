//! `/v1/sources`: what can be asked, and what is left alone for now.

use crate::health::CONNECTORS;
use crate::{Door, problem};
use core::time::Duration;
use serde::Serialize;
use std::collections::BTreeMap;
use zero_pipeline::catalogue::{Category, SourceRecord};
use zero_pipeline::health::Suspension;
use zero_pipeline::wire::twin::{self, Twin as _};
use zero_pipeline::{Platform, Problem, Rooms as _};

impl<P: Platform> Door<P> {
    pub(crate) fn sources(&self) -> Result<String, Problem> {
        let shelf = Shelf::of(self);
        let sources = self.region.catalogue.records().iter().map(|record| shelf.source(record)).collect();
        json(&Sources { sources })
    }

    pub(crate) fn source(&self, id: &str) -> Result<String, Problem> {
        let record = self.region.catalogue.get(id).ok_or_else(|| problem::no_such_source(id))?;
        json(&Shelf::of(self).source(record))
    }
}

fn json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(format!("the sources as JSON: {error}")))
}

/// What a source's line needs beside its record, as of one moment.
struct Shelf {
    /// Digest of each connector that is installed, by name.
    digests: BTreeMap<String, String>,
    suspended: BTreeMap<String, Suspension>,
    now: Duration,
    now_ms: i64,
}

impl Shelf {
    fn of<P: Platform>(door: &Door<P>) -> Self {
        let (platform, region) = (&door.platform, &door.region);
        let now = platform.elapsed();
        let connector = |(name, digest): (String, String)| Some((name.strip_prefix(CONNECTORS)?.to_owned(), digest));
        Self {
            digests: platform.rooms().digests().into_iter().filter_map(connector).collect(),
            suspended: region.health.suspended(now).into_iter().collect(),
            now,
            now_ms: platform.now_ms(),
        }
    }

    fn source<'a>(&'a self, record: &'a SourceRecord) -> Source<'a> {
        let suspended = self.suspended.get(&record.source.id).map(|suspension| {
            let left = i64::try_from(suspension.until.saturating_sub(self.now).as_millis()).unwrap_or(i64::MAX);
            Suspended { cause: suspension.cause.name(), until_ms: self.now_ms.saturating_add(left) }
        });
        Source {
            id: &record.source.id,
            name: &record.source.name,
            summary: &record.summary,
            homepage: said(&record.homepage),
            attribution: said(&record.attribution),
            category: record.category.map(Category::name),
            licence: said(&record.licence),
            terms: said(&record.terms),
            key: record.key.name(),
            languages: &record.source.languages,
            topics: &record.source.topics,
            kinds: record.kinds.to_wire(),
            connector: &record.connector,
            digest: self.digests.get(&record.connector).map(String::as_str),
            computed: record.is_computed(),
            personal: record.personal,
            enabled: record.enabled,
            suspended,
        }
    }
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

#[derive(Serialize)]
struct Sources<'a> {
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct Source<'a> {
    id: &'a str,
    name: &'a str,
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<&'a str>,
    key: &'static str,
    languages: &'a [String],
    topics: &'a [String],
    kinds: Vec<twin::Kind>,
    connector: &'a str,
    /// Of the connector; none while it is not installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'a str>,
    computed: bool,
    personal: bool,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<Suspended>,
}

#[derive(Serialize)]
struct Suspended {
    cause: &'static str,
    until_ms: i64,
}
