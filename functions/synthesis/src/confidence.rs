//! How sure an answer is, and when it is too weak to give.
//!
//! Takes how well a sentence covers the question, or how facts are supported; gives a verdict and a number between 0
//! and 1. Fails never. The thresholds were chosen on the development part of the question answering data: they trade
//! answers withheld against answers from a passage about something else.

use crate::claims::Fact;
use crate::query::{Query, Wanted};
use crate::rank::Hit;

/// Share of the question that sentence, neighbours and title must cover.
const COVERAGE_MIN: f32 = 0.38;
/// Share that the sentence itself must cover.
const OWN_MIN: f32 = 0.2;
/// ... and when it has no words of the wanted kind.
const UNTYPED_OWN_MIN: f32 = 0.55;
/// Share of the names and numbers that the passage must know.
const NAMED_MIN: f32 = 0.4;
/// Share of what is asked of them that must be met.
const ASKED_MIN: f32 = 0.01;
/// ... unless the sentence meets this much of the question by names alone.
const OWN_ENOUGH: f32 = 0.4;
/// Below this an answer is withheld.
pub(crate) const CONFIDENCE_MIN: f32 = 0.3;
/// A bare answer must stand this well to the words asked about.
pub(crate) const SHORT_FIT_MIN: f32 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Answers(f32),
    /// On the subject, with too little of what was asked.
    Weak,
    No,
}

pub(crate) fn of_hit(hit: &Hit, query: &Query) -> Verdict {
    if hit.subject < 0.6 || hit.named < NAMED_MIN || (hit.asked < ASKED_MIN && hit.own < OWN_ENOUGH) {
        return Verdict::No;
    }
    let typed = !matches!(query.wanted, Wanted::Text | Wanted::Reason | Wanted::Boolean);
    if hit.defines {
        return Verdict::Answers((0.55 + 0.4 * hit.coverage).min(0.95));
    }
    // Not every number has digits, and not every place a capital: words that meet the question well enough count too.
    let missed = typed && hit.answer.is_none() && (hit.own < UNTYPED_OWN_MIN || query.definition);
    if missed || hit.property <= 0.0 {
        return if hit.coverage >= COVERAGE_MIN { Verdict::Weak } else { Verdict::No };
    }
    let sure = (0.15 + 0.45 * hit.coverage + 0.35 * hit.own + if hit.answer.is_some() { 0.05 } else { 0.0 }).min(0.95);
    match (hit.coverage >= COVERAGE_MIN, hit.own >= OWN_MIN) {
        (true, true) => Verdict::Answers(sure),
        (true, false) => Verdict::Weak,
        _ => Verdict::No,
    }
}

pub(crate) fn of_fact(fact: &Fact) -> f32 {
    fact.values.first().map_or(0.0, |stated| stated.support)
}

/// The parts together; a contradiction costs a quarter.
pub(crate) fn overall(parts: &[f32], contradictions: usize) -> f32 {
    let count = f32::from(u16::try_from(parts.len()).unwrap_or(u16::MAX)).max(1.0);
    let mean = parts.iter().sum::<f32>() / count;
    let doubt = if contradictions > 0 { 0.75 } else { 1.0 };
    (mean * doubt).clamp(0.0, 0.99)
}
