//! Ranges of numbers and quantities: `between 5 and 10`, `5-10 km`, `from 5 to 10`, `at least 5`.

use super::numbers::number;
use super::quantities::{quantity, unit};
use super::{Match, Scene};
use zero_types::prelude::{Interval, Quantity, QuantityRange, Value};

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    bounded(scene, index).or_else(|| open(scene, index))
}

fn bounded(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let opening = usize::from(scene.is_any(index, &["between", "from"]));
    let low = number(scene, index + opening)?;
    let after = index + opening + low.count;
    // The unit may stand at both ends or at the last only.
    let low_unit = unit(scene, after, &low).filter(|unit| unit.flag != "d" && unit.flag != "w");
    let joint = after + low_unit.as_ref().map_or(0, |unit| unit.count);
    let dashed = scene.is_any(joint, &["-", "–"]);
    let worded =
        scene.is_any(joint, &["to", "and", "through", "till", "until"]) && (opening == 1 || scene.is(joint, "to"));
    if !dashed && !worded {
        return None;
    }
    if let Some((count, high)) = quantity(scene, joint + 1) {
        let unit = low_unit.map_or_else(|| high.unit.clone(), |unit| unit.ucum);
        // "5 km to 3 miles" is no range.
        if unit != high.unit || !is_ordered(&low.text, &high.number) {
            return None;
        }
        let value = Value::QuantityRange(QuantityRange { low: Quantity { number: low.text, unit }, high });
        return Some(Match { count: joint + 1 + count - index, value });
    }
    let high = number(scene, joint + 1).filter(|high| is_ordered(&low.text, &high.text))?;
    // "5-10" alone is a subtraction, "convert 5 to 10" is rare enough.
    if low_unit.is_some() || (dashed && opening == 0) {
        return None;
    }
    let value = Value::NumberRange(Interval { start: low.text, end: high.text });
    Some(Match { count: joint + 1 + high.count - index, value })
}

/// "at least 5", "up to 10": closed at the named end, open at the other.
fn open(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let lower = scene.is(index, "at") && scene.is(index + 1, "least");
    let upper =
        (scene.is(index, "at") && scene.is(index + 1, "most")) || (scene.is(index, "up") && scene.is(index + 1, "to"));
    if !lower && !upper {
        return None;
    }
    let number = number(scene, index + 2)?;
    let next = scene.at(index + 2 + number.count);
    if unit(scene, index + 2 + number.count, &number).is_some()
        || next.is_some_and(|next| matches!(next.text, "%" | "€" | "$" | "£"))
    {
        return None;
    }
    let (start, end) = if lower { (number.text, String::new()) } else { (String::new(), number.text) };
    Some(Match { count: 2 + number.count, value: Value::NumberRange(Interval { start, end }) })
}

/// Compares decimals without converting them.
fn is_ordered(low: &str, high: &str) -> bool {
    let key = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (whole.len(), whole.to_owned(), fraction.to_owned())
    };
    match (low.strip_prefix('-'), high.strip_prefix('-')) {
        (Some(low), Some(high)) => key(high) <= key(low),
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => key(low) <= key(high),
    }
}
