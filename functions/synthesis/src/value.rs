//! Values of claims: when two are equal, and how one reads.
//!
//! Takes typed values; gives equality by what they mean (units converted, dates by their common precision, a rounded
//! number equal to the exact one it rounds) and text in the language of the asker. Fails never: what cannot be read
//! as its type is compared as text.

use zero_types::english::MONTHS;
use zero_types::prelude::*;

use crate::{text, units};

/// A value as it is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Normal {
    /// Dimension (or currency, or none) and value, with its significant digits.
    Number(String, f64, u32),
    /// An ISO 8601 prefix.
    Date(String),
    Text(String),
}

pub(crate) fn normal(value: &Value) -> Normal {
    let number = |kind: &str, number: &str| match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Normal::Number(kind.to_owned(), value, significant(number)),
        _ => Normal::Text(text::key(number)),
    };
    match value {
        Value::Number(n) => number("", n),
        Value::Ordinal(n) => number("", &n.to_string()),
        Value::Percentage(n) => number("%", n),
        Value::Quantity(q) => match q.number.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let (dimension, value) = units::base(value, &q.unit);
                Normal::Number(dimension, value, significant(&q.number))
            }
            _ => Normal::Text(text::key(&q.number)),
        },
        Value::Money(m) => number(&m.currency, &m.amount),
        Value::Date(date) | Value::DateTime(date) | Value::Time(date) => Normal::Date(date.clone()),
        other => Normal::Text(text::key(&shown(other, "en"))),
    }
}

/// Digits that were meant: trailing zeros of an integer are taken for rounding.
fn significant(number: &str) -> u32 {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let digits = if number.contains('.') { digits } else { digits.trim_end_matches('0') };
    u32::try_from(digits.len()).unwrap_or(u32::MAX).clamp(1, 15)
}

/// Whether two values are the same statement.
pub(crate) fn same(a: &Normal, b: &Normal) -> bool {
    match (a, b) {
        (Normal::Number(kind, x, fine), Normal::Number(other, y, coarse)) => {
            kind == other && {
                let digits = *fine.min(coarse);
                let scale = x.abs().max(y.abs());
                // A conversion is rarely written out in full, and one digit is too few to be a rounding of anything.
                let tolerance =
                    if digits < 2 { 1e-9 } else { 0.5 * 10_f64.powi(1 - i32::try_from(digits).unwrap_or(15)) };
                let leading = 10_f64.powf(scale.max(f64::MIN_POSITIVE).log10().floor());
                (x - y).abs() <= (tolerance * leading).max(1e-9 * scale)
            }
        }
        (Normal::Date(x), Normal::Date(y)) => {
            let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
            long.strip_prefix(short.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', 'T', ':', '.', 'Z']))
        }
        (Normal::Text(x), Normal::Text(y)) => x == y && !x.is_empty(),
        _ => false,
    }
}

/// The value as a person reads it.
pub(crate) fn shown(value: &Value, language: &str) -> String {
    match value {
        Value::Text(t)
        | Value::Person(t)
        | Value::Organisation(t)
        | Value::Language(t)
        | Value::Url(t)
        | Value::Email(t)
        | Value::Phone(t)
        | Value::Version(t) => crate::clean::shown(t),
        Value::Boolean(b) => if *b { "yes" } else { "no" }.to_owned(),
        Value::Number(n) => number(n, language),
        Value::NumberRange(range) => format!("{}–{}", number(&range.start, language), number(&range.end, language)),
        Value::Ordinal(n) => ordinal(*n, language),
        Value::Percentage(n) => format!("{}%", number(n, language)),
        Value::Quantity(q) => quantity(q, language),
        Value::QuantityRange(range) => {
            format!("{}–{}", number(&range.low.number, language), quantity(&range.high, language))
        }
        Value::Money(m) => format!("{} {}", number(&m.amount, language), crate::clean::shown(&m.currency)),
        Value::Date(d) => date(d, language),
        Value::Time(t) => t.strip_suffix(":00").filter(|t| t.len() == 5).unwrap_or(t).to_owned(),
        Value::DateTime(d) => date_time(d, language),
        Value::DateRange(range) => format!("{} – {}", date(&range.start, language), date(&range.end, language)),
        Value::Duration(d) => d.clone(),
        Value::Place(place) => crate::clean::shown(&place.name),
        Value::Identifier(id) => crate::clean::shown(&id.id),
        Value::Coordinates(c) => format!("{}, {}", c.latitude, c.longitude),
    }
}

fn quantity(q: &Quantity, language: &str) -> String {
    let unit = crate::clean::shown(units::symbol(&q.unit));
    if unit.is_empty() { number(&q.number, language) } else { format!("{} {unit}", number(&q.number, language)) }
}

/// A decimal string with the separators of the language; left as it is when it is none.
fn number(raw: &str, language: &str) -> String {
    let raw = raw.trim();
    let (sign, body) = raw.strip_prefix('-').map_or(("", raw), |body| ("−", body));
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return crate::clean::shown(raw);
    }
    let (group, point) = match language.split('-').next().unwrap_or_default() {
        "de" | "es" | "it" | "nl" | "pt" | "tr" | "id" | "el" | "ro" | "vi" | "da" => (".", ","),
        "fr" | "ru" | "pl" | "uk" | "cs" | "sv" | "nb" | "fi" | "bg" | "sk" => ("\u{a0}", ","),
        _ => (",", "."),
    };
    let mut out = sign.to_owned();
    let first = whole.len() % 3;
    for (at, c) in whole.char_indices() {
        if at > 0 && at % 3 == first {
            out.push_str(group);
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push_str(point);
        out.push_str(fraction);
    }
    out
}

fn ordinal(n: i64, language: &str) -> String {
    if !english(language) {
        return format!("{n}.");
    }
    let end = match (n.rem_euclid(10), n.rem_euclid(100)) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

pub(crate) fn english(language: &str) -> bool {
    matches!(language.split('-').next().unwrap_or_default(), "en" | "" | "und")
}

/// `28 September 1928`, as far as the date goes; ISO 8601 outside of English.
pub(crate) fn date(iso: &str, language: &str) -> String {
    let mut parts = iso.splitn(3, '-');
    let (year, month, day) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let name = month.and_then(|month| month.parse::<usize>().ok()).and_then(|at| MONTHS.get(at.checked_sub(1)?));
    match (name, day.map(|day| day.parse::<u8>())) {
        (Some(name), None) if english(language) => format!("{name} {year}"),
        (Some(name), Some(Ok(day))) if english(language) => format!("{day} {name} {year}"),
        _ => crate::clean::shown(iso),
    }
}

fn date_time(iso: &str, language: &str) -> String {
    match iso.split_once('T') {
        Some((day, time)) => {
            let clock = time.get(..5).unwrap_or(time);
            format!("{}, {}", date(day, language), crate::clean::shown(clock))
        }
        None => date(iso, language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_by_meaning() {
        let quantity =
            |number: &str, unit: &str| Value::Quantity(Quantity { number: number.into(), unit: unit.into() });
        let number = |n: &str| Value::Number(n.into());
        for (a, b, wanted) in [
            (quantity("1.609344", "km"), quantity("1", "[mi_i]"), true),
            (quantity("100", "Cel"), quantity("212", "[degF]"), true),
            (quantity("8849", "m"), quantity("8848", "m"), false),
            (number("125700000"), number("125681593"), true),
            (number("36"), number("37"), false),
            (number("7"), number("7.4"), false),
            (Value::Date("1928".into()), Value::Date("1928-09-28".into()), true),
            (Value::Date("1928".into()), Value::Date("1929-09-28".into()), false),
            (Value::Text("São Paulo".into()), Value::Text("sao paulo".into()), true),
            (Value::Text("".into()), Value::Text("".into()), false),
        ] {
            assert_eq!(same(&normal(&a), &normal(&b)), wanted, "{a:?} {b:?}");
        }
    }

    #[test]
    fn values_read_as_the_language_writes_them() {
        for (value, language, wanted) in [
            (Value::Number("-1234567.50".into()), "en", "−1,234,567.50"),
            (Value::Number("1234".into()), "de-AT", "1.234"),
            (Value::Date("1928-09-28".into()), "en", "28 September 1928"),
            (Value::Date("1928-09".into()), "en", "September 1928"),
            (Value::Ordinal(112), "en", "112th"),
            (Value::Quantity(Quantity { number: "21.5".into(), unit: "Cel".into() }), "en", "21.5 °C"),
        ] {
            assert_eq!(shown(&value, language), wanted);
        }
    }
}
