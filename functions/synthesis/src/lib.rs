//! Makes an answer of findings: sentences that each cite exact spans, or an honest abstention.
//!
//! - Takes: a question, its intent, and what the sources found. All three were written by strangers.
//! - Gives: an [`Answer`]; or the messages a model writes a draft from, and what of that draft the findings support.
//! - Fails: never. What does not answer is an abstention of a kind, with a reason for the asker.
//! - Limits: text beyond 96 kB is looked over, not read; each room states its own.
//! - Why it is so: a sentence without a span that says it is worth nothing to an asker, and a passage is data that may
//!   neither command, nor link, nor draw.
//!
//! The same input gives the same answer to the byte.

mod text;
mod words;

mod clean;
mod dedupe;
mod segment;

mod expect;
mod query;
mod rank;

mod claims;
mod number;
mod render;
mod units;
mod value;

mod compose;
mod confidence;
mod corroborate;

mod prompt;
mod support;
mod verify;

#[cfg(target_arch = "wasm32")]
mod component;

use zero_types::prelude::*;

/// The answer that the findings support, without a model.
#[must_use]
pub fn compose(question: &Question, intent: &Intent, findings: &[Finding]) -> Answer {
    compose::compose(question, intent, findings)
}

/// The messages for a model, its passages numbered from `[1]`.
#[must_use]
pub fn prompt(question: &Question, intent: &Intent, findings: &[Finding]) -> Vec<Message> {
    prompt::prompt(question, intent, findings)
}

/// What of a model's draft the findings support; its marks `[1]` cite the passages that [`prompt`] numbered.
#[must_use]
pub fn verify(draft: &str, question: &Question, intent: &Intent, findings: &[Finding]) -> Answer {
    verify::verify(draft, question, intent, findings)
}
