//! RDF terms, and the values they mean.

use crate::date;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::prose::squeeze;
use zero_connector_sdk::{Coordinates, Value};

/// What a variable is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Term {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) language: Option<String>,
    pub(crate) datatype: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Iri,
    Literal,
    Blank,
}

impl Term {
    /// Whether it leads to a page.
    pub(crate) fn is_web(&self) -> bool {
        self.kind == Kind::Iri && crate::template::is_iri(&self.text)
    }

    /// The value and how it is written in a sentence; none when it says nothing to a reader.
    pub(crate) fn value(&self) -> Option<(Value, String)> {
        let text = squeeze(&self.text);
        if text.is_empty() || self.kind != Kind::Literal {
            return None;
        }
        let local = self.datatype.as_deref().and_then(|it| it.rsplit(['#', '/']).next()).unwrap_or_default();
        let value = match local {
            "integer" | "int" | "long" | "short" | "byte" | "nonNegativeInteger" | "positiveInteger"
            | "negativeInteger" | "nonPositiveInteger" | "unsignedInt" | "unsignedLong" | "unsignedShort"
            | "unsignedByte" | "decimal" | "double" | "float" => {
                let number = decimal(&text)?;
                return Some((Value::Number(number.clone()), number));
            }
            "boolean" => Value::Boolean(matches!(text.as_str(), "true" | "1")),
            "date" | "dateTime" | "dateTimeStamp" | "gYear" | "gYearMonth" => {
                let date = date::iso(&text)?;
                let value = if date.contains('T') { Value::DateTime(date.clone()) } else { Value::Date(date.clone()) };
                return Some((value, date));
            }
            "time" => Value::Time(text.clone()),
            "duration" | "dayTimeDuration" | "yearMonthDuration" => Value::Duration(text.clone()),
            "anyURI" => Value::Url(text.clone()),
            "wktLiteral" => {
                let at = point(&text)?;
                return Some((Value::Coordinates(at), format!("{}, {}", at.latitude, at.longitude)));
            }
            _ => Value::Text(text.clone()),
        };
        Some((value, text))
    }
}

/// A number without sign of plus or exponent: `+1.50`, `1.5E3`.
fn decimal(text: &str) -> Option<String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let plain = text.strip_prefix('-').unwrap_or(text);
    if !plain.is_empty() && plain.len() < 40 && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return plain
            .bytes()
            .filter(|byte| *byte == b'.')
            .count()
            .le(&1)
            .then(|| text.trim_end_matches('.').to_owned());
    }
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite() && number.abs() < 1e18)?;
    Some(number.to_string())
}

/// `POINT(longitude latitude)`, with the IRI of its reference system in front or none.
fn point(text: &str) -> Option<Coordinates> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    let mut numbers = inner.split_whitespace().map(|number| number.parse::<f64>().ok());
    let (longitude, latitude) = (numbers.next()??, numbers.next()??);
    let fits = text.to_ascii_lowercase().contains("point")
        && (-180.0..=180.0).contains(&longitude)
        && (-90.0..=90.0).contains(&latitude);
    fits.then_some(Coordinates { latitude, longitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_values() {
        let term = |datatype: &str, text: &str| Term {
            kind: Kind::Literal,
            text: text.to_owned(),
            language: None,
            datatype: (!datatype.is_empty()).then(|| format!("http://www.w3.org/2001/XMLSchema#{datatype}")),
        };
        for (datatype, text, value, said) in [
            ("integer", "+14", Value::Number("14".into()), "14"),
            ("double", "1.5E3", Value::Number("1500".into()), "1500"),
            ("date", "2027-03-01Z", Value::Date("2027-03-01".into()), "2027-03-01"),
            ("dateTime", "1952-03-11T00:00:00Z", Value::Date("1952-03-11".into()), "1952-03-11"),
            (
                "dateTime",
                "2027-03-01T09:30:00+01:00",
                Value::DateTime("2027-03-01T09:30:00+01:00".into()),
                "2027-03-01T09:30:00+01:00",
            ),
            ("gYear", "1999", Value::Date("1999".into()), "1999"),
            ("boolean", "true", Value::Boolean(true), "true"),
            (
                "wktLiteral",
                "Point(10.75 59.91)",
                Value::Coordinates(Coordinates { latitude: 59.91, longitude: 10.75 }),
                "59.91, 10.75",
            ),
            ("", " two  words ", Value::Text("two words".into()), "two words"),
        ] {
            assert_eq!(term(datatype, text).value(), Some((value, said.to_owned())), "{datatype} {text}");
        }
        for (datatype, text) in
            [("integer", "x"), ("double", "INF"), ("date", "soon"), ("wktLiteral", "LINESTRING(0 1, 2 3)"), ("", " ")]
        {
            assert_eq!(term(datatype, text).value(), None, "{datatype} {text}");
        }
    }
}
