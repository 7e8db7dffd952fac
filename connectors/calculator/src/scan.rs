//! Text to atoms: numbers, lower-cased words and signs, with the many ways of writing one sign made one.

use crate::limits::{ATOMS_MAX, TEXT_BYTES_MAX};
use crate::numerals;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// What an atom is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Number { value: RBig, plain: Option<String>, radix: Option<u32> },
    Word,
    Sign,
}

/// The smallest piece of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Atom {
    pub(crate) kind: Kind,
    /// Normalised: lower case, one spelling for each sign.
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// No space before it.
    pub(crate) tight: bool,
}

impl Atom {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text && !matches!(self.kind, Kind::Number { .. })
    }

    pub(crate) fn number(&self) -> Option<&RBig> {
        match &self.kind {
            Kind::Number { value, .. } => Some(value),
            Kind::Word | Kind::Sign => None,
        }
    }
}

/// All atoms, or nothing when the text holds what no calculation holds.
pub(crate) fn scan(text: &str, decimal_comma: bool) -> Option<Vec<Atom>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut scanner = Scanner { text, at: 0, tight: false, atoms: Vec::new(), lists: Vec::new(), decimal_comma };
    while let Some(c) = scanner.rest().chars().next() {
        scanner.step(c)?;
        if scanner.atoms.len() > ATOMS_MAX {
            return None;
        }
    }
    Some(scanner.atoms)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    tight: bool,
    atoms: Vec<Atom>,
    /// For each open parenthesis: whether commas in it separate arguments.
    lists: Vec<bool>,
    decimal_comma: bool,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, text: impl Into<String>, length: usize) {
        let end = self.at + length;
        self.atoms.push(Atom { kind, text: text.into(), start: self.at, end, tight: self.tight });
        self.at = end;
        self.tight = true;
    }

    fn step(&mut self, c: char) -> Option<()> {
        let rest = self.rest();
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c.is_whitespace() {
            self.at += c.len_utf8();
            self.tight = false;
        } else if c.is_ascii_digit() || (c == '.' && after.starts_with(|next: char| next.is_ascii_digit())) {
            self.number(rest)?;
        } else if let Some((top, bottom)) = vulgar_fraction(c) {
            self.vulgar(RBig::from_parts(IBig::from(top), UBig::from(bottom)), c);
        } else if let Some(digit) = superscript(c) {
            let mut value = digit;
            let mut length = c.len_utf8();
            for next in after.chars().map_while(superscript).take(4) {
                value = value * 10 + next;
            }
            length += after
                .chars()
                .take_while(|next| superscript(*next).is_some())
                .take(4)
                .map(char::len_utf8)
                .sum::<usize>();
            self.push(Kind::Sign, "^", 0);
            let number = Kind::Number { value: RBig::from(value), plain: None, radix: None };
            self.push(number, value.to_string(), length);
        } else if c.is_alphabetic() {
            self.word(rest);
        } else if matches!(c, '.' | ':')
            && (after.is_empty() || after.starts_with(char::is_whitespace))
            && self.ends_here(c, after)
        {
            self.at += c.len_utf8();
        } else {
            self.sign(c, after)?;
        }
        Some(())
    }

    /// A full stop at the end, and the colon of "calculate: ...".
    fn ends_here(&self, c: char, after: &str) -> bool {
        if c == '.' {
            after.trim().is_empty()
        } else {
            self.atoms.len() <= 2 && self.atoms.iter().all(|atom| atom.kind == Kind::Word)
        }
    }

    fn number(&mut self, rest: &str) -> Option<()> {
        let listed = self.lists.last().copied().unwrap_or(false);
        let number = numerals::read(rest, self.decimal_comma, listed)?;
        // "1.2.3", "10.0.0.1" and "v2": numbers in name only.
        let next = rest.get(number.length..)?;
        if next.starts_with('.') && next.get(1..)?.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if self.tight
            && self.atoms.last().is_some_and(|atom| {
                atom.kind == Kind::Word && !matches!(atom.text.as_str(), "x" | "percent" | "log" | "sqrt" | "cbrt")
            })
        {
            return None;
        }
        let text = rest.get(..number.length)?.to_ascii_lowercase();
        self.push(Kind::Number { value: number.value, plain: number.plain, radix: number.radix }, text, number.length);
        Some(())
    }

    /// `½` is a number, and `2½` is another.
    fn vulgar(&mut self, value: RBig, c: char) {
        let tight = self.tight;
        if let Some(Atom { kind: Kind::Number { value: whole, .. }, end, .. }) = self.atoms.last_mut()
            && tight
        {
            *whole += value;
            *end += c.len_utf8();
            self.at += c.len_utf8();
        } else {
            self.push(Kind::Number { value, plain: None, radix: None }, c, c.len_utf8());
        }
    }

    fn word(&mut self, rest: &str) {
        let mut end = rest.find(|c: char| !c.is_alphabetic() && !"'’".contains(c)).unwrap_or(rest.len());
        let letters = rest.get(..end).unwrap_or_default().to_lowercase();
        if letters == "log" {
            let digits = rest.get(end..).unwrap_or_default();
            end += ["10", "2"]
                .iter()
                .find(|base| {
                    digits
                        .strip_prefix(**base)
                        .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
                })
                .map_or(0, |base| base.len());
        }
        let word: String = rest.get(..end).unwrap_or_default().to_lowercase().replace(['\'', '’'], "");
        let word = match word.as_str() {
            "percentage" | "pct" | "prozent" | "procent" | "pourcent" => "percent".to_owned(),
            "π" => "pi".to_owned(),
            "τ" => "tau".to_owned(),
            _ => word,
        };
        // "the" never changes a calculation.
        if word == "the" {
            self.at += end;
            self.tight = false;
        } else {
            self.push(Kind::Word, word, end);
        }
    }

    fn sign(&mut self, c: char, after: &str) -> Option<()> {
        let length = c.len_utf8();
        match c {
            '*' if after.starts_with('*') => self.push(Kind::Sign, "^", 2),
            '+' | '-' | '*' | '/' | '^' | '!' | '=' | '?' | ',' | ';' => self.push(Kind::Sign, c, length),
            '−' | '–' | '—' => self.push(Kind::Sign, "-", length),
            '×' | '·' | '⋅' | '∗' | '✕' | '✖' => self.push(Kind::Sign, "*", length),
            '÷' | '∕' | '⁄' | '➗' => self.push(Kind::Sign, "/", length),
            '%' => self.push(Kind::Word, "percent", length),
            '√' => self.push(Kind::Word, "sqrt", length),
            '∛' => self.push(Kind::Word, "cbrt", length),
            '°' => self.push(Kind::Word, "degrees", length),
            '(' | '[' | '{' => {
                let list = self.atoms.last().is_some_and(|atom| self.tight && crate::functions::takes_list(&atom.text));
                self.lists.push(list);
                self.push(Kind::Sign, "(", length);
            }
            ')' | ']' | '}' => {
                self.lists.pop();
                self.push(Kind::Sign, ")", length);
            }
            // An amount of money is a number; which money it is does not change the arithmetic.
            '$' | '€' | '£' => {
                self.at += length;
                self.tight = false;
            }
            _ => return None,
        }
        Some(())
    }
}

fn superscript(c: char) -> Option<u32> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == c).and_then(|at| u32::try_from(at).ok())
}

fn vulgar_fraction(c: char) -> Option<(u8, u8)> {
    Some(match c {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅖' => (2, 5),
        '⅗' => (3, 5),
        '⅘' => (4, 5),
        '⅙' => (1, 6),
        '⅚' => (5, 6),
        '⅛' => (1, 8),
        '⅜' => (3, 8),
        '⅝' => (5, 8),
        '⅞' => (7, 8),
        _ => return None,
    })
}
