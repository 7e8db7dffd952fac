//! Dates in the many ways people write them.

use crate::amount::amount;
use crate::holiday;
use crate::parser::Parser;
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

/// Which way a date without a year lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Coming,
    Past,
    ThisYear,
}

const MONTHS: &[&[&str]] = &[
    &["january", "jan"],
    &["february", "feb"],
    &["march", "mar"],
    &["april", "apr"],
    &["may"],
    &["june", "jun"],
    &["july", "jul"],
    &["august", "aug"],
    &["september", "sept", "sep"],
    &["october", "oct"],
    &["november", "nov"],
    &["december", "dec"],
];
const WEEKDAYS: &[(&[&str], Weekday)] = &[
    (&["monday", "mon", "mondays"], Weekday::Monday),
    (&["tuesday", "tue", "tues"], Weekday::Tuesday),
    (&["wednesday", "wed"], Weekday::Wednesday),
    (&["thursday", "thu", "thur", "thurs"], Weekday::Thursday),
    (&["friday", "fri"], Weekday::Friday),
    (&["saturday", "sat"], Weekday::Saturday),
    (&["sunday", "sun"], Weekday::Sunday),
];

/// A date in any form.
pub(crate) fn date(p: &mut Parser<'_>, side: Side) -> Option<Date> {
    p.attempt(|p| {
        p.word(&["on"]);
        let leading = p.attempt(|p| {
            let day = weekday(p)?;
            p.word(&["the"]);
            Some(day)
        });
        let found = p.attempt(written).or_else(|| p.attempt(|p| day_and_month(p, side)));
        match (leading, found) {
            (_, Some(date)) => Some(date),
            (Some(day), None) => near_weekday(p.context.today, day, side),
            (None, None) => p.attempt(|p| relative(p)).or_else(|| p.attempt(|p| holiday::date(p, side))),
        }
    })
}

/// The name of a month.
pub(crate) fn month(p: &mut Parser<'_>) -> Option<i8> {
    (1_i8..).zip(MONTHS).find_map(|(number, names)| p.word(names).map(|_| number))
}

pub(crate) fn weekday(p: &mut Parser<'_>) -> Option<Weekday> {
    WEEKDAYS.iter().find_map(|(names, day)| p.word(names).map(|_| *day))
}

/// A year of four digits.
pub(crate) fn year(p: &mut Parser<'_>) -> Option<i16> {
    p.attempt(|p| match p.number()? {
        (value, 4, false) if value > 0 => i16::try_from(value).ok(),
        _ => None,
    })
}

/// Digits only: `2027-03-01`, `2027/3/1`, `01/03/2027`, `1.3.27`.
fn written(p: &mut Parser<'_>) -> Option<Date> {
    let (first, digits, _) = p.number()?;
    let sign = p.sign(&['-', '/', '.'])?;
    let (second, _, _) = p.number()?;
    p.sign(&[sign])?;
    let (third, third_digits, _) = p.number()?;
    if digits == 4 {
        return new(first, second, third);
    }
    let year = match third_digits {
        4 => third,
        2 if third < 70 => 2000 + third,
        2 => 1900 + third,
        _ => return None,
    };
    // Points are never used with the month first; an impossible month shows the other order.
    let month_first = p.context.month_first && sign != '.';
    let (usual, other) =
        if month_first { ((first, second), (second, first)) } else { ((second, first), (first, second)) };
    new(year, usual.0, usual.1).or_else(|| if sign == '.' { None } else { new(year, other.0, other.1) })
}

fn new(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok().filter(|year| *year > 0)?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
}

/// "1 March 2027", "1st of March", "March 1st, 2027", "March 2027" (its first day).
fn day_and_month(p: &mut Parser<'_>, side: Side) -> Option<Date> {
    p.word(&["the"]);
    let (day, month) = p
        .attempt(|p| {
            let (day, digits, _) = p.number()?;
            p.word(&["of"]);
            p.sign(&['-', '/']);
            Some((Some(day).filter(|_| digits <= 2)?, month(p)?))
        })
        .or_else(|| {
            let month = month(p)?;
            p.word(&["the"]);
            p.sign(&['-', '/']);
            let day = p.attempt(|p| {
                let (day, digits, _) = p.number()?;
                (digits <= 2).then_some(day)
            });
            Some((day.unwrap_or(0), month))
        })?;
    let year = p.attempt(|p| {
        p.word(&["of", "in"]);
        p.sign(&['-', '/']);
        year(p)
    });
    // A month alone is no day, unless a year makes it one.
    let day = if day == 0 && year.is_some() { 1 } else { day };
    match year {
        Some(year) => new(i64::from(year), i64::from(month), day),
        None => without_year(p.context.today, side, |year| new(i64::from(year), i64::from(month), day)),
    }
}

/// The date that `of` gives for the year that `side` means; 29 February may be eight years away.
pub(crate) fn without_year(today: Date, side: Side, of: impl Fn(i16) -> Option<Date>) -> Option<Date> {
    const YEARS: i16 = 9;
    let this = today.year();
    match side {
        Side::ThisYear => of(this),
        Side::Coming => (this..this.checked_add(YEARS)?).find_map(|year| of(year).filter(|date| *date >= today)),
        Side::Past => (this.checked_sub(YEARS)?..=this).rev().find_map(|year| of(year).filter(|date| *date <= today)),
    }
}

fn near_weekday(today: Date, day: Weekday, side: Side) -> Option<Date> {
    if today.weekday() == day {
        Some(today)
    } else {
        today.nth_weekday(if side == Side::Past { -1 } else { 1 }, day).ok()
    }
}

/// "tomorrow", "next friday", "in 3 weeks", "the last monday of may 2026".
fn relative(p: &mut Parser<'_>) -> Option<Date> {
    let today = p.context.today;
    let days = |days: i64| today.checked_add(Span::new().try_days(days).ok()?).ok();
    p.word(&["the"]);
    if let Some(phrase) =
        p.phrase(&["day after tomorrow", "day before yesterday", "tomorrow", "yesterday", "today", "now"])
    {
        return days(match phrase {
            "day after tomorrow" => 2,
            "day before yesterday" => -2,
            "tomorrow" => 1,
            "yesterday" => -1,
            _ => 0,
        });
    }
    if let Some(date) = p.attempt(nth_weekday) {
        return Some(date);
    }
    if let Some(date) = p.attempt(end_of) {
        return Some(date);
    }
    if p.word(&["in"]).is_some() {
        let amount = amount(p).filter(|amount| amount.seconds == 0 && amount.working_days == 0)?;
        return today.checked_add(amount.calendar(1)?).ok();
    }
    let direction = match p.word(&["next", "coming", "this", "last", "previous"])? {
        "next" | "coming" => 1,
        "this" => 0,
        _ => -1,
    };
    if let Some(day) = weekday(p) {
        return if direction == 0 {
            near_weekday(today, day, Side::Coming)
        } else {
            today.nth_weekday(direction, day).ok()
        };
    }
    let span = match p.word(&["week", "month", "year"])? {
        "week" => direction.weeks(),
        "month" => direction.months(),
        _ => direction.years(),
    };
    today.checked_add(span).ok()
}

/// "last monday of may 2026", "2nd tuesday in november".
fn nth_weekday(p: &mut Parser<'_>) -> Option<Date> {
    let words = [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("fifth", 5), ("last", -1)];
    let nth: i8 = p
        .attempt(|p| p.number().filter(|(_, _, ordinal)| *ordinal).and_then(|(value, _, _)| i8::try_from(value).ok()))
        .or_else(|| words.iter().find_map(|&(word, nth)| p.word(&[word]).map(|_| nth)))?;
    let day = weekday(p)?;
    p.word(&["of", "in"])?;
    let month = month(p)?;
    p.word(&["of", "in"]);
    let of = |year: i16| Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, day).ok();
    match year(p) {
        Some(year) => of(year),
        None => without_year(p.context.today, Side::Coming, of),
    }
}

fn end_of(p: &mut Parser<'_>) -> Option<Date> {
    p.phrase(&["end of"])?;
    p.word(&["the", "this"]);
    let today = p.context.today;
    if p.word(&["year"]).is_some() {
        return Date::new(today.year(), 12, 31).ok();
    }
    if p.word(&["month"]).is_some() {
        return Some(today.last_of_month());
    }
    if let Some(year) = year(p) {
        return Date::new(year, 12, 31).ok();
    }
    let month = month(p)?;
    let of = |year: i16| Date::new(year, month, 1).ok().map(Date::last_of_month);
    match year(p) {
        Some(year) => of(year),
        None => without_year(today, Side::Coming, of),
    }
}
