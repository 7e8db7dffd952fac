//! What a source says about its feeds.

use crate::ask::Wish;
use serde::Deserialize;
use zero_connector_sdk::{Failure, FailureKind, Source, encode};

/// Name, what it is, whether it is required.
pub(crate) const SETTINGS: &[(&str, &str, bool)] = &[
    ("url", "URL of the feed, or a list of up to 4; `{query}` is replaced by the words of the question", true),
    ("role", "`special` (default: one body or subject, which `cues` name) or `news` (headlines of all kinds)", false),
    ("cues", "words or phrases of a question that call for this feed, lower case", false),
    ("language", "BCP 47 of the entries; the source's first language when left out", false),
    ("limit", "entries wanted, 1 to 32; 8 when left out", false),
    ("cache_seconds", "how long the feed may be answered from cache; 300 when left out", false),
];

const LIMIT_MAX: usize = 32;
/// Feeds of one source.
const URLS_MAX: usize = 4;
/// The hole in a URL for the words of a question.
const HOLE: &str = "{query}";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    url: Urls,
    #[serde(default)]
    pub(crate) role: Role,
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default = "limit")]
    pub(crate) limit: usize,
    #[serde(default = "cache_seconds")]
    pub(crate) cache_seconds: u32,
}

fn limit() -> usize {
    8
}

fn cache_seconds() -> u32 {
    300
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Urls {
    One(String),
    Many(Vec<String>),
}

/// What the feed is for: which questions call for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// One body or subject: asked when it is named, or when news of its topics are asked for.
    #[default]
    Special,
    /// Headlines of all kinds: asked for any news.
    News,
}

impl Settings {
    pub(crate) fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        let wrong = |what: &str| {
            Err(Failure::new(FailureKind::Settings, format!("settings of source `{}`: {what}", source.id)))
        };
        let urls = settings.written();
        if urls.is_empty() || urls.len() > URLS_MAX {
            return wrong("`url` names no feed, or more than 4");
        }
        if !urls.iter().all(|url| url.starts_with("https://") || url.starts_with("http://")) {
            return wrong("`url` is no URL\n\nhint: it looks like `https://example.org/feed.xml`");
        }
        if settings.limit == 0 || settings.limit > LIMIT_MAX {
            return wrong("`limit` is not between 1 and 32");
        }
        Ok(settings)
    }

    fn written(&self) -> &[String] {
        match &self.url {
            Urls::One(url) => core::slice::from_ref(url),
            Urls::Many(urls) => urls,
        }
    }

    /// The feeds to ask; none when they want words and the question has none.
    pub(crate) fn urls(&self, wish: &Wish) -> Option<Vec<String>> {
        let query = wish.query();
        let written = self.written();
        if query.is_empty() && written.iter().all(|url| url.contains(HOLE)) {
            return None;
        }
        let asked = written.iter().filter(|url| !query.is_empty() || !url.contains(HOLE));
        Some(asked.map(|url| url.replace(HOLE, &encode(&query))).collect())
    }

    /// Whether the service itself looks for the words.
    pub(crate) fn searches(&self) -> bool {
        self.written().iter().any(|url| url.contains(HOLE))
    }

    /// BCP 47 of what the entries are written in, where they do not say it themselves.
    pub(crate) fn language(&self, source: &Source) -> Option<String> {
        self.language.clone().or_else(|| source.languages.first().cloned())
    }
}
