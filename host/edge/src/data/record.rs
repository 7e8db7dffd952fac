//! One record of the catalogue.

use super::{DataError, form};
use serde::{Deserialize, Serialize};
use zero_pipeline::catalogue::{Category, KeyNeed, SourceRecord};
use zero_pipeline::rules::{AskedFrom, Jurisdiction};
use zero_pipeline::wire::twin::{self, Twin as _};
use zero_types::connector::{Kind, Source};

/// The questions that judge a record (`must`, `must_not`) stay where records are judged.
#[derive(Serialize, Deserialize)]
struct Form {
    id: String,
    name: String,
    languages: Vec<String>,
    topics: Vec<String>,
    settings: String,
    connector: String,
    summary: String,
    homepage: Option<String>,
    attribution: Option<String>,
    category: Option<Category>,
    licence: Option<String>,
    terms: Option<String>,
    key: KeyNeed,
    kinds: Vec<twin::Kind>,
    entities: Vec<String>,
    triggers: Vec<String>,
    hosts: Vec<String>,
    trust: f32,
    personal: bool,
    regions: Vec<Jurisdiction>,
    not_from: Vec<Jurisdiction>,
    enabled: bool,
    requests_per_second: Option<f64>,
    connections: Option<u32>,
}

/// Appends a record.
pub(super) fn write(record: &SourceRecord, mut bytes: Vec<u8>) -> Result<Vec<u8>, DataError> {
    let SourceRecord { source, asked_from, .. } = record.clone();
    let form = Form {
        id: source.id,
        name: source.name,
        languages: source.languages,
        topics: source.topics,
        settings: source.settings,
        connector: record.connector.clone(),
        summary: record.summary.clone(),
        homepage: record.homepage.clone(),
        attribution: record.attribution.clone(),
        category: record.category,
        licence: record.licence.clone(),
        terms: record.terms.clone(),
        key: record.key,
        kinds: record.kinds.iter().map(|kind| kind.to_wire()).collect(),
        entities: record.entities.clone(),
        triggers: record.triggers.clone(),
        hosts: record.hosts.clone(),
        trust: record.trust,
        personal: record.personal,
        regions: asked_from.regions,
        not_from: asked_from.not_from,
        enabled: record.enabled,
        requests_per_second: record.requests_per_second,
        connections: record.connections,
    };
    bytes.extend(form::pack("record", &form)?);
    Ok(bytes)
}

/// None when it is none, or says what no catalogue may.
pub(super) fn read(bytes: &[u8]) -> Option<SourceRecord> {
    let (form, rest) = postcard::take_from_bytes::<Form>(bytes).ok()?;
    let sound = (0.0..=1.0).contains(&form.trust)
        && form.requests_per_second.is_none_or(|rate| rate.is_finite() && rate > 0.0)
        && rest.is_empty();
    sound.then(|| SourceRecord {
        source: Source {
            id: form.id,
            name: form.name,
            languages: form.languages,
            topics: form.topics,
            settings: form.settings,
        },
        connector: form.connector,
        summary: form.summary,
        homepage: form.homepage,
        attribution: form.attribution,
        category: form.category,
        licence: form.licence,
        terms: form.terms,
        key: form.key,
        kinds: form.kinds.into_iter().map(Kind::from_wire).collect(),
        entities: form.entities,
        triggers: form.triggers,
        must: Vec::new(),
        must_not: Vec::new(),
        hosts: form.hosts,
        trust: form.trust,
        personal: form.personal,
        asked_from: AskedFrom { regions: form.regions, not_from: form.not_from },
        enabled: form.enabled,
        requests_per_second: form.requests_per_second,
        connections: form.connections,
    })
}
