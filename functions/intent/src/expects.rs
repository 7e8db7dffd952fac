//! The type of answer that is expected: by the form where it shows one, else by question word and kind.

use crate::entities::Scene;
use crate::features::is_yes_no;
use crate::form::Form;
use zero_types::prelude::{AnswerType, Kind};

pub(crate) fn of(scene: &Scene<'_>, form: &Form, kind: Kind) -> AnswerType {
    match kind {
        Kind::Calculation if !is_yes_no(scene) => return AnswerType::Number,
        Kind::Conversion => {
            return if crate::tables::CURRENCIES.get(last_word(scene)).is_some_and(|fields| fields.get(1) != "!") {
                AnswerType::Money
            } else {
                AnswerType::Quantity
            };
        }
        Kind::Navigation => return AnswerType::Url,
        Kind::Translation | Kind::ChitChat | Kind::HowTo => return AnswerType::Text,
        _ => {}
    }
    if let Some(expects) = form.expects.filter(|expects| *expects != AnswerType::Text || !form.properties.is_empty()) {
        return expects;
    }
    let first = |words: &[&str]| scene.is_any(0, words);
    let second = |words: &[&str]| scene.is_any(1, words);
    match () {
        () if first(&["who", "whose", "who's", "wer", "qui", "quién", "chi", "quem"]) => AnswerType::Person,
        () if first(&["where", "wo", "où", "dónde", "dove", "onde"]) => AnswerType::Place,
        () if first(&["when", "wann", "quand", "cuándo", "quando"]) => AnswerType::Date,
        () if first(&["how"]) && second(&["many"]) => AnswerType::Number,
        () if first(&["how"]) && second(&["much"]) && matches!(kind, Kind::Product | Kind::Finance) => {
            AnswerType::Money
        }
        () if first(&["how"]) && second(&["long"]) => AnswerType::Duration,
        () if first(&["how"])
            && second(&["far", "tall", "high", "deep", "heavy", "fast", "big", "large", "wide", "much"]) =>
        {
            AnswerType::Quantity
        }
        () if first(&["how"]) && second(&["old"]) => AnswerType::Duration,
        () if scene.mentions(&["time"]) && kind == Kind::DateTime => AnswerType::Time,
        () if scene.mentions(&["date", "day", "year"]) && (first(&["what", "which"]) || kind == Kind::DateTime) => {
            AnswerType::Date
        }
        () if first(&["list"]) || (first(&["which", "what", "name", "give"]) && asks_for_many(scene)) => {
            AnswerType::ListOf
        }
        () if first(&["which", "what"])
            && second(&["country", "city", "state", "continent", "river", "mountain", "place"]) =>
        {
            AnswerType::Place
        }
        () if first(&["which", "what"])
            && second(&["company", "organization", "organisation", "team", "university", "bank"]) =>
        {
            AnswerType::Organisation
        }
        () if first(&["what"]) && second(&["percentage", "number"]) => AnswerType::Number,
        () if is_yes_no(scene) => AnswerType::Boolean,
        () if kind == Kind::Code
            && scene.mentions(&["function", "regex", "query", "command", "script", "snippet", "code", "write"]) =>
        {
            AnswerType::Code
        }
        () => AnswerType::Text,
    }
}

/// "which countries", "name the planets", "give me the ten largest".
fn asks_for_many(scene: &Scene<'_>) -> bool {
    let plural = |index: usize| {
        scene
            .at(index)
            .is_some_and(|token| token.lower.len() > 4 && token.lower.ends_with('s') && !token.lower.ends_with("ss"))
    };
    plural(1) || (scene.is_any(1, &["the", "me", "all", "are"]) && (plural(2) || plural(3)))
}

fn last_word<'q>(scene: &Scene<'q>) -> &'q str {
    scene
        .tokens
        .iter()
        .rev()
        .find(|token| token.is_word() || matches!(token.text, "€" | "$" | "£"))
        .map_or("", |token| &*token.lower)
}
