//! The wire: JSON in, JSON and text out. With receipts and the catalogue the only place that knows JSON.

pub mod answer;
pub mod ask;
pub mod text;
pub mod twin;

use twin::Twin as _;
use zero_types::Named as _;
use zero_types::connector::{Kind, Value};

/// The kind of question of this name, such as `how-to`.
#[must_use]
pub fn kind_from_name(name: &str) -> Option<Kind> {
    Kind::named(name)
}

/// The kind of a value, as the catalogue names it: `date`; `identifier` and `identifier:doi`.
#[must_use]
pub fn value_kind(value: &Value) -> Vec<String> {
    let kind = match serde_json::to_value(value.to_wire()) {
        Ok(serde_json::Value::Object(fields)) => fields.get("kind").and_then(|kind| kind.as_str().map(str::to_owned)),
        _ => None,
    };
    let mut kinds: Vec<String> = kind.into_iter().collect();
    if let Value::Identifier(identifier) = value {
        kinds.push(format!("identifier:{}", identifier.scheme));
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_names_of_the_contract() {
        assert_eq!(kind_from_name("chit-chat"), Some(Kind::ChitChat));
        assert_eq!(kind_from_name("riddle"), None);
        assert_eq!(value_kind(&Value::DateTime(String::new())), ["date-time"]);
    }
}
