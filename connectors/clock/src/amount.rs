//! Amounts of time: "90 days", "two weeks and 3 days", "3 working days".

use crate::parser::Parser;
use jiff::Span;
use zero_connector_sdk::english;

/// An amount of time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Amount {
    pub(crate) months: i64,
    pub(crate) days: i64,
    pub(crate) working_days: i64,
    pub(crate) seconds: i64,
}

/// A unit of the calendar or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Month,
    Week,
    Day,
    WorkingDay,
    Hour,
    Minute,
    Second,
}

/// About 270,000 years: beyond it every date overflows, and before it no product does.
const NUMBER_MAX: i64 = 100_000_000;

const UNITS: &[(&[&str], Unit)] = &[
    (&["years", "year", "yrs", "yr"], Unit::Year),
    (&["months", "month"], Unit::Month),
    (&["weeks", "week", "wks"], Unit::Week),
    (
        &[
            "working days",
            "working day",
            "business days",
            "business day",
            "work days",
            "workdays",
            "workday",
            "weekdays",
            "week days",
            "weekday",
        ],
        Unit::WorkingDay,
    ),
    (&["days", "day", "nights", "sleeps"], Unit::Day),
    (&["hours", "hour", "hrs", "hr"], Unit::Hour),
    (&["minutes", "minute", "mins", "min"], Unit::Minute),
    (&["seconds", "second", "secs", "sec"], Unit::Second),
];

/// The name of a unit.
pub(crate) fn unit(p: &mut Parser<'_>) -> Option<Unit> {
    // "work days" begins no other unit, "week days" begins "week": working days are tried first.
    let working = UNITS.iter().filter(|(_, unit)| *unit == Unit::WorkingDay);
    working.chain(UNITS.iter()).find_map(|(names, unit)| p.phrase(names).map(|_| *unit))
}

fn number(p: &mut Parser<'_>) -> Option<i64> {
    if let Some((value, _, false)) = p.attempt(Parser::number) {
        return (value <= NUMBER_MAX).then_some(value);
    }
    if p.word(&["a", "an"]).is_some() {
        return Some(1);
    }
    if p.phrase(&["half a", "half an"]).is_some() {
        return None;
    }
    let [word] = p.words(1)[..] else { return None };
    let value = match word {
        "hundred" => 100,
        "thousand" => 1000,
        word => english::number(word)?.into(),
    };
    p.skip(1);
    Some(value)
}

/// An amount: numbers with units, joined by "and" or nothing.
pub(crate) fn amount(p: &mut Parser<'_>) -> Option<Amount> {
    let mut total = p.attempt(|p| one(p))?;
    while let Some(next) = p.attempt(|p| {
        p.word(&["and"]);
        one(p)
    }) {
        total = total.plus(next);
    }
    Some(total)
}

fn one(p: &mut Parser<'_>) -> Option<Amount> {
    let value = number(p)?;
    let none = Amount::default();
    Some(match unit(p)? {
        Unit::Year => Amount { months: value * 12, ..none },
        Unit::Month => Amount { months: value, ..none },
        Unit::Week => Amount { days: value * 7, ..none },
        Unit::Day => Amount { days: value, ..none },
        Unit::WorkingDay => Amount { working_days: value, ..none },
        Unit::Hour => Amount { seconds: value * 3600, ..none },
        Unit::Minute => Amount { seconds: value * 60, ..none },
        Unit::Second => Amount { seconds: value, ..none },
    })
}

impl Amount {
    fn plus(self, other: Self) -> Self {
        Self {
            months: self.months + other.months,
            days: self.days + other.days,
            working_days: self.working_days + other.working_days,
            seconds: self.seconds + other.seconds,
        }
    }

    /// The calendar part, with this sign.
    pub(crate) fn calendar(&self, sign: i64) -> Option<Span> {
        Span::new().try_months(self.months.checked_mul(sign)?).ok()?.try_days(self.days.checked_mul(sign)?).ok()
    }

    /// As it is read aloud.
    pub(crate) fn text(&self) -> String {
        let (years, months) = (self.months / 12, self.months % 12);
        let (weeks, days) = if self.days % 7 == 0 { (self.days / 7, 0) } else { (0, self.days) };
        let (hours, minutes, seconds) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        let parts = [
            (years, "year"),
            (months, "month"),
            (weeks, "week"),
            (days, "day"),
            (self.working_days, "working day"),
            (hours, "hour"),
            (minutes, "minute"),
            (seconds, "second"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(value, _)| *value != 0).map(|&(value, name)| counted(value, name)).collect();
        match parts.as_slice() {
            [] => "0 days".to_owned(),
            [start @ .., last] if !start.is_empty() => format!("{} and {last}", start.join(", ")),
            _ => parts.concat(),
        }
    }
}

/// "1 day", "2 days", "1,234 days".
pub(crate) fn counted(value: i64, name: &str) -> String {
    format!("{} {name}{}", grouped(value), if value.abs() == 1 { "" } else { "s" })
}

/// Thousands apart.
pub(crate) fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
