//! A question to a bid, a passage and a claim.

use crate::question::{Asked, read};
use crate::scan::scan;
use crate::table::{Dimension, ECONOMY};
use crate::unit::Unit;
use dashu_base::{Signed, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use zero_connector_sdk::{Claim, Passage, Quantity, Question, Span, UnitSystem, Value};

/// A conversion and its result; without a claim when it cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) bid: f32,
    pub(crate) passage: Passage,
    pub(crate) claim: Option<Claim>,
}

const CLEAR: f32 = 0.98;
/// A unit alone ("miles to km") is converted as one of it.
const UNCOUNTED: f32 = 0.9;
/// Enough to be heard when nobody knows better.
const INCOMPATIBLE: f32 = 0.3;
/// Significant digits of a rounded result.
const SIGNIFICANT: usize = 6;
/// Digits an exact result may have.
const EXACT_DIGITS_MAX: usize = 20;

/// The answer, or nothing when something else is asked.
pub(crate) fn answer(question: &Question) -> Option<Found> {
    let tokens = scan(&question.text)?;
    let asked = read(&tokens, imperial(question))?;
    let reciprocal = asked.from.dimension != asked.to.dimension && opposite(asked.from.dimension, asked.to.dimension);
    if asked.from.dimension != asked.to.dimension && !reciprocal {
        return Some(incompatible(&asked));
    }
    let result = result(&asked, reciprocal)?;
    let (number, exact) = show(&result);
    let mut text = format!("{} {} {number} {}", asked.text, if exact { "=" } else { "≈" }, asked.to.name);
    let mut notes: Vec<&str> = [asked.from.note, asked.to.note].into_iter().flatten().collect();
    notes.dedup();
    if !notes.is_empty() {
        text = format!(
            "{text} ({})",
            notes
                .iter()
                .map(|note| if note.len() > 9 { (*note).to_owned() } else { format!("{note} measure") })
                .collect::<Vec<_>>()
                .join("; ")
        );
    }
    let start = asked.text.len() + if exact { " = ".len() } else { " ≈ ".len() };
    let claim = Claim {
        passage: 0,
        span: Span::new(start, start + number.len() + 1 + asked.to.name.len()),
        subject: asked.text.clone(),
        property: format!("in {}", asked.to.name),
        value: Value::Quantity(Quantity { number, unit: asked.to.code.clone() }),
        time: None,
        negated: false,
    };
    let title = format!("{} in {}", asked.text, asked.to.name);
    Some(Found {
        bid: if asked.counted { CLEAR } else { UNCOUNTED },
        passage: Passage::computed(title, text),
        claim: Some(claim),
    })
}

/// Whose gallons: the asker's setting first, then the place.
fn imperial(question: &Question) -> bool {
    match question.units {
        UnitSystem::Imperial => true,
        UnitSystem::Us => false,
        UnitSystem::Metric => question
            .place
            .as_ref()
            .and_then(|place| place.country.as_deref())
            .is_some_and(|country| matches!(country, "GB" | "IE")),
    }
}

fn result(asked: &Asked, reciprocal: bool) -> Option<RBig> {
    if reciprocal {
        let amount = &asked.amount * &asked.to.factor;
        return (!amount.is_zero()).then(|| RBig::ONE / amount);
    }
    // Zeros count on the whole of a temperature scale only.
    let scale = asked.from.is_scale() && asked.to.is_scale();
    let kelvins = if scale { &asked.amount + &asked.from.zero - &asked.to.zero } else { asked.amount.clone() };
    Some(kelvins / &asked.to.factor)
}

/// Distance per volume and volume per distance say the same; so do a period and its frequency, but nobody asks that.
fn opposite(a: Dimension, b: Dimension) -> bool {
    a.iter().zip(b).all(|(a, b)| *a == -b) && (a == ECONOMY || b == ECONOMY)
}

fn incompatible(asked: &Asked) -> Found {
    let text = format!(
        "{} cannot be converted to {}: {} is {}, {} is {}",
        asked.text,
        asked.to.name,
        asked.from.name,
        kind(&asked.from),
        asked.to.name,
        kind(&asked.to)
    );
    Found { bid: INCOMPATIBLE, passage: Passage::computed("Units that do not fit", text), claim: None }
}

fn kind(unit: &Unit) -> &'static str {
    match unit.dimension {
        [1, 0, 0, 0, 0, 0, 0] => "a unit of length",
        [2, 0, 0, 0, 0, 0, 0] => "a unit of area",
        [3, 0, 0, 0, 0, 0, 0] => "a unit of volume",
        [0, 1, 0, 0, 0, 0, 0] => "a unit of mass",
        [0, 0, 1, 0, 0, 0, 0] => "a unit of time",
        [0, 0, 0, 1, 0, 0, 0] => "a unit of temperature",
        [0, 0, 0, 0, 1, 0, 0] => "a unit of data",
        [0, 0, -1, 0, 1, 0, 0] => "a data rate",
        [0, 0, 0, 0, 0, 1, 0] => "a unit of angle",
        [1, 0, -1, 0, 0, 0, 0] => "a unit of speed",
        [1, 1, -2, 0, 0, 0, 0] => "a unit of force",
        [-1, 1, -2, 0, 0, 0, 0] => "a unit of pressure",
        [2, 1, -2, 0, 0, 0, 0] => "a unit of energy",
        [2, 1, -3, 0, 0, 0, 0] => "a unit of power",
        [0, 0, -1, 0, 0, 0, 0] => "a unit of frequency",
        _ => "a unit of another kind",
    }
}

/// Exact when short, else six significant digits.
fn show(value: &RBig) -> (String, bool) {
    let sign = if value.is_negative() { "-" } else { "" };
    let size = if value.is_negative() { -value.clone() } else { value.clone() };
    let exact =
        (0..=10).find(|places| (ten(*places) % size.denominator()).is_zero()).map(|places| fixed(&size, places));
    if let Some(exact) =
        exact.filter(|text| text.len() <= EXACT_DIGITS_MAX && (value.is_int() || significant(text) <= 12))
    {
        return (format!("{sign}{exact}"), true);
    }
    let lead = lead(&size);
    let digits = i64::try_from(SIGNIFICANT).unwrap_or(6) - 1 - lead;
    let text = match usize::try_from(digits) {
        // Far below one, powers of ten are easier to read.
        Ok(places) if lead >= -7 => trim(&fixed(&size, places)),
        Ok(places) => {
            let mantissa = fixed(&(size * RBig::from(ten(usize::try_from(-lead).unwrap_or(0)))), SIGNIFICANT - 1);
            let _ = places;
            format!("{}e{lead}", trim(&mantissa))
        }
        Err(_) if lead < 15 => {
            let unit = ten(usize::try_from(-digits).unwrap_or(0));
            let kept = (size / RBig::from(unit.clone()) + half()).floor();
            (kept * IBig::from(unit)).to_string()
        }
        Err(_) => {
            let mantissa = fixed(&(size / RBig::from(ten(usize::try_from(lead).unwrap_or(0)))), SIGNIFICANT - 1);
            format!("{}e{lead}", trim(&mantissa))
        }
    };
    (format!("{sign}{text}"), false)
}

fn ten(power: usize) -> UBig {
    UBig::from(10u8).pow(power)
}

fn half() -> RBig {
    RBig::from_parts(IBig::ONE, UBig::from(2u8))
}

fn significant(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').trim_end_matches('0').len()
}

/// The exponent of the leading digit of a positive number.
fn lead(value: &RBig) -> i64 {
    let length = |text: String| i64::try_from(text.len()).unwrap_or(0);
    let estimate = length(value.numerator().to_string()) - length(value.denominator().to_string());
    let power = RBig::from(ten(usize::try_from(estimate.unsigned_abs()).unwrap_or(0)));
    let power = if estimate < 0 { RBig::ONE / power } else { power };
    if *value < power { estimate - 1 } else { estimate }
}

fn fixed(value: &RBig, places: usize) -> String {
    let digits = (value * RBig::from(ten(places)) + half()).floor().unsigned_abs().to_string();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

fn trim(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}
