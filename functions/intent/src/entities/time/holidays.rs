//! Holidays that are asked for by name, and the day they fall on in a year.

use super::super::Scene;
use jiff::civil::{Date, Weekday};

type DayIn = fn(i16) -> Option<Date>;

const HOLIDAYS: [(&str, DayIn); 24] = [
    ("christmas eve", |year| Date::new(year, 12, 24).ok()),
    ("christmas day", |year| Date::new(year, 12, 25).ok()),
    ("christmas", |year| Date::new(year, 12, 25).ok()),
    ("xmas", |year| Date::new(year, 12, 25).ok()),
    ("boxing day", |year| Date::new(year, 12, 26).ok()),
    ("new year's eve", |year| Date::new(year, 12, 31).ok()),
    ("new years eve", |year| Date::new(year, 12, 31).ok()),
    ("new year's day", |year| Date::new(year, 1, 1).ok()),
    ("new years day", |year| Date::new(year, 1, 1).ok()),
    ("valentine's day", |year| Date::new(year, 2, 14).ok()),
    ("valentines day", |year| Date::new(year, 2, 14).ok()),
    ("st patrick's day", |year| Date::new(year, 3, 17).ok()),
    ("april fools' day", |year| Date::new(year, 4, 1).ok()),
    ("good friday", |year| easter(year)?.checked_sub(jiff::Span::new().days(2)).ok()),
    ("easter sunday", easter),
    ("easter monday", |year| easter(year)?.tomorrow().ok()),
    ("easter", easter),
    ("bastille day", |year| Date::new(year, 7, 14).ok()),
    ("halloween", |year| Date::new(year, 10, 31).ok()),
    ("thanksgiving day", |year| Date::new(year, 11, 1).ok()?.nth_weekday_of_month(4, Weekday::Thursday).ok()),
    ("thanksgiving", |year| Date::new(year, 11, 1).ok()?.nth_weekday_of_month(4, Weekday::Thursday).ok()),
    ("black friday", |year| {
        Date::new(year, 11, 1).ok()?.nth_weekday_of_month(4, Weekday::Thursday).ok()?.tomorrow().ok()
    }),
    ("mother's day", |year| Date::new(year, 5, 1).ok()?.nth_weekday_of_month(2, Weekday::Sunday).ok()),
    ("father's day", |year| Date::new(year, 6, 1).ok()?.nth_weekday_of_month(3, Weekday::Sunday).ok()),
];

/// The holiday at `index`, and the day it falls on in a year.
pub(super) fn holiday(scene: &Scene<'_>, index: usize) -> Option<(usize, DayIn)> {
    let words = |name: &str| {
        let mut at = index;
        let mut rest = name;
        // Token by token, because an apostrophe at the end of a word is a token of its own.
        while !rest.is_empty() {
            rest = rest.strip_prefix(&*scene.at(at)?.lower)?.trim_start();
            at += 1;
        }
        Some(at - index)
    };
    // "Christmas songs" and "Easter Island" are no dates.
    let other = |count: usize| {
        scene.is_any(
            index + count,
            &["island", "tree", "song", "songs", "movie", "movies", "carol", "film", "films", "egg", "eggs"],
        )
    };
    HOLIDAYS.iter().find_map(|(name, date)| words(name).map(|count| (count, *date))).filter(|(count, _)| !other(*count))
}

/// The anonymous Gregorian computus.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let solar = century / 4;
    let lunar = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - solar - lunar + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * shift + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(sum / 31).ok()?, i8::try_from(sum % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_of_some_years() {
        for (year, month, day) in [(1961, 4, 2), (2000, 4, 23), (2024, 3, 31), (2026, 4, 5), (2038, 4, 25)] {
            assert_eq!(easter(year), Date::new(year, month, day).ok());
        }
    }
}
