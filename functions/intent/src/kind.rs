//! The kind of a question, and how sure it is.

use crate::evidence::weigh;
use crate::tables::KINDS;
use crate::tokens::Token;
use zero_types::prelude::Kind;

/// Evidence that nothing speaks for: what keeps a single weak hint from being certain.
const DOUBT: f32 = 1.0;

/// The likeliest kind and its certainty, 0 to 1.
pub(crate) fn classify(tokens: &[Token<'_>], features: &[String]) -> (Kind, f32) {
    let sums = weigh(KINDS, tokens, features);
    let Some((name, best)) = sums.first() else { return (Kind::Other, 0.1) };
    if *best < 0.8 {
        return (if features.is_empty() { Kind::Other } else { named(name) }, 0.2);
    }
    let total: f32 = sums.iter().map(|(_, sum)| (sum - best).exp()).sum::<f32>() + (DOUBT - best).exp();
    (named(name), (1.0 / total).clamp(0.05, 0.98))
}

fn named(name: &str) -> Kind {
    match name {
        "fact" => Kind::Fact,
        "definition" => Kind::Definition,
        "how-to" => Kind::HowTo,
        "calculation" => Kind::Calculation,
        "conversion" => Kind::Conversion,
        "date-time" => Kind::DateTime,
        "weather" => Kind::Weather,
        "news" => Kind::News,
        "place" => Kind::Place,
        "person" => Kind::Person,
        "organisation" => Kind::Organisation,
        "code" => Kind::Code,
        "academic" => Kind::Academic,
        "product" => Kind::Product,
        "media" => Kind::Media,
        "finance" => Kind::Finance,
        "health" => Kind::Health,
        "translation" => Kind::Translation,
        "discussion" => Kind::Discussion,
        "navigation" => Kind::Navigation,
        "chit-chat" => Kind::ChitChat,
        _ => Kind::Other,
    }
}

/// The name of a kind in the weight tables.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Fact => "fact",
        Kind::Definition => "definition",
        Kind::HowTo => "how-to",
        Kind::Calculation => "calculation",
        Kind::Conversion => "conversion",
        Kind::DateTime => "date-time",
        Kind::Weather => "weather",
        Kind::News => "news",
        Kind::Place => "place",
        Kind::Person => "person",
        Kind::Organisation => "organisation",
        Kind::Code => "code",
        Kind::Academic => "academic",
        Kind::Product => "product",
        Kind::Media => "media",
        Kind::Finance => "finance",
        Kind::Health => "health",
        Kind::Translation => "translation",
        Kind::Discussion => "discussion",
        Kind::Navigation => "navigation",
        Kind::ChitChat => "chit-chat",
        Kind::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_kinds_are_inverse() {
        for kind in [
            Kind::Fact,
            Kind::Definition,
            Kind::HowTo,
            Kind::Calculation,
            Kind::Conversion,
            Kind::DateTime,
            Kind::Weather,
            Kind::News,
            Kind::Place,
            Kind::Person,
            Kind::Organisation,
            Kind::Code,
            Kind::Academic,
            Kind::Product,
            Kind::Media,
            Kind::Finance,
            Kind::Health,
            Kind::Translation,
            Kind::Discussion,
            Kind::Navigation,
            Kind::ChitChat,
            Kind::Other,
        ] {
            assert_eq!(named(name(kind)), kind);
        }
    }
}
