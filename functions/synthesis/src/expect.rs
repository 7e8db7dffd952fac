//! Words in a sentence that can be the answer.
//!
//! Takes the tokens of a sentence and what is wanted; gives byte ranges of names, numbers or dates that the question
//! does not itself contain, with how well each stands to the words asked about. Fails never. Limits: linear in the
//! sentence times the terms of the question.

use core::ops::Range;

use crate::query::{Query, Wanted};
use crate::text::{self, Class, Token};
use crate::{number, words};

/// A possible answer.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) at: Range<usize>,
    pub(crate) fit: f32,
}

/// The best possible answer of a sentence, if there is one of the wanted kind.
pub(crate) fn best(text: &str, sentence: &[Token], query: &Query) -> Option<Candidate> {
    let mut best: Option<Candidate> = None;
    for run in runs(text, sentence, query.wanted) {
        let Some(tokens) = sentence.get(run.clone()) else { continue };
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
        let asked = |token: &Token| query.terms.iter().any(|term| term.term == token.term);
        if tokens.iter().filter(|token| token.class != Class::Stop).all(asked) {
            continue;
        }
        if query.nouns_are_capital && query.wanted == Wanted::Person && !like_a_person(text, sentence, &run) {
            continue;
        }
        let fit = fit(text, sentence, &run, query);
        if best.as_ref().is_none_or(|best| fit > best.fit) {
            best = Some(Candidate { at: first.start..with_mark(text, last.end), fit });
        }
    }
    best
}

/// In a language that writes every noun with a capital, a person has two names in a row or follows "by".
fn like_a_person(text: &str, sentence: &[Token], run: &Range<usize>) -> bool {
    let before = run.start.checked_sub(1).and_then(|at| sentence.get(at)).map(|token| text::fold(token.of(text)));
    let names = sentence.get(run.clone()).unwrap_or_default();
    let in_a_row = names.windows(2).any(|pair| pair.iter().all(|token| token.capital));
    in_a_row || matches!(before.as_deref(), Some("von" | "durch"))
}

/// Includes a percent sign.
fn with_mark(text: &str, end: usize) -> usize {
    if text.get(end..).is_some_and(|rest| rest.starts_with('%')) { end + 1 } else { end }
}

/// Token ranges of the wanted kind.
fn runs(text: &str, sentence: &[Token], wanted: Wanted) -> Vec<Range<usize>> {
    match wanted {
        Wanted::Person | Wanted::Place | Wanted::Name => names(text, sentence),
        Wanted::Date => dates(text, sentence),
        Wanted::Duration => {
            let periods = numbers(text, sentence, wanted);
            if periods.is_empty() { dates(text, sentence) } else { periods }
        }
        Wanted::Number | Wanted::Money => numbers(text, sentence, wanted),
        Wanted::Reason | Wanted::Boolean | Wanted::Text => Vec::new(),
    }
}

/// Runs of capitalised words; small words join them only between two capitals.
fn names(text: &str, sentence: &[Token]) -> Vec<Range<usize>> {
    const JOINING: [&str; 12] = ["of", "the", "de", "von", "van", "der", "la", "du", "da", "del", "di", "bin"];
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut gap = 0_usize;
    for (at, token) in sentence.iter().enumerate() {
        let named = token.capital
            && !(token.class == Class::Stop
                && text.get(token.start..token.end).is_some_and(|w| w.len() > 1 && !all_capitals(w)));
        if named {
            match out.last_mut() {
                Some(last) if last.end + gap == at && touching(text, sentence, last.end, at) => last.end = at + 1,
                _ => out.push(at..at + 1),
            }
            gap = 0;
        } else if JOINING.contains(&token.of(text)) && gap < 2 {
            gap += 1;
        } else {
            gap = usize::MAX / 2;
        }
    }
    out
}

fn all_capitals(word: &str) -> bool {
    word.chars().all(char::is_uppercase)
}

/// Whether only spaces, hyphens and full stops separate the tokens from `from - 1` to `to`.
fn touching(text: &str, sentence: &[Token], from: usize, to: usize) -> bool {
    let pairs = sentence.get(from.saturating_sub(1)..=to).unwrap_or_default();
    pairs.windows(2).all(|pair| match pair {
        [a, b] => text
            .get(a.end..b.start)
            .is_some_and(|gap| matches!(gap, " " | "-" | ". " | "." | "'s " | "’s " | "'" | "\u{a0}")),
        _ => true,
    })
}

fn is_month(text: &str, token: &Token) -> bool {
    token.capital && number::month(&text::fold(token.of(text))).is_some()
}

fn is_year(text: &str, token: &Token) -> bool {
    let word = token.of(text);
    token.digit
        && word.get(..4).is_some_and(|year| {
            year.bytes().all(|b| b.is_ascii_digit())
                && (1..=2).contains(&(year.as_bytes().first().map_or(0, |b| b - b'0')))
        })
        && matches!(word.get(4..), Some("" | "s"))
}

/// Years, months with days and years, centuries.
fn dates(text: &str, sentence: &[Token]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, token) in sentence.iter().enumerate() {
        let next = sentence.get(at + 1).map(|next| text::fold(next.of(text)));
        let century = (token.digit || token.class != Class::Stop)
            && next.is_some_and(|next| matches!(next.as_ref(), "century" | "centuries" | "bc" | "bce" | "ad"));
        let day = token.digit
            && token.end - token.start <= 4
            && [at.wrapping_sub(1), at + 1]
                .iter()
                .any(|near| sentence.get(*near).is_some_and(|near| is_month(text, near)));
        let part = is_month(text, token) || is_year(text, token) || day || century;
        if !part {
            continue;
        }
        let end = if century { at + 2 } else { at + 1 };
        match out.last_mut() {
            Some(last) if last.end == at && !century => last.end = end,
            _ => out.push(at..end),
        }
    }
    out
}

/// Numbers with what scales them, and with their unit where money or a time is wanted.
fn numbers(text: &str, sentence: &[Token], wanted: Wanted) -> Vec<Range<usize>> {
    const PERIODS: &str = " second seconds minute minutes hour hours day days week weeks month months year years decade decades century centuries ";
    const MONEY: &str = " dollar dollars euro euros pound pounds usd eur gbp yen cents ";
    let word = |at: usize| sentence.get(at).map(|token| text::fold(token.of(text)));
    let scale = |at: usize| word(at).is_some_and(|word| words::SCALES.iter().any(|(name, _)| *name == word));
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, token) in sentence.iter().enumerate() {
        let spelled = word(at).is_some_and(|word| words::NUMBERS.iter().any(|(name, _)| *name == word));
        if !(token.digit || spelled) || out.last().is_some_and(|last| last.contains(&at)) {
            continue;
        }
        let mut end = at + 1;
        while scale(end) {
            end += 1;
        }
        let unit = word(end).map(|word| format!(" {word} ")).unwrap_or_default();
        let sign = text.get(..token.start).is_some_and(|before| before.ends_with(['$', '€', '£', '¥']));
        match wanted {
            Wanted::Duration if !PERIODS.contains(&unit) => continue,
            Wanted::Money if !(sign || MONEY.contains(&unit)) => continue,
            Wanted::Duration => end += 1,
            _ => {}
        }
        out.push(at..end.min(sentence.len()));
    }
    out
}

/// How a candidate stands to the words asked about: close to many of them, with the right small word before it.
fn fit(text: &str, sentence: &[Token], run: &Range<usize>, query: &Query) -> f32 {
    let mut fit = 0.0;
    for term in &query.terms {
        let nearest = sentence
            .iter()
            .enumerate()
            .filter(|(at, token)| !run.contains(at) && (token.term == term.term || token.root == term.root))
            .map(|(at, _)| if at < run.start { run.start - at } else { at + 1 - run.end })
            .min();
        if let Some(distance) = nearest {
            let near = f32::from(u16::try_from(distance).unwrap_or(u16::MAX));
            fit += term.weight / (1.0 + 0.35 * near);
            // "How many points": the number right before the points.
            let after = sentence.get(run.end..(run.end + 3).min(sentence.len())).unwrap_or_default();
            if term.focus && after.iter().any(|token| token.term == term.term || token.root == term.root) {
                fit += 0.4;
            }
        }
    }
    let before = run.start.checked_sub(1).and_then(|at| sentence.get(at)).map(|token| text::fold(token.of(text)));
    let before = before.as_deref().unwrap_or_default();
    let placed = matches!(before, "in" | "at" | "from" | "near" | "to" | "of" | "into");
    match query.wanted {
        Wanted::Person if matches!(before, "in" | "at" | "near" | "the" | "into") => fit -= 0.25,
        Wanted::Person if matches!(before, "by" | "von" | "durch" | "par" | "por" | "da" | "door") => fit += 0.15,
        Wanted::Place if placed => fit += 0.15,
        Wanted::Number => {
            let token = run.clone().next().and_then(|at| sentence.get(at));
            let calendar = token.is_some_and(|token| is_year(text, token))
                || sentence.get(run.end).is_some_and(|next| is_month(text, next));
            if calendar {
                fit -= 0.3;
            }
        }
        _ => {}
    }
    fit
}
