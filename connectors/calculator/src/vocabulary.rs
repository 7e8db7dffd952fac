//! Atoms to tokens: what each word and sign means in a calculation. One unknown word, and there is none.

use crate::functions::{Function, NAMES};
use crate::number::Num;
use crate::scan::{Atom, Kind};
use crate::words;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Constant {
    Pi,
    E,
    Tau,
    GoldenRatio,
}

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Number(RBig),
    Constant(Constant),
    Function(Function),
    /// "half", "third": a share that needs "of".
    Share(u32),
    Plus,
    Minus,
    Times,
    Over,
    Power,
    Modulo,
    Bang,
    /// `loose` when a space stands before the sign, so that it may be a modulo.
    Percent {
        loose: bool,
    },
    Degrees,
    Radians,
    Squared(u32),
    Choose(Function),
    Of,
    Base,
    And,
    Comma,
    Open,
    Close,
}

use Token as T;

/// `(languages, words, meaning)`; no language means all.
const PHRASES: &[(&str, &str, Token)] = &[
    ("", "plus", T::Plus),
    ("", "added to", T::Plus),
    ("", "minus", T::Minus),
    ("", "negative", T::Minus),
    ("", "take away", T::Minus),
    ("", "times", T::Times),
    ("", "multiplied by", T::Times),
    ("", "multiplied with", T::Times),
    ("", "x", T::Times),
    ("", "divided by", T::Over),
    ("", "over", T::Over),
    ("", "mod", T::Modulo),
    ("", "modulo", T::Modulo),
    ("", "to power of", T::Power),
    ("", "to power", T::Power),
    ("", "raised to power of", T::Power),
    ("", "raised to power", T::Power),
    ("", "raised to", T::Power),
    ("", "squared", T::Squared(2)),
    ("", "cubed", T::Squared(3)),
    ("", "of", T::Of),
    ("", "base", T::Base),
    ("", "and", T::And),
    ("", "percent", T::Percent { loose: false }),
    ("", "per cent", T::Percent { loose: false }),
    ("", "degrees", T::Degrees),
    ("", "degree", T::Degrees),
    ("", "deg", T::Degrees),
    ("", "radians", T::Radians),
    ("", "rad", T::Radians),
    ("", "factorial", T::Bang),
    ("", "ncr", T::Choose(Function::Choose)),
    ("", "choose", T::Choose(Function::Choose)),
    ("", "npr", T::Choose(Function::Permute)),
    ("", "pi", T::Constant(Constant::Pi)),
    ("", "e", T::Constant(Constant::E)),
    ("", "tau", T::Constant(Constant::Tau)),
    ("", "phi", T::Constant(Constant::GoldenRatio)),
    ("", "golden ratio", T::Constant(Constant::GoldenRatio)),
    ("de", "mal", T::Times),
    ("de", "geteilt durch", T::Over),
    ("de", "durch", T::Over),
    ("de", "hoch", T::Power),
    ("de nl", "von", T::Of),
    ("de", "wurzel aus", T::Function(Function::Root(2))),
    ("de", "wurzel von", T::Function(Function::Root(2))),
    ("de", "quadratwurzel aus", T::Function(Function::Root(2))),
    ("de", "quadratwurzel von", T::Function(Function::Root(2))),
    ("de", "fakultät", T::Bang),
    ("fr", "fois", T::Times),
    ("fr", "multiplié par", T::Times),
    ("fr", "divisé par", T::Over),
    ("fr", "moins", T::Minus),
    ("fr", "puissance", T::Power),
    ("fr", "pour cent", T::Percent { loose: false }),
    ("fr es pt gl", "de", T::Of),
    ("fr", "racine carrée", T::Function(Function::Root(2))),
    ("fr", "factorielle", T::Bang),
    ("es", "más", T::Plus),
    ("es", "mas", T::Plus),
    ("es pt", "menos", T::Minus),
    ("es", "por", T::Times),
    ("es", "dividido por", T::Over),
    ("es", "dividido entre", T::Over),
    ("es", "entre", T::Over),
    ("es pt", "elevado a", T::Power),
    ("es", "por ciento", T::Percent { loose: false }),
    ("es", "raíz cuadrada", T::Function(Function::Root(2))),
    ("it", "più", T::Plus),
    ("it", "meno", T::Minus),
    ("it", "per", T::Times),
    ("it", "diviso per", T::Over),
    ("it", "diviso", T::Over),
    ("it", "elevato alla", T::Power),
    ("it", "per cento", T::Percent { loose: false }),
    ("it", "di", T::Of),
    ("it", "radice quadrata", T::Function(Function::Root(2))),
    ("pt", "mais", T::Plus),
    ("pt", "vezes", T::Times),
    ("pt", "dividido por", T::Over),
    ("pt", "por cento", T::Percent { loose: false }),
    ("pt", "raiz quadrada", T::Function(Function::Root(2))),
    ("nl", "keer", T::Times),
    ("nl", "maal", T::Times),
    ("nl", "min", T::Minus),
    ("nl", "gedeeld door", T::Over),
    ("nl", "van", T::Of),
    ("nl", "wortel", T::Function(Function::Root(2))),
    ("ru", "плюс", T::Plus),
    ("ru", "минус", T::Minus),
    ("ru", "умножить на", T::Times),
    ("ru", "разделить на", T::Over),
    ("ru", "процентов от", T::Percent { loose: false }),
    ("ru", "корень из", T::Function(Function::Root(2))),
];

/// The tokens of a calculation, or nothing when a word has no place in one. `language` is a primary subtag.
pub(crate) fn tokens(atoms: &[Atom], language: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(atoms.len());
    let mut rest = atoms;
    while let Some(atom) = rest.first() {
        let taken = take(&mut tokens, atom, rest, language)?;
        rest = rest.get(taken..)?;
    }
    Some(tokens)
}

/// Pushes what `rest` starts with; how many atoms it took.
fn take(tokens: &mut Vec<Token>, atom: &Atom, rest: &[Atom], language: &str) -> Option<usize> {
    if let Some(value) = atom.number() {
        return number(tokens, value, rest);
    }
    if atom.kind == Kind::Sign {
        tokens.push(sign(&atom.text)?);
        return Some(1);
    }
    // "to the fifth power", "fifth root of".
    if atom.text == "to"
        && let Some(degree) = rest.get(1).and_then(|next| words::ordinal(&next.text))
        && rest.get(2).is_some_and(|next| next.is("power"))
    {
        tokens.extend([T::Power, T::Number(RBig::from(degree))]);
        return Some(3);
    }
    if let [to, degree, ending, power, ..] = rest
        && to.text == "to"
        && matches!(ending.text.as_str(), "st" | "nd" | "rd" | "th")
        && power.is("power")
        && let Some(degree) = degree.number()
    {
        tokens.extend([T::Power, T::Number(degree.clone())]);
        return Some(4);
    }
    if let Some(degree) = words::ordinal(&atom.text).filter(|_| rest.get(1).is_some_and(|next| next.is("root"))) {
        tokens.push(T::Function(Function::Root(degree)));
        return Some(2);
    }
    let list = tokens.iter().rev().any(|token| matches!(token, T::Function(function) if function.is_list()));
    let number = words::read(rest, list);
    if let Some((value, taken)) = number {
        return worded(tokens, value, taken, rest);
    }
    if let Some(bottom) = words::share(&atom.text) {
        tokens.push(T::Share(bottom));
        return Some(1);
    }
    if atom.text == "a" && rest.get(1).is_some_and(|next| words::share(&next.text).is_some()) {
        return Some(1);
    }
    phrase(tokens, atom, rest, language)
}

fn phrase(tokens: &mut Vec<Token>, atom: &Atom, rest: &[Atom], language: &str) -> Option<usize> {
    let local = PHRASES
        .iter()
        .filter(|(languages, _, _)| languages.is_empty() || languages.split(' ').any(|known| known == language))
        .filter_map(|(languages, words, token)| Some((matching(rest, words)?, !languages.is_empty(), token.clone())));
    let named =
        NAMES.iter().filter_map(|(name, function)| Some((matching(rest, name)?, false, T::Function(*function))));
    // The longest wins; then the asker's own language ("min" is minus in Dutch).
    let (taken, _, token) = local.chain(named).max_by_key(|(taken, local, _)| (*taken, *local))?;
    let token = match token {
        T::Percent { .. } => T::Percent { loose: !atom.tight && atom.end == atom.start + 1 },
        // "ncr(5, 2)" and "factorial of 5" are functions; "5 choose 2" and "5 factorial" follow their number.
        T::Choose(function) if !follows_value(tokens) => T::Function(function),
        T::Bang | T::Function(Function::Factorial) => {
            if follows_value(tokens) {
                T::Bang
            } else {
                T::Function(Function::Factorial)
            }
        }
        T::Function(Function::Choose) if follows_value(tokens) => T::Choose(Function::Choose),
        T::Function(Function::Permute) if follows_value(tokens) => T::Choose(Function::Permute),
        token => token,
    };
    tokens.push(token);
    Some(taken)
}

fn follows_value(tokens: &[Token]) -> bool {
    matches!(tokens.last(), Some(T::Number(_) | T::Close | T::Constant(_) | T::Bang))
}

/// A number in digits with what belongs to it: a scale, a fraction ("1 1/2"), an ordinal ending ("5th root").
fn number(tokens: &mut Vec<Token>, value: &RBig, rest: &[Atom]) -> Option<usize> {
    let next = rest.get(1);
    if next.is_some_and(|next| next.tight && matches!(next.text.as_str(), "st" | "nd" | "rd" | "th")) {
        let degree = Num::Exact(value.clone()).small()?;
        if rest.get(2).is_some_and(|next| next.is("root")) {
            tokens.push(T::Function(Function::Root(degree)));
            return Some(3);
        }
        // "to the 5th power": the "to" has not become a token.
        return None;
    }
    if let Some(scale) = next.and_then(words::scale_after) {
        tokens.push(T::Number(value * scale));
        return Some(2);
    }
    if let [_, top, slash, bottom, ..] = rest
        && value.is_int()
        && !top.tight
        && slash.is("/")
        && slash.tight
        && bottom.tight
        && let (Some(top), Some(bottom)) = (top.number(), bottom.number())
        && top.is_int()
        && bottom.is_int()
        && top < bottom
    {
        tokens.push(T::Number(value + top / bottom));
        return Some(4);
    }
    tokens.push(T::Number(value.clone()));
    Some(1)
}

/// A number in words; "two thirds" and "one half" are one number.
fn worded(tokens: &mut Vec<Token>, value: RBig, taken: usize, rest: &[Atom]) -> Option<usize> {
    if let Some(bottom) = rest.get(taken).and_then(|next| words::share(&next.text))
        && !rest.get(taken + 1).is_some_and(|next| next.is("root"))
    {
        let share = RBig::from_parts(IBig::ONE, UBig::from(bottom));
        tokens.push(T::Number(value * share));
        return Some(taken + 1);
    }
    tokens.push(T::Number(value));
    Some(taken)
}

fn sign(text: &str) -> Option<Token> {
    Some(match text {
        "+" => T::Plus,
        "-" => T::Minus,
        "*" => T::Times,
        "/" => T::Over,
        "^" => T::Power,
        "!" => T::Bang,
        "," | ";" => T::Comma,
        "(" => T::Open,
        ")" => T::Close,
        _ => return None,
    })
}

/// How many atoms the words of `phrase` take at the start of `rest`.
pub(crate) fn matching(rest: &[Atom], phrase: &str) -> Option<usize> {
    let mut count = 0;
    for word in phrase.split(' ') {
        rest.get(count).filter(|atom| atom.is(word))?;
        count += 1;
    }
    Some(count)
}
