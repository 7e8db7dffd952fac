//! What a source says about its server.

use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, FailureKind, Source};

/// Name, what it is, whether it is required.
pub(crate) const SETTINGS: &[(&str, &str, bool)] = &[
    ("url", "the server's endpoint, such as `https://mcp.example.org/mcp`", true),
    ("revision", "`auto` (default), `2026-07-28`, `2025-11-25`, `2025-06-18`, `2025-03-26` or `2024-11-05`", false),
    ("tool", "the tool to call; when left out, the one whose description fits the question best", false),
    ("tools", "tools that may be chosen; when left out, those that the server marks as only reading", false),
    (
        "arguments",
        "arguments of the tool; texts may hold `{text}`, `{query}`, `{subject}`, `{slug}`, `{language}`",
        false,
    ),
    ("resource", "URI of a resource to read instead of calling a tool; holes as in `arguments`", false),
    ("authorized", "whether the credential `token` is sent (false)", false),
    ("cues", "words or phrases of a question that call for this server, lower case", false),
    ("bid", "how sure it is when nothing calls for it by name (0)", false),
    ("page", "URL of a page to name when the server gives none", false),
    ("limit", "passages wanted, 1 to 16; 6 when left out", false),
];

/// The revision without a handshake.
pub(crate) const MODERN: &str = "2026-07-28";
/// Those with one, newest first.
pub(crate) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const LIMIT_MAX: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) url: String,
    #[serde(default = "auto")]
    pub(crate) revision: String,
    #[serde(default)]
    pub(crate) tool: Option<String>,
    #[serde(default)]
    pub(crate) tools: Vec<String>,
    #[serde(default)]
    pub(crate) arguments: Option<BTreeMap<String, Json>>,
    #[serde(default)]
    pub(crate) resource: Option<String>,
    #[serde(default)]
    pub(crate) authorized: bool,
    #[serde(default)]
    pub(crate) cues: Vec<String>,
    #[serde(default)]
    pub(crate) bid: f32,
    #[serde(default)]
    pub(crate) page: Option<String>,
    #[serde(default = "limit")]
    pub(crate) limit: usize,
}

fn auto() -> String {
    "auto".to_owned()
}

fn limit() -> usize {
    6
}

impl Settings {
    pub(crate) fn of(source: &Source) -> Result<Self, Failure> {
        let settings: Self = zero_connector_sdk::settings(source)?;
        let wrong = |what: &str| {
            Err(Failure::new(FailureKind::Settings, format!("settings of source `{}`: {what}", source.id)))
        };
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if !is_web(&settings.url) {
            return wrong("`url` is no URL\n\nhint: it looks like `https://mcp.example.org/mcp`");
        }
        let revision = settings.revision.as_str();
        if revision != "auto" && revision != MODERN && !LEGACY.contains(&revision) {
            return wrong("`revision` is unknown\n\nhint: leave it out, or write `2026-07-28` or `2025-11-25`");
        }
        if settings.limit == 0 || settings.limit > LIMIT_MAX {
            return wrong("`limit` is not between 1 and 16");
        }
        if settings.arguments.is_some() && settings.tool.is_none() {
            return wrong("`arguments` are of no use without `tool`");
        }
        if settings.resource.is_some() && settings.tool.is_some() {
            return wrong("`resource` and `tool` exclude one another");
        }
        if settings.page.as_deref().is_some_and(|page| !is_web(page)) {
            return wrong("`page` is no URL");
        }
        Ok(settings)
    }

    pub(crate) fn is_auto(&self) -> bool {
        self.revision == "auto"
    }
}
