//! What a source says about its wiki.

use serde::Deserialize;
use zero_connector_sdk::{Failure, FailureKind, Source};

/// Name, what it is, whether it is required.
pub(crate) const SETTINGS: &[(&str, &str, bool)] = &[
    ("api", "URL of `api.php`, such as `https://en.wikipedia.org/w/api.php`", true),
    ("page", "prefix of a page's URL, such as `https://en.wikipedia.org/wiki/`", true),
    (
        "extracts",
        "`lead` (TextExtracts, default), `page` (TextExtracts, whole page) or `none` (not installed: pages are parsed)",
        false,
    ),
    (
        "role",
        "`encyclopedia` (default), `dictionary`, `travel`, `quotes`, `news`, `textbooks`, `species`, `special`",
        false,
    ),
    ("cues", "words of a question that call for this wiki, lower case", false),
    ("language", "BCP 47; the source's first language when left out", false),
    ("limit", "pages to read, 1 to 10; 5 when left out", false),
];

/// Pages a source may ask for at once.
const LIMIT_MAX: u8 = 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) api: String,
    pub(crate) page: String,
    #[serde(default)]
    pub(crate) extracts: Extracts,
    #[serde(default)]
    pub(crate) role: Role,
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    #[serde(default)]
    pub(crate) language: Option<String>,
    #[serde(default = "limit")]
    pub(crate) limit: u8,
}

fn limit() -> u8 {
    5
}

/// What the wiki's TextExtracts extension can give.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Extracts {
    #[default]
    Lead,
    /// Pages whose lead says nothing (dictionaries): the whole text is asked for.
    Page,
    None,
}

/// What the wiki is for: which questions call for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    #[default]
    Encyclopedia,
    Dictionary,
    Travel,
    Quotes,
    News,
    Textbooks,
    Species,
    /// About one subject, which `cues` name.
    Special,
}

impl Settings {
    pub(crate) fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        let wrong = |what: &str| {
            Err(Failure::new(FailureKind::Settings, format!("settings of source `{}`: {what}", source.id)))
        };
        if !is_web(&settings.api) {
            return wrong("`api` is no URL\n\nhint: it looks like `https://en.wikipedia.org/w/api.php`");
        }
        if !is_web(&settings.page) {
            return wrong("`page` is no URL\n\nhint: it looks like `https://en.wikipedia.org/wiki/`");
        }
        if settings.limit == 0 || settings.limit > LIMIT_MAX {
            return wrong("`limit` is not between 1 and 10");
        }
        Ok(settings)
    }

    /// BCP 47 of what the pages are written in.
    pub(crate) fn language(&self, source: &Source) -> Option<String> {
        self.language.clone().or_else(|| source.languages.first().cloned())
    }
}

/// Whether a passage may link there.
pub(crate) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
