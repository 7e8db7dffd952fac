//! Numbers in English words: "two hundred and five", "twenty-five", "three point one four", "2.5 million", "two thirds".

use crate::scan::Atom;
use dashu_int::UBig;
use dashu_ratio::RBig;
use zero_connector_sdk::english;

const SCALES: &[(&str, u32)] = &[
    ("thousand", 3),
    ("million", 6),
    ("billion", 9),
    ("trillion", 12),
    ("quadrillion", 15),
    ("lakh", 5),
    ("crore", 7),
];
const ORDINALS: &[&str] =
    &["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"];

/// The number that `atoms` start with, how many atoms it takes, and whether it was a share ("two thirds").
///
/// In a `list` the word "and" separates numbers, so it is not part of one.
pub(crate) fn read(atoms: &[Atom], list: bool) -> Option<(RBig, usize)> {
    let (mut total, mut current) = (UBig::ZERO, None::<u64>);
    let mut at = 0;
    let mut scale_max = u32::MAX;
    while let Some(atom) = atoms.get(at) {
        let word = atom.text.as_str();
        if atom.number().is_some() {
            break;
        } else if let Some(value) = unit(word) {
            // "twenty five" is one number, "five five" is two.
            match current {
                None => current = Some(value),
                Some(before) if before % 100 >= 20 && before % 10 == 0 && (1..10).contains(&value) => {
                    current = Some(before + value)
                }
                Some(before) if before >= 100 && before % 100 == 0 => current = Some(before + value),
                Some(_) => break,
            }
        } else if word == "a"
            && at == 0
            && atoms
                .get(1)
                .is_some_and(|next| next.text == "hundred" || scale(&next.text).is_some() || next.text == "dozen")
        {
            current = Some(1);
        } else if word == "hundred" && current.is_none_or(|before| before < 100) {
            current = Some(current.unwrap_or(1) * 100);
        } else if word == "dozen" && current.is_none_or(|before| before < 100) {
            return Some((RBig::from(total + current.unwrap_or(1) * 12), at + 1));
        } else if let Some(exponent) = scale(word).filter(|exponent| *exponent < scale_max) {
            total += UBig::from(current.take().unwrap_or(1)) * UBig::from(10u8).pow(exponent as usize);
            scale_max = exponent;
        } else if word == "-"
            && atom.tight
            && atoms.get(at + 1).is_some_and(|next| next.tight && unit(&next.text).is_some_and(|value| value < 10))
            && current.is_some_and(|before| before % 100 >= 20 && before % 10 == 0)
        {
            // The hyphen of "twenty-five".
        } else if word == "and"
            && !list
            && at > 0
            && atoms.get(at + 1).is_some_and(|next| unit(&next.text).is_some())
            && (current.is_some_and(|before| before % 100 == 0) || current.is_none())
        {
            // The "and" of "two hundred and five".
        } else {
            break;
        }
        at += 1;
    }
    if at == 0 {
        return None;
    }
    let whole = RBig::from(total + current.unwrap_or(0));
    Some(point(atoms, at, whole))
}

/// "... point one four".
fn point(atoms: &[Atom], at: usize, whole: RBig) -> (RBig, usize) {
    if !atoms.get(at).is_some_and(|atom| atom.is("point")) {
        return (whole, at);
    }
    let digits: Vec<u64> =
        atoms.iter().skip(at + 1).map_while(|atom| unit(&atom.text).filter(|value| *value < 10)).take(20).collect();
    if digits.is_empty() {
        return (whole, at);
    }
    let fraction = digits.iter().fold(UBig::ZERO, |sum, digit| sum * 10u8 + *digit);
    let places = UBig::from(10u8).pow(digits.len());
    (whole + RBig::from_parts(fraction.into(), places), at + 1 + digits.len())
}

/// The scale after a number in digits: "2.5 million", "3 dozen", "5 hundred".
pub(crate) fn scale_after(atom: &Atom) -> Option<RBig> {
    let ten = |exponent: u32| RBig::from(UBig::from(10u8).pow(exponent as usize));
    match atom.text.as_str() {
        "hundred" => Some(ten(2)),
        "dozen" => Some(RBig::from(12)),
        word => scale(word).map(ten),
    }
}

/// The denominator in "two thirds", "a quarter", "half".
pub(crate) fn share(word: &str) -> Option<u32> {
    match word {
        "half" | "halves" => Some(2),
        "quarter" | "quarters" => Some(4),
        _ => ordinal(word.strip_suffix('s').unwrap_or(word)),
    }
}

/// "third" to "twelfth".
pub(crate) fn ordinal(word: &str) -> Option<u32> {
    ORDINALS.iter().position(|name| *name == word).and_then(|at| u32::try_from(at + 3).ok())
}

fn unit(word: &str) -> Option<u64> {
    english::number(word).map(u64::from)
}

fn scale(word: &str) -> Option<u32> {
    SCALES.iter().find(|(name, _)| *name == word).map(|(_, exponent)| *exponent)
}
