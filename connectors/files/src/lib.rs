//! The asker's own folder, asked through the index that the host keeps of it.
//!
//! **Takes** any question, once the asker has pointed the host to a folder; **gives** the passages whose words match.
//! **Fails** as `settings` for a wrong setting, as `malformed` or `upstream` for an answer that is none. **Limits**:
//! passages and bytes of a query. **Why it is so**: whoever names a folder wants it asked, so the bid is high whatever
//! the topic; only what needs no reading at all (sums, units, clocks, greetings) is left to others.

use serde::Deserialize;
use zero_connector_sdk::{
    Connector, CredentialSlot, Descriptor, Failure, FailureKind, Findings, Intent, Kind, Named as _, Outcome, Passage,
    Plan, Question, Request, Setting, Source, Step, Url, export, json, settings,
};

mod query;

/// The asker's own folder.
pub struct Files;

impl Connector for Files {
    fn describe() -> Descriptor {
        Descriptor {
            name: "files".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Finds passages in the asker's own Markdown, text, HTML and PDF files.".to_owned(),
            hosts: vec![HOST.to_owned()],
            settings: vec![Setting {
                name: "passages".to_owned(),
                summary: format!("how many passages to bring, 1 to {PASSAGES_MAX}; {PASSAGES} when left out"),
                required: false,
            }],
            credentials: Vec::<CredentialSlot>::new(),
            // All but greetings.
            kinds: Kind::ALL.iter().copied().filter(|kind| *kind != Kind::ChitChat).collect(),
        }
    }

    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let settings: Settings = settings(source)?;
        let passages = settings.passages.unwrap_or(PASSAGES);
        if !(1..=PASSAGES_MAX).contains(&passages) {
            let detail = format!("`passages` of source `{}` is {passages}; it must be 1 to {PASSAGES_MAX}", source.id);
            return Err(Failure::new(FailureKind::Settings, detail));
        }
        let Some(query) = query::query(question, intent) else { return Ok(Plan::not_relevant()) };
        let url = Url::new(BASE).segment("search").query("q", &query).query("limit", &passages.to_string());
        Ok(Plan::fetch(query::bid(question, intent), vec![Request::get(url)], Vec::new()))
    }

    fn resume(_: &Source, _: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let outcome = outcomes.first().ok_or_else(|| Failure::new(FailureKind::Internal, "no outcome to read"))?;
        let found: Found = json(outcome)?;
        let best = found.hits.iter().map(|hit| hit.score).filter(|score| score.is_finite()).fold(0.0, f64::max);
        let hits = found.hits.into_iter().take(PASSAGES_MAX.into());
        let passages =
            hits.filter(|hit| hit.score >= best * SCORE_SHARE_MIN).filter_map(|hit| passage(hit, best)).collect();
        Ok(Step::Done(Findings { passages, claims: Vec::new() }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    passages: Option<u16>,
}

#[derive(Deserialize)]
struct Found {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    path: String,
    #[serde(default)]
    title: String,
    text: String,
    page: Option<u32>,
    language: Option<String>,
    modified: Option<String>,
    score: f64,
}

fn passage(hit: Hit, best: f64) -> Option<Passage> {
    if hit.path.is_empty() || hit.text.trim().is_empty() {
        return None;
    }
    let name = hit.path.rsplit('/').next().unwrap_or(&hit.path);
    let title = if hit.title.is_empty() { name.to_owned() } else { format!("{name} — {}", hit.title) };
    let mut url: String = Url::new(BASE).segment("document").query("path", &hit.path).into();
    if let Some(page) = hit.page {
        // RFC 8118: what a reader of PDF opens at.
        url.push_str(&format!("#page={page}"));
    }
    let score = if best > 0.0 { (hit.score / best).clamp(0.0, 1.0) as f32 } else { 0.0 };
    Some(Passage { title, url: Some(url), text: hit.text, language: hit.language, published: hit.modified, score })
}

const HOST: &str = "files.zero.internal";
const BASE: &str = "https://files.zero.internal";
/// What an answer can make use of.
const PASSAGES: u16 = 8;
const PASSAGES_MAX: u16 = 32;
/// What scores less than this share of the best is noise: one common word in a long text.
const SCORE_SHARE_MIN: f64 = 0.2;

export!(Files);
