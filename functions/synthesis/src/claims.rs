//! Typed claims that answer: compared by value, grouped by agreement, set against each other.
//!
//! Takes intent and findings; gives facts: for each asked property of the subject its best supported value with
//! citations, and the contradiction where independent sources differ. Fails never. Limits: [`CLAIMS_MAX`] claims.
//! Why it is so: a claim counts only where its span exists and shows the value; copies of one text are one witness;
//! a denied claim never supports; values of different times do not contradict, the latest one is meant.

use zero_types::prelude::*;

use crate::dedupe::{Entry, sane};
use crate::query::Query;
use crate::text::{self, Class, Lexer, Term};
use crate::value::{self, Normal};
use crate::{number, segment};

/// Sixteen sources with 256 claims each are all read; hostile findings with more are not.
const CLAIMS_MAX: usize = 4096;
/// Claims that fit the question and are compared with each other.
const FITTING_MAX: usize = 256;
/// Witnesses that are named.
const CITATIONS_MAX: usize = 4;

/// What the sources say of one property of one subject.
pub(crate) struct Fact {
    pub(crate) subject: String,
    pub(crate) property: String,
    /// Index into the asked properties.
    pub(crate) asked: Option<usize>,
    pub(crate) time: Option<String>,
    /// Best first; more than one only for a property with several values.
    pub(crate) values: Vec<Stated>,
    pub(crate) contradiction: Option<Contradiction>,
    exact: bool,
}

/// One value and who states it.
#[derive(Clone)]
pub(crate) struct Stated {
    pub(crate) value: Value,
    pub(crate) text: String,
    pub(crate) citations: Vec<Citation>,
    pub(crate) support: f32,
    normal: Normal,
    witnesses: Vec<(String, usize)>,
    findings: Vec<usize>,
}

struct Fitting<'f> {
    claim: &'f Claim,
    finding: usize,
    source: &'f str,
    cluster: usize,
    bid: f32,
    asked: Option<usize>,
    subject: String,
    exact: bool,
}

pub(crate) fn facts(
    question: &Question,
    intent: &Intent,
    findings: &[Finding],
    entries: &[Entry],
    query: &Query,
    lexer: &Lexer,
) -> Vec<Fact> {
    let matcher = Matcher::new(intent, query, lexer);
    let mut fitting: Vec<Fitting<'_>> = Vec::new();
    let all = findings
        .iter()
        .enumerate()
        .flat_map(|(at, finding)| finding.claims.iter().map(move |claim| (at, finding, claim)));
    for (at, finding, claim) in all.take(CLAIMS_MAX) {
        let Some((asked, exact)) = matcher.fits(claim) else { continue };
        let passage = claim.passage as usize;
        if fitting.len() >= FITTING_MAX
            || !finding.passages.get(passage).is_some_and(|passage| stands(claim, &passage.text))
        {
            continue;
        }
        let cluster = entries
            .binary_search_by_key(&(at, passage), |entry| (entry.finding, entry.passage))
            .ok()
            .and_then(|found| entries.get(found))
            .map_or(0, |entry| entry.cluster);
        let subject = text::key(&claim.subject);
        fitting.push(Fitting {
            claim,
            finding: at,
            source: &finding.source_id,
            cluster,
            bid: sane(finding.bid),
            asked,
            subject,
            exact,
        });
    }
    let years: Vec<String> = lexer
        .tokens(&question.text)
        .iter()
        .map(|token| text::fold(token.of(&question.text)).into_owned())
        .filter(|word| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    let language = question.language.as_deref().unwrap_or(&intent.language);
    let mut facts = grouped(&fitting, &years, language);
    // A claim about the very subject silences those about its namesakes.
    if facts.iter().any(|fact| fact.exact) {
        facts.retain(|fact| fact.exact);
    }
    facts.sort_by(|a, b| a.asked.cmp(&b.asked).then(best(b).total_cmp(&best(a))));
    facts
}

fn best(fact: &Fact) -> f32 {
    fact.values.first().map_or(0.0, |stated| stated.support)
}

/// Whether a claim is about what was asked.
struct Matcher<'a> {
    intent: &'a Intent,
    query: &'a Query,
    lexer: &'a Lexer,
    subject: Vec<Term>,
    properties: Vec<Vec<(Term, Term)>>,
}

impl<'a> Matcher<'a> {
    fn new(intent: &'a Intent, query: &'a Query, lexer: &'a Lexer) -> Self {
        let subject = intent.subject.as_deref().map(|subject| terms(lexer, subject)).unwrap_or_default();
        let subject = subject.into_iter().map(|pair| pair.0).collect();
        let properties = intent.properties.iter().map(|property| terms(lexer, property)).collect();
        Self { intent, query, lexer, subject, properties }
    }

    /// Which property it answers, and whether its subject is exactly the one asked about.
    fn fits(&self, claim: &Claim) -> Option<(Option<usize>, bool)> {
        if claim.subject.len() > 512 || claim.property.len() > 128 {
            return None;
        }
        let property = terms(self.lexer, &claim.property);
        let close = |a: &(Term, Term), b: &(Term, Term)| a.0 == b.0 || a.1 == b.1;
        let asked = self.properties.iter().position(|asked| {
            let (few, many) = if asked.len() <= property.len() { (asked, &property) } else { (&property, asked) };
            !few.is_empty() && few.iter().all(|a| many.iter().any(|b| close(a, b)))
        });
        let named = asked.is_some()
            || (self.properties.is_empty()
                && !property.is_empty()
                && property.iter().all(|(term, root)| {
                    self.query.terms.iter().any(|asked| asked.term == *term || asked.root == *root)
                }));
        let loose = self.properties.is_empty() && matches!(self.intent.kind, Kind::Weather);
        if !(named || loose) {
            return None;
        }
        let subject: Vec<Term> = terms(self.lexer, &claim.subject).into_iter().map(|pair| pair.0).collect();
        if subject.is_empty() {
            return None;
        }
        if self.subject.is_empty() {
            let all = subject.iter().all(|term| self.query.terms.iter().any(|asked| asked.term == *term));
            return all.then_some((asked, true));
        }
        let inside = subject.iter().all(|term| self.subject.contains(term));
        let around = self.subject.iter().all(|term| subject.contains(term));
        let exact = inside && around;
        (exact || (inside && 2 * subject.len() >= self.subject.len()) || (around && self.subject.len() > 1))
            .then_some((asked, exact))
    }
}

fn terms(lexer: &Lexer, text: &str) -> Vec<(Term, Term)> {
    lexer
        .tokens(text)
        .into_iter()
        .filter(|token| token.class != Class::Stop)
        .map(|token| (token.term, token.root))
        .collect()
}

/// Whether the span exists and the value can be read there, or in the sentence around it.
fn stands(claim: &Claim, text: &str) -> bool {
    let Some(said) =
        claim.span.of(text).filter(|said| !said.trim().is_empty() && said.len() <= 4 * segment::SENTENCE_BYTES_MAX)
    else {
        return false;
    };
    let numeric = |wanted: f64| {
        number::numbers(said)
            .iter()
            .any(|number| (number.value.abs() - wanted.abs()).abs() <= 0.006 * wanted.abs().max(1e-9))
    };
    match &claim.value {
        Value::Number(n) | Value::Percentage(n) => n.parse().is_ok_and(numeric),
        Value::Money(m) => m.amount.parse().is_ok_and(numeric),
        Value::Quantity(q) => q.number.parse().is_ok_and(numeric),
        Value::Date(date) => date.get(..4).and_then(|year| year.parse().ok()).is_none_or(numeric),
        Value::Text(t) | Value::Person(t) | Value::Organisation(t) => {
            let (said, wanted) = (text::key(said), text::key(t));
            !wanted.is_empty() && format!(" {said} ").contains(&format!(" {wanted} "))
        }
        Value::Place(place) => text::key(said).contains(&text::key(&place.name)),
        _ => true,
    }
}

/// Facts of claims that fit, by subject and property.
fn grouped(fitting: &[Fitting<'_>], years: &[String], language: &str) -> Vec<Fact> {
    let mut order: Vec<usize> = (0..fitting.len()).collect();
    let key = |at: &usize| {
        fitting.get(*at).map(|f| (f.asked, f.asked.map_or(f.claim.property.as_str(), |_| ""), f.subject.as_str()))
    };
    order.sort_by(|a, b| key(a).cmp(&key(b)).then(a.cmp(b)));
    order
        .chunk_by(|a, b| key(a) == key(b))
        .filter_map(|group| {
            let group: Vec<&Fitting<'_>> = group.iter().filter_map(|at| fitting.get(*at)).collect();
            fact(&group, years, language)
        })
        .collect()
}

fn fact(group: &[&Fitting<'_>], years: &[String], language: &str) -> Option<Fact> {
    let (current, time) = of_time(group, years);
    let first = current.iter().find(|f| !f.claim.negated)?;
    let mut values: Vec<Stated> = Vec::new();
    for f in current.iter().filter(|f| !f.claim.negated) {
        state(&mut values, f, language);
    }
    for stated in &mut values {
        let denied = current
            .iter()
            .filter(|f| f.claim.negated && value::same(&value::normal(&f.claim.value), &stated.normal))
            .count();
        let open = stated.witnesses.iter().fold(1.0, |open, (_, _)| open * 0.5);
        // Each witness leaves half of the doubt; what each is worth on its own was added in `state`.
        stated.support =
            (1.0 - open * (1.0 - stated.support)).clamp(0.0, 0.98) * 0.4_f32.powi(i32::try_from(denied).unwrap_or(8));
    }
    values.sort_by(|a, b| b.support.total_cmp(&a.support));
    let several = values
        .iter()
        .enumerate()
        .any(|(at, a)| values.iter().skip(at + 1).any(|b| a.findings.iter().any(|f| b.findings.contains(f))));
    let contradiction = (!several && values.len() > 1).then(|| Contradiction {
        subject: crate::clean::shown(&first.claim.subject),
        property: crate::clean::shown(&first.claim.property),
        sides: values
            .iter()
            .map(|s| Side { value: s.value.clone(), text: s.text.clone(), citations: s.citations.clone() })
            .collect(),
    });
    if !several {
        values.truncate(1);
    }
    Some(Fact {
        subject: crate::clean::shown(&first.claim.subject),
        property: crate::clean::shown(&first.claim.property),
        asked: first.asked,
        time,
        values,
        contradiction,
        exact: group.iter().any(|f| f.exact),
    })
}

/// The claims of the time that is meant: the year that was asked for, else the latest.
fn of_time<'g, 'f>(group: &[&'g Fitting<'f>], years: &[String]) -> (Vec<&'g Fitting<'f>>, Option<String>) {
    let times = || group.iter().filter(|f| !f.claim.negated).filter_map(|f| f.claim.time.as_deref());
    let asked = years.iter().rev().find(|year| times().any(|time| time.starts_with(year.as_str())));
    let latest = match asked {
        Some(year) => times().filter(|time| time.starts_with(year.as_str())).max(),
        None => times().max(),
    };
    let Some(latest) = latest else { return (group.to_vec(), None) };
    let within = |time: &str| time.starts_with(latest) || latest.starts_with(time);
    let dated: Vec<&Fitting<'_>> =
        group.iter().filter(|f| f.claim.time.as_deref().is_some_and(within)).copied().collect();
    let normals: Vec<Normal> = dated.iter().map(|f| value::normal(&f.claim.value)).collect();
    let undated = group
        .iter()
        .filter(|f| f.claim.time.is_none() && normals.iter().any(|n| value::same(n, &value::normal(&f.claim.value))));
    let mut current = dated.clone();
    current.extend(undated.copied());
    (current, Some(latest.to_owned()))
}

/// Adds a claim to the value it states.
fn state(values: &mut Vec<Stated>, f: &Fitting<'_>, language: &str) {
    let normal = value::normal(&f.claim.value);
    let at = f.claim.passage;
    let citation = Citation {
        source_id: f.source.to_owned(),
        finding: u32::try_from(f.finding).unwrap_or(u32::MAX),
        passage: at,
        span: f.claim.span,
    };
    let own = 0.35 + 0.45 * f.bid;
    let Some(stated) = values.iter_mut().find(|stated| value::same(&stated.normal, &normal)) else {
        let witnesses = vec![(f.source.to_owned(), f.cluster)];
        let (value, text) = (f.claim.value.clone(), value::shown(&f.claim.value, language));
        values.push(Stated {
            value,
            text,
            citations: vec![citation],
            support: own,
            normal,
            witnesses,
            findings: vec![f.finding],
        });
        return;
    };
    stated.support = stated.support.max(own);
    if !stated.findings.contains(&f.finding) {
        stated.findings.push(f.finding);
    }
    let independent = stated.witnesses.iter().all(|(source, cluster)| source != f.source && *cluster != f.cluster);
    if independent {
        stated.witnesses.push((f.source.to_owned(), f.cluster));
    }
    if stated.citations.len() < CITATIONS_MAX
        && !stated.citations.iter().any(|c| c.finding == citation.finding && c.passage == citation.passage)
    {
        stated.citations.push(citation);
    }
    // The more precise statement of one date speaks for both.
    if let (Normal::Date(new), Normal::Date(old)) = (&normal, &stated.normal)
        && new.len() > old.len()
    {
        stated.text = value::shown(&f.claim.value, language);
        stated.value = f.claim.value.clone();
        stated.normal = normal;
        stated.citations.rotate_right(1);
    }
}
