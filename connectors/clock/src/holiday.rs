//! Days that have a name and a rule.

use crate::date::{Side, without_year, year};
use crate::parser::Parser;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

#[derive(Debug, Clone, Copy)]
enum Rule {
    Fixed(i8, i8),
    /// Days from Easter Sunday.
    Easter(i64),
    /// Month, which one, weekday.
    Nth(i8, i8, Weekday),
}

const HOLIDAYS: &[(&[&str], Rule)] = &[
    (&["christmas eve", "xmas eve"], Rule::Fixed(12, 24)),
    (&["christmas day", "christmas", "xmas"], Rule::Fixed(12, 25)),
    (&["boxing day"], Rule::Fixed(12, 26)),
    (&["new year eve", "new years eve"], Rule::Fixed(12, 31)),
    (&["new year day", "new years day", "new year", "new years"], Rule::Fixed(1, 1)),
    (&["valentine day", "valentines day", "valentine", "valentines"], Rule::Fixed(2, 14)),
    (&["st patrick day", "saint patrick day", "st patricks day"], Rule::Fixed(3, 17)),
    (&["april fools day", "april fool day"], Rule::Fixed(4, 1)),
    (&["halloween"], Rule::Fixed(10, 31)),
    (&["easter monday"], Rule::Easter(1)),
    (&["easter sunday", "easter"], Rule::Easter(0)),
    (&["good friday"], Rule::Easter(-2)),
    (&["palm sunday"], Rule::Easter(-7)),
    (&["ash wednesday"], Rule::Easter(-46)),
    (&["ascension day", "ascension"], Rule::Easter(39)),
    (&["pentecost", "whit sunday"], Rule::Easter(49)),
    (&["thanksgiving day", "thanksgiving"], Rule::Nth(11, 4, Weekday::Thursday)),
];

/// A named day, with its year when one is written.
pub(crate) fn date(p: &mut Parser<'_>, side: Side) -> Option<Date> {
    named(p, side).map(|(_, date)| date)
}

/// The same with its name.
pub(crate) fn named(p: &mut Parser<'_>, side: Side) -> Option<(&'static str, Date)> {
    let next = p.word(&["next"]).is_some();
    let (name, rule) = HOLIDAYS.iter().find_map(|(names, rule)| p.phrase(names).map(|name| (name, *rule)))?;
    let year = p.attempt(|p| {
        p.word(&["in", "of"]);
        if p.phrase(&["this year"]).is_some() {
            return Some(p.context.today.year());
        }
        if p.phrase(&["next year"]).is_some() {
            return p.context.today.year().checked_add(1);
        }
        year(p)
    });
    let date = match year {
        Some(year) => of(rule, year),
        None => without_year(p.context.today, if next { Side::Coming } else { side }, |year| of(rule, year)),
    }?;
    Some((name, date))
}

fn of(rule: Rule, year: i16) -> Option<Date> {
    match rule {
        Rule::Fixed(month, day) => Date::new(year, month, day).ok(),
        Rule::Easter(days) => easter(year)?.checked_add(days.days()).ok(),
        Rule::Nth(month, nth, day) => Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, day).ok(),
    }
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm of 1876.
pub(crate) fn easter(year: i16) -> Option<Date> {
    const FIRST_GREGORIAN: i16 = 1583;
    if year < FIRST_GREGORIAN {
        return None;
    }
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, i8::try_from(n / 31).ok()?, i8::try_from(n % 31 + 1).ok()?).ok()
}
