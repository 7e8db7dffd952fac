//! Rows to passages: the rows of one thing are one passage, each of its values a claim.

use crate::results::{Answer, Row};
use crate::settings::{Query, Settings};
use crate::term::{Kind, Term};
use zero_connector_sdk::prose::squeeze;
use zero_connector_sdk::{Claim, Findings, Passage, Quantity, Source, Span, Value};

/// Bytes of one value in a sentence.
const VALUE_BYTES_MAX: usize = 1200;
/// Values of one passage.
const VALUES_MAX: usize = 24;
/// Passages whose values are claims.
const CLAIMED_MAX: usize = 12;

/// A thing with its values, of one row or several.
struct Thing {
    title: String,
    language: Option<String>,
    url: Option<String>,
    values: Vec<(String, Value, String)>,
}

pub(crate) fn of_rows(source: &Source, settings: &Settings, query: &Query, answer: Answer) -> Findings {
    if let Some(truth) = answer.truth {
        return of_truth(source, query, truth);
    }
    let mut things: Vec<Thing> = Vec::new();
    for row in &answer.rows {
        let Some(thing) = thing(query, row) else { continue };
        match things.iter_mut().find(|known| known.title == thing.title && known.url == thing.url) {
            Some(known) => {
                for value in thing.values {
                    if !known.values.iter().any(|(name, _, said)| *name == value.0 && *said == value.2) {
                        known.values.push(value);
                    }
                }
            }
            None => things.push(thing),
        }
    }
    things.truncate(usize::try_from(settings.limit).unwrap_or(usize::MAX));
    let mut findings = Findings::none();
    let count = things.len();
    for (nth, thing) in things.into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "there are at most 50")]
        let score = 1.0 - 0.7 * nth as f32 / count.max(1) as f32;
        push(&mut findings, source, thing, score);
    }
    findings
}

/// What `ASK` was about, and whether it is so.
fn of_truth(source: &Source, query: &Query, truth: bool) -> Findings {
    let Some(statement) = &query.statement else { return Findings::none() };
    let said = if truth { "yes" } else { "no" };
    let text = format!("{}: {said}.", statement.trim_end_matches(['.', '?']));
    let start = text.len() - said.len() - 1;
    let claim = Claim {
        passage: 0,
        span: Span::new(start, start + said.len()),
        subject: statement.clone(),
        property: "truth".to_owned(),
        value: Value::Boolean(truth),
        time: None,
        negated: false,
    };
    let passage = Passage {
        title: source.name.clone(),
        url: None,
        text,
        language: source.languages.first().cloned(),
        published: None,
        score: 1.0,
    };
    Findings { passages: vec![passage], claims: vec![claim] }
}

fn thing(query: &Query, row: &Row) -> Option<Thing> {
    let bound = |name: &str| row.iter().find(|(known, _)| known == name).map(|(_, term)| term);
    let is_label = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["label", "name", "title", "preflabel"].contains(&name.as_str()) || name.ends_with("label")
    };
    let literal = |(_, term): &&(String, Term)| term.kind == Kind::Literal;
    let title = match &query.title {
        Some(name) => bound(name).map(|term| (name.as_str(), term)),
        None => row
            .iter()
            .filter(literal)
            .find(|(name, _)| is_label(name))
            .or_else(|| row.iter().find(literal))
            .map(|(name, term)| (name.as_str(), term)),
    };
    let url = match &query.url {
        Some(name) => bound(name),
        None => row.iter().map(|(_, term)| term).find(|term| term.is_web()),
    };
    let url = url.filter(|term| term.text.starts_with("http")).map(|term| term.text.clone());
    // A thing that has no label is called by the end of its IRI.
    let (title_name, title, language) = match title {
        Some((name, term)) => (name, squeeze(&term.text), term.language.clone()),
        None => ("", url.as_deref()?.rsplit(['/', '#']).next().unwrap_or_default().replace('_', " "), None),
    };
    if title.is_empty() {
        return None;
    }
    let mut values = Vec::new();
    for (name, term) in row {
        // `xLabel` speaks for `x`.
        if name == title_name || values.len() >= VALUES_MAX || bound(&format!("{name}Label")).is_some() {
            continue;
        }
        let Some((value, said)) = term.value() else { continue };
        let name = name.strip_suffix("Label").unwrap_or(name);
        let (property, value, said) = named(query, name, value, said);
        values.push((property, value, cut(&said).to_owned()));
    }
    Some(Thing { title, language, url, values })
}

/// The English name of a variable, and the unit of its values where the source says one.
fn named(query: &Query, name: &str, value: Value, said: String) -> (String, Value, String) {
    let Some(named) = query.properties.get(name) else { return (spaced(name), value, said) };
    match (named.split_once('|'), &value) {
        (Some((property, unit)), Value::Number(number)) => {
            let quantity = Quantity { number: number.clone(), unit: unit.to_owned() };
            (property.to_owned(), Value::Quantity(quantity), format!("{said} {unit}"))
        }
        (Some((property, _)), _) => (property.to_owned(), value, said),
        (None, _) => (named.clone(), value, said),
    }
}

fn push(findings: &mut Findings, source: &Source, thing: Thing, score: f32) {
    let passage = u32::try_from(findings.passages.len()).unwrap_or(u32::MAX);
    let mut text = thing.title.clone();
    let mut claims = Vec::new();
    for (nth, (property, value, said)) in thing.values.iter().enumerate() {
        text.push_str(if nth == 0 { ": " } else { "; " });
        text.push_str(property);
        text.push(' ');
        let start = text.len();
        text.push_str(said);
        claims.push(Claim {
            passage,
            span: Span::new(start, text.len()),
            subject: thing.title.clone(),
            property: property.clone(),
            value: value.clone(),
            time: None,
            negated: false,
        });
    }
    text.push('.');
    if findings.passages.len() < CLAIMED_MAX {
        findings.claims.append(&mut claims);
    }
    findings.passages.push(Passage {
        title: thing.title,
        url: thing.url,
        text,
        language: thing.language.or_else(|| source.languages.first().cloned()),
        published: None,
        score,
    });
}

/// `populationTotal` and `birth_date` as words.
pub(crate) fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before_is_small = false;
    for c in name.chars() {
        if c.is_uppercase() && before_is_small || matches!(c, '_' | '-' | '.') {
            out.push(' ');
        }
        before_is_small = c.is_lowercase() || c.is_ascii_digit();
        if !matches!(c, '_' | '-' | '.') {
            out.extend(c.to_lowercase());
        }
    }
    squeeze(&out)
}

/// At most [`VALUE_BYTES_MAX`], after a whole sentence where there is one.
pub(crate) fn cut(text: &str) -> &str {
    if text.len() <= VALUE_BYTES_MAX {
        return text.trim_end_matches('.');
    }
    let head = text.get(..text.floor_char_boundary(VALUE_BYTES_MAX)).unwrap_or_default();
    let end = head.rfind(". ").filter(|end| *end > VALUE_BYTES_MAX / 2).or_else(|| head.rfind(' '));
    end.and_then(|end| head.get(..end)).unwrap_or(head)
}
