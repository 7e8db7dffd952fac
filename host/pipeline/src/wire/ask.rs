//! The body of `POST /v1/answer`, and the query of `GET`.

use super::twin::{Place, Twin as _, UnitSystem};
use crate::ask::Ask;
use crate::problem::Problem;
use core::time::Duration;
use serde::Deserialize;
use zero_types::prelude::{Question, Turn};

/// A question as JSON or as query parameters; an unknown key is an error that names it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    /// What is asked.
    #[serde(alias = "q")]
    question: String,
    /// BCP 47.
    language: Option<String>,
    place: Option<Place>,
    /// IANA.
    time_zone: Option<String>,
    units: Option<UnitSystem>,
    #[serde(default)]
    conversation: Vec<TurnBody>,
    /// Ask only these.
    #[serde(default, deserialize_with = "list")]
    sources: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    preferred_sources: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    blocked_sources: Vec<String>,
    /// Sources with personal data that may be asked.
    #[serde(default, deserialize_with = "list")]
    consent: Vec<String>,
    /// Time for the sources.
    budget_ms: Option<u64>,
    /// How long to go on listening to late sources, in a stream.
    late_ms: Option<u64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnBody {
    question: String,
    resolved: Option<String>,
    #[serde(default)]
    answer: String,
}

/// A list, or in a query one string with commas.
fn list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::List(list) => list,
        Either::Text(text) => text.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect(),
    })
}

/// Entries of any list an asker may send.
const LIST_ENTRIES_MAX: usize = 256;

impl AskBody {
    /// Reads JSON.
    ///
    /// # Errors
    /// `malformed-request`, naming the place and the key.
    pub fn from_json(body: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(body).map_err(|error| {
            Problem::malformed(
                format!("the body is not a question in JSON: {error}"),
                "send {\"question\": \"...\"} as application/json; the keys are listed in the README",
            )
        })
    }

    /// The question within its limits.
    ///
    /// # Errors
    /// `question-empty`, `question-too-long`, `malformed-request`.
    pub fn into_ask(self) -> Result<Ask, Problem> {
        let lists = [&self.sources, &self.preferred_sources, &self.blocked_sources, &self.consent];
        if lists.iter().any(|list| list.len() > LIST_ENTRIES_MAX) {
            let detail = format!("a list of sources has more than {LIST_ENTRIES_MAX} entries");
            return Err(Problem::malformed(detail, "name fewer sources"));
        }
        let mut question = Question::new(self.question);
        question.language = self.language;
        question.place = self.place.map(zero_types::connector::Place::from_wire);
        question.units = self.units.map_or(question.units, zero_types::connector::UnitSystem::from_wire);
        if let Some(zone) = self.time_zone {
            question.time_zone = zone;
        }
        let turn = |turn: TurnBody| Turn {
            resolved: turn.resolved.unwrap_or_else(|| turn.question.clone()),
            question: turn.question,
            answer: turn.answer,
        };
        let mut ask = Ask::with_question(question)?.after(self.conversation.into_iter().map(turn).collect());
        ask.only = self.sources;
        ask.consent = self.consent;
        ask.profile.preferred_sources = self.preferred_sources;
        ask.profile.blocked_sources = self.blocked_sources;
        if let Some(budget) = self.budget_ms {
            ask = ask.within(Duration::from_millis(budget));
        }
        Ok(ask.late(Duration::from_millis(self.late_ms.unwrap_or(0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_or_the_wrong_key_is_named() {
        let ask = |body: &str| AskBody::from_json(body.as_bytes()).and_then(AskBody::into_ask);
        let good = ask(r#"{"question": "why?", "sources": "a, b", "units": "us", "budget_ms": 99999999}"#).unwrap();
        assert_eq!(good.only, ["a", "b"]);
        assert_eq!(good.gather_budget, Some(crate::limits::GATHER_BUDGET_MAX));
        assert!(ask(r#"{"question": "why?", "sauce": 1}"#).unwrap_err().detail.contains("`sauce`"));
        assert_eq!(ask("{").unwrap_err().name, "malformed-request");
        assert_eq!(ask(r#"{"question": " "}"#).unwrap_err().name, "question-empty");
    }
}
