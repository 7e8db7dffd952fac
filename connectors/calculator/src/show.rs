//! Results as text: exact where that is short, else rounded and marked as such.

use crate::frame::Format;
use crate::limits::{DIGITS_SHOWN_MAX, PLACES_EXACT_MAX, SIGNIFICANT};
use crate::number::{Num, Why};
use crate::theory;
use dashu_base::{Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A result as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The number alone.
    pub(crate) text: String,
    /// Whether it is the whole truth.
    pub(crate) exact: bool,
    /// What stands after it, such as the fraction behind a rounded decimal.
    pub(crate) note: Option<String>,
}

/// The number in the wanted format; nothing when it cannot be written so.
pub(crate) fn show(num: &Num, format: Format) -> Option<Shown> {
    let exact = |text: String| Some(Shown { text, exact: true, note: None });
    match (num, format) {
        (Num::None(_), _) => None,
        (_, Format::Roman) => exact(theory::roman(num.small()?)?),
        (_, Format::Radix(10) | Format::Plain) => Some(plain(num)),
        (_, Format::Radix(radix)) => exact(in_radix(num.whole()?, radix)),
        (_, Format::Fraction) => exact(num.rational()?.to_string()),
        (_, Format::Percent) => {
            let shown = plain(&num.clone().mul(Num::integer(100)));
            Some(Shown { text: shown.text + "%", exact: shown.exact, note: None })
        }
        (_, Format::Places(places)) => {
            let value = as_rational(num)?;
            let text = fixed(&value, places);
            Some(Shown { exact: num.rational().is_some() && decimal(&text) == Some(value), text, note: None })
        }
        (_, Format::Significant(digits)) => Some(rounded(&as_rational(num)?, digits, num.rational().is_some())),
        (_, Format::Scientific) => Some(scientific(&as_rational(num)?, SIGNIFICANT, num.rational().is_some())),
    }
}

/// Why there is no result, after "is undefined" or the like.
pub(crate) fn reason(why: &Why) -> (String, &'static str) {
    match why {
        Why::DivisionByZero => ("is undefined: division by zero is undefined".to_owned(), "undefined"),
        Why::ZeroToZero => (
            "is undefined: zero to the power of zero has no single value (algebra often takes it as 1)".to_owned(),
            "undefined",
        ),
        Why::TooLarge => {
            ("is too large to be written out here: it has more than 10,000 digits".to_owned(), "too large")
        }
        Why::NotReal(Some(root)) => {
            (format!("is not a real number; as a complex number it is {root}"), "not a real number")
        }
        Why::NotReal(None) => ("is not a real number".to_owned(), "not a real number"),
        Why::Domain(domain) => (format!("is undefined: {domain}"), "undefined"),
    }
}

fn plain(num: &Num) -> Shown {
    let Num::Exact(value) = num else {
        return as_rational(num).map_or(Shown { text: String::new(), exact: false, note: None }, |value| {
            rounded(&value, SIGNIFICANT, false)
        });
    };
    if value.is_int() {
        let text = value.numerator().to_string();
        let digits = text.trim_start_matches('-').len();
        if digits <= DIGITS_SHOWN_MAX {
            return Shown { text, exact: true, note: None };
        }
        let short = scientific(value, SIGNIFICANT + 8, true);
        return Shown { note: Some(format!("{digits} digits")), ..short };
    }
    if let Some(places) = terminating(value.denominator()) {
        return Shown { text: trim(&fixed(value, places)), exact: true, note: None };
    }
    let fraction = value.to_string();
    let mut shown = rounded(value, SIGNIFICANT, true);
    shown.note = (fraction.len() <= 24).then(|| format!("exactly {fraction}"));
    shown
}

fn as_rational(num: &Num) -> Option<RBig> {
    match num {
        Num::Exact(value) => Some(value.clone()),
        Num::Approx(value) => RBig::try_from(*value).ok(),
        Num::None(_) => None,
    }
}

/// Decimal places of a fraction that terminates soon enough.
fn terminating(denominator: &UBig) -> Option<usize> {
    (1..=PLACES_EXACT_MAX).find(|places| (UBig::from(10u8).pow(*places) % denominator).is_zero())
}

/// Exactly `places` decimals, halves away from zero.
fn fixed(value: &RBig, places: usize) -> String {
    let scaled = value * RBig::from(UBig::from(10u8).pow(places));
    let half = RBig::from_parts(IBig::ONE, UBig::from(2u8));
    let negative = scaled.is_negative();
    let magnitude = if negative { -scaled } else { scaled };
    let digits = (magnitude + half).floor().unsigned_abs().to_string();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let sign = if negative && padded.bytes().any(|byte| byte != b'0') { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn trim(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// The exponent of the leading digit.
fn magnitude(value: &RBig) -> i64 {
    let length = |part: &UBig| i64::try_from(part.to_string().len()).unwrap_or(i64::MAX);
    let top = value.numerator().unsigned_abs();
    let estimate = length(&top) - length(value.denominator());
    // The estimate is right or one too high.
    let power = |exponent: i64| {
        let ten = RBig::from(UBig::from(10u8).pow(usize::try_from(exponent.unsigned_abs()).unwrap_or(0)));
        if exponent < 0 { RBig::ONE / ten } else { ten }
    };
    if RBig::from(top) / RBig::from(value.denominator().clone()) < power(estimate) { estimate - 1 } else { estimate }
}

/// To so many significant digits, in decimals or, far from one, with a power of ten.
fn rounded(value: &RBig, digits: usize, known: bool) -> Shown {
    if value.is_zero() {
        return Shown { text: "0".to_owned(), exact: known, note: None };
    }
    let lead = magnitude(value);
    let places = i64::try_from(digits).unwrap_or(0) - 1 - lead;
    if !(-9..=15).contains(&lead) && (lead < 0 || places < 0) {
        return scientific(value, digits, known);
    }
    let text = match usize::try_from(places) {
        Ok(places) => trim(&fixed(value, places)),
        Err(_) => {
            let ten = RBig::from(UBig::from(10u8).pow(usize::try_from(places.unsigned_abs()).unwrap_or(0)));
            let kept = fixed(&(value / &ten), 0);
            decimal(&kept).map_or(kept, |kept| (kept * ten).to_string())
        }
    };
    Shown { exact: known && decimal(&text).as_ref() == Some(value), text, note: None }
}

/// `1.234e+56` as people write it in plain text: `1.234e56`.
fn scientific(value: &RBig, digits: usize, known: bool) -> Shown {
    if value.is_zero() {
        return Shown { text: "0".to_owned(), exact: known, note: None };
    }
    let mut lead = magnitude(value);
    let scale = |lead: i64| {
        let ten = RBig::from(UBig::from(10u8).pow(usize::try_from(lead.unsigned_abs()).unwrap_or(0)));
        if lead < 0 { value * ten } else { value / ten }
    };
    let mut mantissa = trim(&fixed(&scale(lead), digits.saturating_sub(1)));
    if mantissa.trim_start_matches('-') == "10" {
        lead += 1;
        mantissa = mantissa.replace("10", "1");
    }
    let exact = known && decimal(&mantissa) == Some(scale(lead));
    Shown { text: format!("{mantissa}e{lead}"), exact, note: None }
}

/// The value of decimal digits of our own making.
fn decimal(text: &str) -> Option<RBig> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = IBig::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
    Some(RBig::from_parts(digits, UBig::from(10u8).pow(fraction.len())))
}

fn in_radix(value: &IBig, radix: u8) -> String {
    let digits = value.unsigned_abs().in_radix(radix).to_string();
    let prefix = match radix {
        16 => "0x",
        8 => "0o",
        2 => "0b",
        _ => "",
    };
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{prefix}{}", if radix == 16 { digits.to_uppercase() } else { digits })
}
