//! Unit expressions: names with prefixes and plurals, products, quotients and powers, with their dimension checked.

use crate::scan::Token;
use crate::table::{BINARY, Dimension, PREFIXES, Row, TEMPERATURE, UNITS, VARIANTS};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// A unit, simple or composed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unit {
    /// As typed.
    pub(crate) name: String,
    /// UCUM code, or the English name where there is none.
    pub(crate) code: String,
    pub(crate) dimension: Dimension,
    pub(crate) factor: RBig,
    /// Subtracted zero of a temperature scale, in kelvins.
    pub(crate) zero: RBig,
    /// Which of several units of this name it is.
    pub(crate) note: Option<&'static str>,
}

impl Unit {
    pub(crate) fn is_scale(&self) -> bool {
        self.dimension == TEMPERATURE
    }
}

/// Reads all of `tokens` as one unit. `imperial` decides what a gallon is.
pub(crate) fn unit(tokens: &[Token], imperial: bool) -> Option<Unit> {
    let (mut result, mut at) = factor(tokens, imperial)?;
    while at < tokens.len() {
        let rest = tokens.get(at..)?;
        let (invert, skip) = match rest.first()? {
            Token::Sign('/') => (true, 1),
            Token::Sign('*') => (false, 1),
            token if token.is("per") || token.is("p") || token.is("an") && at > 0 => (true, 1),
            Token::Word(_) => (false, 0),
            _ => return None,
        };
        let after = rest.get(skip..)?;
        // "liters per 100 km".
        let (times, after, number) = match after.first()? {
            Token::Number(value, text) if invert => (Some((value.clone(), text.clone())), after.get(1..)?, 1),
            _ => (None, after, 0),
        };
        let (next, taken) = factor(after, imperial)?;
        result = combine(result, next, invert, times)?;
        at += skip + number + taken;
    }
    result.name = written(tokens);
    Some(result)
}

/// Tokens as a person would type them.
pub(crate) fn written(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut glue = true;
    for token in tokens {
        let sign = matches!(token, Token::Sign(_));
        if !glue && !sign {
            text.push(' ');
        }
        text.push_str(&token.text());
        glue = sign && !matches!(token, Token::Sign('\'' | '"'));
    }
    text
}

fn combine(a: Unit, b: Unit, invert: bool, times: Option<(RBig, String)>) -> Option<Unit> {
    let mut dimension = a.dimension;
    for (sum, other) in dimension.iter_mut().zip(b.dimension) {
        *sum = sum.checked_add(if invert { -other } else { other }).filter(|power| power.abs() <= 12)?;
    }
    let (count, text) = times.map_or((RBig::ONE, String::new()), |(value, text)| (value, text));
    if count.is_zero() {
        return None;
    }
    let right = b.factor * count;
    Some(Unit {
        name: String::new(),
        code: format!(
            "{}{}{text}{}",
            a.code,
            if invert { "/" } else { "." },
            if text.is_empty() { b.code } else { format!(".{}", b.code) }
        ),
        dimension,
        factor: if invert { a.factor / right } else { a.factor * right },
        zero: RBig::ZERO,
        note: a.note.or(b.note),
    })
}

/// One unit with its power: "square feet", "m^2", "cubic metre", "s²".
fn factor(tokens: &[Token], imperial: bool) -> Option<(Unit, usize)> {
    let first = tokens.first()?;
    let lead = if first.is("square") || first.is("sq") {
        2
    } else if first.is("cubic") || first.is("cu") {
        3
    } else {
        1
    };
    let mut at = usize::from(lead > 1);
    let (base, taken) = named(tokens.get(at..)?, imperial)?;
    at += taken;
    let mut power = lead;
    match tokens.get(at..)? {
        [Token::Sign('^'), Token::Sign('-'), Token::Number(value, _), ..] => (power, at) = (-small(value)?, at + 3),
        [Token::Sign('^'), Token::Number(value, _), ..] => (power, at) = (small(value)?, at + 2),
        [word, ..] if word.is("squared") => (power, at) = (2, at + 1),
        [word, ..] if word.is("cubed") => (power, at) = (3, at + 1),
        _ => {}
    }
    Some((raise(base, power)?, at))
}

fn small(value: &RBig) -> Option<i8> {
    i8::try_from(value.numerator().clone()).ok().filter(|power| value.is_int() && (1..=6).contains(power))
}

fn raise(unit: Unit, power: i8) -> Option<Unit> {
    if power == 1 {
        return Some(unit);
    }
    let mut dimension = unit.dimension;
    for exponent in &mut dimension {
        *exponent = exponent.checked_mul(power).filter(|power| power.abs() <= 12)?;
    }
    Some(Unit {
        dimension,
        factor: unit.factor.pow(isize::from(power)),
        code: format!("{}{power}", unit.code),
        zero: RBig::ZERO,
        ..unit
    })
}

/// The longest name of up to four words that `tokens` start with.
fn named(tokens: &[Token], imperial: bool) -> Option<(Unit, usize)> {
    (1..=4).rev().find_map(|count| {
        let words: Vec<String> = tokens
            .get(..count)?
            .iter()
            .map(|token| match token {
                Token::Word(word) => Some(word.clone()),
                Token::Sign(sign @ ('\'' | '"')) if count == 1 => Some(sign.to_string()),
                _ => None,
            })
            .collect::<Option<_>>()?;
        let word = words.join("_");
        let first = words.first()?;
        // "degrees Celsius".
        let word = if count > 1 && ["degree", "degrees", "deg", "°"].contains(&first.to_lowercase().as_str()) {
            let scale = word.split_once('_')?.1;
            ["c", "f", "k", "celsius", "fahrenheit", "centigrade", "kelvin"]
                .contains(&scale.to_lowercase().as_str())
                .then(|| scale.to_owned())?
        } else {
            word
        };
        Some((lookup(&word, imperial)?, count))
    })
}

fn lookup(word: &str, imperial: bool) -> Option<Unit> {
    let lower = word.to_lowercase().replace("u_s_", "us_");
    if let Some((_, name)) = VARIANTS.iter().find(|(names, _)| names.split(' ').any(|name| name == lower)) {
        let (system, note) = if imperial { ("imperial", "imperial") } else { ("us", "US") };
        return Some(Unit { note: Some(note), ..find(&format!("{system}_{name}"))? });
    }
    find(word).or_else(|| find(&lower))
}

/// Exact symbols, prefixed symbols, names, prefixed names; then symbols whatever their case.
fn find(word: &str) -> Option<Unit> {
    symbol(word).or_else(|| name(&word.to_lowercase())).or_else(|| careless(word))
}

fn symbol(word: &str) -> Option<Unit> {
    if let Some(row) =
        UNITS.iter().find(|row| row.symbols.split(' ').any(|symbol| symbol == word && !symbol.is_empty()))
    {
        return Some(made(row, RBig::ONE, ""));
    }
    let base = |rest: &str| {
        UNITS
            .iter()
            .find(|row| row.prefixed && row.symbols.split(' ').any(|symbol| symbol == rest && !symbol.is_empty()))
    };
    // There is no tenth of a bit: `mb` and `mbps` are typed in haste.
    let divisible = |row: &Row, power: i32| power > 0 || row.dimension.get(4) == Some(&0);
    let decimal = PREFIXES.iter().find_map(|(prefix, _, power)| {
        let row = base(word.strip_prefix(prefix)?).filter(|row| divisible(row, *power))?;
        Some(made(row, ten(*power), prefix))
    });
    decimal.or_else(|| {
        BINARY.iter().find_map(|(prefix, _, power)| {
            let row = base(word.strip_prefix(prefix)?).filter(|row| row.dimension.get(4) == Some(&1))?;
            Some(made(row, RBig::from(UBig::from(1024u32).pow(*power as usize)), prefix))
        })
    })
}

fn name(word: &str) -> Option<Unit> {
    let singular = [Some(word), word.strip_suffix('s'), word.strip_suffix("es")];
    let called = |row: &Row, word: &str| !word.is_empty() && row.names.split(' ').any(|name| name == word);
    singular.into_iter().flatten().find_map(|word| {
        let whole = UNITS.iter().find(|row| called(row, word)).map(|row| made(row, RBig::ONE, ""));
        whole
            .or_else(|| {
                PREFIXES.iter().find_map(|(symbol, prefix, power)| {
                    let rest = word.strip_prefix(prefix)?;
                    let row = UNITS.iter().find(|row| row.prefixed && called(row, rest))?;
                    Some(made(row, ten(*power), symbol))
                })
            })
            .or_else(|| {
                BINARY.iter().find_map(|(symbol, prefix, power)| {
                    let rest = word.strip_prefix(prefix)?;
                    let row = UNITS
                        .iter()
                        .find(|row| row.prefixed && row.dimension.get(4) == Some(&1) && called(row, rest))?;
                    Some(made(row, RBig::from(UBig::from(1024u32).pow(*power as usize)), symbol))
                })
            })
    })
}

/// People type `gb`, `KM` and `kwh`; where case alone cannot tell bits from bytes, `b` after a prefix is a byte.
fn careless(word: &str) -> Option<Unit> {
    let lower = word.to_lowercase();
    let usual = match lower.as_str() {
        "kb" | "mb" | "gb" | "tb" | "pb" => {
            format!("{}B", lower.get(..1)?.replace('k', "K").to_uppercase().replace('K', "k"))
        }
        "kib" | "mib" | "gib" | "tib" => format!("{}iB", lower.get(..1)?.to_uppercase()),
        "kbps" | "mbps" | "gbps" | "tbps" => format!("{}bps", lower.get(..1)?.to_uppercase().replace('K', "k")),
        "kbit" | "mbit" | "gbit" => format!("{}bit", lower.get(..1)?.to_uppercase().replace('K', "k")),
        "kwh" => "kWh".to_owned(),
        "mwh" => "MWh".to_owned(),
        "gwh" => "GWh".to_owned(),
        "kw" => "kW".to_owned(),
        "khz" => "kHz".to_owned(),
        "mhz" => "MHz".to_owned(),
        "ghz" => "GHz".to_owned(),
        "kpa" => "kPa".to_owned(),
        "mpa" => "MPa".to_owned(),
        "hpa" => "hPa".to_owned(),
        "kj" => "kJ".to_owned(),
        "mj" => "MJ".to_owned(),
        "mmhg" => "mmHg".to_owned(),
        "cms" | "kms" | "mms" | "kgs" | "mls" => lower.get(..2)?.to_owned(),
        "kmh" | "kph" => "kmh".to_owned(),
        "c" => "C".to_owned(),
        "f" => "F".to_owned(),
        "k" => "K".to_owned(),
        "w" => "W".to_owned(),
        "j" => "J".to_owned(),
        "n" => "N".to_owned(),
        "ps" => "PS".to_owned(),
        _ => lower,
    };
    (usual != word).then(|| symbol(&usual))?
}

fn ten(power: i32) -> RBig {
    let value = UBig::from(10u8).pow(power.unsigned_abs() as usize);
    if power < 0 { RBig::from_parts(IBig::ONE, value) } else { RBig::from(value) }
}

fn made(row: &Row, scale: RBig, prefix: &str) -> Unit {
    let parts: Vec<RBig> = row.factor.split('/').filter_map(decimal).collect();
    let factor = parts.iter().skip(1).fold(parts.first().cloned().unwrap_or(RBig::ONE), |factor, part| factor / part);
    let kelvins = |hundredths: i64| RBig::from_parts(IBig::from(hundredths), UBig::from(100u8));
    let zero = match row.ucum {
        "Cel" => kelvins(27_315),
        // 459.67 degrees Fahrenheit below its zero.
        "[degF]" => kelvins(45_967) * factor.clone(),
        _ => RBig::ZERO,
    };
    let note = match row.ucum {
        "a_j" => Some("a Julian year of 365.25 days"),
        "mo_j" => Some("a twelfth of a Julian year"),
        _ => None,
    };
    let prefix = if prefix == "µ" || prefix == "μ" { "u" } else { prefix };
    Unit {
        name: String::new(),
        code: format!("{prefix}{}", row.ucum),
        dimension: row.dimension,
        factor: factor * scale,
        zero,
        note,
    }
}

fn decimal(text: &str) -> Option<RBig> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = IBig::from_str_radix(&format!("{whole}{fraction}"), 10).ok()?;
    Some(RBig::from_parts(digits, UBig::from(10u8).pow(fraction.len())))
}
