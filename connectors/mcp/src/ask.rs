//! How sure a server is called for, and what a question gives to the arguments of a tool.

use crate::settings::Settings;
use std::collections::BTreeMap;
use zero_connector_sdk::{Intent, Kind, Question, Source};

/// How sure a server is that is called by name.
const CALLED: f32 = 0.65;
/// Words of a query.
const WORDS_MAX: usize = 12;
/// Characters of one value.
const VALUE_CHARS_MAX: usize = 1000;

/// Values by name.
pub(crate) type Vars = BTreeMap<String, String>;

pub(crate) fn of(source: &Source, settings: &Settings, question: &Question, intent: &Intent) -> (f32, Vars) {
    let lower = question.text.to_lowercase();
    let words: Vec<&str> = words(&lower).collect();
    let says =
        |cue: &str| !cue.is_empty() && if cue.contains(' ') { lower.contains(cue) } else { words.contains(&cue) };
    let called = settings.cues.iter().any(|cue| says(cue)) || says(&source.name.to_lowercase());
    let computed =
        matches!(intent.kind, Kind::Calculation | Kind::Conversion | Kind::ChitChat) && intent.certainty > 0.5;
    let bid = match (computed, called) {
        (true, _) => 0.0,
        (false, true) => CALLED.max(settings.bid),
        (false, false) => settings.bid,
    };

    let own = |word: &str| settings.cues.iter().any(|cue| cue.split(' ').any(|it| it == word));
    let given: Vec<String> = match intent.keywords.is_empty() {
        false => intent.keywords.iter().map(|word| word.to_lowercase()).collect(),
        true => words.iter().filter(|word| !ASKING.contains(word)).map(|&word| word.to_owned()).collect(),
    };
    let query: Vec<String> = given.into_iter().filter(|word| !own(word)).take(WORDS_MAX).collect();
    let slug =
        question.text.split_whitespace().map(|word| word.trim_matches(['?', ',', '.', '!', '"', '\'', '(', ')'])).find(
            |word| {
                word.matches('/').count() == 1
                    && !word.starts_with('/')
                    && !word.ends_with('/')
                    && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
            },
        );
    let mut vars = Vars::new();
    let mut put = |name: &str, value: &str| {
        let value: String = value.trim().chars().take(VALUE_CHARS_MAX).collect();
        if !value.is_empty() {
            vars.insert(name.to_owned(), value);
        }
    };
    put("text", &question.text);
    put("query", &if query.is_empty() { question.text.clone() } else { query.join(" ") });
    put("subject", intent.subject.as_deref().unwrap_or_default());
    put("slug", slug.unwrap_or_default());
    put("language", intent.language.split(['-', '_']).next().unwrap_or_default());
    put("limit", &settings.limit.to_string());
    (bid.clamp(0.0, 1.0), vars)
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '#')))
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| !word.is_empty())
}

const ASKING: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "in",
    "on",
    "at",
    "to",
    "for",
    "from",
    "with",
    "about",
    "and",
    "or",
    "is",
    "are",
    "was",
    "were",
    "do",
    "does",
    "did",
    "can",
    "could",
    "how",
    "what",
    "which",
    "who",
    "when",
    "where",
    "why",
    "i",
    "my",
    "me",
    "you",
    "it",
    "its",
    "this",
    "that",
    "show",
    "tell",
    "give",
    "find",
    "please",
    "say",
    "says",
    "according",
];
