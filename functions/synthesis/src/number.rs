//! Numbers as they are written in running text.
//!
//! Takes text; gives the numbers in it by value, with byte ranges: digits of every script, grouped and with decimals,
//! scaled by a following "million", and English number words. Fails never. Limits: linear.

use core::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

use crate::{text, words};

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Number {
    pub(crate) at: Range<usize>,
    pub(crate) value: f64,
    /// Its digits, for those that a float cannot tell apart; empty for words.
    digits: String,
    /// Written as a month's name: a number to be found, but none that was claimed.
    pub(crate) month: bool,
}

impl Number {
    pub(crate) fn same(&self, other: &Self) -> bool {
        let close = (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(other.value.abs());
        let long = self.digits.len() > 15 && other.digits.len() > 15;
        close && (!long || self.digits == other.digits)
    }
}

/// Every number of `text`, in order.
pub(crate) fn numbers(text: &str) -> Vec<Number> {
    let mut out: Vec<Number> = Vec::new();
    for (start, word) in text.unicode_word_indices() {
        let at = start..start + word.len();
        let adjacent = out.last().is_some_and(|last| between(text, last.at.end, start));
        if let Some(value) = fraction(word) {
            match out.last_mut().filter(|last| last.at.end == start) {
                Some(last) => {
                    last.value += value;
                    last.at.end = at.end;
                }
                None => out.push(Number { at, value, digits: String::new(), month: false }),
            }
            continue;
        }
        if word.chars().next().is_some_and(char::is_numeric) {
            let mut number = written(word, at);
            if sign(text, start) {
                number.value = -number.value;
            }
            // `1815-12-10`: the second part names a month.
            number.month =
                out.last().is_some_and(|last| last.digits.len() == 4 && last.at.end + 1 == start && !last.month)
                    && word.len() == 2
                    && text.get(start - 1..start) == Some("-");
            // A space (plain, narrow or fixed) groups digits in many languages.
            if let Some(last) = out.last_mut().filter(|last| adjacent && groups(text, last, &number, word)) {
                last.value = last.value * 1000.0 + number.value;
                last.digits.push_str(&number.digits);
                last.at.end = number.at.end;
                continue;
            }
            out.push(number);
            continue;
        }
        let folded = text::fold(word);
        if let Some(scale) = words::SCALES.iter().find(|(name, _)| *name == folded).map(|(_, scale)| *scale) {
            match out.last_mut().filter(|last| adjacent && !last.month) {
                Some(last) => {
                    last.value *= scale;
                    last.at.end = at.end;
                    last.digits.clear();
                }
                None => out.push(Number { at, value: scale, digits: String::new(), month: false }),
            }
        } else if let Some(value) = words::NUMBERS.iter().find(|(name, _)| *name == folded).map(|(_, value)| *value) {
            let tens = |last: &&mut Number| {
                adjacent
                    && last.digits.is_empty()
                    && !last.month
                    && last.value >= 20.0
                    && last.value < 100.0
                    && last.value % 10.0 == 0.0
                    && (1.0..10.0).contains(&value)
            };
            match out.last_mut().filter(tens) {
                Some(last) => {
                    last.value += value;
                    last.at.end = at.end;
                }
                None => out.push(Number { at, value, digits: String::new(), month: false }),
            }
        } else if let Some(month) = month(&folded) {
            out.push(Number { at, value: month, digits: String::new(), month: true });
        }
    }
    out
}

/// The word breaker gives these as words of their own.
fn fraction(word: &str) -> Option<f64> {
    match word {
        "½" => Some(0.5),
        "¼" => Some(0.25),
        "¾" => Some(0.75),
        _ => None,
    }
}

/// The number of a month by its folded name.
pub(crate) fn month(folded: &str) -> Option<f64> {
    let at = words::MONTHS.iter().position(|names| names.split(' ').any(|name| name == folded))?;
    u32::try_from(at + 1).ok().map(f64::from)
}

/// The value of a word that starts with a digit: `1,234.5`, `1.234.567`, `21st`, `6½`.
fn written(word: &str, at: Range<usize>) -> Number {
    let folded = text::fold(word);
    let mut digits = String::new();
    let body: String =
        folded.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '\'' | '_')).collect();
    let parts: Vec<&str> = body.split([',', '\'', '_']).collect();
    let grouped = parts.len() > 1
        && parts.iter().enumerate().all(|(i, part)| i == 0 || part.split('.').next().is_some_and(|p| p.len() == 3));
    let points = body.matches('.').count();
    let plain = if grouped {
        parts.concat()
    } else if points > 1 && body.split('.').skip(1).all(|part| part.len() == 3) {
        body.replace('.', "")
    } else if parts.len() == 2 && points == 0 {
        body.replace(',', ".")
    } else {
        body.clone()
    };
    let value: f64 = plain.trim_end_matches('.').parse().unwrap_or_else(|_| {
        // A version or a date with points: only its first part is a number.
        plain.split('.').next().and_then(|part| part.parse().ok()).unwrap_or(0.0)
    });
    digits.extend(plain.chars().filter(char::is_ascii_digit));
    Number { at, value, digits, month: false }
}

fn between(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|gap| matches!(gap, " " | "-" | "\u{a0}" | "\u{202f}" | "\u{2009}"))
}

fn groups(text: &str, last: &Number, next: &Number, word: &str) -> bool {
    let gap = text.get(last.at.end..next.at.start).unwrap_or_default();
    matches!(gap, "\u{a0}" | "\u{202f}" | "\u{2009}") && word.len() == 3 && next.digits.len() == 3 && last.value >= 1.0
}

/// Whether a minus stands right before, and no word before that.
fn sign(text: &str, start: usize) -> bool {
    let mut before = text.get(..start).unwrap_or_default().chars().rev();
    matches!(before.next(), Some('-' | '−')) && before.next().is_none_or(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_value() {
        for (text, wanted) in [
            ("1,234.5 and 7", vec![1234.5, 7.0]),
            ("125.7 million people", vec![125_700_000.0]),
            ("twenty-one of 3 thousand", vec![21.0, 3000.0]),
            ("5,3 km; −4 °C; 6½ sacks", vec![5.3, -4.0, 6.5]),
            ("12 345 678 in 1.234.567", vec![12.0, 345.0, 678.0, 1_234_567.0]),
            ("12\u{a0}345 and ٣٤", vec![12345.0, 34.0]),
            ("the 21st of May", vec![21.0, 5.0]),
            ("2027-03-01", vec![2027.0, 3.0, 1.0]),
            ("$5 at 15%", vec![5.0, 15.0]),
        ] {
            let got: Vec<f64> = numbers(text).into_iter().map(|number| number.value).collect();
            assert_eq!(got, wanted, "{text}");
        }
    }
}
