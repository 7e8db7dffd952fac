//! Exact decimals for claims: what a service wrote is what is claimed.
//!
//! Takes: a number as text. Gives: the plain decimal. Fails: with none on what is no number or has too many digits.
//! Limits: 30 digits. Why it is so: three small operations do not need an arithmetic library.

/// A value of `digits / 10^scale`.
struct Decimal {
    digits: i128,
    scale: u32,
}

/// `1,234.50`, `+3`, `1.2e3`: as a plain decimal, digits kept.
pub(crate) fn clean(text: &str) -> Option<String> {
    Some(write(&read(text)?))
}

/// The product, with at most six places.
pub(crate) fn times(one: &str, other: &str) -> Option<String> {
    let (one, other) = (read(one)?, read(other)?);
    let product = Decimal { digits: one.digits.checked_mul(other.digits)?, scale: one.scale.checked_add(other.scale)? };
    Some(trim(&write(&rounded(product, 6)?)))
}

/// Rounded half away from zero to this many places, without trailing zeros.
pub(crate) fn round(text: &str, digits: u32) -> Option<String> {
    Some(trim(&write(&rounded(read(text)?, digits)?)))
}

fn rounded(value: Decimal, digits: u32) -> Option<Decimal> {
    let Some(drop) = value.scale.checked_sub(digits).filter(|drop| *drop > 0) else { return Some(value) };
    let unit = 10_i128.checked_pow(drop)?;
    let half = if value.digits < 0 { -(unit / 2) } else { unit / 2 };
    Some(Decimal { digits: value.digits.checked_add(half)? / unit, scale: digits })
}

fn read(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 30)?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (mut digits, mut scale, mut seen, mut point) = (0_i128, 0_i32, 0_u32, false);
    for c in mantissa.chars() {
        match c {
            '0'..='9' => {
                digits = digits.checked_mul(10)?.checked_add(i128::from(c.to_digit(10)?))?;
                scale = scale.checked_add(i32::from(point))?;
                seen += 1;
            }
            '.' if !point => point = true,
            ',' | '_' if !point && seen > 0 => {}
            _ => return None,
        }
    }
    if seen == 0 || seen > 30 {
        return None;
    }
    scale = scale.checked_sub(exponent)?;
    if scale < 0 {
        digits = digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?;
        scale = 0;
    }
    Some(Decimal { digits: if negative { -digits } else { digits }, scale: scale.unsigned_abs() })
}

fn write(value: &Decimal) -> String {
    let sign = if value.digits < 0 { "-" } else { "" };
    let scale = value.scale as usize;
    let digits = format!("{:0>width$}", value.digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn trim(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{clean, round, times};

    #[test]
    fn decimals_stay_exact() {
        assert_eq!(clean("1,234.50").as_deref(), Some("1234.50"));
        assert_eq!(clean("-1.5e3").as_deref(), Some("-1500"));
        assert_eq!(clean("1e-3").as_deref(), Some("0.001"));
        assert_eq!(clean("12 km"), None);
        assert_eq!(clean(""), None);
        assert_eq!(times("1.0873", "250").as_deref(), Some("271.825"));
        assert_eq!(round("-2.345", 2).as_deref(), Some("-2.35"));
        assert_eq!(round("7", 2).as_deref(), Some("7"));
        assert_eq!(clean(&"9".repeat(60)), None);
    }
}
