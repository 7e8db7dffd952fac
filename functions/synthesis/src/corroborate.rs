//! Other sources' sentences that say what a fact says.
//!
//! Takes a fact and the ranked sentences; gives citations of those that answer the same question with the same value.
//! Fails never. Limits: [`LOOKED_AT_MAX`] sentences, [`WITNESSES_MAX`] citations. Why it is so: a typed claim is
//! exact but terse, and a reader believes it sooner when an encyclopaedia says it in a sentence; a sentence that
//! denies it is no witness.

use zero_types::prelude::*;

use crate::claims::Fact;
use crate::compose::{Reading, cite};
use crate::confidence::{self, Verdict};
use crate::dedupe;
use crate::query::Query;
use crate::rank::{self, Doc};
use crate::{clean, support, text};

const LOOKED_AT_MAX: usize = 32;
const WITNESSES_MAX: usize = 3;

/// Citations of sentences that give the fact's value, one for each source that has not stated it as a claim.
pub(crate) fn witnesses(reading: &Reading<'_>, docs: &[Doc<'_>], query: &Query, fact: &Fact) -> Vec<Citation> {
    let [stated] = fact.values.as_slice() else { return Vec::new() };
    let value = text::key(&stated.text);
    if value.is_empty() {
        return Vec::new();
    }
    let mut heard: Vec<usize> = stated.citations.iter().map(|citation| citation.finding as usize).collect();
    let mut found = Vec::new();
    for hit in rank::hits(docs, query).into_iter().take(LOOKED_AT_MAX) {
        let Some(doc) = docs.get(hit.doc).filter(|doc| !heard.contains(&doc.entry.finding)) else { continue };
        let Some(finding) = reading.findings.get(doc.entry.finding) else { continue };
        let Some(at) = doc.sentences.get(hit.sentence).map(|sentence| sentence.at.clone()) else { continue };
        let Some(said) = doc.text.get(at.clone()) else { continue };
        let says = format!(" {} ", text::key(said)).contains(&format!(" {value} "))
            && matches!(confidence::of_hit(&hit, query), Verdict::Answers(_))
            && !support::negated(said, &reading.lexer.tokens(said))
            && !clean::speaks_to_reader(&clean::shown(said), false);
        if says && dedupe::sane(finding.bid) > 0.0 {
            heard.push(doc.entry.finding);
            found.push(cite(finding, &doc.entry, Span::new(at.start, at.end)));
        }
        if found.len() >= WITNESSES_MAX {
            break;
        }
    }
    found
}
