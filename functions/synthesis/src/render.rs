//! A sentence from a fact.
//!
//! Takes a fact, the findings and the language; gives the sentence of the passage that says it, where that is a good
//! sentence, else one built of subject, property and value. Fails never. Why it is so: an author's sentence reads
//! better than ours, but a table row or an order to the reader does not.

use zero_types::prelude::*;

use crate::claims::Fact;
use crate::text::{Class, Lexer};
use crate::{clean, segment, value};

/// Longer sentences bury the fact.
const QUOTE_BYTES_MAX: usize = 320;

/// The sentence and its citations.
pub(crate) fn sentence(
    fact: &Fact,
    findings: &[Finding],
    known: &[String],
    language: &str,
    lexer: &Lexer,
) -> Option<Sentence> {
    let first = fact.values.first()?;
    let mut citations = first.citations.clone();
    if fact.values.len() == 1
        && let Some((text, span)) = quote(fact, findings, known, lexer)
    {
        if let Some(lead) = citations.first_mut() {
            lead.span = span;
        }
        return Some(Sentence { text, citations, support: first.support });
    }
    for stated in fact.values.iter().skip(1) {
        citations.extend(stated.citations.iter().take(1).cloned());
    }
    citations.dedup();
    citations.truncate(8);
    citations.iter_mut().for_each(|citation| citation.span = around(findings, citation));
    let text = built(fact, &list(fact, language), language);
    (!clean::names_foreign_url(&text, known) && !clean::speaks_to_reader(&text, false)).then_some(Sentence {
        text,
        citations,
        support: first.support,
    })
}

/// The whole statement around a claim, so that the reader sees of what the value is; the claim alone where that is long.
fn around(findings: &[Finding], citation: &Citation) -> Span {
    let passage = findings.get(citation.finding as usize).and_then(|f| f.passages.get(citation.passage as usize));
    let text = passage.map_or("", |passage| passage.text.as_str());
    let window = crate::rank::head(text, crate::rank::PASSAGE_BYTES_MAX);
    let (start, end) = (citation.span.start as usize, citation.span.end as usize);
    let sentence = segment::sentences(window).into_iter().find(|range| range.start <= start && end <= range.end);
    match sentence {
        Some(range) if range.len() <= QUOTE_BYTES_MAX => Span::new(range.start, range.end),
        _ => citation.span,
    }
}

/// The values as a list: "A, B and C".
pub(crate) fn list(fact: &Fact, language: &str) -> String {
    const LISTED_MAX: usize = 24;
    let texts: Vec<&str> = fact.values.iter().take(LISTED_MAX).map(|stated| stated.text.as_str()).collect();
    let and = match language.split('-').next().unwrap_or_default() {
        "de" => "und",
        "fr" => "et",
        "es" => "y",
        "it" | "pt" => "e",
        "nl" => "en",
        _ => "and",
    };
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {and} {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => String::new(),
    }
}

/// The passage's own sentence around the claim, if it stands alone.
fn quote(fact: &Fact, findings: &[Finding], known: &[String], lexer: &Lexer) -> Option<(String, Span)> {
    let lead = fact.values.first()?.citations.first()?;
    let text = &findings.get(lead.finding as usize)?.passages.get(lead.passage as usize)?.text;
    let window = crate::rank::head(text, crate::rank::PASSAGE_BYTES_MAX);
    let range = segment::sentences(window)
        .into_iter()
        .find(|range| range.start <= lead.span.start as usize && lead.span.end as usize <= range.end)?;
    let raw = window.get(range.clone())?;
    let shown = clean::shown(raw);
    let ended = shown.ends_with(['.', '。', '।', '!', '”', '"']);
    let tokens = lexer.tokens(&shown);
    let has_words = (4..=60).contains(&tokens.len()) && tokens.iter().any(|token| token.class == Class::Stop);
    let names_subject = lexer
        .tokens(&fact.subject)
        .iter()
        .filter(|token| token.class != Class::Stop)
        .all(|subject| tokens.iter().any(|token| token.term == subject.term));
    let good = ended
        && has_words
        && names_subject
        && shown.len() <= QUOTE_BYTES_MAX
        && !shown.contains([':', '|', '\t', ';'])
        && !clean::speaks_to_reader(&shown, false)
        && !clean::names_foreign_url(&shown, known);
    good.then(|| (shown, Span::new(range.start, range.end)))
}

/// A sentence of our own.
fn built(fact: &Fact, values: &str, language: &str) -> String {
    let (subject, property) = (&fact.subject, &fact.property);
    let time = fact.time.as_deref().map(|time| when(time, language));
    if !value::english(language) {
        let time = time.map(|time| format!(" ({time})")).unwrap_or_default();
        return format!("{subject} – {property}: {values}{time}.");
    }
    let time = time.map(|time| format!(" ({time})")).unwrap_or_default();
    match property.as_str() {
        "result" => format!("{subject} = {values}"),
        "date of birth" | "birth date" | "born" => format!("{subject} was born {} {values}.", on(values)),
        "date of death" | "death date" | "died" => format!("{subject} died {} {values}.", on(values)),
        "place of birth" | "birthplace" => format!("{subject} was born in {values}."),
        "population" => format!("The population of {subject} is {values}{time}."),
        "definition" | "description" => format!("{subject}: {values}."),
        "inception" | "founded" => format!("{subject} was founded {} {values}.", on(values)),
        _ => {
            let be = if fact.values.len() > 1 || (property.ends_with('s') && !property.ends_with("ss")) {
                "are"
            } else {
                "is"
            };
            let plural = fact.values.len() > 1 && !property.ends_with('s');
            format!("The {} of {subject} {be} {values}{time}.", if plural { many(property) } else { property.clone() })
        }
    }
}

/// When a statement held: at one time, or over a period that may be open.
fn when(time: &str, language: &str) -> String {
    let date = |time: &str| value::date(time, language);
    let english = value::english(language);
    match time.split_once('/') {
        Some((start, "")) if english => format!("since {}", date(start)),
        Some(("", end)) if english => format!("until {}", date(end)),
        Some((start, end)) => [start, end].map(date).join(" – "),
        None if english => format!("as of {}", date(time)),
        None => date(time),
    }
}

/// "on" a day, "in" a month or year.
fn on(values: &str) -> &'static str {
    let day = values.split(' ').next().is_some_and(|word| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit()));
    if day { "on" } else { "in" }
}

fn many(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with("ss") || noun.ends_with(['x', 'z']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{noun}es")
        }
        _ => format!("{noun}s"),
    }
}
