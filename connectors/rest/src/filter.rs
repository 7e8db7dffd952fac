//! Filters: what a hole does to its values, one after the other.
//!
//! Takes: the values of a hole. Gives: other values. Fails: on unknown names and missing arguments, when parsed.
//! Limits: those of the values. Why it is so: a short closed list, each of which some service needs; see the README.

use crate::template::{Scope, split};
use std::borrow::Cow;

/// One filter of a hole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter<'t> {
    Lower,
    Upper,
    Trim,
    Html,
    First,
    Last,
    Count,
    Year,
    Number,
    Segments,
    Underscores,
    Escape,
    Take(usize),
    Words(usize),
    Round(u32),
    Join(&'t str),
    Split(&'t str),
    Before(&'t str),
    After(&'t str),
    Map(&'t str),
    Times(&'t str),
    Date(Option<&'t str>),
    Replace(&'t str, &'t str),
}

impl<'t> Filter<'t> {
    /// Reads `name`, `name:argument` or `name:'argument':'argument'`.
    pub(crate) fn parse(text: &'t str) -> Result<Self, String> {
        let mut parts = split(text, ":").into_iter();
        let name = parts.next().unwrap_or_default().trim();
        let arguments: Vec<&str> = parts.map(unquote).collect();
        let argument = || arguments.first().copied().ok_or_else(|| format!("filter `{name}` needs an argument"));
        let number = || argument()?.parse().map_err(|_| format!("the argument of filter `{name}` is no number"));
        Ok(match name {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "trim" => Self::Trim,
            "html" => Self::Html,
            "first" => Self::First,
            "last" => Self::Last,
            "count" => Self::Count,
            "year" => Self::Year,
            "number" => Self::Number,
            "segments" => Self::Segments,
            "underscores" => Self::Underscores,
            "escape" => Self::Escape,
            "take" => Self::Take(number()?),
            "words" => Self::Words(number()?),
            "round" => Self::Round(u32::try_from(number()?).unwrap_or(u32::MAX).min(9)),
            "join" => Self::Join(argument()?),
            "split" => Self::Split(argument()?),
            "before" => Self::Before(argument()?),
            "after" => Self::After(argument()?),
            "map" => Self::Map(argument()?),
            "times" => Self::Times(argument()?),
            "date" => Self::Date(arguments.first().copied()),
            "replace" => Self::Replace(argument()?, arguments.get(1).copied().unwrap_or_default()),
            _ => return Err(format!("unknown filter `{name}`")),
        })
    }

    /// The values after it.
    pub(crate) fn apply<'s>(&self, mut values: Vec<Cow<'s, str>>, scope: Scope<'s, '_>) -> Vec<Cow<'s, str>> {
        match self {
            Self::First => {
                values.truncate(1);
                values
            }
            Self::Last => values.pop().into_iter().collect(),
            Self::Take(count) => {
                values.truncate(*count);
                values
            }
            Self::Count => vec![Cow::Owned(values.len().to_string())],
            Self::Join(separator) if values.len() > 1 => vec![Cow::Owned(values.join(separator))],
            Self::Split(separator) => {
                let parts = values.iter().flat_map(|value| value.split(separator));
                parts.map(|part| Cow::Owned(part.trim().to_owned())).collect()
            }
            Self::Join(_) | Self::Segments => values,
            _ => values.iter().filter_map(|value| self.one(value, scope)).map(Cow::Owned).collect(),
        }
    }

    fn one(&self, value: &str, scope: Scope<'_, '_>) -> Option<String> {
        Some(match self {
            Self::Lower => value.to_lowercase(),
            Self::Upper => value.to_uppercase(),
            Self::Trim => value.trim().to_owned(),
            Self::Html => crate::html::strip(value),
            Self::Underscores => value.trim().replace(' ', "_"),
            Self::Escape => value.replace('\\', "\\\\").replace('"', "\\\"").replace('\'', "\\'"),
            Self::Year => crate::date::normalise(value)?.get(..4)?.to_owned(),
            Self::Number => crate::decimal::clean(value)?,
            Self::Round(digits) => crate::decimal::round(value, *digits)?,
            Self::Times(name) => {
                let name = name.trim_start_matches(':');
                match scope.vars.first(name) {
                    Some(factor) => crate::decimal::times(value, factor)?,
                    None => value.to_owned(),
                }
            }
            Self::Words(count) => value.split_whitespace().take(*count).collect::<Vec<_>>().join(" "),
            Self::Before(mark) => value.split_once(mark).map_or(value, |(before, _)| before).to_owned(),
            Self::After(mark) => value.rsplit_once(mark).map_or(value, |(_, after)| after).to_owned(),
            Self::Map(name) => {
                let map = scope.maps.get(*name)?;
                map.get(value).or_else(|| map.get(&value.to_lowercase())).or_else(|| map.get("*"))?.clone()
            }
            Self::Date(None) => crate::date::normalise(value)?,
            Self::Date(Some(format)) => crate::date::with_format(value, format)?,
            Self::Replace(from, to) => value.replace(from, to),
            _ => value.to_owned(),
        })
    }
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text)
}
