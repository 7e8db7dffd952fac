//! Conditions: `is_answered == 'true'`, `score > 3`, `!retracted`, `doi`.
//!
//! Takes: a text, a scope. Gives: whether it holds. Fails: on broken holes, when parsed. Limits: one comparison each;
//! a list of conditions must hold as a whole. Why it is so: more logic than that belongs into a connector of its own.

use crate::template::{Hole, Mode, Scope, split};
use core::cmp::Ordering;

/// A parsed condition.
#[derive(Debug)]
pub(crate) struct Condition<'t> {
    hole: Hole<'t>,
    test: Test<'t>,
}

#[derive(Debug)]
enum Test<'t> {
    Present(bool),
    Compare(&'static str, Hole<'t>),
}

/// Longer ones first, so that `<=` is not read as `<`.
const OPERATORS: [&str; 7] = ["==", "!=", "<=", ">=", "~=", "<", ">"];

impl<'t> Condition<'t> {
    /// Reads a condition on a response.
    pub(crate) fn parse(text: &'t str) -> Result<Self, String> {
        let fail = |what: String| format!("condition `{text}`: {what}");
        for operator in OPERATORS {
            if let [left, right] = split(text, operator).as_slice() {
                let hole = Hole::parse(left.trim(), Mode::Response).map_err(fail)?;
                let right = right.trim();
                let bare = right.parse::<f64>().is_ok() || matches!(right, "true" | "false");
                let other = if bare { Hole::text(right) } else { Hole::parse(right, Mode::Response).map_err(fail)? };
                return Ok(Self { hole, test: Test::Compare(operator, other) });
            }
        }
        let (text, present) = match text.trim().strip_prefix('!') {
            Some(text) => (text, false),
            None => (text.trim(), true),
        };
        Ok(Self { hole: Hole::parse(text, Mode::Response).map_err(fail)?, test: Test::Present(present) })
    }

    /// Whether it holds. A comparison holds when it does for any value; `!=` when none is equal.
    pub(crate) fn holds(&self, scope: Scope<'_, '_>) -> bool {
        let Test::Compare(operator, other) = &self.test else {
            return matches!(self.test, Test::Present(present) if present == self.hole.is_there(scope));
        };
        let values = self.hole.values(scope);
        let others = other.values(scope);
        let any =
            |test: fn(&str, &str) -> bool| values.iter().any(|value| others.iter().any(|other| test(value, other)));
        match *operator {
            "==" => any(equal),
            "!=" => !any(equal),
            "~=" => any(|value, other| value.to_lowercase().contains(&other.to_lowercase())),
            "<" => any(|value, other| order(value, other) == Some(Ordering::Less)),
            ">" => any(|value, other| order(value, other) == Some(Ordering::Greater)),
            "<=" => any(|value, other| matches!(order(value, other), Some(Ordering::Less | Ordering::Equal))),
            _ => any(|value, other| matches!(order(value, other), Some(Ordering::Greater | Ordering::Equal))),
        }
    }
}

fn equal(value: &str, other: &str) -> bool {
    value.eq_ignore_ascii_case(other)
}

/// By number where both are numbers, else as texts, which is right for ISO dates.
fn order(value: &str, other: &str) -> Option<Ordering> {
    match (value.parse::<f64>(), other.parse::<f64>()) {
        (Ok(value), Ok(other)) => value.partial_cmp(&other),
        _ => Some(value.cmp(other)),
    }
}
