//! Claims: typed statements, each with the place in the passage where it is said.
//!
//! Takes: the mapping's rules, an item, its passage. Gives: claims; their values normalised. Fails: when rules are parsed.
//! Limits: [`CLAIMS_MAX`] claims a passage. Why it is so: a claim that no passage says cannot be cited, so a value that
//! does not stand in the text yet is said in a sentence that is added to it.

use crate::condition::Condition;
use crate::node::Node;
use crate::path::Path;
use crate::response::{conditions, first, templates};
use crate::settings::{ClaimRule, ClaimType};
use crate::template::{Scope, Template};
use zero_connector_sdk::{Claim, Coordinates, Identifier, Money, Passage, Place, Quantity, Span, Value};

const CLAIMS_MAX: usize = 32;
const VALUE_BYTES_MAX: usize = 512;

/// The rules of a step, parsed.
pub(crate) struct Claims<'t>(Vec<Rule<'t>>);

struct Rule<'t> {
    each: Option<Path<'t>>,
    kind: ClaimType,
    subject: Vec<Template<'t>>,
    property: Vec<Template<'t>>,
    value: Vec<Template<'t>>,
    unit: Vec<Template<'t>>,
    time: Vec<Template<'t>>,
    say: Vec<Template<'t>>,
    when: Vec<Condition<'t>>,
}

impl<'t> Claims<'t> {
    /// Parses the rules.
    pub(crate) fn new(rules: &'t [ClaimRule]) -> Result<Self, String> {
        let mut parsed = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let place = |key: &str| format!("claims[{at}].{key}");
            let each = rule.each.as_deref().map(Path::parse).transpose();
            parsed.push(Rule {
                each: each.map_err(|what| format!("`{}`: {what}", place("each")))?,
                kind: rule.kind,
                subject: templates(&place("subject"), &rule.subject)?,
                property: templates(&place("property"), &rule.property)?,
                value: templates(&place("value"), &rule.value)?,
                unit: templates(&place("unit"), &rule.unit)?,
                time: templates(&place("time"), &rule.time)?,
                say: templates(&place("say"), &rule.say)?,
                when: conditions(&place("when"), &rule.when)?,
            });
        }
        Ok(Self(parsed))
    }

    /// The claims of one item, whose passage is number `index`.
    pub(crate) fn read(&self, scope: Scope<'_, '_>, passage: &mut Passage, index: usize) -> Vec<Claim> {
        let mut claims = Vec::new();
        for rule in &self.0 {
            let items = match &rule.each {
                Some(path) => {
                    let found = path.find(scope.root, scope.item, scope.vars);
                    found.into_iter().flat_map(Node::elements).collect()
                }
                None => vec![scope.item],
            };
            for item in items {
                if claims.len() < CLAIMS_MAX {
                    claims.extend(rule.read(Scope { item, ..scope }, passage, index));
                }
            }
        }
        claims
    }
}

impl Rule<'_> {
    fn read(&self, scope: Scope<'_, '_>, passage: &mut Passage, index: usize) -> Option<Claim> {
        if !self.when.iter().all(|condition| condition.holds(scope)) {
            return None;
        }
        let plain = |templates: &[Template<'_>]| first(templates, scope).map(|text| crate::html::strip(&text));
        let (subject, property, raw) = (plain(&self.subject)?, plain(&self.property)?, plain(&self.value)?);
        if raw.len() > VALUE_BYTES_MAX {
            return None;
        }
        let value = value(self.kind, &raw, plain(&self.unit).as_deref())?;
        let said = match plain(&self.say) {
            Some(sentence) => sentence,
            None if stands_in(&passage.text, &raw) => raw.clone(),
            None => format!("{subject}: {property} {raw}."),
        };
        if !stands_in(&passage.text, &said) {
            let gap = if passage.text.ends_with(['.', '!', '?', '…']) { " " } else { ". " };
            passage.text.push_str(if passage.text.is_empty() { "" } else { gap });
            passage.text.push_str(&said);
        }
        let time = first(&self.time, scope).and_then(|time| crate::date::normalise(&time));
        let (passage_index, span) = (u32::try_from(index).ok()?, place_of(&passage.text, &said));
        Some(Claim { passage: passage_index, span, subject, property, value, time, negated: false })
    }
}

fn stands_in(text: &str, part: &str) -> bool {
    at_words(text, part).is_some()
}

fn place_of(text: &str, part: &str) -> Span {
    let start = at_words(text, part).unwrap_or(0);
    Span::new(start, start + part.len())
}

/// Where `part` stands as whole words: `5` is not said by `2015`.
fn at_words(text: &str, part: &str) -> Option<usize> {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(part).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + part.len()..).unwrap_or_default();
        let fraction = after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let in_number = part.ends_with(|c: char| c.is_ascii_digit()) && fraction;
        let before_word =
            word(before) || (matches!(before, Some('.' | '-')) && part.starts_with(|c: char| c.is_ascii_digit()));
        !before_word && !word(after.chars().next()) && !in_number
    })
}

/// The value in its normal form; none when the text is not of the type.
fn value(kind: ClaimType, raw: &str, unit: Option<&str>) -> Option<Value> {
    let text = raw.trim();
    let number = || crate::decimal::clean(text);
    Some(match kind {
        ClaimType::Text => Value::Text(text.to_owned()),
        ClaimType::Number => Value::Number(number()?),
        ClaimType::Percentage => Value::Percentage(crate::decimal::clean(text.trim_end_matches('%'))?),
        ClaimType::Quantity => Value::Quantity(Quantity { number: number()?, unit: unit?.to_owned() }),
        ClaimType::Money => {
            let currency = unit?.trim().to_ascii_uppercase();
            let iso = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
            Value::Money(Money { amount: number()?, currency: iso.then_some(currency)? })
        }
        ClaimType::Date => {
            let date = crate::date::normalise(text)?;
            if date.contains('T') { Value::DateTime(date) } else { Value::Date(date) }
        }
        ClaimType::Duration => Value::Duration(duration(text, unit)?),
        ClaimType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Value::Boolean(true),
            "false" | "no" | "0" => Value::Boolean(false),
            _ => return None,
        },
        ClaimType::Url => {
            (text.starts_with("https://") || text.starts_with("http://")).then(|| Value::Url(text.to_owned()))?
        }
        ClaimType::Version => text.chars().any(|c| c.is_ascii_digit()).then(|| Value::Version(text.to_owned()))?,
        ClaimType::Person => Value::Person(text.to_owned()),
        ClaimType::Organisation => Value::Organisation(text.to_owned()),
        ClaimType::Place => {
            Value::Place(Place { name: text.to_owned(), country: None, latitude: None, longitude: None })
        }
        ClaimType::Language => Value::Language(text.to_owned()),
        ClaimType::Identifier => Value::Identifier(Identifier { scheme: unit?.to_owned(), id: text.to_owned() }),
        ClaimType::Coordinates => coordinates(text)?,
    })
}

fn duration(text: &str, unit: Option<&str>) -> Option<String> {
    if text.starts_with('P') && text.len() > 2 {
        return Some(text.to_owned());
    }
    let number: f64 = crate::decimal::clean(text)?.parse().ok()?;
    let seconds = number
        * match unit.unwrap_or("s") {
            "ms" => 0.001,
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
    // Ten thousand years: far below what an integer of 64 bits holds.
    let bounded = seconds.is_finite() && seconds.abs() < 3.2e11;
    #[allow(clippy::cast_possible_truncation, reason = "bounded just above")]
    let whole = seconds.round() as i64;
    if bounded { crate::date::duration(whole) } else { None }
}

fn coordinates(text: &str) -> Option<Value> {
    let (latitude, longitude) = text.split_once(',')?;
    let (latitude, longitude): (f64, f64) = (latitude.trim().parse().ok()?, longitude.trim().parse().ok()?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then_some(Value::Coordinates(Coordinates { latitude, longitude }))
}
