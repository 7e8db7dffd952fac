//! The forms of a conversion: "convert X to U", "how many U in X", "X = ? U", "U to V".

use crate::scan::Token;
use crate::unit::{Unit, unit, written};
use dashu_ratio::RBig;

/// What is to be converted, and into what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// As typed.
    pub(crate) text: String,
    /// In the coherent unit, before the zero of a temperature scale.
    pub(crate) amount: RBig,
    pub(crate) from: Unit,
    pub(crate) to: Unit,
    /// A number was given.
    pub(crate) counted: bool,
}

const LEADING: &[&str] = &[
    "convert",
    "what is",
    "whats",
    "what's",
    "how much is",
    "how much are",
    "how long is",
    "how far is",
    "how hot is",
    "how cold is",
    "how fast is",
    "how tall is",
    "how heavy is",
    "please",
    "calculate",
    "conversion of",
    "conversion",
    "change",
    "express",
    "can you",
    "could you",
    "tell me",
    "the",
];
const TRAILING: &[&str] = &["please", "conversion", "converter", "calculator", "?", "="];
const BETWEEN: &[&str] = &[
    "to",
    "in",
    "into",
    "as",
    "=",
    "equals",
    "equals what in",
    "converted to",
    "converted into",
    "convert to",
    "in terms of",
    "is what in",
    "is how many",
    "equals how many",
    "is equal to how many",
    "= ?",
    "= how many",
    "expressed in",
    "expressed as",
    "vs",
];
/// After "how many U".
const OF: &[&str] = &[
    "in",
    "are in",
    "is in",
    "are there in",
    "is",
    "are",
    "per",
    "make",
    "makes",
    "equal",
    "equals",
    "=",
    "does",
    "to",
    "are equal to",
    "go into",
    "can fit in",
    "do",
    "make up",
];

/// Reads all of `tokens` as a conversion.
pub(crate) fn read(tokens: &[Token], imperial: bool) -> Option<Asked> {
    let tokens = strip(tokens);
    if let Some(rest) =
        starts(tokens, "how many").or_else(|| starts(tokens, "how much")).or_else(|| starts(tokens, "number of"))
    {
        return split(rest, OF, |left, right| {
            let to = unit(left, imperial)?;
            asked(right, to, imperial)
        });
    }
    split(tokens, BETWEEN, |left, right| {
        let to = unit(right, imperial)?;
        asked(left, to, imperial)
    })
}

fn strip(mut tokens: &[Token]) -> &[Token] {
    loop {
        let before = tokens.len();
        if let Some(rest) = LEADING.iter().filter_map(|phrase| starts(tokens, phrase)).min_by_key(|rest| rest.len()) {
            tokens = rest;
        }
        if let Some((last, rest)) = tokens.split_last()
            && TRAILING.iter().any(|word| says(last, word))
        {
            tokens = rest;
        }
        if tokens.len() == before {
            return tokens;
        }
    }
}

fn says(token: &Token, word: &str) -> bool {
    token.is(word) || matches!(token, Token::Sign(sign) if word.len() == 1 && word.starts_with(*sign))
}

fn starts<'t>(tokens: &'t [Token], phrase: &str) -> Option<&'t [Token]> {
    let mut rest = tokens;
    for word in phrase.split(' ') {
        let (first, after) = rest.split_first()?;
        if !says(first, word) {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// Tries every place where one of `words` stands between two parts; the last place first, as "in" is also a unit.
fn split<'t>(
    tokens: &'t [Token],
    words: &[&str],
    read: impl Fn(&'t [Token], &'t [Token]) -> Option<Asked>,
) -> Option<Asked> {
    (1..tokens.len()).rev().find_map(|at| {
        let (left, rest) = tokens.split_at(at);
        words.iter().find_map(|word| read(left, article(starts(rest, word)?)))
    })
}

fn article(tokens: &[Token]) -> &[Token] {
    match tokens.split_first() {
        Some((first, rest))
            if !rest.is_empty() && (first.is("a") || first.is("an") || first.is("the") || first.is("one")) =>
        {
            rest
        }
        _ => tokens,
    }
}

/// `5 ft 11 in`, `-40 F`, "a mile", "a marathon of 42.195 km", or a unit alone.
fn asked(tokens: &[Token], to: Unit, imperial: bool) -> Option<Asked> {
    // What is measured does not matter, as long as a measure follows.
    if let Some(at) = tokens.iter().position(|token| token.is("of"))
        && matches!(tokens.get(at + 1), Some(Token::Number(..)))
        && tokens.get(..at)?.iter().all(|token| matches!(token, Token::Word(_)))
    {
        return asked(tokens.get(at + 1..)?, to, imperial);
    }
    let bare = article(tokens);
    let negative =
        matches!(bare.first(), Some(Token::Sign('-'))) || bare.first().is_some_and(|token| token.is("minus"));
    let unsigned = if negative { bare.get(1..)? } else { bare };
    if !matches!(unsigned.first(), Some(Token::Number(..))) {
        let from = unit(bare, imperial).filter(|_| !negative)?;
        let text = format!("1 {}", from.name);
        return Some(Asked { text, amount: from.factor.clone(), from, to, counted: bare.len() < tokens.len() });
    }
    let (amount, from) = sum(unsigned, imperial)?;
    // Only temperatures and accounts of change go below zero; conversions of them are as good.
    let amount = if negative { -amount } else { amount };
    Some(Asked {
        text: format!("{}{}", if negative { "-" } else { "" }, written(unsigned)),
        amount,
        from,
        to,
        counted: true,
    })
}

/// One or more measures of one dimension, added up.
fn sum(tokens: &[Token], imperial: bool) -> Option<(RBig, Unit)> {
    let Some((Token::Number(value, _), rest)) = tokens.split_first() else { return None };
    if let Some(from) = unit(rest, imperial) {
        return Some((value * &from.factor, from));
    }
    let starts = (1..rest.len()).filter(|at| matches!(rest.get(*at), Some(Token::Number(..))));
    for at in starts {
        let (head, tail) = rest.split_at(at);
        let head = head.split_last().filter(|(last, _)| last.is("and")).map_or(head, |(_, head)| head);
        if let Some(first) = unit(head, imperial)
            && let Some((more, second)) = sum(tail, imperial)
            && second.dimension == first.dimension
            && first.zero.is_zero()
        {
            return Some((value * &first.factor + more, first));
        }
    }
    None
}
