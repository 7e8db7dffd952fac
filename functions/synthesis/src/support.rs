//! Whether a passage says what a sentence says.
//!
//! Takes a statement and a passage, both read by one lexer; gives the exact span that supports it and how well. Fails
//! never. Limits: spans of one or two sentences; linear in the passage for each statement. Why it is so: without a
//! model of meaning, support is what can be checked: words, numbers by value, names, denial, and who does what to whom.

use core::ops::Range;
use zero_types::prelude::*;

use crate::number::{self, Number};
use crate::text::{self, Class, Lexer, Term, Token};
use crate::{clean, rank, segment, words};

/// Share of the content words that the span or the title must have.
const COVERAGE_MIN: f32 = 0.78;

/// A sentence to be checked.
pub(crate) struct Statement {
    text: String,
    tokens: Vec<Token>,
    numbers: Vec<Number>,
    negated: bool,
    roles: Vec<Role>,
}

/// A name, and how the sentence uses it.
struct Role {
    name: Term,
    /// The small word before it; a possessive counts as "of".
    case: &'static str,
    at: usize,
}

impl Statement {
    pub(crate) fn new(text: &str, lexer: &Lexer) -> Option<Self> {
        let tokens = lexer.tokens(text);
        if !tokens.iter().any(|token| token.class != Class::Stop) {
            return None;
        }
        let numbers = number::numbers(text);
        Some(Self {
            negated: negated(text, &tokens),
            roles: roles(text, &tokens),
            numbers,
            tokens,
            text: text.to_owned(),
        })
    }
}

/// A passage, read for checking.
pub(crate) struct Witness<'f> {
    text: &'f str,
    tokens: Vec<Token>,
    title: Vec<Token>,
    sentences: Vec<Range<usize>>,
}

impl<'f> Witness<'f> {
    pub(crate) fn new(passage: &'f Passage, lexer: &Lexer) -> Self {
        let text = rank::head(&passage.text, 2 * rank::PASSAGE_BYTES_MAX);
        let title = lexer.tokens(rank::head(&passage.title, 512));
        Self { text, tokens: lexer.tokens(text), title, sentences: segment::sentences(text) }
    }

    /// The shortest, then best covering span that supports the statement.
    pub(crate) fn supports(&self, statement: &Statement) -> Option<(Span, f32)> {
        for width in 1..=2 {
            let mut best: Option<(Range<usize>, f32)> = None;
            for window in self.sentences.windows(width) {
                let (Some(first), Some(last)) = (window.first(), window.last()) else { continue };
                let range = first.start..last.end;
                // Of two sentences none may deny what the other affirms: which of them was meant, is not known.
                let agrees = |sentence: &Range<usize>| negated(self.text, self.within(sentence)) == statement.negated;
                if !window.iter().all(agrees) {
                    continue;
                }
                let Some(strength) = self.strength(&range, statement) else { continue };
                if best.as_ref().is_none_or(|(_, least)| strength > *least) {
                    best = Some((range, strength));
                }
            }
            if let Some((range, strength)) = best {
                return Some((Span::new(range.start, range.end), strength));
            }
        }
        None
    }

    fn within(&self, range: &Range<usize>) -> &[Token] {
        let from = self.tokens.partition_point(|token| token.start < range.start);
        let to = self.tokens.partition_point(|token| token.start < range.end);
        self.tokens.get(from..to).unwrap_or_default()
    }

    fn strength(&self, range: &Range<usize>, statement: &Statement) -> Option<f32> {
        let tokens = self.within(range);
        let covered = self.covered(tokens, statement)?;
        let text = self.text.get(range.clone())?;
        // An order in a page is no statement, so it supports none.
        if clean::speaks_to_reader(&clean::shown(text), true) {
            return None;
        }
        let numbers = number::numbers(text);
        let said = |number: &Number| number.month || numbers.iter().any(|known| known.same(number));
        let months = |number: &Number| !number.month || numbers.iter().any(|known| known.month && known.same(number));
        if !statement.numbers.iter().all(|number| said(number) && months(number)) {
            return None;
        }
        let roles = roles(self.text, tokens);
        let fair =
            !exchanged(statement, &roles) && !misattributed(statement, &roles, text, &numbers, range.start, tokens);
        fair.then_some(0.5 + 0.45 * covered)
    }

    /// Share of the statement's words that are met; none when a name, or what a number counts, is not.
    fn covered(&self, tokens: &[Token], statement: &Statement) -> Option<f32> {
        let (mut all, mut met) = (0.0_f32, 0.0_f32);
        let mut after_number = false;
        for (at, token) in statement.tokens.iter().enumerate() {
            let word = token.of(&statement.text);
            let counted = core::mem::replace(&mut after_number, token.digit);
            if token.class == Class::Stop || token.digit || number_word(word) {
                continue;
            }
            if number::month(&text::fold(word)).is_some_and(|_| token.capital) {
                continue;
            }
            let exact = tokens.iter().chain(&self.title).any(|known| known.term == token.term);
            let near = exact || tokens.iter().any(|known| known.root == token.root);
            let unit = counted && unit_met(word, tokens, self.text);
            if !(exact || unit) && (token.capital || ((at == 0 || counted) && !near)) {
                return None;
            }
            all += 1.0;
            met += if exact || unit {
                1.0
            } else if near {
                0.8
            } else {
                0.0
            };
        }
        let covered = if all > 0.0 { met / all } else { 1.0 };
        (covered >= COVERAGE_MIN).then_some(covered)
    }
}

/// A unit written out for its symbol.
fn unit_met(word: &str, tokens: &[Token], text: &str) -> bool {
    let wanted = crate::units::base(1.0, word);
    tokens.iter().any(|token| crate::units::base(1.0, token.of(text)) == wanted)
}

fn number_word(word: &str) -> bool {
    let folded = text::fold(word);
    words::NUMBERS.iter().chain(words::SCALES).any(|(name, _)| *name == folded)
}

/// Whether a sentence denies what it speaks of.
pub(crate) fn negated(text: &str, tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        let word = text::fold(token.of(text)).replace('\'', "");
        words::NEGATORS.split_whitespace().any(|negator| negator == word)
    })
}

/// The names of a sentence: runs of capitalised words that are no months.
fn roles(text: &str, tokens: &[Token]) -> Vec<Role> {
    const CASES: [&str; 14] =
        ["of", "by", "to", "from", "in", "at", "on", "with", "for", "than", "over", "under", "after", "before"];
    let mut out: Vec<Role> = Vec::new();
    let mut last_end = None;
    for (at, token) in tokens.iter().enumerate() {
        let named = token.capital && token.class != Class::Stop && number::month(&text::fold(token.of(text))).is_none();
        if !named {
            continue;
        }
        let possessive = text.get(token.end..).is_some_and(|rest| rest.starts_with("'s") || rest.starts_with("’s"));
        if last_end == Some(at)
            && let Some(role) = out.last_mut()
        {
            role.name = token.term;
            role.case = if possessive { "of" } else { role.case };
        } else {
            let mut before = tokens.get(..at).unwrap_or_default().iter().rev().map(|token| text::fold(token.of(text)));
            let word = before.find(|word| !matches!(word.as_ref(), "the" | "a" | "an"));
            let case = word.and_then(|word| CASES.iter().find(|case| **case == word)).copied().unwrap_or("");
            out.push(Role { name: token.term, case: if possessive { "of" } else { case }, at });
        }
        last_end = Some(at + 1);
    }
    out
}

/// Whether two names of the statement play each other's part in the span.
fn exchanged(statement: &Statement, roles: &[Role]) -> bool {
    statement.roles.iter().enumerate().any(|(at, a)| {
        statement.roles.iter().skip(at + 1).filter(|b| b.name != a.name).any(|b| {
            let of = |name: Term| roles.iter().filter(move |role| role.name == name);
            let mut pairs = of(a.name).flat_map(|x| of(b.name).map(move |y| (x, y))).peekable();
            pairs.peek().is_some() && pairs.all(|(x, y)| crossed(a, b, x, y))
        })
    })
}

/// Whether `a` and `b` (of the statement, `a` first) are used the other way round as `x` and `y`.
fn crossed(a: &Role, b: &Role, x: &Role, y: &Role) -> bool {
    match ((a.case, b.case), (x.case, y.case)) {
        // Both passive alike, or both cases alike.
        (stated, said) if stated == said => stated.0 == stated.1 && (a.at < b.at) != (x.at < y.at),
        ((p, q), (r, s)) if p == s && q == r => true,
        // Passive and active: who is named after "by" comes first in the other.
        (("", "by"), ("", "")) => x.at < y.at,
        (("by", ""), ("", "")) => y.at < x.at,
        (("", ""), ("", "by")) => a.at < b.at,
        (("", ""), ("by", "")) => b.at < a.at,
        _ => false,
    }
}

/// Whether a number stands with another name in the span, while its name has another number there.
fn misattributed(
    statement: &Statement,
    roles: &[Role],
    text: &str,
    numbers: &[Number],
    offset: usize,
    tokens: &[Token],
) -> bool {
    let place = |role: &Role| tokens.get(role.at).map_or(0, |token| token.start - offset);
    let stated = |role: &Role| statement.tokens.get(role.at).map_or(0, |token| token.start);
    statement.numbers.iter().filter(|number| !number.month).any(|number| {
        let owner = statement.roles.iter().rev().find(|role| stated(role) < number.at.start);
        let Some(owner) = owner else { return false };
        let Some(own) = roles.iter().find(|role| role.name == owner.name) else { return false };
        let said = numbers.iter().filter(|known| known.same(number));
        let mut owned = said.map(|known| {
            let nearest = roles.iter().rev().find(|role| place(role) < known.at.start);
            nearest.is_none_or(|nearest| nearest.name == owner.name) || {
                let next = numbers.iter().find(|other| other.at.start > place(own));
                next.is_none_or(|next| {
                    next.same(number) || text.get(place(own)..next.at.start).is_none_or(|gap| gap.len() > 200)
                })
            }
        });
        !owned.any(|owned| owned)
    })
}
