//! How sure this connector is that Wikidata holds the fact.

use crate::subject::Asked;
use zero_connector_sdk::{Intent, Kind, Question};

/// Words of a subject beyond which it is hardly the name of one thing.
const NAME_WORDS_MAX: usize = 5;

pub(crate) fn bid(question: &Question, intent: &Intent, asked: &Asked) -> f32 {
    if asked.subject.is_empty() || is_computed(&question.text, asked) {
        return 0.0;
    }
    let name = asked.subject.split_whitespace().count() <= NAME_WORDS_MAX;
    let by_text = match (asked.properties.is_empty(), name) {
        (false, true) => 0.75,
        (false, false) => 0.3,
        (true, true) if asked.words.len() <= NAME_WORDS_MAX => 0.35,
        (true, true) => 0.2,
        (true, false) => 0.04,
    };
    let certainty = if intent.kind == Kind::Other { 0.0 } else { intent.certainty.clamp(0.0, 1.0) };
    let by_kind = if asked.properties.is_empty() { described(intent.kind) } else { asked_of(intent.kind) };
    let by_kind = if name { by_kind } else { by_kind / 3.0 };
    (certainty * by_kind + (1.0 - certainty) * by_text).clamp(0.0, 1.0)
}

/// With a property that Wikidata has.
fn asked_of(kind: Kind) -> f32 {
    match kind {
        Kind::Fact | Kind::Person | Kind::Place | Kind::Organisation | Kind::Media => 0.9,
        Kind::Definition | Kind::Other | Kind::Product | Kind::Academic => 0.6,
        Kind::Health | Kind::Finance | Kind::Code => 0.2,
        _ => 0.0,
    }
}

/// With only a name.
fn described(kind: Kind) -> f32 {
    match kind {
        Kind::Person | Kind::Place | Kind::Organisation => 0.6,
        Kind::Definition | Kind::Fact | Kind::Media => 0.45,
        Kind::Other | Kind::Product | Kind::Academic => 0.25,
        Kind::Health => 0.1,
        _ => 0.0,
    }
}

/// What must be computed or measured now.
fn is_computed(text: &str, asked: &Asked) -> bool {
    const WORDS: &[&str] = &[
        "convert",
        "weather",
        "forecast",
        "calculate",
        "translate",
        "news",
        "headlines",
        "umrechnen",
        "wetter",
        "météo",
        "today",
        "tomorrow",
        "tonight",
        "percent",
        "plus",
        "minus",
        "times",
        "divided",
        "sqrt",
        "define",
        "translation",
    ];
    let word = |word: &String| WORDS.contains(&word.as_str()) || word.contains('%');
    let sum = text.chars().any(|c| matches!(c, '+' | '*' | '×' | '÷' | '=' | '√' | '^'))
        && text.chars().any(|c| c.is_ascii_digit());
    let text = text.to_lowercase();
    sum || asked.words.iter().any(word)
        || ["what time", "how many days", "how to ", "how do "].iter().any(|p| text.contains(p))
}
