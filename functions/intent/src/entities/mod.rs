//! The things a question names, with their values: numbers, quantities, money, times, places, identifiers ...
//!
//! - Takes: tokens and what the question says about where and when it is asked.
//! - Gives: entities in the order of the text, never overlapping, values normalised as the contract says.
//! - Fails: never; what no rule reads is no entity.
//! - Limits: [`ENTITIES_MAX`] entities; each rule looks at a bounded number of tokens, so the time is linear.
//! - Why it is so: one grammar. At each token every rule of [`RULES`] may try; the longest match wins, the earlier
//!   rule on a tie, and reading goes on behind it. So `5 km` beats `5`, and `10.1000/182` beats `10.1`.

mod identifiers;
mod memo;
mod money;
mod numbers;
mod places;
mod quantities;
mod ranges;
mod sequences;
mod time;
mod tongues;

use crate::tokens::Token;
use zero_types::prelude::{Entity, Question, Span, Value};

pub(crate) use time::Clock;

/// More entities than this are a table, not a question.
const ENTITIES_MAX: usize = 64;

/// All a rule may look at.
pub(crate) struct Scene<'q> {
    pub(crate) question: &'q Question,
    pub(crate) tokens: &'q [Token<'q>],
    pub(crate) language: &'q str,
    pub(crate) clock: Clock,
    /// The text has lower-case words, so a capital letter says something.
    pub(crate) capitals_speak: bool,
    /// Verbs of the past: "when did ... on Friday" means the last Friday.
    pub(crate) past: bool,
    numbers: memo::Memo<numbers::Number>,
    days: memo::Memo<(usize, time::Days)>,
}

/// A value that the first `count` tokens spell.
pub(crate) struct Match {
    pub(crate) count: usize,
    pub(crate) value: Value,
}

type Rule = fn(&Scene<'_>, usize) -> Option<Match>;

/// In order of precedence on a tie.
const RULES: [Rule; 11] = [
    sequences::read,
    identifiers::read,
    time::read,
    money::read,
    quantities::read,
    ranges::read,
    numbers::percentage,
    numbers::ordinal,
    numbers::read,
    places::read,
    tongues::read,
];

impl<'q> Scene<'q> {
    pub(crate) fn new(question: &'q Question, tokens: &'q [Token<'q>], language: &'q str) -> Self {
        let past = |token: &Token<'_>| matches!(&*token.lower, "was" | "were" | "did" | "had" | "happened");
        Self {
            question,
            tokens,
            language,
            clock: Clock::of(question),
            capitals_speak: tokens.iter().any(|token| token.is_word() && !token.is_capitalised()),
            past: tokens.iter().any(past),
            numbers: memo::Memo::new(tokens.len()),
            days: memo::Memo::new(tokens.len()),
        }
    }

    pub(crate) fn at(&self, index: usize) -> Option<&'q Token<'q>> {
        self.tokens.get(index)
    }

    /// The tokens from `index` on.
    pub(crate) fn from(&self, index: usize) -> &'q [Token<'q>] {
        self.tokens.get(index..).unwrap_or_default()
    }

    pub(crate) fn before(&self, index: usize) -> Option<&'q Token<'q>> {
        index.checked_sub(1).and_then(|index| self.tokens.get(index))
    }

    /// The token is this word.
    pub(crate) fn is(&self, index: usize, lower: &str) -> bool {
        self.at(index).is_some_and(|token| token.is(lower))
    }

    pub(crate) fn is_any(&self, index: usize, lower: &[&str]) -> bool {
        self.at(index).is_some_and(|token| lower.contains(&&*token.lower))
    }

    /// The token is this one and touches the one before it.
    pub(crate) fn touches(&self, index: usize, lower: &str) -> bool {
        self.at(index).is_some_and(|token| token.is(lower) && !token.spaced)
    }

    /// A digit run that touches the token before it.
    pub(crate) fn touching_digits(&self, index: usize) -> Option<&'q str> {
        self.at(index).filter(|token| token.is_digits() && !token.spaced).map(|token| token.text)
    }

    /// One of the words of the text, wherever.
    pub(crate) fn mentions(&self, lower: &[&str]) -> bool {
        self.tokens.iter().any(|token| lower.contains(&&*token.lower))
    }
}

/// Reads all entities.
pub(crate) fn recognise(scene: &Scene<'_>) -> Vec<Entity> {
    let mut entities = Vec::new();
    let mut index = 0;
    while index < scene.tokens.len() && entities.len() < ENTITIES_MAX {
        let mut best: Option<Match> = None;
        for rule in RULES {
            if let Some(found) = rule(scene, index)
                && found.count > best.as_ref().map_or(0, |best| best.count)
            {
                best = Some(found);
            }
        }
        let Some(found) = best else {
            index += 1;
            continue;
        };
        if let Some((first, last)) = scene.at(index).zip(scene.at(index + found.count - 1)) {
            let text = scene.question.text.get(first.start..last.end()).unwrap_or_default();
            // The possessive ending is no part of the name.
            let text = if last.is_word() {
                text.strip_suffix("'s").or_else(|| text.strip_suffix("’s")).unwrap_or(text)
            } else {
                text
            };
            let span = Span::new(first.start, first.start + text.len());
            entities.push(Entity { span, text: text.to_owned(), value: found.value });
        }
        index += found.count;
    }
    entities
}
