//! Times of day: `5pm`, `17:30`, `5:30 p.m. EST`, "noon", "half past five", "quarter to six", "5 o'clock".

use super::Scene;
use jiff::civil::Time;

/// Tokens, time, and the offset of a zone that is named.
pub(super) type Found = (usize, Time, Option<&'static str>);

pub(super) fn time_of_day(scene: &Scene<'_>, index: usize) -> Option<Found> {
    let (count, time) = named(scene, index).or_else(|| spoken(scene, index)).or_else(|| digital(scene, index))?;
    let offset = scene.at(index + count).and_then(|zone| offset(zone.text));
    Some((count + usize::from(offset.is_some()), time, offset))
}

fn named(scene: &Scene<'_>, index: usize) -> Option<(usize, Time)> {
    match &*scene.at(index)?.lower {
        "noon" | "midday" => Some((1, Time::constant(12, 0, 0, 0))),
        "midnight" => Some((1, Time::midnight())),
        _ => None,
    }
}

/// "half past five", "quarter to six", "ten past 3", "five o'clock".
fn spoken(scene: &Scene<'_>, index: usize) -> Option<(usize, Time)> {
    let lead = usize::from(scene.is(index, "a"));
    let at = index + lead;
    let minutes: Option<(usize, i8)> = match &*scene.at(at)?.lower {
        "half" => Some((1, 30)),
        "quarter" => Some((1, 15)),
        _ => small(scene, at).filter(|(_, minutes)| *minutes < 60),
    };
    if let Some((count, minutes)) = minutes.filter(|_| scene.is_any(at + 1, &["past", "to", "after"])) {
        let to = scene.is(at + count, "to");
        // "5 to 10" is a range; "quarter to six" and "ten past five" are times.
        if to && !scene.is(at, "quarter") {
            return None;
        }
        let (more, hour) = small(scene, at + count + 1).filter(|(_, hour)| (1..=12).contains(hour))?;
        let end = at + count + 1 + more;
        let (meridiem, hour) = meridiem(scene, end, hour).unwrap_or((0, hour));
        let hour = if to { (hour + 23) % 24 } else { hour % 24 };
        let minute = if to { 60 - minutes } else { minutes };
        return Some((end + meridiem - index, Time::new(hour, minute, 0, 0).ok()?));
    }
    let (count, hour) = small(scene, at).filter(|(_, hour)| (1..=12).contains(hour) && lead == 0)?;
    let clock = scene.is_any(at + count, &["o'clock", "oclock"]);
    let next = at + count + usize::from(clock);
    match meridiem(scene, next, hour) {
        Some((more, hour)) => Some((next + more - index, Time::new(hour, 0, 0, 0).ok()?)),
        None => clock.then(|| Some((next - index, Time::new(hour, 0, 0, 0).ok()?))).flatten(),
    }
}

/// A number below 100 in one or two tokens.
fn small(scene: &Scene<'_>, index: usize) -> Option<(usize, i8)> {
    let number = super::super::numbers::number(scene, index).filter(|number| number.count <= 3)?;
    Some((number.count, number.text.parse().ok().filter(|value| (0..100).contains(value))?))
}

/// `17:30`, `5:30pm`, `17:30:05`, `15h30`.
fn digital(scene: &Scene<'_>, index: usize) -> Option<(usize, Time)> {
    let hour: i8 = scene.at(index).filter(|token| token.is_digits() && token.text.len() <= 2)?.text.parse().ok()?;
    if !scene.touches(index + 1, ":") && !scene.touches(index + 1, "h") {
        return None;
    }
    let two = |index: usize| {
        scene.touching_digits(index).filter(|digits| digits.len() == 2).and_then(|digits| digits.parse::<i8>().ok())
    };
    let minute = two(index + 2)?;
    let second = two(index + 4).filter(|_| scene.touches(index + 3, ":"));
    let count = if second.is_some() { 5 } else { 3 };
    // A ratio or a verse (`3:16:1`, `1:5`) is no time; neither is what goes on.
    if scene.touches(index + count, ":") {
        return None;
    }
    let (more, hour) = meridiem(scene, index + count, hour).unwrap_or((0, hour));
    let hour = if hour == 24 && minute == 0 { 0 } else { hour };
    Some((count + more, Time::new(hour, minute, second.unwrap_or(0), 0).ok()?))
}

/// `am`, `pm`, `a.m.`, "in the morning"; gives the tokens and the hour of 24.
fn meridiem(scene: &Scene<'_>, index: usize, hour: i8) -> Option<(usize, i8)> {
    if !(1..=12).contains(&hour) {
        return None;
    }
    let (count, afternoon) = match &*scene.at(index)?.lower {
        "am" => (1, false),
        "pm" => (1, true),
        letter @ ("a" | "p") if scene.touches(index + 1, ".") && scene.touches(index + 2, "m") => {
            (3 + usize::from(scene.touches(index + 3, ".")), letter == "p")
        }
        "in" if scene.is(index + 1, "the") && scene.is_any(index + 2, &["morning", "afternoon", "evening"]) => {
            (3, !scene.is(index + 2, "morning"))
        }
        _ => return None,
    };
    Some((count, if afternoon { hour % 12 + 12 } else { hour % 12 }))
}

/// Abbreviations of zones that mean one offset only.
fn offset(zone: &str) -> Option<&'static str> {
    Some(match zone {
        "UTC" | "GMT" | "Z" => "+00:00",
        "EST" => "-05:00",
        "EDT" => "-04:00",
        "CDT" => "-05:00",
        "MST" => "-07:00",
        "MDT" => "-06:00",
        "PST" => "-08:00",
        "PDT" => "-07:00",
        "BST" => "+01:00",
        "CET" => "+01:00",
        "CEST" => "+02:00",
        "EET" => "+02:00",
        "MSK" => "+03:00",
        "JST" => "+09:00",
        "AEST" => "+10:00",
        _ => return None,
    })
}
