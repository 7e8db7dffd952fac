//! A page as the rounds hand it on, and as a passage.

use crate::api::{Query, RawPage};
use crate::settings::{Settings, is_web};
use crate::text;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{Passage, encode};

/// Bytes of a lead that are kept.
const LEAD_BYTES_MAX: usize = 6 * 1024;
/// Bytes of a title that are kept; MediaWiki allows 255.
const TITLE_BYTES_MAX: usize = 512;
/// Bytes of a URL that are kept.
const URL_BYTES_MAX: usize = 4 * 1024;
/// What each further rank takes from the score.
const RANK_STEP: f32 = 0.15;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) text: String,
    pub(crate) changed: Option<String>,
    pub(crate) score: f32,
    /// Lists namesakes.
    pub(crate) namesakes: bool,
    /// The text is a lead, not a torn snippet.
    pub(crate) lead: bool,
}

impl Page {
    fn of(raw: RawPage, settings: &Settings) -> Self {
        let title = text::cut(&raw.title, TITLE_BYTES_MAX).to_owned();
        let extract = raw.extract.as_deref().map(text::tidy).filter(|text| !text.is_empty());
        let lead = extract.is_some();
        let body = extract.or_else(|| raw.snippet.as_deref().map(text::snippet)).unwrap_or_default();
        let changed = raw.timestamp.or_else(|| raw.revisions.into_iter().find_map(|revision| revision.timestamp));
        Self {
            id: raw.pageid.unwrap_or_default(),
            url: raw
                .fullurl
                .filter(|url| is_web(url) && url.len() <= URL_BYTES_MAX)
                .unwrap_or_else(|| page_url(&settings.page, &title)),
            title,
            text: text::cut_at_sentence(&body, LEAD_BYTES_MAX).to_owned(),
            changed: changed.filter(|time| is_timestamp(time)),
            score: 1.0,
            namesakes: raw.pageprops.is_some_and(|props| props.disambiguation.is_some()),
            lead,
        }
    }

    pub(crate) fn passage(&self, language: Option<&String>) -> Passage {
        Passage {
            title: self.title.clone(),
            url: Some(self.url.clone()),
            text: self.text.clone(),
            language: language.cloned(),
            published: self.changed.clone(),
            score: self.score,
        }
    }
}

/// The pages of an answer, best first.
pub(crate) fn ranked(query: Option<Query>, settings: &Settings) -> Vec<Page> {
    let Query { mut pages, search } = query.unwrap_or_default();
    pages.sort_by_key(|page| page.index.unwrap_or(i64::MAX));
    pages.extend(search);
    let mut ranked: Vec<Page> = pages.into_iter().map(|raw| Page::of(raw, settings)).collect();
    rescore(&mut ranked);
    ranked
}

/// Scores by rank.
pub(crate) fn rescore(pages: &mut [Page]) {
    let mut score = 1.0_f32;
    for page in pages {
        page.score = score.max(0.1);
        score -= RANK_STEP;
    }
}

/// The URL of a page by its title, as MediaWiki writes it.
pub(crate) fn page_url(prefix: &str, title: &str) -> String {
    let path: Vec<String> = title.replace(' ', "_").split('/').map(encode).collect();
    format!("{prefix}{}", path.join("/").replace("%3A", ":"))
}

/// `2026-08-30T12:00:00Z`: what is not of this form is no date we would repeat.
fn is_timestamp(text: &str) -> bool {
    text.len() == 20
        && text.bytes().zip("dddd-dd-ddTdd:dd:ddZ".bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        })
}
