//! Numbers in digits and in words, percentages and ordinals.
//!
//! Values stay decimal strings: a multiplier such as "million" moves the point, and no float is ever made.

use super::{Match, Scene};
use zero_types::english;
use zero_types::prelude::Value;

/// Longer digit runs are identifiers of some kind.
const DIGITS_MAX: usize = 64;

/// A number that `count` tokens spell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) count: usize,
    pub(super) text: String,
    /// Written in digits, so a unit may touch it.
    pub(super) digits: bool,
}

/// A bare number. "one" alone is a pronoun far more often than a number.
pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let number = number(scene, index)?;
    if number.count == 1 && scene.is_any(index, &["one", "half", "quarter"]) {
        return None;
    }
    // Digits inside of a name ("mp3", "H2O") are not numbers.
    let glued = |index: usize| scene.at(index).is_some_and(|token| token.is_word() && !token.spaced);
    if number.digits && (glued(index + number.count) && !scene.is(index + number.count, "x")) {
        return None;
    }
    let touches_word = scene.at(index).is_some_and(|token| !token.spaced)
        && scene.before(index).is_some_and(|token| token.is_word() && !token.is("x"));
    (!touches_word).then_some(Match { count: number.count, value: Value::Number(number.text) })
}

/// `5%`, `5 percent`, `five per cent`.
pub(super) fn percentage(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let number = number(scene, index)?;
    let next = index + number.count;
    let sign = if scene.is_any(next, &["%", "percent", "pct", "percents", "prozent"]) {
        1
    } else if scene.is(next, "per") && scene.is(next + 1, "cent") {
        2
    } else {
        return None;
    };
    // "10 % 3" is a remainder.
    if scene.is(next, "%")
        && scene.at(next + 1).is_some_and(|token| token.is_digits() && scene.at(next).is_some_and(|sign| sign.spaced))
    {
        return None;
    }
    Some(Match { count: number.count + sign, value: Value::Percentage(number.text) })
}

/// `1st`, `22nd`, `third`, `twenty-first`.
pub(super) fn ordinal(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, rank) = rank(scene, index)?;
    Some(Match { count, value: Value::Ordinal(rank) })
}

pub(super) fn rank(scene: &Scene<'_>, index: usize) -> Option<(usize, i64)> {
    let token = scene.at(index)?;
    if token.is_digits() {
        let suffix = scene.at(index + 1).filter(|suffix| !suffix.spaced)?;
        let fits = matches!(&*suffix.lower, "st" | "nd" | "rd" | "th");
        return token.text.parse().ok().filter(|_| fits).map(|rank| (2, rank));
    }
    if let Some(rank) = small_rank(&token.lower) {
        return Some((1, rank));
    }
    let tens = tens(&token.lower)?;
    let skip = usize::from(scene.touches(index + 1, "-"));
    let ones = small_rank(&scene.at(index + 1 + skip)?.lower).filter(|ones| *ones < 10)?;
    Some((2 + skip, i64::try_from(tens).ok()? + ones))
}

fn small_rank(word: &str) -> Option<i64> {
    const RANKS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    match word {
        "thirtieth" => Some(30),
        "hundredth" => Some(100),
        _ => RANKS.iter().position(|rank| *rank == word).and_then(|index| i64::try_from(index + 1).ok()),
    }
}

/// A number at `index`, in digits or words.
pub(super) fn number(scene: &Scene<'_>, index: usize) -> Option<Number> {
    scene.numbers.get(index, || read_number(scene, index))
}

fn read_number(scene: &Scene<'_>, index: usize) -> Option<Number> {
    let sign = sign(scene, index);
    let start = index + usize::from(sign);
    let mut number = in_digits(scene, start).or_else(|| in_words(scene, start))?;
    scale(scene, start, &mut number);
    if sign {
        number.count += 1;
        number.text = negate(scene, index, number.text);
    }
    Some(number)
}

/// A sign belongs to the number when it touches it and nothing it could subtract from stands before it.
fn sign(scene: &Scene<'_>, index: usize) -> bool {
    if scene.is_any(index, &["minus", "negative"]) {
        return !scene.before(index).is_some_and(|token| token.is_digits());
    }
    let free = scene.before(index).is_none_or(|before| {
        let spaced = scene.at(index).is_some_and(|token| token.spaced);
        (spaced && !before.is_digits() && !before.is(")")) || matches!(before.text, "(" | "=" | "," | "*" | "/")
    });
    free && scene.is_any(index, &["-", "−", "+"])
        && scene.at(index + 1).is_some_and(|token| token.is_digits() && !token.spaced)
}

fn negate(scene: &Scene<'_>, index: usize, text: String) -> String {
    if scene.is(index, "+") || text == "0" { text } else { format!("-{text}") }
}

/// `1,234.5`, `1 234`, `1.234,56` (where that is how it is written), `2½`, `1/2`, `1e6`.
fn in_digits(scene: &Scene<'_>, index: usize) -> Option<Number> {
    let first = scene.at(index)?;
    if let Some(part) = vulgar(first.text) {
        return Some(Number { count: 1, text: part.to_owned(), digits: true });
    }
    if !first.is_digits() || first.text.len() > DIGITS_MAX {
        return None;
    }
    let mut whole = first.text.to_owned();
    let mut at = index + 1;
    let (group, point) = separators(scene, index);
    if whole.len() <= 3 && whole != "0" {
        while scene.touches(at, group) && whole.len() < DIGITS_MAX {
            let Some(three) = scene.touching_digits(at + 1).filter(|digits| digits.len() == 3) else { break };
            whole.push_str(three);
            at += 2;
        }
    }
    let mut fraction = String::new();
    if scene.touches(at, point)
        && let Some(digits) = scene.touching_digits(at + 1).filter(|digits| digits.len() <= DIGITS_MAX)
    {
        // "1.2.3" is a version.
        if !(scene.touches(at + 2, point) && scene.touching_digits(at + 3).is_some()) {
            fraction.push_str(digits);
            at += 2;
        }
    }
    let mut text = plain(&whole, &fraction);
    if fraction.is_empty() {
        if let Some(part) = scene.at(at).filter(|token| !token.spaced).and_then(|token| vulgar(token.text)) {
            text = plain(&whole, part.trim_start_matches("0."));
            at += 1;
        } else if let Some((count, share)) = common_fraction(scene, index, at) {
            return Some(Number { count, text: share, digits: true });
        }
    }
    if scene.touches(at, "e") {
        let minus = scene.touches(at + 1, "-");
        let skip = 1 + usize::from(minus || scene.touches(at + 1, "+"));
        if let Some(power) = scene.touching_digits(at + skip).and_then(|digits| digits.parse::<i32>().ok())
            && power <= 60
        {
            text = shift(&text, if minus { -power } else { power });
            at += skip + 1;
        }
    }
    Some(Number { count: at - index, text, digits: true })
}

/// `3/4` where the value is a finite decimal; `1/2/2027` is a date.
fn common_fraction(scene: &Scene<'_>, index: usize, at: usize) -> Option<(usize, String)> {
    let alone = at == index + 1 && scene.touches(at, "/") && !scene.touches(at + 2, "/");
    let numerator: u64 = scene.at(index).filter(|_| alone)?.text.parse().ok()?;
    let denominator: u64 = scene.touching_digits(at + 1)?.parse().ok()?;
    let scaled = numerator.checked_mul(1_000_000)?;
    if denominator == 0 || numerator >= denominator || scaled % denominator != 0 {
        return None;
    }
    Some((3, shift(&(scaled / denominator).to_string(), -6)))
}

fn vulgar(text: &str) -> Option<&'static str> {
    Some(match text {
        "¼" => "0.25",
        "½" => "0.5",
        "¾" => "0.75",
        "⅛" => "0.125",
        _ => return None,
    })
}

/// Which marks group and which divide: by the form where it tells, else by the language.
fn separators(scene: &Scene<'_>, index: usize) -> (&'static str, &'static str) {
    let comma_divides =
        ["de", "fr", "es", "it", "pt", "nl", "pl", "ru", "cs", "sv", "da", "nb", "fi", "tr", "id", "vi"];
    let language = scene.language.split('-').next().unwrap_or_default();
    let after = scene.touching_digits(index + 2).map_or(0, str::len);
    let again = |mark: &str| scene.touches(index + 3, mark) && scene.touching_digits(index + 4).is_some();
    let form = (scene.touches(index + 1, ".") && after == 3 && (again(",") || again(".")))
        || (scene.touches(index + 1, ",") && after != 3 && after != 0 && comma_divides.contains(&language));
    if form || (comma_divides.contains(&language) && !(scene.touches(index + 1, ",") && again("."))) {
        (".", ",")
    } else {
        (",", ".")
    }
}

/// "million", "bn", "k" after the number, "dozen".
fn scale(scene: &Scene<'_>, start: usize, number: &mut Number) {
    while let Some(token) = scene.at(start + number.count) {
        let touching = !token.spaced && number.digits;
        let power = match &*token.lower {
            "k" if touching => 3,
            "bn" => 9,
            "thousand" | "thousands" | "tausend" | "mille" | "mil" if number.digits => 3,
            "hundred" if number.digits => 2,
            "million" | "millions" | "mio" | "millionen" | "millones" | "mln" => 6,
            "billion" | "billions" => 9,
            "trillion" | "trillions" => 12,
            "lakh" | "lakhs" => 5,
            "crore" | "crores" => 7,
            _ => return,
        };
        number.text = shift(&number.text, power);
        number.count += 1;
    }
}

/// "two hundred and five", "nineteen eighty-four", "a dozen", "two and a half", "one point five".
fn in_words(scene: &Scene<'_>, index: usize) -> Option<Number> {
    let mut at = index;
    let (mut total, mut current, mut read) = (0_u128, 0_u128, false);
    if scene.is_any(at, &["a", "an"]) {
        let counted = ["hundred", "thousand", "million", "billion", "trillion", "dozen", "half", "couple"];
        if !scene.is_any(at + 1, &counted) {
            return None;
        }
        (current, at) = (1, at + 1);
    }
    if scene.is(at, "half") {
        let skip = usize::from(scene.is_any(at + 1, &["a", "an"]));
        return Some(Number { count: at - index + 1 + skip, text: "0.5".to_owned(), digits: false });
    }
    if scene.is(at, "couple") && at > index {
        let skip = usize::from(scene.is(at + 1, "of"));
        return Some(Number { count: at - index + 1 + skip, text: "2".to_owned(), digits: false });
    }
    while let Some(token) = scene.at(at).filter(|_| at < index + 24) {
        let word = &*token.lower;
        if let Some(ones) = ones(word).filter(|ones| fits(current, *ones, read)) {
            current = join(current, ones);
        } else if let Some(tens) = tens(word).filter(|tens| fits(current, *tens, read)) {
            current = join(current, tens);
        } else if word == "hundred" && (1..100).contains(&current) {
            current *= 100;
        } else if word == "dozen" && current < 100 {
            current = current.max(1) * 12;
        } else if let Some(big) = big(word).filter(|_| current > 0) {
            total = total.checked_add(current.checked_mul(big)?)?;
            current = 0;
        } else if read
            && word == "-"
            && scene
                .at(at + 1)
                .is_some_and(|next| !next.spaced && ones(&next.lower).is_some_and(|ones| fits(current, ones, true)))
        {
            // The hyphen of "twenty-one".
        } else if read
            && word == "and"
            && (current % 100 == 0)
            && scene.at(at + 1).is_some_and(|next| is_part(&next.lower))
        {
            // The "and" of "two hundred and five".
        } else {
            break;
        }
        (read, at) = (true, at + 1);
    }
    if !read {
        return None;
    }
    let mut text = total.checked_add(current)?.to_string();
    if scene.is(at, "and") && scene.is(at + 1, "a") && scene.is(at + 2, "half") {
        (text, at) = (format!("{text}.5"), at + 3);
    } else if scene.is(at, "point") {
        let digits: String = scene
            .from(at + 1)
            .iter()
            .map_while(|token| ones(&token.lower).filter(|ones| *ones < 10))
            .take(20)
            .map(|ones| ones.to_string())
            .collect();
        if !digits.is_empty() {
            at += 1 + digits.len();
            text = plain(&text, &digits);
        }
    }
    Some(Number { count: at - index, text, digits: false })
}

/// May `part` follow what was read? "twenty one" yes, "one twenty" no, "nineteen eighty" is a year.
fn fits(current: u128, part: u128, read: bool) -> bool {
    match current {
        0 => !read || part > 0,
        13..=19 => part >= 10,
        20 => part > 0,
        1..=12 => false,
        _ if current.is_multiple_of(100) => part > 0,
        _ => current.is_multiple_of(10) && (1..10).contains(&part),
    }
}

fn join(current: u128, part: u128) -> u128 {
    if (13..=20).contains(&current) && part >= 10 { current * 100 + part } else { current + part }
}

fn is_part(word: &str) -> bool {
    ones(word).is_some() || tens(word).is_some()
}

fn ones(word: &str) -> Option<u128> {
    english::number(word).filter(|number| *number < 20).map(u128::from)
}

fn tens(word: &str) -> Option<u128> {
    english::number(word).filter(|number| *number >= 20).map(u128::from)
}

fn big(word: &str) -> Option<u128> {
    Some(match word {
        "thousand" => 1_000,
        "million" => 1_000_000,
        "billion" => 1_000_000_000,
        "trillion" => 1_000_000_000_000,
        _ => return None,
    })
}

/// Digits to a decimal without leading zeros; a fraction keeps the zeros it was written with, for they say how exact it is.
fn plain(whole: &str, fraction: &str) -> String {
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Multiplies a decimal by a power of ten.
pub(super) fn shift(text: &str, power: i32) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(power.unsigned_abs()).unwrap_or(0);
    if power >= 0 {
        let padded = format!("{fraction:0<places$}");
        let (moved, rest) = padded.split_at_checked(places).unwrap_or((&padded, ""));
        return plain(&format!("{whole}{moved}"), rest.trim_end_matches('0'));
    }
    let width = places + 1;
    let padded = format!("{whole:0>width$}");
    let (kept, moved) = padded.split_at_checked(padded.len() - places).unwrap_or((&padded, ""));
    plain(kept, format!("{moved}{fraction}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shifting_moves_the_point() {
        for (text, power, expected) in
            [("1.5", 6, "1500000"), ("12", -3, "0.012"), ("0.25", 2, "25"), ("3", 0, "3"), ("1.2345", 2, "123.45")]
        {
            assert_eq!(shift(text, power), expected, "{text} by {power}");
        }
    }

    proptest! {
        #[test]
        fn shifting_there_and_back_is_nothing(number in 0_u64.., power in 0_i32..40) {
            let text = number.to_string();
            prop_assert_eq!(shift(&shift(&text, power), -power), text);
        }
    }
}
