//! Durations: `3 days and 4 hours`, `1h30m`, `half an hour`, `90-minute`, `P3DT4H`.

use super::super::numbers::{Number, number};
use super::super::quantities::time_unit;
use super::super::{Match, Scene};
use super::Grain;
use zero_types::prelude::Value;

/// Parts of one duration.
const PARTS_MAX: usize = 6;

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let mut parts: Vec<(String, Grain)> = Vec::new();
    let mut at = index;
    while parts.len() < PARTS_MAX {
        let skip = if parts.is_empty() { 0 } else { joint(scene, at) };
        let after_hours = parts.last().is_some_and(|(_, last)| *last == Grain::Hour);
        let Some((count, text, grain)) =
            part(scene, at + skip).or_else(|| short_minutes(scene, at).filter(|_| after_hours))
        else {
            break;
        };
        // Parts go from long to short.
        if parts.last().is_some_and(|(_, last)| *last <= grain) {
            break;
        }
        parts.push((text, grain));
        at += skip + count;
    }
    (!parts.is_empty()).then(|| Some(Match { count: at - index, value: Value::Duration(iso(&parts)?) })).flatten()
}

/// A whole number of steps: what "ago", "in" and "last" count.
pub(super) fn counted(scene: &Scene<'_>, index: usize) -> Option<(usize, i64, Grain)> {
    let (count, text, grain) = part(scene, index)?;
    if text == "0.5" && grain == Grain::Hour {
        return Some((count, 30, Grain::Minute));
    }
    Some((count, text.parse().ok().filter(|amount| *amount <= 1_000_000)?, grain))
}

/// The `30m` of `1h30m`: minutes only behind hours, metres otherwise.
fn short_minutes(scene: &Scene<'_>, index: usize) -> Option<(usize, String, Grain)> {
    let number = number(scene, index).filter(|number| number.digits && number.count == 1)?;
    scene.touches(index + 1, "m").then_some((2, number.text, Grain::Minute))
}

fn joint(scene: &Scene<'_>, index: usize) -> usize {
    let comma = usize::from(scene.is(index, ","));
    comma + usize::from(scene.is(index + comma, "and"))
}

fn part(scene: &Scene<'_>, index: usize) -> Option<(usize, String, Grain)> {
    let number = match number(scene, index) {
        Some(number) => number,
        // "an hour", "a week"; but "the 5 best films of a year" counts nothing.
        None if scene.is_any(index, &["a", "an"]) && ends_or_counts(scene, index + 2) => {
            Number { count: 1, text: "1".to_owned(), digits: false }
        }
        None => return None,
    };
    if number.text.starts_with('-') {
        return None;
    }
    let (count, grain) = time_unit(scene, index + number.count, &number)?;
    let possessive = usize::from(scene.touches(index + number.count + count, "'"));
    Some((number.count + count + possessive, number.text, grain))
}

fn ends_or_counts(scene: &Scene<'_>, index: usize) -> bool {
    scene.is_any(index, &["ago", "from", "and", "later", "earlier"])
        || scene
            .before(index.saturating_sub(2))
            .is_some_and(|before| matches!(&*before.lower, "in" | "for" | "within" | "half"))
}

fn iso(parts: &[(String, Grain)]) -> Option<String> {
    let alone = parts.len() == 1;
    let (mut days, mut clock) = (String::new(), String::new());
    for (text, grain) in parts {
        let times = |factor: u64| {
            text.parse::<u64>().ok().and_then(|count| count.checked_mul(factor)).map(|count| count.to_string())
        };
        match grain {
            Grain::Second => clock.push_str(&format!("{text}S")),
            Grain::Minute => clock.push_str(&format!("{text}M")),
            Grain::Hour if text == "0.5" => clock.push_str("30M"),
            Grain::Hour => clock.push_str(&format!("{text}H")),
            Grain::Day => days.push_str(&format!("{text}D")),
            // ISO 8601 allows weeks only alone.
            Grain::Week if alone => days.push_str(&format!("{text}W")),
            Grain::Week => days.push_str(&format!("{}D", times(7)?)),
            Grain::Fortnight => days.push_str(&format!("{}D", times(14)?)),
            Grain::Month => days.push_str(&format!("{text}M")),
            Grain::Quarter => days.push_str(&format!("{}M", times(3)?)),
            Grain::Year => days.push_str(&format!("{text}Y")),
            Grain::Decade => days.push_str(&format!("{}Y", times(10)?)),
            Grain::Century => days.push_str(&format!("{}Y", times(100)?)),
            Grain::Millennium => days.push_str(&format!("{}Y", times(1000)?)),
        }
    }
    Some(if clock.is_empty() { format!("P{days}") } else { format!("P{days}T{clock}") })
}
