//! Which sentences answer.
//!
//! Takes findings and a query; gives sentences with a score, how much of the question they cover, and the words in them
//! that can be the answer; best first. Fails never. Limits: [`ANALYSE_BYTES_MAX`] of text are read word by word; a
//! cheap look over all of it decides which. Why it is so: a match in the sentence counts more than one beside it, in
//! the title or elsewhere in the passage, as BM25F weighs fields; rarity is counted over the found sentences.

use core::ops::Range;
use zero_types::prelude::*;

use crate::dedupe::{Entry, sane};
use crate::expect;
use crate::query::{Query, Wanted};
use crate::segment;
use crate::text::{self, Lexer, Term, Token};

/// Text that is read word by word.
pub(crate) const ANALYSE_BYTES_MAX: usize = 96 * 1024;
/// Of one passage: what follows is not read.
pub(crate) const PASSAGE_BYTES_MAX: usize = 8 * 1024;

/// A passage, read.
pub(crate) struct Doc<'f> {
    pub(crate) entry: Entry,
    pub(crate) text: &'f str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) title: Vec<Token>,
    pub(crate) sentences: Vec<Sentence>,
    bid: f32,
    score: f32,
}

#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    pub(crate) at: Range<usize>,
    pub(crate) tokens: Range<usize>,
}

impl Doc<'_> {
    pub(crate) fn sentence_tokens(&self, sentence: usize) -> &[Token] {
        self.sentences.get(sentence).and_then(|s| self.tokens.get(s.tokens.clone())).unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) doc: usize,
    pub(crate) sentence: usize,
    pub(crate) score: f32,
    /// Share of the question's weight that sentence, neighbours and title cover.
    pub(crate) coverage: f32,
    /// The same of the sentence alone.
    pub(crate) own: f32,
    /// Share of the subject's words that sentence or title have; 1 without a known subject.
    pub(crate) subject: f32,
    /// Share of the asked property's words; 1 without one.
    pub(crate) property: f32,
    /// Share of the question's names and numbers that the passage or its title has; 1 without any.
    pub(crate) named: f32,
    /// Share of its other words that the sentence or its neighbours have; 1 without any.
    pub(crate) asked: f32,
    /// Words that can be the answer, in the passage's text.
    pub(crate) answer: Option<expect::Candidate>,
    /// "X is a ...", where that was asked.
    pub(crate) defines: bool,
}

/// Reads the passages that speak for their cluster, the promising ones first when there is too much text.
pub(crate) fn read<'f>(findings: &'f [Finding], entries: &[Entry], query_text: &str, lexer: &Lexer) -> Vec<Doc<'f>> {
    let mut chosen: Vec<(u32, &Entry, &'f Finding, &'f Passage)> = entries
        .iter()
        .filter(|entry| entry.speaks)
        .filter_map(|entry| {
            let finding = findings.get(entry.finding)?;
            Some((0, entry, finding, finding.passages.get(entry.passage)?))
        })
        .collect();
    let total: usize = chosen.iter().map(|(_, _, _, passage)| passage.text.len().min(PASSAGE_BYTES_MAX)).sum();
    if total > ANALYSE_BYTES_MAX {
        let prefixes = Prefixes::of(query_text);
        for (promise, _, _, passage) in &mut chosen {
            *promise = prefixes.count(&passage.title) * 2 + prefixes.count(head(&passage.text, PASSAGE_BYTES_MAX));
        }
        chosen.sort_by_key(|(promise, entry, _, _)| (core::cmp::Reverse(*promise), entry.finding, entry.passage));
    }
    let mut left = ANALYSE_BYTES_MAX;
    let mut docs = Vec::new();
    for (_, entry, finding, passage) in chosen {
        let text = head(&passage.text, PASSAGE_BYTES_MAX.min(left));
        left -= text.len();
        if text.is_empty() {
            continue;
        }
        let tokens = lexer.tokens(text);
        let sentences = segment::sentences(text)
            .into_iter()
            .map(|at| {
                let start = tokens.partition_point(|token| token.start < at.start);
                let end = tokens.partition_point(|token| token.start < at.end);
                Sentence { at, tokens: start..end }
            })
            .collect();
        let title = lexer.tokens(head(&passage.title, 512));
        docs.push(Doc {
            entry: *entry,
            text,
            tokens,
            title,
            sentences,
            bid: sane(finding.bid),
            score: sane(passage.score),
        });
    }
    docs.sort_by_key(|doc| (doc.entry.finding, doc.entry.passage));
    docs
}

/// At most `max` bytes from the start, ending on a character boundary.
pub(crate) fn head(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// First letters of the question's words, for a look that costs a few nanoseconds a byte.
struct Prefixes(Vec<Term>);

impl Prefixes {
    fn of(text: &str) -> Self {
        let mut all: Vec<Term> =
            Self::words(text).filter(|(word, _)| word.len() > 3).map(|(_, prefix)| prefix).collect();
        all.sort_unstable();
        all.dedup();
        all.truncate(64);
        Self(all)
    }

    fn words(text: &str) -> impl Iterator<Item = (&str, Term)> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
            let prefix = word.bytes().take(5).fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
                (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
            });
            (word, prefix)
        })
    }

    /// Distinct prefixes that occur.
    fn count(&self, text: &str) -> u32 {
        let mut seen = 0_u64;
        for (_, prefix) in Self::words(text) {
            if let Ok(at) = self.0.binary_search(&prefix) {
                seen |= 1 << (at & 63);
            }
        }
        seen.count_ones()
    }
}

/// How strongly a query term is met: 1 by its stem, less by a relative, 0 not at all.
fn met(tokens: &[Token], term: Term, root: Term) -> f32 {
    let mut best = 0.0_f32;
    for token in tokens {
        if token.term == term {
            return 1.0;
        }
        if token.root == root {
            best = RELATIVE;
        }
    }
    best
}

/// A word of near form or meaning.
const RELATIVE: f32 = 0.65;
const BESIDE: f32 = 0.4;
const IN_TITLE: f32 = 0.7;
const IN_PASSAGE: f32 = 0.25;

/// Scores every sentence of every passage; best first.
pub(crate) fn hits(docs: &[Doc<'_>], query: &Query) -> Vec<Hit> {
    let mut query = Query { terms: query.terms.clone(), pairs: query.pairs.clone(), ..*query };
    let tables: Vec<Table> = docs.iter().map(|doc| Table::of(doc, &query)).collect();
    let sentences: usize = docs.iter().map(|doc| doc.sentences.len()).sum();
    let containing: Vec<usize> =
        (0..query.terms.len()).map(|at| tables.iter().map(|table| table.containing(at)).sum()).collect();
    query.weigh(sentences, &containing);
    let mut out = Vec::new();
    for (at, (doc, table)) in docs.iter().zip(&tables).enumerate() {
        for sentence in 0..doc.sentences.len() {
            out.extend(score(at, doc, table, sentence, &query));
        }
    }
    out.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.doc, a.sentence).cmp(&(b.doc, b.sentence))));
    out
}

/// How every term is met by every sentence of a passage, by its title, and anywhere.
struct Table {
    rows: Vec<Vec<f32>>,
    title: Vec<f32>,
    anywhere: Vec<f32>,
}

impl Table {
    fn of(doc: &Doc<'_>, query: &Query) -> Self {
        let row =
            |tokens: &[Token]| query.terms.iter().map(|term| met(tokens, term.term, term.root)).collect::<Vec<f32>>();
        let rows: Vec<Vec<f32>> = (0..doc.sentences.len()).map(|sentence| row(doc.sentence_tokens(sentence))).collect();
        let anywhere = (0..query.terms.len())
            .map(|term| rows.iter().filter_map(|row| row.get(term)).copied().fold(0.0, f32::max))
            .collect();
        Self { rows, title: row(&doc.title), anywhere }
    }

    fn containing(&self, term: usize) -> usize {
        self.rows.iter().filter(|row| row.get(term).is_some_and(|met| *met > 0.0)).count()
    }

    fn at(&self, sentence: Option<usize>, term: usize) -> f32 {
        sentence.and_then(|sentence| self.rows.get(sentence)).and_then(|row| row.get(term)).copied().unwrap_or(0.0)
    }
}

fn score(at: usize, doc: &Doc<'_>, table: &Table, sentence: usize, query: &Query) -> Option<Hit> {
    let tokens = doc.sentence_tokens(sentence);
    if tokens.is_empty() {
        return None;
    }
    let (mut own, mut coverage) = (0.0, 0.0);
    let (mut subject, mut subject_all) = (0.0, 0.0);
    let (mut property, mut property_all) = (0.0, 0.0);
    let (mut named, mut named_all) = (0.0, 0.0);
    let (mut asked, mut asked_all) = (0.0, 0.0);
    for (index, term) in query.terms.iter().enumerate() {
        let here = table.at(Some(sentence), index);
        let title = table.title.get(index).copied().unwrap_or(0.0);
        let before = table.at(sentence.checked_sub(1), index) * BESIDE;
        let after = table.at(Some(sentence + 1), index) * BESIDE * 0.6;
        let anywhere = table.anywhere.get(index).copied().unwrap_or(0.0) * IN_PASSAGE;
        let best = here.max(title * IN_TITLE).max(before).max(after).max(anywhere);
        own += term.weight * here;
        coverage += term.weight * best;
        if term.subject {
            subject_all += 1.0;
            subject += here.max(title).max(before * 2.0).min(1.0);
        }
        if term.name {
            named_all += 1.0;
            named += if best > 0.0 { 1.0 } else { 0.0 };
        } else if !term.subject {
            asked_all += term.weight;
            asked += term.weight * here.max(before);
        }
        if term.property.is_some() {
            property_all += 1.0;
            property += here;
        }
    }
    let subject = if subject_all > 0.0 { subject / subject_all } else { 1.0 };
    let property = if property_all > 0.0 { property / property_all } else { 1.0 };
    if own <= 0.0 && coverage < 0.2 {
        return None;
    }
    let named = if named_all > 0.0 { named / named_all } else { 1.0 };
    let asked = if asked_all > 0.0 { asked / asked_all } else { 1.0 };
    let answer = expect::best(doc.text, tokens, query);
    let lead = sentence == 0 && tokens.len() >= 3 && entitled(doc, table);
    let defines = query.definition && (lead || opens_with_definition(doc.text, tokens, query));
    let mut score = 0.9 * own + 0.25 * coverage + 0.3 * pairs(tokens, query);
    if let Some(answer) = &answer {
        score += 0.16 + 0.2 * answer.fit.clamp(-1.0, 1.5);
    } else if query.wanted == Wanted::Reason && reasons(doc.text, tokens) {
        score += 0.15;
    }
    if defines {
        score += 0.5;
    }
    // A long sentence holds any word; a fragment says nothing.
    let words = f32::from(u16::try_from(tokens.len()).unwrap_or(u16::MAX));
    score *= if words < 4.0 { 0.8 } else { 1.0 / (1.0 + 0.004 * (words - 20.0).max(0.0)) };
    let position = f32::from(u16::try_from(sentence).unwrap_or(u16::MAX));
    score *= 1.0 + 0.03 / (1.0 + position) + 0.05 * doc.bid + 0.03 * doc.score;
    Some(Hit { doc: at, sentence, score, coverage, own, subject, property, named, asked, answer, defines })
}

/// Share of the question's word pairs that stand together here as well.
fn pairs(tokens: &[Token], query: &Query) -> f32 {
    if query.pairs.is_empty() {
        return 0.0;
    }
    let inner: Vec<Term> =
        tokens.iter().filter(|token| token.class != text::Class::Stop).map(|token| token.term).collect();
    let found = query
        .pairs
        .iter()
        .filter(|(a, b)| {
            inner.windows(2).any(|pair| matches!(pair, [x, y] if (x == a && y == b) || (x == b && y == a)))
        })
        .count();
    let share = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    share(found) / share(query.pairs.len())
}

/// Whether the title is just what is asked about, so that the passage's first sentence tells what it is.
fn entitled(doc: &Doc<'_>, table: &Table) -> bool {
    let terms = doc.title.iter().filter(|token| token.class != text::Class::Stop).count();
    !table.title.is_empty() && table.title.iter().all(|met| *met >= 1.0) && terms <= table.title.len()
}

/// Whether the subject stands first and a form of "be" after it.
fn opens_with_definition(text: &str, tokens: &[Token], query: &Query) -> bool {
    const BE: [&str; 16] = [
        "is", "are", "was", "were", "ist", "sind", "war", "est", "sont", "es", "son", "e", "sono", "refers", "means",
        "denotes",
    ];
    let opening = tokens.iter().take(8).filter(|token| query.terms.iter().any(|term| term.term == token.term)).count();
    let be = tokens.iter().position(|token| BE.contains(&text::fold(token.of(text)).as_ref()));
    let needed = query.terms.iter().filter(|term| term.weight > 0.0).count().min(2);
    opening >= needed.max(1) && be.is_some_and(|be| (1..25).contains(&be))
}

fn reasons(text: &str, tokens: &[Token]) -> bool {
    const WORDS: [&str; 13] = [
        "because",
        "due",
        "since",
        "therefore",
        "caused",
        "reason",
        "order",
        "result",
        "thus",
        "so",
        "weil",
        "denn",
        "parce",
    ];
    tokens.iter().any(|token| WORDS.contains(&text::fold(token.of(text)).as_ref()))
}
