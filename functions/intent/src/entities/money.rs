//! Money: `$5`, `5 dollars`, `EUR 5.50`, `£3bn`. A bare dollar is the one of the asker's country.

use super::numbers::{Number, number, shift};
use super::{Match, Scene};
use crate::tables::CURRENCIES;
use zero_types::prelude::{Money, Value};

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, money) = before(scene, index).or_else(|| behind(scene, index))?;
    Some(Match { count, value: Value::Money(money) })
}

/// "pounds" are money when the question speaks of money elsewhere.
pub(super) fn is_about_money(scene: &Scene<'_>) -> bool {
    const SIGNS: [&str; 22] = [
        "$", "€", "£", "¥", "euro", "euros", "dollar", "dollars", "usd", "eur", "gbp", "yen", "sterling", "price",
        "cost", "costs", "worth", "pay", "exchange", "currency", "salary", "rupees",
    ];
    scene.mentions(&SIGNS)
}

/// `$5`, `US$ 5`, `EUR 5`.
fn before(scene: &Scene<'_>, index: usize) -> Option<(usize, Money)> {
    let (count, fields) = CURRENCIES.longest(scene.from(index))?;
    let named = !matches!(fields.get(1), "s" | "c" | "!") && !scene.is_any(index, &["rs", "rmb"]);
    let shouted = fields.get(1) != "!"
        || scene.at(index).is_some_and(|token| token.text.bytes().all(|byte| byte.is_ascii_uppercase()));
    if named || !shouted {
        return None;
    }
    let mut number = number(scene, index + count).filter(|number| number.digits)?;
    million(scene, index + count, &mut number);
    let currency = local(scene, scene.at(index)?.text, fields.get(0));
    Some((count + number.count, Money { amount: number.text, currency }))
}

/// `5 dollars`, `5€`, `5 USD`, `50 cents`.
fn behind(scene: &Scene<'_>, index: usize) -> Option<(usize, Money)> {
    let mut number = number(scene, index)?;
    million(scene, index, &mut number);
    let mut at = index + number.count;
    at += usize::from(scene.is(at, "of"));
    if scene.is_any(at, &["cent", "cents"]) {
        let currency =
            local(scene, "dollar", if scene.mentions(&["euro", "euros", "eur", "€"]) { "EUR" } else { "USD" });
        return Some((at + 1 - index, Money { amount: shift(&number.text, -2), currency }));
    }
    let (count, fields) = CURRENCIES.longest(scene.from(at))?;
    let token = scene.at(at)?;
    let fits = match fields.get(1) {
        "?" => is_about_money(scene),
        "!" => token.text.bytes().all(|byte| byte.is_ascii_uppercase()),
        // The sign of the next sum: "between 5 $10".
        "s" => !scene.at(at + count).is_some_and(|next| next.is_digits() && !next.spaced),
        _ => true,
    };
    let glued = scene.at(at + count).is_some_and(|next| !next.spaced && (next.is_word() || next.is_digits()));
    (fits && !glued).then(|| {
        (at + count - index, Money { amount: number.text, currency: local(scene, &token.lower, fields.get(0)) })
    })
}

/// The `m` of `$5m` and the `b` of `£3b`.
fn million(scene: &Scene<'_>, index: usize, number: &mut Number) {
    let next = scene.at(index + number.count).filter(|token| number.digits && !token.spaced);
    let power = match next.map(|token| &*token.lower) {
        Some("m" | "mm" | "mn") => 6,
        Some("b") => 9,
        Some("t") => 12,
        _ => return,
    };
    let currency_follows = scene.at(index + number.count + 1).is_some_and(|next| CURRENCIES.get(&next.lower).is_some());
    let sign_before = scene.before(index).is_some_and(|before| CURRENCIES.get(&before.lower).is_some());
    if currency_follows || sign_before {
        number.text = shift(&number.text, power);
        number.count += 1;
    }
}

fn local(scene: &Scene<'_>, written: &str, code: &'static str) -> String {
    let country = scene.question.place.as_ref().and_then(|place| place.country.as_deref());
    let code = match (written, code, country) {
        ("$" | "dollar" | "dollars" | "bucks", "USD", Some("AU")) => "AUD",
        ("$" | "dollar" | "dollars" | "bucks", "USD", Some("CA")) => "CAD",
        ("$" | "dollar" | "dollars" | "bucks", "USD", Some("NZ")) => "NZD",
        ("$" | "dollar" | "dollars" | "bucks", "USD", Some("SG")) => "SGD",
        ("$" | "dollar" | "dollars" | "bucks", "USD", Some("HK")) => "HKD",
        ("¥", _, Some("CN")) => "CNY",
        _ => code,
    };
    code.to_owned()
}
