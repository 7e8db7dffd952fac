//! An outcome to a feed: which format it is, and whether it is one at all.

use crate::entry::Feed;
use crate::xml::{self, Document};
use crate::{decode, json};
use zero_connector_sdk::{Failure, FailureKind, Outcome, success};

/// Whether the service calls its answer JSON.
fn says_json(content_type: Option<&str>) -> bool {
    let media = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json") || media.to_ascii_lowercase().ends_with("+json")
}

/// The feed of an outcome; `url` is what was asked.
pub(crate) fn feed(outcome: &Outcome, url: &str) -> Result<Feed, Failure> {
    let response = success(outcome)?;
    let malformed = |what: &str| {
        Failure::new(FailureKind::Malformed, format!("not a feed: {what}\n\nhint: open `{url}` and see what it sends"))
    };
    let text = decode::decode(&response.body, response.header("content-type"));
    let text = text.trim_start_matches(['\u{FEFF}', '\u{0}']).trim_start();
    if text.is_empty() {
        return Err(malformed("the answer is empty"));
    }
    if text.starts_with(['{', '[', '"']) {
        return json::feed(text, url).map_err(|error| malformed(&format!("as JSON, {error}")));
    }
    if says_json(response.header("content-type")) {
        return Err(malformed("the service says that it is JSON, and it is not"));
    }
    match xml::feed(text, url) {
        (feed, Document::Feed) => Ok(feed),
        // A document of another vocabulary holds no entry, and says so without lying.
        (feed, Document::Other) => Ok(feed),
        (_, Document::Html) => Err(malformed("the answer is a page for people")),
        (_, Document::Error) => Err(malformed("the answer is the service's own word for an error")),
        (_, Document::None) => Err(malformed("the answer is neither XML nor JSON")),
    }
}
