//! Records to passages, and passages to findings.

use crate::ask::Verb;
use crate::record::Record;
use crate::settings::Settings;
use crate::xml::Answer;
use serde::{Deserialize, Serialize};
use zero_connector_sdk::prose::cut;
use zero_connector_sdk::{Claim, Findings, Identifier, Passage, Source, Span, Value};

/// Bytes of text of one passage.
const TEXT_BYTES_MAX: usize = 1600;
/// Characters of a word that must agree.
const STEM_CHARS: usize = 6;
/// Sets or formats told in one passage.
const LINES_MAX: usize = 40;

/// A record as it is told; travels between the parts of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Found {
    title: String,
    url: Option<String>,
    text: String,
    language: Option<String>,
    date: Option<String>,
    creators: Vec<String>,
    publisher: String,
    doi: Option<String>,
    /// Share of the asked words it holds.
    fit: f32,
}

pub(crate) fn of(settings: &Settings, verb: Verb, words: &[String], answer: Answer) -> Vec<Found> {
    match verb {
        Verb::GetRecord | Verb::ListRecords => {
            let told = |record: &Record| match record.deleted {
                // A list is asked for what there is; a record, for whether it is.
                true => (verb == Verb::GetRecord).then(|| deleted(record)),
                false => record_found(record),
            };
            let found = answer.records.iter().filter_map(told);
            found.filter_map(|found| fitting(found, words)).collect()
        }
        Verb::ListIdentifiers => list(settings, "identifiers", &answer, |record| {
            (!record.deleted).then(|| format!("{} ({})", record.identifier(), record.datestamp()))
        }),
        Verb::ListSets => list(settings, "sets", &answer, |record| {
            Some(format!("{} ({})", record.own("setName"), record.own("setSpec")))
        }),
        Verb::ListMetadataFormats => list(settings, "metadata formats", &answer, |record| {
            Some(format!("{} ({})", record.own("metadataPrefix"), record.own("schema")))
        }),
        Verb::Identify => answer.records.first().map(|record| repository(settings, record)).into_iter().collect(),
    }
}

fn plain(title: String, url: Option<String>, text: String) -> Found {
    let publisher = String::new();
    Found { title, url, text, language: None, date: None, creators: Vec::new(), publisher, doi: None, fit: 1.0 }
}

fn record_found(record: &Record) -> Option<Found> {
    let (title, description) = (record.title(), record.description());
    if title.is_empty() && description.is_empty() {
        return None;
    }
    let mut text = if description.is_empty() { title.clone() } else { cut(&description, TEXT_BYTES_MAX).to_owned() };
    let subjects = record.subjects();
    if !subjects.is_empty() {
        text.push_str(&format!("\nSubjects: {}.", cut(&subjects.join("; "), TEXT_BYTES_MAX)));
    }
    Some(Found {
        title,
        url: record.url(),
        text,
        language: record.language().map(str::to_owned),
        date: record.date(),
        creators: record.creators(),
        publisher: record.publisher().to_owned(),
        doi: record.doi(),
        fit: 1.0,
    })
}

fn deleted(record: &Record) -> Found {
    let id = record.identifier();
    plain(id.to_owned(), None, format!("The record {id} was deleted on {}.", record.datestamp()))
}

/// The record with the share of the words it holds; none when it holds none of them.
fn fitting(found: Found, words: &[String]) -> Option<Found> {
    if words.is_empty() {
        return Some(found);
    }
    let text = format!("{} {} {}", found.title, found.text, found.creators.join(" ")).to_lowercase();
    let held = words.iter().filter(|word| text.contains(&word.chars().take(STEM_CHARS).collect::<String>())).count();
    #[allow(clippy::cast_precision_loss, reason = "a handful of words")]
    let fit = held as f32 / words.len() as f32;
    (held > 0).then_some(Found { fit, ..found })
}

/// Many small things in one passage.
fn list(settings: &Settings, what: &str, answer: &Answer, line: impl Fn(&Record) -> Option<String>) -> Vec<Found> {
    let lines: Vec<String> = answer.records.iter().filter_map(line).take(LINES_MAX).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let text = format!("The repository's {what}: {}.", lines.join("; "));
    vec![plain(format!("The repository's {what}"), Some(settings.base.clone()), text)]
}

fn repository(settings: &Settings, record: &Record) -> Found {
    let name = record.own("repositoryName");
    let facts = [
        ("earliest record", "earliestDatestamp"),
        ("deleted records", "deletedRecord"),
        ("dates to the", "granularity"),
        ("protocol version", "protocolVersion"),
    ];
    let facts: Vec<String> = facts
        .iter()
        .map(|(what, leaf)| (what, record.own(leaf)))
        .filter(|(_, said)| !said.is_empty())
        .map(|(what, said)| format!("{what} {said}"))
        .collect();
    plain(name.to_owned(), Some(settings.base.clone()), format!("{name} is a repository: {}.", facts.join("; ")))
}

pub(crate) fn findings(source: &Source, settings: &Settings, mut found: Vec<Found>) -> Findings {
    found.sort_by(|a, b| b.fit.total_cmp(&a.fit));
    found.truncate(settings.limit);
    let mut findings = Findings::none();
    for (nth, found) in found.into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "there are at most 32")]
        let score = (found.fit - 0.02 * nth as f32).clamp(0.05, 1.0);
        push(&mut findings, source, found, score);
    }
    findings
}

fn push(findings: &mut Findings, source: &Source, found: Found, score: f32) {
    let passage = u32::try_from(findings.passages.len()).unwrap_or(u32::MAX);
    let mut text = found.text;
    let mut claim = |text: &mut String, before: &str, said: &str, property: &str, value: Value| {
        text.push_str(before);
        let start = text.len();
        text.push_str(said);
        findings.claims.push(Claim {
            passage,
            span: Span::new(start, text.len()),
            subject: found.title.clone(),
            property: property.to_owned(),
            value,
            time: None,
            negated: false,
        });
    };
    for (nth, creator) in found.creators.iter().take(8).enumerate() {
        claim(&mut text, if nth == 0 { "\nBy " } else { "; " }, creator, "author", Value::Person(creator.clone()));
    }
    if let Some(date) = &found.date {
        claim(&mut text, "\nDated ", date, "publication date", Value::Date(date.clone()));
    }
    if !found.publisher.is_empty() {
        claim(
            &mut text,
            "\nPublished by ",
            &found.publisher,
            "publisher",
            Value::Organisation(found.publisher.clone()),
        );
    }
    if let Some(doi) = &found.doi {
        let value = Value::Identifier(Identifier { scheme: "doi".to_owned(), id: doi.clone() });
        claim(&mut text, "\nDOI ", doi, "doi", value);
    }
    findings.passages.push(Passage {
        title: found.title,
        url: found.url,
        text,
        language: found.language.or_else(|| source.languages.first().cloned()),
        published: found.date,
        score,
    });
}
