//! Text to tokens. Case is kept: `Mb` and `MB` differ.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Number(RBig, String),
    Word(String),
    Sign(char),
}

impl Token {
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    /// As typed, for reading back.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(_, text) | Self::Word(text) => text.clone(),
            Self::Sign(sign) => sign.to_string(),
        }
    }
}

const TEXT_BYTES_MAX: usize = 512;
const TOKENS_MAX: usize = 48;
const DIGITS_MAX: usize = 40;

/// All tokens, or nothing when the text holds what no conversion holds.
pub(crate) fn scan(text: &str) -> Option<Vec<Token>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        if tokens.len() >= TOKENS_MAX {
            return None;
        }
        let after = rest.get(c.len_utf8()..)?;
        if c.is_whitespace() {
            rest = after;
        } else if c.is_ascii_digit() || (c == '.' && after.starts_with(|c: char| c.is_ascii_digit())) {
            let (value, length) = number(rest)?;
            tokens.push(Token::Number(value, rest.get(..length)?.replace(',', "")));
            rest = rest.get(length..)?;
        } else if c.is_alphabetic() || "°µ%".contains(c) {
            let end =
                rest.find(|c: char| !(c.is_alphabetic() || "°µ".contains(c))).unwrap_or(rest.len()).max(c.len_utf8());
            tokens.push(Token::Word(rest.get(..end)?.to_owned()));
            rest = rest.get(end..)?;
            // `m2` and `ft3` are powers; `5ft2in` is not.
            let after = rest.get(1..).unwrap_or_default();
            if rest.starts_with(['2', '3']) && !after.starts_with(|c: char| c.is_alphanumeric() || ".,".contains(c)) {
                tokens.push(Token::Sign('^'));
            }
        } else {
            let sign = match c {
                '²' | '³' => {
                    tokens.push(Token::Sign('^'));
                    let power = if c == '²' { "2" } else { "3" };
                    tokens.push(Token::Number(RBig::from(if c == '²' { 2 } else { 3 }), power.to_owned()));
                    rest = after;
                    continue;
                }
                '×' | '·' | '⋅' | '*' => '*',
                '−' | '-' => '-',
                '′' | '’' | '\'' => '\'',
                '″' | '”' | '"' => '"',
                '/' | '^' | '?' | '=' => c,
                '.' if after.trim().is_empty() => '?',
                _ => return None,
            };
            tokens.push(Token::Sign(sign));
            rest = after;
        }
    }
    Some(tokens)
}

/// `1,234.5`, `3/4`, `1e6`.
fn number(text: &str) -> Option<(RBig, usize)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || ".,".contains(c))).unwrap_or(text.len());
    let written = text.get(..end)?.trim_end_matches(['.', ',']);
    let mut length = written.len();
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    if groups.iter().skip(1).any(|group| group.len() != 3)
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
        || length > DIGITS_MAX
    {
        return None;
    }
    let digits = UBig::from_str_radix(&format!("{}{fraction}", groups.concat()), 10).ok()?;
    let mut value = RBig::from_parts(IBig::from(digits), UBig::from(10u8).pow(fraction.len()));
    let rest = text.get(length..)?;
    if let Some(bottom) = rest.strip_prefix('/').filter(|bottom| bottom.starts_with(|c: char| c.is_ascii_digit())) {
        let end = bottom.find(|c: char| !c.is_ascii_digit()).unwrap_or(bottom.len());
        if let Some(bottom) =
            bottom.get(..end).and_then(|digits| digits.parse::<u32>().ok()).filter(|bottom| *bottom > 0)
        {
            value /= RBig::from(bottom);
            length += end + 1;
        }
    } else if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let digits = after.trim_start_matches(['-', '+']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let signed = after.get(..after.len() - digits.len() + end)?;
        if let Ok(exponent) = signed.parse::<i32>() {
            if exponent.abs() > 60 {
                return None;
            }
            let power = RBig::from(UBig::from(10u8).pow(exponent.unsigned_abs() as usize));
            value = if exponent < 0 { value / power } else { value * power };
            length += 1 + signed.len();
        }
    }
    Some((value, length))
}
