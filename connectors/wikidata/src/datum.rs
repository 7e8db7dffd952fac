//! One value of a statement: read from Wikibase's form, written as text and as a typed value.

use crate::api::DataValue;
use crate::properties::Holds;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use zero_connector_sdk as sdk;
use zero_connector_sdk::Value;

/// Bytes of one text value.
const TEXT_BYTES_MAX: usize = 1000;
/// Digits of one number.
const NUMBER_BYTES_MAX: usize = 40;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Datum {
    /// `Q90`.
    Item(String),
    /// ISO 8601, as precise as it is known; a second form for reading.
    Time {
        iso: String,
        read: String,
    },
    /// A decade or longer: first year and the year after the last.
    Years {
        from: String,
        to: String,
        read: String,
    },
    /// The unit's item.
    Quantity {
        number: String,
        unit: Option<String>,
    },
    Coordinates {
        latitude: f64,
        longitude: f64,
    },
    Text(String),
}

/// Item, UCUM code, and how it is read.
const UNITS: &[(&str, &str, &str)] = &[
    ("Q11573", "m", "m"),
    ("Q828224", "km", "km"),
    ("Q174728", "cm", "cm"),
    ("Q174789", "mm", "mm"),
    ("Q712226", "km2", "km²"),
    ("Q25343", "m2", "m²"),
    ("Q35852", "har", "ha"),
    ("Q11570", "kg", "kg"),
    ("Q41803", "g", "g"),
    ("Q191118", "t", "t"),
    ("Q25267", "Cel", "°C"),
    ("Q42289", "[degF]", "°F"),
    ("Q11579", "K", "K"),
    ("Q11574", "s", "s"),
    ("Q7727", "min", "min"),
    ("Q25235", "h", "h"),
    ("Q573", "d", "days"),
    ("Q577", "a", "years"),
    ("Q3710", "[ft_i]", "ft"),
    ("Q253276", "[mi_i]", "mi"),
    ("Q218593", "[in_i]", "in"),
    ("Q180154", "km/h", "km/h"),
    ("Q182429", "m/s", "m/s"),
    ("Q25517", "m3", "m³"),
    ("Q11582", "L", "L"),
    ("Q4243638", "km3", "km³"),
    ("Q13147228", "g/cm3", "g/cm³"),
];
/// Item and ISO 4217 code.
const CURRENCIES: &[(&str, &str)] =
    &[("Q4917", "USD"), ("Q4916", "EUR"), ("Q25224", "GBP"), ("Q8146", "JPY"), ("Q25344", "CHF"), ("Q39099", "CNY")];

impl Datum {
    pub(crate) fn of(value: &DataValue) -> Option<Self> {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        match value.kind.as_str() {
            "wikibase-entityid" => value
                .value
                .get("id")
                .and_then(Json::as_str)
                .filter(|id| is_item(id))
                .map(|id| Self::Item(id.to_owned())),
            "string" => text(&value.value).and_then(short).map(Self::Text),
            "monolingualtext" => value.value.get("text").and_then(text).and_then(short).map(Self::Text),
            "time" => time(value.value.get("time")?.as_str()?, value.value.get("precision")?.as_u64()?),
            "quantity" => {
                let number = value.value.get("amount")?.as_str()?;
                let number = number.strip_prefix('+').unwrap_or(number);
                let unit = value.value.get("unit").and_then(Json::as_str).and_then(|unit| unit.rsplit('/').next());
                is_number(number).then(|| Self::Quantity {
                    number: number.to_owned(),
                    unit: unit.filter(|unit| is_item(unit)).map(str::to_owned),
                })
            }
            "globecoordinate" => {
                let degrees = |name: &str| value.value.get(name).and_then(Json::as_f64);
                Some(Self::Coordinates { latitude: degrees("latitude")?, longitude: degrees("longitude")? })
            }
            _ => None,
        }
    }

    /// The item whose label is needed before this can be read.
    pub(crate) fn unlabelled(&self) -> Option<&str> {
        match self {
            Self::Item(id) => Some(id),
            Self::Quantity { unit: Some(unit), .. } if ucum(unit).is_none() && currency(unit).is_none() => Some(unit),
            _ => None,
        }
    }

    /// As a person reads it and as a claim says it; none when its label is missing.
    pub(crate) fn say(&self, holds: Holds, labels: &BTreeMap<String, String>) -> Option<(String, Value)> {
        Some(match self {
            Self::Item(id) => {
                let label = labels.get(id)?.clone();
                let value = match holds {
                    Holds::Person => Value::Person(label.clone()),
                    Holds::Organisation => Value::Organisation(label.clone()),
                    Holds::Place => {
                        Value::Place(sdk::Place { name: label.clone(), country: None, latitude: None, longitude: None })
                    }
                    _ => Value::Text(label.clone()),
                };
                (label, value)
            }
            Self::Time { iso, read } => (read.clone(), Value::Date(iso.clone())),
            Self::Years { from, to, read } => {
                (read.clone(), Value::DateRange(sdk::Interval { start: from.clone(), end: to.clone() }))
            }
            Self::Quantity { number, unit: None } => (grouped(number), Value::Number(number.clone())),
            Self::Quantity { number, unit: Some(unit) } => {
                let amount = number.clone();
                if let Some(code) = currency(unit) {
                    let money = sdk::Money { amount, currency: code.to_owned() };
                    return Some((format!("{} {code}", grouped(number)), Value::Money(money)));
                }
                let (code, symbol) = match ucum(unit) {
                    Some((code, symbol)) => (code.to_owned(), symbol.to_owned()),
                    None => (labels.get(unit)?.clone(), labels.get(unit)?.clone()),
                };
                let quantity = sdk::Quantity { number: amount, unit: code };
                (format!("{} {symbol}", grouped(number)), Value::Quantity(quantity))
            }
            Self::Coordinates { latitude, longitude } => (
                format!("{latitude:.4}, {longitude:.4}"),
                Value::Coordinates(sdk::Coordinates { latitude: *latitude, longitude: *longitude }),
            ),
            Self::Text(text) if holds == Holds::Url => (text.clone(), Value::Url(text.clone())),
            Self::Text(text) => (text.clone(), Value::Text(text.clone())),
        })
    }

    /// When a qualifier of this value says that something held.
    pub(crate) fn as_time(&self) -> Option<&str> {
        match self {
            Self::Time { iso, .. } => Some(iso),
            _ => None,
        }
    }
}

/// `Q` and digits.
pub(crate) fn is_item(id: &str) -> bool {
    id.strip_prefix('Q').is_some_and(|n| !n.is_empty() && n.len() < 12 && n.bytes().all(|b| b.is_ascii_digit()))
}

fn ucum(unit: &str) -> Option<(&'static str, &'static str)> {
    UNITS.iter().find(|(id, ..)| *id == unit).map(|(_, code, symbol)| (*code, *symbol))
}

fn currency(unit: &str) -> Option<&'static str> {
    CURRENCIES.iter().find(|(id, _)| *id == unit).map(|(_, code)| *code)
}

fn short(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= TEXT_BYTES_MAX).then(|| text.to_owned())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= NUMBER_BYTES_MAX && all(whole) && all(part)
}

/// `123802000` as `123,802,000`.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut out = sign.to_owned();
    for (nth, digit) in whole.chars().enumerate() {
        // Four digits are read more easily without: 1950.
        if nth > 0 && whole.len() > 4 && (whole.len() - nth) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    match part {
        Some(part) => format!("{out}.{part}"),
        None => out,
    }
}

/// `+1867-11-07T00:00:00Z` as precise as `precision` says (11 is the day, 9 the year). A date of the Julian calendar
/// is kept as it is stated, because that is how every other source states it.
fn time(text: &str, precision: u64) -> Option<Datum> {
    let before_christ = text.starts_with('-');
    let (date, _) = text.get(1..)?.split_once('T')?;
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(0..1_000_000).contains(&year) {
        return None;
    }
    let era = if before_christ { " BCE" } else { "" };
    let of_era = |year: i64| if before_christ { 1 - year } else { year };
    let month_name = sdk::english::MONTHS.get(usize::try_from(month - 1).unwrap_or(usize::MAX));
    match precision {
        11.. if (1..=31).contains(&day) && month_name.is_some() => Some(Datum::Time {
            iso: format!("{}-{month:02}-{day:02}", iso_year(of_era(year))),
            read: format!("{day} {} {year}{era}", month_name?),
        }),
        10.. if month_name.is_some() => Some(Datum::Time {
            iso: format!("{}-{month:02}", iso_year(of_era(year))),
            read: format!("{} {year}{era}", month_name?),
        }),
        9.. => Some(Datum::Time { iso: iso_year(of_era(year)), read: format!("{year}{era}") }),
        6..=8 => {
            let (years, read) = match precision {
                8 => (10, format!("{}s{era}", year / 10 * 10)),
                7 => (100, format!("{}. century{era}", (year + 99) / 100)),
                _ => (1000, format!("{}. millennium{era}", (year + 999) / 1000)),
            };
            // A decade is `1860s`; the 19th century is 1801 to 1900.
            let first = if years == 10 { year / 10 * 10 } else { (year + years - 1) / years * years - years + 1 };
            let (from, to) = if before_christ { (1 - (first + years - 1), 2 - first) } else { (first, first + years) };
            Some(Datum::Years { from: iso_year(from), to: iso_year(to), read })
        }
        _ => None,
    }
}

/// ISO 8601 counts a year 0, which is 1 BCE.
fn iso_year(year: i64) -> String {
    if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") }
}
