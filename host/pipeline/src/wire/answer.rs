//! The answer as JSON: the same bytes for the same question, components and exchanges, since nothing in it depends on
//! how long anything took.

use super::twin::{self, Twin};
use crate::answer::Answered;
use crate::ledger::{Entry, State};
use crate::problem::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use zero_types::Named as _;
use zero_types::prelude as z;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Unique, for support and for the receipt.
    pub id: String,
    /// As it stood alone.
    pub question: String,
    /// What was changed to make it stand alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// What was asked.
    pub intent: Intent,
    /// `answered` or `abstained`.
    pub outcome: &'static str,
    /// The bare answer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// Each with the numbers of its citations.
    pub sentences: Vec<Sentence>,
    /// 0 to 1.
    pub confidence: f32,
    /// Sources that disagree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<Contradiction>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abstention: Option<Abstention>,
    /// What is cited, in order of number.
    pub citations: Vec<Citation>,
    /// Every source that was considered.
    pub sources: Vec<Source>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Intent {
    /// BCP 47.
    pub language: String,
    /// Such as `fact`.
    pub kind: String,
    /// Such as `place`.
    pub expects: String,
    /// Heaviest first.
    pub topics: Vec<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What is asked of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    /// What was recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<twin::Entity>,
    /// 0 to 1.
    pub certainty: f32,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sentence {
    /// As it reads.
    pub text: String,
    /// Numbers of the citations.
    pub citations: Vec<usize>,
    /// 0 to 1.
    pub support: f32,
}

/// A cited passage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Citation {
    /// From 1.
    pub number: usize,
    /// Id of the source.
    pub source: String,
    /// Its name.
    pub source_name: String,
    /// Of the passage.
    pub title: String,
    /// Where it can be read; none when it was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The exact text cited.
    pub quote: String,
    /// Where in the passage it stands, in Unicode code points, end exclusive.
    pub start: usize,
    /// See `start`.
    pub end: usize,
    /// ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Whom to credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
}

/// Sources that disagree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contradiction {
    /// About what.
    pub subject: String,
    /// In what.
    pub property: String,
    /// What each says.
    pub sides: Vec<Side>,
}

/// One side of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// As it reads.
    pub text: String,
    /// Normalised.
    pub value: twin::Value,
    /// Numbers of the citations.
    pub citations: Vec<usize>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Abstention {
    /// `nothing-found`, `not-answered`, `unsure`.
    pub kind: String,
    /// For people.
    pub reason: String,
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Such as `answered` or `late`.
    pub state: &'static str,
    /// Details that depend on the state.
    #[serde(flatten)]
    pub detail: BTreeMap<&'static str, serde_json::Value>,
    /// How sure its connector was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bid: Option<f32>,
    /// Exchanges made for it.
    #[serde(skip_serializing_if = "is_zero")]
    pub exchanges: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// How long it took: beside the answer, not in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// All stages.
    pub total_ms: f64,
    /// By stage.
    pub stages: BTreeMap<&'static str, f64>,
    /// By source.
    pub sources: BTreeMap<String, f64>,
    /// Exchanges that came from cache.
    pub cached: usize,
}

impl Answer {
    /// The wire form of a finished question.
    #[must_use]
    pub fn of(answered: &Answered) -> Self {
        let mut numbers = Numbers { answered, citations: Vec::new(), seen: Vec::new() };
        let answer = &answered.answer;
        let sentences = answer.sentences.iter().map(|sentence| Sentence {
            text: sentence.text.clone(),
            citations: numbers.of(&sentence.citations),
            support: sentence.support,
        });
        let sentences = sentences.collect();
        let contradictions = answer.contradictions.iter().map(|contradiction| Contradiction {
            subject: contradiction.subject.clone(),
            property: contradiction.property.clone(),
            sides: contradiction
                .sides
                .iter()
                .map(|side| Side {
                    text: side.text.clone(),
                    value: side.value.to_wire(),
                    citations: numbers.of(&side.citations),
                })
                .collect(),
        });
        let contradictions = contradictions.collect();
        let abstention = answer.abstention.as_ref().map(|abstention| Abstention {
            kind: abstention.kind.name().to_owned(),
            reason: abstention.reason.clone(),
        });
        Self {
            id: id_text(answered.id),
            question: answered.resolved.question.text.clone(),
            changes: answered.resolved.changes.clone(),
            intent: Intent::of(&answered.intent),
            outcome: if abstention.is_some() { "abstained" } else { "answered" },
            short: answer.short.clone(),
            sentences,
            confidence: answer.confidence,
            contradictions,
            abstention,
            citations: numbers.citations,
            sources: answered.ledger.iter().map(Source::of).collect(),
        }
    }

    /// As JSON, the same bytes for the same answer.
    ///
    /// # Errors
    /// Never for answers of the pipeline; numbers that JSON cannot hold.
    pub fn to_json(&self) -> Result<String, Problem> {
        serde_json::to_string_pretty(self).map_err(|error| Problem::internal(format!("the answer as JSON: {error}")))
    }
}

impl Intent {
    /// The wire form of an intent.
    #[must_use]
    pub fn of(intent: &z::Intent) -> Self {
        Self {
            language: intent.language.clone(),
            kind: intent.kind.name().to_owned(),
            expects: intent.expects.name().to_owned(),
            topics: intent.topics.iter().map(|topic| topic.name.clone()).collect(),
            subject: intent.subject.clone(),
            properties: intent.properties.clone(),
            entities: intent.entities.to_wire(),
            certainty: intent.certainty,
        }
    }
}

impl Source {
    /// The wire form of a ledger line.
    #[must_use]
    pub fn of(entry: &Entry) -> Self {
        let mut detail = BTreeMap::new();
        match &entry.state {
            State::Answered { passages, claims } => {
                detail.insert("passages", (*passages).into());
                detail.insert("claims", (*claims).into());
            }
            State::NotNeeded { because } => {
                detail.insert("because", because.as_str().into());
            }
            State::Suspended { cause, until_ms } => {
                detail.insert("cause", cause.name().into());
                detail.insert("until_ms", (*until_ms).into());
            }
            State::Denied { reason } => {
                detail.insert("cause", reason.name().into());
            }
            State::Failed { cause, detail: text } => {
                detail.insert("cause", cause.as_str().into());
                detail.insert("detail", text.as_str().into());
            }
            State::Empty | State::NotRelevant | State::OverBudget | State::Late => {}
        }
        Self {
            id: entry.source_id.clone(),
            name: entry.source_name.clone(),
            state: entry.state.name(),
            detail,
            bid: entry.bid,
            exchanges: entry.exchanges,
        }
    }
}

impl Timing {
    /// The wire form of an answer's timing.
    #[must_use]
    pub fn of(answered: &Answered) -> Self {
        let ms = |took: core::time::Duration| (took.as_secs_f64() * 1e6).round() / 1e3;
        let asked = answered.ledger.iter().filter(|entry| entry.state.was_asked());
        Self {
            total_ms: ms(answered.timing.total()),
            stages: answered.timing.stages.iter().map(|(stage, took)| (*stage, ms(*took))).collect(),
            sources: asked.map(|entry| (entry.source_id.clone(), ms(entry.took))).collect(),
            cached: answered.ledger.iter().map(|entry| entry.cached).sum(),
        }
    }
}

/// An id as it stands everywhere: 16 hex digits.
#[must_use]
pub fn id_text(id: u64) -> String {
    format!("{id:016x}")
}

/// Numbers citations in the order in which a reader meets them; equal ones share a number.
struct Numbers<'a> {
    answered: &'a Answered,
    citations: Vec<Citation>,
    seen: Vec<(u32, u32, u32, u32)>,
}

impl Numbers<'_> {
    fn of(&mut self, citations: &[z::Citation]) -> Vec<usize> {
        citations.iter().filter_map(|citation| self.number(citation)).collect()
    }

    /// A citation that points nowhere has no number; a room that makes one is caught by its own tests.
    fn number(&mut self, citation: &z::Citation) -> Option<usize> {
        let key = (citation.finding, citation.passage, citation.span.start, citation.span.end);
        if let Some(at) = self.seen.iter().position(|seen| *seen == key) {
            return Some(at + 1);
        }
        let finding = self.answered.findings.get(citation.finding as usize)?;
        let passage = finding.passages.get(citation.passage as usize)?;
        let quote = citation.span.of(&passage.text)?;
        let before = passage.text.get(..citation.span.start as usize)?;
        let start = before.chars().count();
        let record = self.answered.candidates.iter().find(|record| record.source.id == finding.source_id);
        self.seen.push(key);
        self.citations.push(Citation {
            number: self.seen.len(),
            source: finding.source_id.clone(),
            source_name: finding.source_name.clone(),
            title: passage.title.clone(),
            url: passage.url.clone(),
            quote: quote.to_owned(),
            start,
            end: start + quote.chars().count(),
            published: passage.published.clone(),
            attribution: record.and_then(|record| record.attribution.clone()),
        });
        Some(self.seen.len())
    }
}

/// RFC 9457 as JSON.
#[must_use]
pub fn problem_json(problem: &Problem) -> serde_json::Value {
    let mut json = serde_json::json!({
        "type": format!("https://zero.world/problems/{}", problem.name),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "whose": problem.whose.as_str(),
        "retry": problem.retry_after.is_some(),
        "hint": problem.hint,
    });
    if let (Some(after), Some(fields)) = (problem.retry_after, json.as_object_mut()) {
        fields.insert("retry_after_seconds".to_owned(), after.as_secs().into());
    }
    json
}
