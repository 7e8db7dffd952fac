//! Quantities: a number and a unit, `5 km`, `5'10"`, `60 miles per hour`, `20 °C`. Units of time make durations.

use super::numbers::{Number, number};
use super::{Match, Scene, time};
use crate::tables::UNITS;
use zero_types::prelude::{Quantity, Value};

/// A unit that `count` tokens spell.
pub(super) struct Unit {
    pub(super) count: usize,
    pub(super) ucum: String,
    pub(super) flag: &'static str,
}

/// Units that are written in two steps, and how many of the small make one of the large.
const STEPS: [(&str, &str, u64); 4] =
    [("[ft_i]", "[in_i]", 12), ("[lb_av]", "[oz_av]", 16), ("[stone_av]", "[lb_av]", 14), ("m", "cm", 100)];

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, quantity) = quantity(scene, index)?;
    Some(Match { count, value: Value::Quantity(quantity) })
}

/// A quantity that is no duration and no sum of money.
pub(super) fn quantity(scene: &Scene<'_>, index: usize) -> Option<(usize, Quantity)> {
    let number = number(scene, index)?;
    let unit = unit(scene, index + number.count, &number)?;
    if unit.flag == "d" || (unit.flag == "w" && super::money::is_about_money(scene)) {
        return None;
    }
    let mut count = number.count + unit.count;
    if let Some((more, sum)) = second_step(scene, index + count, &number, &unit) {
        count += more;
        return Some((count, sum));
    }
    Some((count, Quantity { number: number.text, unit: unit.ucum }))
}

/// The unit behind a number.
pub(super) fn unit(scene: &Scene<'_>, index: usize, number: &Number) -> Option<Unit> {
    let hyphen = usize::from(
        scene.touches(index, "-") && scene.at(index + 1).is_some_and(|next| next.is_word() && !next.spaced),
    );
    let of = usize::from(hyphen == 0 && scene.is(index, "of") && scene.is_any(index + 1, &["a", "an"])) * 2;
    let at = index + hyphen + of;
    let (count, ucum, flag) = named(scene, at)?;
    let first = scene.at(at)?;
    let touching = !first.spaced && number.digits && hyphen == 0;
    let mark = matches!(first.text, "\"" | "'" | "″" | "′");
    match flag {
        "a" if !(touching || (scene.is_any(at, &["c", "f"]) && first.is_capitalised() && count == 1))
            || (mark && is_quoted(scene, index)) =>
        {
            return None;
        }
        "K" if first.text != "K" => return None,
        _ => {}
    }
    let mut unit = Unit { count: hyphen + of + count, ucum: ucum.to_owned(), flag };
    let next = at + count;
    if scene.is_any(next, &["per", "/", "an", "a"]) && (flag != "d" || scene.is(next, "per")) {
        let bound = scene.is(next, "per") || scene.touches(next, "/") || ucum == "[mi_i]" || ucum == "km";
        if let Some((more, per, _)) = named(scene, next + 1).filter(|_| bound) {
            unit = Unit { count: unit.count + 1 + more, ucum: format!("{ucum}/{per}"), flag: "" };
        }
    }
    Some(unit)
}

/// Prefixes and symbols are told apart by case where lower case is ambiguous: `Mb`, `MW`, `mW`.
fn named(scene: &Scene<'_>, index: usize) -> Option<(usize, &'static str, &'static str)> {
    let first = scene.at(index)?;
    if matches!(first.text, "mW") {
        return Some((1, "mW", ""));
    }
    let (count, fields) = UNITS.longest(scene.from(index))?;
    let glued = scene.at(index + count).is_some_and(|next| !next.spaced && (next.is_digits() || next.is_word()));
    let compact = glued && fields.get(1) == "d";
    if glued && !compact && !scene.at(index + count).is_some_and(|next| next.is_digits()) {
        return None;
    }
    let power = scene.at(index + count).filter(|next| !next.spaced).map_or("", |next| next.text);
    let ucum = match (fields.get(0), power) {
        ("m", "²" | "2") => return Some((count + 1, "m2", "")),
        ("m", "³" | "3") => return Some((count + 1, "m3", "")),
        ("km", "²" | "2") => return Some((count + 1, "km2", "")),
        ("cm", "²" | "2") => return Some((count + 1, "cm2", "")),
        ("cm", "³" | "3") => return Some((count + 1, "cm3", "")),
        (ucum, _) => ucum,
    };
    Some((count, ucum, fields.get(1)))
}

/// A quotation mark that closes a quotation is no inch.
fn is_quoted(scene: &Scene<'_>, index: usize) -> bool {
    let before = scene.tokens.get(..index).unwrap_or_default();
    scene.at(index).is_some_and(|mark| before.iter().filter(|token| token.text == mark.text).count() % 2 == 1)
}

/// The inches of `5 ft 10 in`, `5'10"`, `6 feet 2`.
fn second_step(scene: &Scene<'_>, index: usize, first: &Number, large: &Unit) -> Option<(usize, Quantity)> {
    let (_, small, factor) = STEPS.iter().find(|(name, _, _)| *name == large.ucum)?;
    let skip = usize::from(scene.is_any(index, &["and", ","]));
    let second = number(scene, index + skip)?;
    let after = index + skip + second.count;
    let named =
        unit(scene, after, &second).filter(|unit| unit.ucum == *small || (*small == "[in_i]" && unit.ucum == "[in_i]"));
    let inch_word = scene.is_any(after, &["in", "in."]) && *small == "[in_i]";
    let more = match named {
        Some(unit) => unit.count,
        None if inch_word => 1,
        None if *small == "[in_i]"
            && skip == 0
            && scene.at(after).is_none_or(|next| !next.is_word() || next.is("in")) =>
        {
            0
        }
        None => return None,
    };
    let sum = first.text.parse::<u64>().ok()?.checked_mul(*factor)?.checked_add(second.text.parse().ok()?)?;
    Some((skip + second.count + more, Quantity { number: sum.to_string(), unit: (*small).to_owned() }))
}

/// The duration rule asks for units of time only.
pub(super) fn time_unit(scene: &Scene<'_>, index: usize, number: &Number) -> Option<(usize, time::Grain)> {
    let unit = unit(scene, index, number).filter(|unit| unit.flag == "d")?;
    Some((unit.count, time::Grain::of_ucum(&unit.ucum)?))
}
