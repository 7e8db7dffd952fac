//! Numbers in digits: decimals, thousands separators of several habits, exponents, `0x`, `0b` and `0o`.

use crate::limits::{DIGITS_TYPED_MAX, EXPONENT_TYPED_MAX};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A number that stands at the start of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numeral {
    pub(crate) value: RBig,
    /// Bytes it takes.
    pub(crate) length: usize,
    /// How it is written without separators, when that differs from how it stands.
    pub(crate) plain: Option<String>,
    /// 16, 8 or 2 when a prefix says so.
    pub(crate) radix: Option<u32>,
}

/// Reads the number that `text` starts with. `listed` is true where a comma separates arguments.
pub(crate) fn read(text: &str, decimal_comma: bool, listed: bool) -> Option<Numeral> {
    prefixed(text).or_else(|| decimal(text, decimal_comma, listed))
}

fn prefixed(text: &str) -> Option<Numeral> {
    let radix = match text.get(..2)? {
        "0x" | "0X" => 16,
        "0b" | "0B" => 2,
        "0o" | "0O" => 8,
        _ => return None,
    };
    let digits = text.get(2..)?;
    let end = digits.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(digits.len());
    let digits = digits.get(..end).filter(|digits| !digits.is_empty() && digits.len() <= DIGITS_TYPED_MAX)?;
    let value = UBig::from_str_radix(digits, radix).ok()?;
    Some(Numeral { value: RBig::from(value), length: end + 2, plain: None, radix: Some(radix) })
}

/// Digits and the separators between them: `(separator before, digits)`.
fn groups(text: &str) -> (Vec<(char, &str)>, Vec<usize>) {
    let (mut groups, mut ends) = (Vec::new(), Vec::new());
    let (mut separator, mut rest, mut at) = (' ', text, 0);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        if digits.is_empty() && !(groups.is_empty() && after.starts_with('.')) {
            break;
        }
        at += end;
        groups.push((separator, digits));
        ends.push(at);
        let Some(next) = after.chars().next().filter(|c| ".,'_\u{a0}\u{202f}\u{2009}".contains(*c)) else { break };
        rest = after.get(next.len_utf8()..).unwrap_or_default();
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        separator = next;
        at += next.len_utf8();
    }
    (groups, ends)
}

fn decimal(text: &str, decimal_comma: bool, listed: bool) -> Option<Numeral> {
    let (mut groups, mut ends) = groups(text);
    if let Some(comma) = groups.iter().position(|(separator, _)| *separator == ',')
        && (listed || !plausible_commas(&groups, comma, decimal_comma))
    {
        groups.truncate(comma);
        ends.truncate(comma);
    }
    let (whole, fraction) = split(&groups, decimal_comma)?;
    let mut length = *ends.last()?;
    if whole.len() + fraction.len() > DIGITS_TYPED_MAX || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut whole = whole;
    if groups.len() == 1 && fraction.is_empty() {
        length += spaced_thousands(&mut whole, text.get(length..)?, decimal_comma);
    }
    let (exponent, taken) = exponent(text.get(length..)?)?;
    length += taken;

    let digits = UBig::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
    let shift = exponent - i32::try_from(fraction.len()).ok()?;
    let power = UBig::from(10u8).pow(shift.unsigned_abs() as usize);
    let value = if shift >= 0 { RBig::from(digits * power) } else { RBig::from_parts(IBig::from(digits), power) };
    let mut plain = if whole.is_empty() { "0".to_owned() } else { whole };
    if !fraction.is_empty() {
        plain = format!("{plain}.{fraction}");
    }
    let plain = (taken == 0 && text.get(..length) != Some(plain.as_str())).then_some(plain);
    Some(Numeral { value, length, plain, radix: None })
}

/// Whether the comma is part of the number rather than between two numbers: `1,2,3` is a list, `1,234` and `3,5` are not.
fn plausible_commas(groups: &[(char, &str)], comma: usize, decimal_comma: bool) -> bool {
    let commas = groups.iter().filter(|(separator, _)| *separator == ',').count();
    commas == 1 && (decimal_comma || comma == 1 || groups.len() == comma + 1) || grouped(groups, ',')
}

/// Thousands (`1,234,567`) or Indian grouping (`12,34,567`).
fn grouped(groups: &[(char, &str)], separator: char) -> bool {
    let whole: Vec<&str> = groups
        .iter()
        .enumerate()
        .take_while(|(at, (sign, _))| *at == 0 || *sign == separator)
        .map(|(_, (_, digits))| *digits)
        .collect();
    let [first, middle @ .., last] = whole.as_slice() else { return false };
    let lead = (1..=3).contains(&first.len()) && !first.starts_with('0');
    lead && last.len() == 3
        && (middle.iter().all(|digits| digits.len() == 3)
            || (first.len() <= 2 && middle.iter().all(|digits| digits.len() == 2)))
}

/// Whole and fractional digits, or nothing for what only looks like a number: versions, addresses.
fn split(groups: &[(char, &str)], decimal_comma: bool) -> Option<(String, String)> {
    let (_, first) = *groups.first()?;
    let separators: Vec<char> = groups.iter().skip(1).map(|(separator, _)| *separator).collect();
    let Some(&last) = separators.last() else { return Some((first.to_owned(), String::new())) };
    let same = separators.iter().all(|separator| *separator == last);
    let mark = matches!(last, '.' | ',');
    let thousands_here = grouped(groups, last);
    let is_thousands = match last {
        ',' => !decimal_comma && thousands_here || separators.len() > 1,
        '.' => decimal_comma && thousands_here || separators.len() > 1,
        _ => true,
    };
    let fraction = (mark && !(same && is_thousands)).then(|| groups.last().map_or("", |(_, digits)| *digits));
    let whole_groups = if fraction.is_some() { groups.get(..groups.len() - 1)? } else { groups };
    if let Some((inner, _)) = whole_groups.get(1) {
        let uniform = whole_groups.iter().skip(1).all(|(separator, _)| separator == inner);
        let clashes = fraction.is_some() && *inner == last;
        if !uniform
            || clashes
            || !grouped(whole_groups, *inner)
            || (*inner == '.' && !decimal_comma && fraction.is_none())
        {
            return None;
        }
    }
    Some((whole_groups.iter().map(|(_, digits)| *digits).collect(), fraction.unwrap_or_default().to_owned()))
}

/// `1 000 000`: taken when two groups follow, or one in a language that writes it so.
fn spaced_thousands(whole: &mut String, rest: &str, decimal_comma: bool) -> usize {
    if whole.len() > 3 || whole.starts_with('0') {
        return 0;
    }
    let (mut taken, mut digits, mut count) = (0, String::new(), 0);
    while let Some(group) = rest.get(taken..taken + 4)
        && group.starts_with(' ')
        && group.bytes().skip(1).all(|byte| byte.is_ascii_digit())
        && !rest.get(taken + 4..).unwrap_or_default().starts_with(|c: char| c.is_alphanumeric() || ".,/".contains(c))
    {
        digits.push_str(group.trim_start());
        taken += 4;
        count += 1;
    }
    if count >= 2 || (count == 1 && decimal_comma) {
        whole.push_str(&digits);
        taken
    } else {
        0
    }
}

/// The decimal exponent and the bytes it takes; nothing when it is out of bounds.
fn exponent(rest: &str) -> Option<(i32, usize)> {
    let Some(after) = rest.strip_prefix(['e', 'E']) else { return Some((0, 0)) };
    let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let signed = rest.get(1..rest.len() - digits.len() + end)?;
    if end == 0 || digits.get(end..)?.starts_with(char::is_alphabetic) {
        return Some((0, 0));
    }
    let value: i32 = signed.parse().ok()?;
    (value.abs() <= EXPONENT_TYPED_MAX).then_some((value, rest.len() - digits.len() + end))
}
