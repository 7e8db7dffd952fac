//! Makes a follow-up question stand alone and applies what the asker settled.
//!
//! - Takes: a question, the asker's profile, and the earlier turns, oldest first.
//! - Gives: the question as it stands alone, preferred and blocked sources, and what was changed and why.
//! - Fails: never; a question that nothing is known to refer to stays as it is.
//! - Limits: the last [`TURNS_READ_MAX`] turns; English follow-ups. A question that stands alone stays untouched, byte for byte.
//! - Why it is so: most follow-ups are a pronoun ("when was she born?"), a swap ("how about Germany?") or an open end
//!   ("what are the causes?"). Each is mended by the least change of the asker's own words, so that the asker can check it.

mod settings;

mod words;

mod focus;

mod pronouns;

mod ellipsis;

use focus::Focus;
use zero_types::prelude::{Profile, Question, Resolved, Turn};

/// Older turns are another conversation.
const TURNS_READ_MAX: usize = 16;
/// Longer questions bring their own context.
const FOLLOW_UP_BYTES_MAX: usize = 600;

/// Resolves `question` against what came before.
#[must_use]
pub fn resolve(question: &Question, profile: &Profile, turns: &[Turn]) -> Resolved {
    let mut question = question.clone();
    let mut changes = settings::apply(&mut question, profile);
    let recent = turns.get(turns.len().saturating_sub(TURNS_READ_MAX)..).unwrap_or_default();
    if question.text.len() <= FOLLOW_UP_BYTES_MAX
        && let Some((text, change)) = stand_alone(&question.text, &Focus::of(recent))
    {
        question.text = text;
        changes.push(change);
    }
    let blocked_sources = settings::unique(&profile.blocked_sources);
    let mut preferred_sources = settings::unique(&profile.preferred_sources);
    // What is blocked cannot be preferred.
    preferred_sources.retain(|source| !blocked_sources.contains(source));
    Resolved { question, preferred_sources, blocked_sources, changes }
}

/// The question and what was changed; none when it stands alone already.
fn stand_alone(text: &str, focus: &Focus) -> Option<(String, String)> {
    ellipsis::swap(text, focus)
        .or_else(|| pronouns::replace(text, focus))
        .or_else(|| ellipsis::complete(text, focus))
        .filter(|(new, _)| new != text)
}

#[cfg(target_arch = "wasm32")]
mod component;

#[cfg(test)]
mod tests;
