//! Dates as services write them, as ISO 8601.
//!
//! Takes: ISO, RFC 2822, Unix seconds or milliseconds, compact digits, names of months, or a format of `strptime`.
//! Gives: `2027`, `2027-03`, `2027-03-01` or a date-time with its offset. Fails: with none on anything else.
//! Limits: years 1 to 9999. Why it is so: half a date is kept as half a date, and never completed by guessing.

use jiff::civil::Date;
use jiff::fmt::{rfc2822, strtime};
use jiff::{SpanRound, Timestamp, Unit};

/// Recognises the usual ways to write a date.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    iso(text)
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| iso_time(&zoned.timestamp().to_string())))
        .or_else(|| FORMATS.iter().find_map(|format| with_format(text, format)))
}

/// Tried in this order; those without a day come last.
const FORMATS: [&str; 11] = [
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%Y %b %d",
    "%Y %B %d",
    "%a %b %d %H:%M:%S %Y",
    "%B %Y",
    "%b %Y",
    "%Y %b",
    "%Y %B",
];

/// Reads a date by a format of `strptime`, or `unix`, `unix_ms`.
pub(crate) fn with_format(text: &str, format: &str) -> Option<String> {
    let text = text.trim();
    match format {
        "unix" => return from_unix_ms(text.split('.').next()?.parse::<i64>().ok()?.checked_mul(1000)?),
        "unix_ms" => return from_unix_ms(text.parse().ok()?),
        _ => {}
    }
    let time = strtime::parse(format, text).ok()?;
    if let Ok(timestamp) = time.to_timestamp() {
        return Some(iso_time(&timestamp.to_string()));
    }
    if let Ok(at) = time.to_datetime() {
        let has_time = ["%H", "%T", "%I", "%R"].iter().any(|part| format.contains(part));
        return Some(if has_time { at.to_string() } else { at.date().to_string() });
    }
    let (year, month) = (time.year()?, time.month()?);
    in_years(year).then(|| format!("{year:04}-{month:02}"))
}

/// A moment as a date-time in UTC, seconds exact.
pub(crate) fn from_unix_ms(ms: i64) -> Option<String> {
    let seconds = ms.div_euclid(1000);
    let text = Timestamp::from_second(seconds).ok()?.to_string();
    in_years(text.get(..4)?.parse().ok()?).then_some(text)
}

/// Seconds as an ISO 8601 duration.
pub(crate) fn duration(seconds: i64) -> Option<String> {
    let span = jiff::Span::new().try_seconds(seconds).ok()?;
    let span = span.round(SpanRound::new().largest(Unit::Hour)).ok()?;
    Some(span.to_string())
}

fn in_years(year: i16) -> bool {
    (1..=9999).contains(&year)
}

/// `2027`, a compact date, or Unix time, told apart by their length.
fn digits(text: &str) -> Option<String> {
    let part = |range: core::ops::Range<usize>| text.get(range);
    match text.len() {
        4 => Some(text.to_owned()).filter(|year| year != "0000"),
        8 => civil(part(0..4)?, part(4..6)?, Some(part(6..8)?)),
        9 | 10 => with_format(text, "unix"),
        12 | 13 => with_format(text, "unix_ms"),
        14 => {
            let date = civil(part(0..4)?, part(4..6)?, Some(part(6..8)?))?;
            clock(&format!("{}:{}:{}", part(8..10)?, part(10..12)?, part(12..14)?)).map(|time| format!("{date}T{time}"))
        }
        _ => None,
    }
}

/// `2027-3-1T09:30:00.000Z` and shorter, with `-` or `/`, leading zeros or none.
fn iso(text: &str) -> Option<String> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let date = civil(year, month, day)?;
    match (time, day) {
        (None, _) => Some(date),
        (Some(_), None) => None,
        (Some(time), Some(_)) => {
            let at = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
            let (local, offset) = time.split_at(at);
            let local = clock(local)?;
            match offset.trim() {
                "" => Some(format!("{date}T{local}")),
                "Z" | "z" | "UTC" | "GMT" | "+0000" | "+00:00" => Some(format!("{date}T{local}Z")),
                offset => {
                    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
                    let sign = offset.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?;
                    let (hour, minute) = (digits.get(..2)?, digits.get(2..4).unwrap_or("00"));
                    Some(format!("{date}T{local}{sign}{hour}:{minute}"))
                }
            }
        }
    }
}

/// `09:30`, `09:30:00`, `09:30:00.123`: without fractions.
fn clock(text: &str) -> Option<String> {
    let mut parts = text.trim().split(':');
    let mut next = |max: u8| -> Option<u8> {
        let part = parts.next().unwrap_or("0");
        part.split('.').next()?.parse().ok().filter(|value| *value <= max)
    };
    Some(format!("{:02}:{:02}:{:02}", next(23)?, next(59)?, next(60)?))
}

fn civil(year: &str, month: &str, day: Option<&str>) -> Option<String> {
    let (year, month): (i16, i8) = (year.parse().ok().filter(|year| in_years(*year))?, month.parse().ok()?);
    match day {
        Some(day) => Date::new(year, month, day.parse().ok()?).ok().map(|date| date.to_string()),
        None => (1..=12).contains(&month).then(|| format!("{year:04}-{month:02}")),
    }
}

/// Without fractions of a second.
fn iso_time(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, normalise, with_format};

    #[test]
    fn dates_are_normalised() {
        for (text, iso) in [
            ("2024", Some("2024")),
            ("2024-3", Some("2024-03")),
            ("2024-03-05", Some("2024-03-05")),
            ("2024/03/05", Some("2024-03-05")),
            ("2024-3-5", Some("2024-03-05")),
            ("20240305", Some("2024-03-05")),
            ("1709596800", Some("2024-03-05T00:00:00Z")),
            ("1709596800123", Some("2024-03-05T00:00:00Z")),
            ("2024-03-05T10:11:12.345678Z", Some("2024-03-05T10:11:12Z")),
            ("2024-03-05T10:11:12+0200", Some("2024-03-05T10:11:12+02:00")),
            ("2024-03-05 10:11", Some("2024-03-05T10:11:00")),
            ("Tue, 05 Mar 2024 10:11:12 +0000", Some("2024-03-05T10:11:12Z")),
            ("2011 Jan 5", Some("2011-01-05")),
            ("January 5, 2011", Some("2011-01-05")),
            ("Jan 2011", Some("2011-01")),
            ("2024-02-30", None),
            ("2024-13", None),
            ("yesterday", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(normalise(text).as_deref(), iso, "{text}");
        }
        assert_eq!(with_format("05.03.2024", "%d.%m.%Y").as_deref(), Some("2024-03-05"));
        assert_eq!(duration(5400).as_deref(), Some("PT1H30M"));
    }
}
