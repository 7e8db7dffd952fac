//! What an operator wants to know of a source before switching it on.

use serde::{Deserialize, Serialize};

/// The shelf a source stands on: what it is for, whatever its topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// General knowledge.
    Encyclopaedia,
    /// Words: meanings, translations, spellings.
    Language,
    /// Papers, data sets, species, the sky.
    Science,
    /// Medicine and medicines.
    Health,
    /// Books and archives.
    Library,
    /// Museums and heritage.
    Culture,
    /// Film, television, music, games.
    Media,
    /// Code, packages, weaknesses.
    Software,
    /// Where things are.
    Places,
    /// The sky of today.
    Weather,
    /// What happened.
    News,
    /// What people say to each other.
    Social,
    /// Money and its rates.
    Finance,
    /// Public administration, law, statistics.
    Government,
    /// Schools and universities.
    Education,
    /// Sports.
    Sports,
    /// Shops, products and food.
    Products,
    /// The web at large.
    Web,
    /// What an organisation keeps for itself.
    Enterprise,
    /// What one person keeps.
    Personal,
    /// Worked out here, without any request.
    Computed,
}

impl Category {
    /// As the catalogue writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Encyclopaedia => "encyclopaedia",
            Self::Language => "language",
            Self::Science => "science",
            Self::Health => "health",
            Self::Library => "library",
            Self::Culture => "culture",
            Self::Media => "media",
            Self::Software => "software",
            Self::Places => "places",
            Self::Weather => "weather",
            Self::News => "news",
            Self::Social => "social",
            Self::Finance => "finance",
            Self::Government => "government",
            Self::Education => "education",
            Self::Sports => "sports",
            Self::Products => "products",
            Self::Web => "web",
            Self::Enterprise => "enterprise",
            Self::Personal => "personal",
            Self::Computed => "computed",
        }
    }
}

/// Whether a service wants to know who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyNeed {
    /// It has no keys, or none that matter.
    #[default]
    None,
    /// It answers without one, and more often or more fully with one.
    Optional,
    /// It does not answer without one, so the source starts switched off.
    Required,
}

impl KeyNeed {
    /// As the catalogue writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}
