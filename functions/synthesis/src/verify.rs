//! What remains of a model's draft.
//!
//! Takes a draft with marks `[1]`, the question, intent and findings; gives the sentences that the passages they cite
//! support, each with the exact span it stands on, or an abstention. Fails never. Limits: [`DRAFT_BYTES_MAX`],
//! [`SENTENCES_MAX`], [`MARKS_MAX`]. Why it is so: a model is not believed. What it may not have: a number, name or
//! address that the cited span lacks, a denial where the span affirms, roles exchanged, or a passage that is not there.

use std::collections::BTreeMap;
use zero_types::prelude::*;

use crate::compose::{self, Reading, abstain};
use crate::dedupe::Entry;
use crate::support::{Statement, Witness};
use crate::{claims, clean, confidence, expect, prompt, rank, segment};

/// Longer drafts did not keep to five sentences.
const DRAFT_BYTES_MAX: usize = 16 * 1024;
const SENTENCES_MAX: usize = 32;
/// Passages one sentence may cite.
const MARKS_MAX: usize = 6;

pub(crate) fn verify(draft: &str, question: &Question, intent: &Intent, findings: &[Finding]) -> Answer {
    if findings.iter().flat_map(|f| &f.passages).all(|p| p.text.trim().is_empty()) {
        return abstain(AbstentionKind::NothingFound, "no source had anything on this question");
    }
    let reading = Reading::new(question, intent, findings);
    let numbers = prompt::numbered(&reading.entries, findings);
    let pieces = pieces(rank::head(draft, DRAFT_BYTES_MAX));
    let total = pieces.len();
    let mut read: BTreeMap<usize, Witness<'_>> = BTreeMap::new();
    let mut sentences: Vec<Sentence> = Vec::new();
    for (text, marks) in pieces.into_iter().take(SENTENCES_MAX) {
        let kept = keep(&text, &marks, &reading, &numbers, &mut read);
        sentences.extend(kept.filter(|kept| sentences.iter().all(|sentence| sentence.text != kept.text)));
    }
    if sentences.is_empty() {
        return if !draft.contains('[') {
            abstain(AbstentionKind::NotAnswered, "the model found no answer in the passages")
        } else {
            abstain(
                AbstentionKind::Unsure,
                format!("the passages support none of the {total} sentences that the model wrote"),
            )
        };
    }
    let facts = claims::facts(question, intent, findings, &reading.entries, &reading.query, &reading.lexer);
    let contradictions: Vec<Contradiction> = facts.into_iter().filter_map(|fact| fact.contradiction).collect();
    let kept = f32::from(u16::try_from(sentences.len()).unwrap_or(1))
        / f32::from(u16::try_from(total.max(1)).unwrap_or(u16::MAX));
    let supports: Vec<f32> = sentences.iter().map(|sentence| sentence.support * (0.7 + 0.3 * kept)).collect();
    let confidence = confidence::overall(&supports, contradictions.len());
    let answer = Answer { short: short(&sentences, &reading), sentences, confidence, contradictions, abstention: None };
    clean::without_foreign_urls(answer, &reading.known)
}

/// The bare answer, where the first sentence has one that its span has too.
fn short(sentences: &[Sentence], reading: &Reading<'_>) -> Option<String> {
    let first = sentences.first()?;
    let tokens = reading.lexer.tokens(&first.text);
    let best = expect::best(&first.text, &tokens, &reading.query)?;
    let bare = first.text.get(best.at)?;
    let said = first.citations.iter().any(|citation| {
        let passage =
            reading.findings.get(citation.finding as usize).and_then(|f| f.passages.get(citation.passage as usize));
        passage.and_then(|passage| citation.span.of(&passage.text)).is_some_and(|said| said.contains(bare))
    });
    (said && best.fit >= confidence::SHORT_FIT_MIN).then(|| bare.to_owned())
}

/// The sentence with its exact spans, if every check holds.
fn keep<'f>(
    text: &str,
    marks: &[usize],
    reading: &Reading<'f>,
    numbers: &[&Entry],
    read: &mut BTreeMap<usize, Witness<'f>>,
) -> Option<Sentence> {
    let shown = clean::shown(text);
    // An invented citation taints the sentence, whoever else may support it; so does none at all.
    let cited: Vec<usize> = marks.iter().map(|mark| mark.wrapping_sub(1)).collect();
    if shown.is_empty()
        || cited.is_empty()
        || cited.len() > MARKS_MAX
        || cited.iter().any(|mark| *mark >= numbers.len())
    {
        return None;
    }
    if clean::speaks_to_reader(&shown, reading.query.steps) || clean::names_foreign_url(text, &reading.known) {
        return None;
    }
    let statement = Statement::new(&shown, &reading.lexer)?;
    let mut citations = Vec::new();
    let mut support = 0.0_f32;
    for number in cited {
        let entry = numbers.get(number)?;
        let finding = reading.findings.get(entry.finding)?;
        let passage = finding.passages.get(entry.passage)?;
        let witness = read.entry(number).or_insert_with(|| Witness::new(passage, &reading.lexer));
        if let Some((span, strength)) = witness.supports(&statement) {
            let citation = compose::cite(finding, entry, span);
            if !citations.contains(&citation) {
                citations.push(citation);
            }
            support = support.max(strength);
        }
    }
    (!citations.is_empty()).then_some(Sentence { text: shown, citations, support })
}

/// The sentences of a draft without their marks, each with the numbers it cites.
fn pieces(draft: &str) -> Vec<(String, Vec<usize>)> {
    let (plain, marks) = without_marks(draft);
    let mut out: Vec<(usize, String, Vec<usize>)> = segment::sentences(&plain)
        .into_iter()
        .filter_map(|range| {
            let text = plain.get(range.clone())?;
            text.chars().any(char::is_alphanumeric).then(|| (range.start, text.to_owned(), Vec::new()))
        })
        .collect();
    for (at, number) in marks {
        // A mark stands in its sentence or after it.
        let owner = out.partition_point(|(start, ..)| *start < at).saturating_sub(1);
        if let Some((_, _, numbers)) = out.get_mut(owner)
            && !numbers.contains(&number)
        {
            numbers.push(number);
        }
    }
    out.into_iter().map(|(_, text, numbers)| (text, numbers)).collect()
}

/// The draft with `[1]`, `[1, 2]` taken out, and where they stood.
fn without_marks(draft: &str) -> (String, Vec<(usize, usize)>) {
    let mut plain = String::with_capacity(draft.len());
    let mut marks = Vec::new();
    let mut rest = draft;
    while let Some((before, from)) = rest.split_once('[') {
        plain.push_str(before);
        let body = from.split_once(']').filter(|(body, _)| {
            !body.is_empty()
                && body.len() <= 24
                && body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' ' | b';'))
        });
        match body {
            Some((body, after)) => {
                // A number too large to be one of ours is out of range all the same.
                let numbers = body
                    .split([',', ' ', ';'])
                    .filter(|part| !part.is_empty())
                    .map(|part| part.parse().unwrap_or(usize::MAX));
                let end = plain.trim_end().len();
                marks.extend(numbers.map(|number| (end, number)));
                plain.truncate(end);
                // What follows a mark directly is a new word, but its full stop is not.
                if !after.starts_with(['.', ',', ';', ':', '!', '?', '。', '[']) {
                    plain.push(' ');
                }
                rest = after;
            }
            None => {
                plain.push('[');
                rest = from;
            }
        }
    }
    plain.push_str(rest);
    (plain, marks)
}
