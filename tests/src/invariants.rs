//! What holds for every answer, whatever was asked and whatever the sources did.

use std::collections::BTreeSet;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::settings::Settings;
use zero_pipeline::{Answered, Rooms};
use zero_types::prelude::*;

/// Checks an answer and its replay.
///
/// # Errors
/// Says what does not hold.
pub fn check<R: Rooms>(answered: &Answered, rooms: &R, settings: &Settings) -> Result<(), String> {
    shape(&answered.answer)?;
    for sentence in &answered.answer.sentences {
        cited(answered, &sentence.citations, &sentence.text)?;
    }
    for side in answered.answer.contradictions.iter().flat_map(|contradiction| &contradiction.sides) {
        cited(answered, &side.citations, &side.text)?;
    }
    ledger(answered)?;
    replay(answered, rooms, settings)
}

/// Sentences or an abstention, never both, never neither.
fn shape(answer: &Answer) -> Result<(), String> {
    let abstained = answer.abstention.is_some();
    if abstained != answer.sentences.is_empty() {
        return Err(format!("sentences and abstention do not exclude each other: {answer:?}"));
    }
    if !(0.0..=1.0).contains(&answer.confidence) || (abstained && answer.confidence != 0.0) {
        return Err(format!("confidence {} of {answer:?}", answer.confidence));
    }
    Ok(())
}

/// Whatever is said points to text that a source gave.
fn cited(answered: &Answered, citations: &[Citation], said: &str) -> Result<(), String> {
    if citations.is_empty() {
        return Err(format!("nothing is cited for `{said}`"));
    }
    for citation in citations {
        let finding = answered.findings.get(citation.finding as usize);
        let finding = finding.ok_or_else(|| format!("`{said}` cites finding {}", citation.finding))?;
        let passage = finding.passages.get(citation.passage as usize);
        let passage = passage.ok_or_else(|| format!("`{said}` cites passage {}", citation.passage))?;
        let quote = citation.span.of(&passage.text);
        if quote.is_none_or(|quote| quote.trim().is_empty()) || finding.source_id != citation.source_id {
            return Err(format!("`{said}` cites {citation:?}, which is not in `{}`", passage.text));
        }
    }
    Ok(())
}

/// Every candidate has one line, and no line is there twice.
fn ledger(answered: &Answered) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for entry in &answered.ledger {
        if !seen.insert(entry.source_id.as_str()) {
            return Err(format!("`{}` is in the ledger twice", entry.source_id));
        }
    }
    let absent = answered.candidates.iter().find(|record| !seen.contains(record.source.id.as_str()));
    absent.map_or(Ok(()), |record| Err(format!("candidate `{}` is not in the ledger", record.source.id)))
}

/// The receipt gives the same bytes again.
fn replay<R: Rooms>(answered: &Answered, rooms: &R, settings: &Settings) -> Result<(), String> {
    let written = Receipt::of(answered, settings).and_then(|receipt| receipt.to_json());
    let written = written.map_err(|problem| problem.to_string())?;
    let receipt = Receipt::from_json(written.as_bytes()).map_err(|error| error.to_string())?;
    let replayed = receipt.replay(rooms.clone(), false).map_err(|error| error.to_string())?;
    match replayed.first_difference() {
        None if replayed.is_equal() => Ok(()),
        difference => Err(format!("the replay differs: {difference:#?}")),
    }
}
