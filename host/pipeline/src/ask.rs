//! What an asker may send, parsed once: whatever gets past here is within its limits.

use crate::limits;
use crate::problem::Problem;
use core::time::Duration;
use zero_types::prelude::*;

/// One question with everything that came with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// As typed; `now_ms` is set by the pipeline.
    pub question: Question,
    /// What the asker settled once.
    pub profile: Profile,
    /// The conversation so far, oldest first.
    pub turns: Vec<Turn>,
    /// Who says they ask.
    pub credential: Credential,
    /// Ask only these sources; empty for the router's choice.
    pub only: Vec<String>,
    /// Sources with personal data that the asker consents to.
    pub consent: Vec<String>,
    /// Time for the sources; none for the operator's choice.
    pub gather_budget: Option<Duration>,
    /// How long to go on listening to late sources after the answer; zero for not at all.
    pub late_budget: Duration,
}

impl Ask {
    /// A bare question of an anonymous asker.
    ///
    /// # Errors
    /// `question-empty`, `question-too-long`.
    pub fn new(text: &str) -> Result<Self, Problem> {
        Self::with_question(Question::new(text))
    }

    /// The same question for a host that ends in `left`, whatever was asked for: sources are given what the other stages
    /// do not need, and late ones what is left then. `otherwise` is what they have when nobody said anything.
    #[must_use]
    pub fn ending_in(self, left: Duration, otherwise: Duration) -> Self {
        let for_sources = left.saturating_sub(limits::BESIDE_GATHER_BUDGET);
        let gather = self.gather_budget.unwrap_or(otherwise).min(for_sources);
        let late = self.late_budget.min(for_sources.saturating_sub(gather));
        Self { gather_budget: Some(gather), late_budget: late, ..self }
    }

    /// A question with language, place and units.
    ///
    /// # Errors
    /// `question-empty`, `question-too-long`.
    pub fn with_question(mut question: Question) -> Result<Self, Problem> {
        let text = clean(&question.text);
        if text.is_empty() {
            return Err(Problem::question_empty());
        }
        if text.len() > limits::QUESTION_BYTES_MAX {
            return Err(Problem::question_too_long(text.len(), limits::QUESTION_BYTES_MAX));
        }
        question.text = text;
        Ok(Self {
            question,
            profile: Profile {
                language: None,
                place: None,
                time_zone: None,
                units: None,
                preferred_sources: Vec::new(),
                blocked_sources: Vec::new(),
            },
            turns: Vec::new(),
            credential: Credential::Anonymous,
            only: Vec::new(),
            consent: Vec::new(),
            gather_budget: None,
            late_budget: Duration::ZERO,
        })
    }

    /// The same with the newest of `turns`.
    #[must_use]
    pub fn after(mut self, mut turns: Vec<Turn>) -> Self {
        let surplus = turns.len().saturating_sub(limits::TURNS_MAX);
        turns.drain(..surplus);
        self.turns = turns;
        self
    }

    /// The same with another time for the sources, up to the limit.
    #[must_use]
    pub fn within(mut self, gather_budget: Duration) -> Self {
        self.gather_budget = Some(gather_budget.min(limits::GATHER_BUDGET_MAX));
        self
    }

    /// The same, listening to late sources for this long, up to the limit.
    #[must_use]
    pub fn late(mut self, late_budget: Duration) -> Self {
        self.late_budget = late_budget.min(limits::GATHER_BUDGET_MAX);
        self
    }
}

/// Control characters are no part of a question; surrounding space neither.
fn clean(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_ends_soon_gives_sources_what_is_left() {
        let ms = Duration::from_millis;
        let beside = limits::BESIDE_GATHER_BUDGET;
        for (left, said, late, gather, later) in [
            (ms(60_000), None, 0, 500, 0),
            (ms(60_000), Some(ms(2_000)), 3_000, 2_000, 3_000),
            (beside + ms(300), None, 1_000, 300, 0),
            (beside + ms(700), Some(ms(500)), 1_000, 500, 200),
            (beside, Some(ms(500)), 1_000, 0, 0),
            (Duration::ZERO, Some(ms(500)), 1_000, 0, 0),
        ] {
            let ask = Ask { gather_budget: said, late_budget: ms(late), ..Ask::new("why").unwrap() };
            let within = ask.ending_in(left, ms(500));
            assert_eq!((within.gather_budget, within.late_budget), (Some(ms(gather)), ms(later)), "{left:?}, {said:?}");
        }
    }

    #[test]
    fn a_question_is_bounded_and_not_empty() {
        assert_eq!(Ask::new(" \n\u{0}\t ").unwrap_err().name, "question-empty");
        assert_eq!(Ask::new(&"a".repeat(limits::QUESTION_BYTES_MAX + 1)).unwrap_err().name, "question-too-long");
        assert_eq!(Ask::new(" why\u{7}\n? ").unwrap().question.text, "why  ?");
    }

    #[test]
    fn the_newest_turns_are_kept() {
        let turn = |n: usize| Turn { question: n.to_string(), resolved: String::new(), answer: String::new() };
        let ask = Ask::new("why?").unwrap().after((0..20).map(turn).collect());
        assert_eq!(ask.turns.len(), limits::TURNS_MAX);
        assert_eq!(ask.turns.last().unwrap().question, "19");
    }
}
