//! What lasts from question to question: catalogue and its index, cache, health, settings, keys.

use crate::cache::Cache;
use crate::catalogue::Catalogue;
use crate::health::Health;
use crate::route::Index;
use crate::settings::Settings;
use zero_types::functions::KeyRecord;

/// One region's state; shared by all of its questions.
pub struct Region {
    /// Every source.
    pub catalogue: Catalogue,
    /// The router's index over it.
    pub index: Index,
    /// Exchanges.
    pub cache: Cache,
    /// Sources.
    pub health: Health,
    /// The operator's choices.
    pub settings: Settings,
    /// API keys that are accepted.
    pub keys: Vec<KeyRecord>,
}

impl Region {
    /// A fresh region over a catalogue.
    #[must_use]
    pub fn new(catalogue: Catalogue, settings: Settings) -> Self {
        Self {
            index: Index::new(&catalogue),
            catalogue,
            cache: Cache::default(),
            health: Health::default(),
            settings,
            keys: Vec::new(),
        }
    }
}
