//! Findings to an answer, without a model.
//!
//! Takes question, intent and findings; gives sentences with citations, or an abstention that says why. Fails never.
//! Limits: those of its rooms. Why it is so: what was computed or claimed answers before what was merely written, and
//! what was written answers only where it covers what was asked.

use zero_types::prelude::*;

use std::rc::Rc;

use crate::claims::{self, Fact};
use crate::confidence::{self, Verdict};
use crate::dedupe::{self, Entry};
use crate::query::{Query, Wanted};
use crate::rank::{self, Doc, Hit};
use crate::text::{self, Lexer};
use crate::{clean, corroborate, render, value};

/// Everything that is read once.
pub(crate) struct Reading<'f> {
    pub(crate) intent: &'f Intent,
    pub(crate) findings: &'f [Finding],
    pub(crate) lexer: Rc<Lexer>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) query: Query,
    /// Addresses an answer may name, normalised and sorted.
    pub(crate) known: Vec<String>,
    pub(crate) language: &'f str,
}

impl<'f> Reading<'f> {
    pub(crate) fn new(question: &'f Question, intent: &'f Intent, findings: &'f [Finding]) -> Self {
        let lexer = Lexer::of(&intent.language);
        let query = Query::new(question, intent, &lexer).without_places(findings, intent, &lexer);
        Self {
            intent,
            findings,
            entries: dedupe::entries(findings),
            query,
            lexer,
            known: known(findings),
            language: question.language.as_deref().unwrap_or(&intent.language),
        }
    }
}

/// The addresses of the findings' own passages.
pub(crate) fn known(findings: &[Finding]) -> Vec<String> {
    let mut urls: Vec<String> =
        findings.iter().flat_map(|f| &f.passages).filter_map(|p| p.url.as_deref()).map(dedupe::normal_url).collect();
    urls.sort_unstable();
    urls.dedup();
    urls
}

/// An answer that says nothing, and why.
pub(crate) fn abstain(kind: AbstentionKind, reason: impl Into<String>) -> Answer {
    Answer {
        sentences: Vec::new(),
        short: None,
        confidence: 0.0,
        contradictions: Vec::new(),
        abstention: Some(Abstention { kind, reason: reason.into() }),
    }
}

/// What has been found to say so far.
#[derive(Default)]
struct Draft {
    sentences: Vec<Sentence>,
    shorts: Vec<String>,
    confidences: Vec<f32>,
    contradictions: Vec<Contradiction>,
    weak: bool,
}

pub(crate) fn compose(question: &Question, intent: &Intent, findings: &[Finding]) -> Answer {
    if findings.iter().flat_map(|f| &f.passages).all(|p| p.text.trim().is_empty()) {
        return abstain(AbstentionKind::NothingFound, "no source had anything on this question");
    }
    let reading = Reading::new(question, intent, findings);
    let mut draft = Draft::default();
    if computed(&reading, &mut draft) {
        return clean::without_foreign_urls(finish(draft, String::new), &reading.known);
    }
    let facts = claims::facts(question, intent, findings, &reading.entries, &reading.query, &reading.lexer);
    let docs = rank::read(findings, &reading.entries, &question.text, &reading.lexer);
    let parts = intent.properties.len();
    if parts > 1 {
        for part in 0..parts {
            let query = reading.query.about(part);
            let stated = facts
                .iter()
                .find(|fact| fact.asked == Some(part))
                .is_some_and(|fact| tell(&reading, &docs, &query, fact, &mut draft));
            if !stated {
                quote(&reading, &docs, &query, 1, &mut draft);
            }
        }
    } else {
        let facts_max = if intent.kind == Kind::Weather && parts == 0 { 6 } else { 1 };
        let told =
            facts.iter().take(facts_max).filter(|fact| tell(&reading, &docs, &reading.query, fact, &mut draft)).count();
        if told == 0 {
            quote(&reading, &docs, &reading.query, sentences_max(intent, &reading.query), &mut draft);
        }
    }
    let answer = finish(draft, || missing(question, &reading, &docs));
    clean::without_foreign_urls(answer, &reading.known)
}

/// How many sentences an answer of this kind takes.
fn sentences_max(intent: &Intent, query: &Query) -> usize {
    match intent.kind {
        Kind::HowTo | Kind::Discussion | Kind::Product | Kind::Health => 4,
        Kind::News | Kind::Academic | Kind::Media => 4,
        _ if intent.expects == AnswerType::ListOf => 4,
        _ if query.definition => 2,
        _ if matches!(query.wanted, Wanted::Text | Wanted::Reason | Wanted::Boolean) => 2,
        _ => 1,
    }
}

/// A computed passage answers directly: it was made for this question.
fn computed(reading: &Reading<'_>, draft: &mut Draft) -> bool {
    const COMPUTED_BYTES_MAX: usize = 600;
    let kind = matches!(reading.intent.kind, Kind::Calculation | Kind::Conversion | Kind::DateTime | Kind::Translation);
    let open = reading.intent.properties.is_empty() && reading.intent.subject.is_none();
    let mut best: Option<(f32, &Entry, &Finding, &Passage)> = None;
    for entry in reading.entries.iter().filter(|entry| entry.speaks) {
        let Some(finding) = reading.findings.get(entry.finding) else { continue };
        let Some(passage) = finding.passages.get(entry.passage) else { continue };
        let bid = dedupe::sane(finding.bid);
        let made = passage.url.is_none() && passage.score >= 0.99 && passage.text.len() <= COMPUTED_BYTES_MAX;
        let result = finding.claims.iter().any(|c| c.passage as usize == entry.passage && c.property == "result");
        let fits = made && (kind || result || (open && bid >= 0.5));
        if fits && bid >= 0.3 && best.is_none_or(|(trust, ..)| bid > trust) {
            best = Some((bid, entry, finding, passage));
        }
    }
    let Some((bid, entry, finding, passage)) = best else { return false };
    let text = clean::shown(&passage.text);
    if text.is_empty()
        || clean::names_foreign_url(&text, &reading.known)
        || (reading.intent.kind != Kind::Translation && clean::speaks_to_reader(&text, false))
    {
        return false;
    }
    let claims: Vec<&Claim> =
        finding.claims.iter().filter(|c| c.passage as usize == entry.passage && !c.negated).collect();
    let result =
        claims.iter().find(|claim| claim.property == "result").or(claims.first().filter(|_| claims.len() == 1));
    let short = match result {
        Some(claim) => Some(value::shown(&claim.value, reading.language)),
        None => text
            .rsplit_once(['=', '≈'])
            .map(|(_, end)| end.trim().trim_end_matches('.').to_owned())
            .filter(|s| !s.is_empty()),
    };
    draft.shorts.extend(short.or_else(|| (text.len() <= 40).then(|| text.trim_end_matches('.').to_owned())));
    let span = trimmed(&passage.text);
    let support = 0.9 + 0.1 * bid;
    draft.sentences.push(Sentence { text, citations: vec![cite(finding, entry, span)], support });
    draft.confidences.push(0.85 + 0.14 * bid);
    true
}

fn trimmed(text: &str) -> Span {
    let start = text.len() - text.trim_start().len();
    Span::new(start, start + text.trim().len())
}

pub(crate) fn cite(finding: &Finding, entry: &Entry, span: Span) -> Citation {
    Citation {
        source_id: finding.source_id.clone(),
        finding: u32::try_from(entry.finding).unwrap_or(u32::MAX),
        passage: u32::try_from(entry.passage).unwrap_or(u32::MAX),
        span,
    }
}

/// Tells a fact with all who say it; false when it cannot be told.
fn tell(reading: &Reading<'_>, docs: &[Doc<'_>], query: &Query, fact: &Fact, draft: &mut Draft) -> bool {
    let told = render::sentence(fact, reading.findings, &reading.known, reading.language, &reading.lexer);
    let Some(mut sentence) = told else { return false };
    let witnesses = corroborate::witnesses(reading, docs, query, fact);
    // As for claims, each further witness leaves half of the doubt.
    let more = i32::try_from(witnesses.len()).unwrap_or(0);
    let surer = |support: f32| (1.0 - (1.0 - support) * 0.5_f32.powi(more)).clamp(support, support.max(0.98));
    sentence.support = surer(sentence.support);
    sentence.citations.extend(witnesses);
    draft.confidences.push(surer(confidence::of_fact(fact)));
    draft.shorts.push(render::list(fact, reading.language));
    draft.contradictions.extend(fact.contradiction.clone());
    draft.sentences.push(sentence);
    true
}

/// Quotes the sentences that answer best; the first decides, the others must not fall far behind.
fn quote(reading: &Reading<'_>, docs: &[Doc<'_>], query: &Query, max: usize, draft: &mut Draft) {
    const LOOKED_AT_MAX: usize = 48;
    let mut good: Vec<(Hit, Verdict, String)> = Vec::new();
    for hit in rank::hits(docs, query).into_iter().take(LOOKED_AT_MAX) {
        let Some(doc) = docs.get(hit.doc) else { continue };
        let Some(raw) = doc.sentences.get(hit.sentence).and_then(|s| doc.text.get(s.at.clone())) else { continue };
        let text = clean::shown(raw);
        let silent = text.is_empty()
            || clean::speaks_to_reader(&text, query.steps)
            || clean::names_foreign_url(&text, &reading.known);
        if silent {
            continue;
        }
        let verdict = confidence::of_hit(&hit, query);
        draft.weak |= verdict == Verdict::Weak;
        if let Verdict::Answers(_) = verdict {
            good.push((hit, verdict, text));
        }
    }
    let answer = |hit: &Hit| {
        let doc = docs.get(hit.doc)?;
        Some(text::key(doc.text.get(hit.answer.clone()?.at)?))
    };
    let agreeing: Vec<usize> = good.iter().map(|(hit, ..)| witnesses(hit, &good, docs, &answer).len()).collect();
    let lead = (0..good.len()).max_by(|a, b| {
        let score = |at: &usize| {
            let more = agreeing.get(*at).copied().unwrap_or(0).min(3);
            good.get(*at).map_or(0.0, |(hit, ..)| hit.score * (1.0 + 0.04 * f32::from(u8::try_from(more).unwrap_or(3))))
        };
        score(a).total_cmp(&score(b)).then(b.cmp(a))
    });
    let Some(lead) = lead else { return };
    let least = good.get(lead).map_or(0.0, |(hit, ..)| hit.score * 0.7);
    let order = core::iter::once(lead).chain((0..good.len()).filter(|at| *at != lead));
    let mut said = 0;
    for at in order {
        let Some((hit, Verdict::Answers(sure), text)) = good.get(at) else { continue };
        if said >= max || (at != lead && hit.score < least) {
            break;
        }
        if draft.sentences.iter().any(|sentence| sentence.text == *text) {
            continue;
        }
        let mut citations: Vec<Citation> = Vec::new();
        let others = witnesses(hit, &good, docs, &answer);
        for hit in
            core::iter::once(hit).chain(others.iter().filter_map(|at| good.get(*at)).map(|(hit, ..)| hit)).take(4)
        {
            citations.extend(span_of(reading, docs, hit));
        }
        let more = u8::try_from(citations.len().saturating_sub(1)).unwrap_or(3);
        let support = (sure + 0.06 * f32::from(more)).min(0.97);
        if said == 0 {
            draft.confidences.push(support);
            let short = hit.answer.as_ref().filter(|answer| answer.fit >= confidence::SHORT_FIT_MIN);
            let bare = short.and_then(|answer| docs.get(hit.doc)?.text.get(answer.at.clone())).map(clean::shown);
            draft.shorts.extend(bare.filter(|bare| !bare.is_empty()));
        }
        draft.sentences.push(Sentence { text: text.clone(), citations, support });
        said += 1;
    }
}

/// Other sources' sentences that give the same answer.
fn witnesses(
    hit: &Hit,
    good: &[(Hit, Verdict, String)],
    docs: &[Doc<'_>],
    answer: &dyn Fn(&Hit) -> Option<String>,
) -> Vec<usize> {
    let source = |hit: &Hit| docs.get(hit.doc).map(|doc| doc.entry.finding);
    let Some(wanted) = answer(hit) else { return Vec::new() };
    let mut seen = vec![source(hit)];
    let mut out = Vec::new();
    for (at, (other, ..)) in good.iter().enumerate() {
        if !seen.contains(&source(other)) && answer(other).is_some_and(|other| other == wanted) {
            seen.push(source(other));
            out.push(at);
        }
    }
    out
}

fn span_of(reading: &Reading<'_>, docs: &[Doc<'_>], hit: &Hit) -> Option<Citation> {
    let doc = docs.get(hit.doc)?;
    let finding = reading.findings.get(doc.entry.finding)?;
    let at = &doc.sentences.get(hit.sentence)?.at;
    Some(cite(finding, &doc.entry, Span::new(at.start, at.end)))
}

fn finish(draft: Draft, missing: impl FnOnce() -> String) -> Answer {
    if draft.sentences.is_empty() {
        return if draft.weak {
            abstain(AbstentionKind::Unsure, "what was found supports an answer too weakly to give it")
        } else {
            abstain(AbstentionKind::NotAnswered, missing())
        };
    }
    let confidence = confidence::overall(&draft.confidences, draft.contradictions.len());
    if confidence < confidence::CONFIDENCE_MIN {
        return abstain(AbstentionKind::Unsure, "what was found supports an answer too weakly to give it");
    }
    let short =
        (!draft.shorts.is_empty() && draft.shorts.len() == draft.confidences.len()).then(|| draft.shorts.join("; "));
    Answer { sentences: draft.sentences, short, confidence, contradictions: draft.contradictions, abstention: None }
}

/// What was asked and found nowhere, in the asker's words.
fn missing(question: &Question, reading: &Reading<'_>, docs: &[Doc<'_>]) -> String {
    let found = |term: text::Term, root: text::Term| {
        docs.iter().any(|doc| doc.tokens.iter().chain(&doc.title).any(|token| token.term == term || token.root == root))
    };
    let absent: Vec<String> = reading
        .lexer
        .tokens(&question.text)
        .iter()
        .filter(|token| token.class == text::Class::Content && !found(token.term, token.root))
        .take(3)
        .map(|token| format!("`{}`", clean::shown(token.of(&question.text))))
        .collect();
    if absent.is_empty() {
        "the sources had something on this, but no sentence that answers the question".to_owned()
    } else {
        format!("the sources had something, but nothing that mentions {}", absent.join(", "))
    }
}
