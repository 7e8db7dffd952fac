//! What lasts from question to question: catalogue and its index, cache, health, settings, whom it trusts.

use crate::ask::Ask;
use crate::cache::{Cache, Key};
use crate::catalogue::{Catalogue, SourceRecord};
use crate::health::Health;
use crate::problem::Problem;
use crate::route::Index;
use crate::settings::Settings;
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_types::connector::Request;
use zero_types::functions::Trust;

/// One region's state; shared by all of its questions.
pub struct Region {
    /// Every source.
    pub catalogue: Catalogue,
    /// The router's index over it.
    pub index: Arc<Index>,
    /// Exchanges.
    pub cache: Cache,
    /// Sources.
    pub health: Health,
    /// The operator's choices.
    pub settings: Settings,
    /// Keys and issuers that are believed; empty, and everyone is anonymous.
    pub trust: Arc<Trust>,
    /// Digests of connectors that may be replaced while the region lasts, by name.
    pub versions: BTreeMap<String, String>,
}

impl Region {
    /// A fresh region over a catalogue.
    #[must_use]
    pub fn new(catalogue: Catalogue, settings: Settings) -> Self {
        let index = Index::new(&catalogue);
        Self::indexed(catalogue, index, settings)
    }

    /// A fresh region over a catalogue whose index is made already.
    #[must_use]
    pub fn indexed(catalogue: Catalogue, index: Index, settings: Settings) -> Self {
        Self {
            index: Arc::new(index),
            catalogue,
            cache: Cache::default(),
            health: Health::default(),
            settings,
            trust: Arc::new(nobody()),
            versions: BTreeMap::new(),
        }
    }

    /// The region after connectors were replaced, over the same cache, health and settings; with another catalogue
    /// when sources came or went. Questions in flight keep the one they have.
    #[must_use]
    pub fn succeed(&self, catalogue: Option<Catalogue>, versions: BTreeMap<String, String>) -> Self {
        let index =
            catalogue.as_ref().map_or_else(|| Arc::clone(&self.index), |catalogue| Arc::new(Index::new(catalogue)));
        Self {
            index,
            catalogue: catalogue.unwrap_or_else(|| self.catalogue.clone()),
            cache: self.cache.clone(),
            health: self.health.clone(),
            settings: self.settings.clone(),
            trust: Arc::clone(&self.trust),
            versions,
        }
    }

    /// Whether every source that a question names can be asked.
    ///
    /// # Errors
    /// `unknown-source`.
    pub fn check(&self, ask: &Ask) -> Result<(), Problem> {
        let asked = |id: &String| self.catalogue.get(id).is_some_and(|record| record.enabled);
        let unknown = ask.only.iter().find(|id| !asked(id));
        unknown.map_or(Ok(()), |id| Err(Problem::unknown_source(id)))
    }

    /// Where an exchange of a source is kept. The connector's version is part of it: what one version was allowed to
    /// fetch is not there for the next, and a new version starts clean.
    #[must_use]
    pub fn cache_key(&self, record: &SourceRecord, request: &Request) -> Key {
        match self.versions.get(&record.connector) {
            Some(digest) => Key::of(&format!("{}@{digest}", record.source.id), request),
            None => Key::of(&record.source.id, request),
        }
    }
}

/// Trust in no key and no issuer: every credential is refused, and who shows none is anonymous.
#[must_use]
pub fn nobody() -> Trust {
    Trust { keys: Vec::new(), issuers: Vec::new(), revoked_sessions: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_version_starts_with_an_empty_cache() {
        let text = "connector = \"x\"\n[[source]]\nid = \"a\"\nname = \"A\"\nsummary = \"s\"\n";
        let region = Region::new(Catalogue::from_toml([("c.toml", text)]).unwrap(), Settings::default());
        let record = region.catalogue.get("a").unwrap();
        let request = Request::get("https://a.example/");
        let key = |digest: Option<&str>| {
            let versions = digest.map(|digest| ("x".to_owned(), digest.to_owned()));
            region.succeed(None, versions.into_iter().collect()).cache_key(record, &request)
        };
        assert_eq!(key(None), Key::of("a", &request));
        assert_eq!(key(Some("1")), key(Some("1")));
        assert_ne!(key(Some("1")), key(Some("2")));
        assert!(Arc::ptr_eq(&region.succeed(None, BTreeMap::new()).index, &region.index));
    }
}
