//! The Action API's answers, in the forms of `formatversion` 1 and 2.

use core::fmt;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zero_connector_sdk::{Failure, FailureKind, Outcome, success};

/// Seconds to stay away when the service is lagged or limits us and does not say for how long.
const RETRY_AFTER_SECONDS: u32 = 5;
/// Characters of a foreign message that a failure repeats.
const MESSAGE_CHARS_MAX: usize = 200;
/// Pages read of one answer.
const PAGES_MAX: usize = 64;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answer {
    error: Option<ApiError>,
    #[serde(default)]
    errors: Vec<ApiError>,
    pub(crate) query: Option<Query>,
    pub(crate) parse: Option<Parse>,
}

#[derive(Debug, Deserialize)]
struct ApiError {
    code: String,
    #[serde(default, alias = "text")]
    info: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Query {
    #[serde(default, deserialize_with = "pages")]
    pub(crate) pages: Vec<RawPage>,
    #[serde(default)]
    pub(crate) search: Vec<RawPage>,
}

/// A page of `prop=...`, or a hit of `list=search`.
#[derive(Debug, Deserialize)]
pub(crate) struct RawPage {
    pub(crate) pageid: Option<i64>,
    pub(crate) title: String,
    pub(crate) index: Option<i64>,
    pub(crate) extract: Option<String>,
    pub(crate) snippet: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) fullurl: Option<String>,
    pub(crate) pageprops: Option<PageProps>,
    #[serde(default)]
    pub(crate) revisions: Vec<Revision>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PageProps {
    /// Present, and empty, on a page that only lists namesakes.
    pub(crate) disambiguation: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Revision {
    pub(crate) timestamp: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parse {
    pub(crate) text: Html,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Html {
    Two(String),
    One {
        #[serde(rename = "*")]
        text: String,
    },
}

impl Html {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Two(text) | Self::One { text } => text,
        }
    }
}

/// The answer, if it is one.
pub(crate) fn read(outcome: Option<&Outcome>) -> Result<Answer, Failure> {
    let Some(outcome) = outcome else {
        return Err(Failure::new(FailureKind::Internal, "no outcome came back for a request"));
    };
    let response = success(outcome)?;
    let answer: Answer = serde_json::from_slice(&response.body).map_err(|error| {
        Failure::new(FailureKind::Malformed, format!("not an answer of MediaWiki's Action API: {error}"))
    })?;
    match answer.error.as_ref().or_else(|| answer.errors.first()) {
        None => Ok(answer),
        Some(error) => {
            let asked = response.header("retry-after").and_then(|delay| delay.trim().parse().ok());
            Err(error.failure(asked))
        }
    }
}

impl ApiError {
    fn failure(&self, retry_after: Option<u32>) -> Failure {
        let info: String = self.info.chars().take(MESSAGE_CHARS_MAX).collect();
        let code: String = self.code.chars().take(MESSAGE_CHARS_MAX).collect();
        let kind = match code.as_str() {
            "maxlag" | "ratelimited" | "cirrussearch-too-busy-error" | "too-many-requests" => FailureKind::RateLimited,
            "readapidenied" | "permissiondenied" | "notloggedin" | "assertuserfailed" | "badtoken" | "blocked" => {
                FailureKind::Credential
            }
            _ => FailureKind::Upstream,
        };
        let delay = match kind {
            FailureKind::RateLimited => Some(retry_after.unwrap_or(RETRY_AFTER_SECONDS)),
            _ => retry_after,
        };
        Failure::new(kind, format!("MediaWiki error `{code}`: {info}")).retry_after(delay)
    }
}

/// A list (`formatversion=2`), or a map from page id (`formatversion=1`).
fn pages<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RawPage>, D::Error> {
    struct Pages;
    impl<'de> Visitor<'de> for Pages {
        type Value = Vec<RawPage>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or map of pages")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut pages = Vec::new();
            while pages.len() < PAGES_MAX {
                match list.next_element()? {
                    Some(page) => pages.push(page),
                    None => return Ok(pages),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(pages)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut pages = Vec::new();
            while map.next_key::<IgnoredAny>()?.is_some() {
                let page = map.next_value()?;
                if pages.len() < PAGES_MAX {
                    pages.push(page);
                }
            }
            Ok(pages)
        }
    }
    deserializer.deserialize_any(Pages)
}
