//! The kinds of question, all of them and by name.

use crate::Kind;

/// The name of a kind, as in `wit/connector`.
#[must_use]
pub fn kind_name(kind: Kind) -> &'static str {
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

/// Every kind, in the order of the contract.
pub const KINDS: [Kind; 22] = [
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
];
