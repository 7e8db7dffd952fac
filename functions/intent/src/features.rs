//! Features of a question that are not words: kinds of entity, the form, marks of arithmetic or code.

use crate::entities::Scene;
use crate::form::Form;
use zero_types::prelude::{Entity, Value};

/// The features, each once, in a fixed order.
pub(crate) fn of(scene: &Scene<'_>, entities: &[Entity], form: &Form) -> Vec<String> {
    let mut features = Vec::new();
    for entity in entities {
        add(&mut features, entity_feature(scene, entity).as_str());
        if matches!(&entity.value, Value::Place(place) if place.latitude.is_none() && entity.text.len() != scene.question.text.len())
        {
            add(&mut features, "<country>");
        }
    }
    let text = &*scene.question.text;
    let places_only = entities.len() == 1
        && entities
            .iter()
            .any(|entity| matches!(entity.value, Value::Place(_)) && entity.text.len() + 1 >= text.trim().len());
    let is = |index: usize, words: &[&str]| scene.is_any(index, words);
    let numbers =
        entities.iter().filter(|entity| matches!(entity.value, Value::Number(_) | Value::Percentage(_))).count();
    let facts = [
        (!form.name.is_empty(), form.name),
        (places_only, "<place-only>"),
        (numbers >= 2, "<two-numbers>"),
        (is(0, &["who", "who's", "whose", "wer", "qui", "quién", "chi", "quem"]), "<who>"),
        (is(0, &["where", "where's", "wo", "où", "dónde", "dove", "onde"]), "<where>"),
        (is(0, &["when", "wann", "quand", "cuándo", "quando"]), "<when>"),
        (is_yes_no(scene), "<yes-no>"),
        (is_arithmetic(scene), "<operator>"),
        (is_calculation(scene), "<calculation-form>"),
        (is_conversion(scene, entities), "<convert-form>"),
        (has_code_marks(text), "<code-marks>"),
        (
            scene.tokens.len() <= 3
                && is(0, &["hi", "hello", "hey", "thanks", "thank", "bye", "hola", "hallo", "bonjour", "good"]),
            "<greeting-only>",
        ),
    ];
    facts.iter().filter(|(holds, _)| *holds).for_each(|(_, name)| add(&mut features, name));
    features
}

fn add(features: &mut Vec<String>, name: &str) {
    if !features.iter().any(|known| known == name) {
        features.push(name.to_owned());
    }
}

fn entity_feature(scene: &Scene<'_>, entity: &Entity) -> String {
    let today = ["today", "tomorrow", "yesterday", "next", "last", "this", "tonight", "weekend"];
    match &entity.value {
        Value::Date(_) | Value::DateRange(_) if scene.mentions(&today) => "<relative-date>".to_owned(),
        Value::Date(_) | Value::DateRange(_) => "<date>".to_owned(),
        Value::Time(_) => "<time>".to_owned(),
        Value::DateTime(_) => "<date-time>".to_owned(),
        Value::Duration(_) => "<duration>".to_owned(),
        Value::Money(_) => "<money>".to_owned(),
        Value::Quantity(_) | Value::QuantityRange(_) => "<quantity>".to_owned(),
        Value::Percentage(_) => "<percentage>".to_owned(),
        Value::Place(_) => "<place>".to_owned(),
        Value::Url(_) => "<url>".to_owned(),
        Value::Email(_) => "<email>".to_owned(),
        Value::Version(_) => "<version>".to_owned(),
        Value::Language(_) => "<language>".to_owned(),
        Value::Identifier(identifier) => format!("<identifier:{}>", identifier.scheme),
        _ => String::new(),
    }
}

pub(crate) fn is_yes_no(scene: &Scene<'_>) -> bool {
    const VERBS: [&str; 18] = [
        "is", "are", "was", "were", "does", "do", "did", "can", "could", "will", "would", "has", "have", "should",
        "ist", "sind", "est-ce", "isn't",
    ];
    // "can you tell me where ..." and "do ... or ..." ask something else.
    scene.is_any(0, &VERBS)
        && !scene.is_any(1, &["you"])
        && !scene.mentions(&["what", "where", "when", "who", "how", "which"])
}

/// An operator between two operands.
fn is_arithmetic(scene: &Scene<'_>) -> bool {
    (1..scene.tokens.len()).any(|index| {
        let operator = scene.is_any(index, &["+", "*", "×", "÷", "^", "/", "-", "−", "=", "%"])
            || (scene.is(index, "x") && scene.at(index).is_some_and(|token| token.text == "x"));
        let left = scene.before(index).is_some_and(|token| token.is_digits() || token.is(")") || token.is("pi"));
        let right = scene.at(index + 1).is_some_and(|token| {
            token.is_digits() || matches!(token.text, "(" | "-") || token.is("pi") || token.is("sqrt")
        });
        // Dates, phone numbers and versions touch on both sides and have no spaces; only the signs that none of them use count then.
        let spaced =
            scene.at(index).is_some_and(|token| token.spaced) || scene.is_any(index, &["+", "*", "×", "÷", "^", "="]);
        operator && left && right && spaced
    })
}

/// Hardly anything but numbers, operators and functions.
fn is_calculation(scene: &Scene<'_>) -> bool {
    const WORDS: [&str; 28] = [
        "what",
        "what's",
        "whats",
        "is",
        "calculate",
        "compute",
        "plus",
        "minus",
        "times",
        "divided",
        "multiplied",
        "by",
        "of",
        "percent",
        "the",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "log",
        "ln",
        "pi",
        "e",
        "x",
        "square",
        "root",
        "mod",
        "squared",
    ];
    let words = scene.tokens.iter().filter(|token| token.is_word());
    let digits = scene.tokens.iter().any(crate::tokens::Token::is_digits);
    let doing = is_arithmetic(scene)
        || scene.mentions(&[
            "plus",
            "minus",
            "times",
            "divided",
            "multiplied",
            "sqrt",
            "root",
            "percent",
            "%",
            "squared",
        ]);
    digits
        && doing
        && words.clone().all(|token| WORDS.contains(&&*token.lower))
        && scene.tokens.iter().filter(|token| matches!(token.text, "." | "," | ":")).count() < 6
}

/// A quantity or sum and a unit to give it in: "10 miles in km", "how many feet in a mile".
fn is_conversion(scene: &Scene<'_>, entities: &[Entity]) -> bool {
    use crate::tables::{CURRENCIES, UNITS};
    let measured = entities.iter().any(|entity| {
        matches!(entity.value, Value::Quantity(_) | Value::Money(_) | Value::Duration(_) | Value::Number(_))
    });
    let unit = |index: usize| {
        scene.at(index).is_some_and(|token| {
            (token.is_word() || token.is("°"))
                && (UNITS.longest(scene.from(index)).is_some()
                    || CURRENCIES.longest(scene.from(index)).is_some_and(|(_, fields)| fields.get(1) != "!"))
        })
    };
    let into = (1..scene.tokens.len()).any(|index| {
        scene.is_any(index, &["in", "to", "into", "as", "="])
            && unit(index + 1)
            && (scene.at(index + 1).is_some_and(|token| token.text.len() > 1) || index + 2 == scene.tokens.len())
    });
    let many = scene.is(0, "how") && scene.is_any(1, &["many", "much"]) && unit(2) && (scene.mentions(&["in", "is"]));
    (measured && into) || many
}

fn has_code_marks(text: &str) -> bool {
    ["()", "::", "->", "=>", "</", "{}", "[]", "==", "&&", "||", "`", "();", "Error:", "#include", "--"]
        .iter()
        .any(|mark| text.contains(mark))
        && text.len() > 4
}
