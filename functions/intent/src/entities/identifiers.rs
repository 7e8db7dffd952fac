//! Identifiers: DOI, arXiv, CVE, ISBN, ISSN, ORCID, PMID, RFC, UUID, Wikidata, tickers. What has a check digit must pass it.

use super::sequences::{chunk, tokens_within};
use super::{Match, Scene};
use zero_types::prelude::{Identifier, Value};

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let token = scene.at(index)?;
    if !token.spaced && scene.before(index).is_some_and(|before| before.is_word() || before.is_digits()) {
        return None;
    }
    named(scene, index).or_else(|| shaped(scene, index))
}

/// A name, an optional `:` or `#`, and the number: `doi:10.1000/182`, `RFC 9110`, `PMID: 123`.
fn named(scene: &Scene<'_>, index: usize) -> Option<Match> {
    const NAMES: [&str; 9] = ["doi", "arxiv", "cve", "isbn", "issn", "orcid", "pmid", "rfc", "uuid"];
    let scheme = NAMES.iter().find(|name| scene.is(index, name))?;
    let mut at = index + 1;
    if *scheme == "isbn"
        && scene.touches(at, "-")
        && scene.at(at + 1).is_some_and(|next| matches!(next.text, "10" | "13"))
    {
        at += 2;
    }
    let marks = |at: usize| scene.is_any(at, &[":", "#", "-", "number", "no", "is"]);
    while marks(at) && at < index + 5 {
        at += 1;
    }
    let body = chunk(scene, at)?;
    let grouped = digits_with_spaces(scene, at);
    let (bytes, id) = match *scheme {
        "doi" => (body.len(), doi(body)?),
        "arxiv" => (body.len(), arxiv(body)?),
        "cve" => (body.len(), cve(body)?),
        "isbn" => isbn(body).map(|id| (body.len(), id)).or_else(|| isbn(grouped).map(|id| (grouped.len(), id)))?,
        "issn" => (body.len(), issn(body)?),
        "orcid" => (body.len(), orcid(body)?),
        "uuid" => (body.len(), uuid(body)?),
        "rfc" => (body.len(), number(body, 5)?),
        _ => (body.len(), number(body, 8)?),
    };
    Some(found(at - index + tokens_within(scene, at, bytes), scheme, id))
}

/// Forms that speak for themselves.
fn shaped(scene: &Scene<'_>, index: usize) -> Option<Match> {
    if scene.is(index, "$") {
        let symbol = scene.at(index + 1).filter(|next| !next.spaced && next.is_word())?;
        let fits = symbol.text.len() <= 5 && symbol.text.bytes().all(|byte| byte.is_ascii_uppercase());
        return fits.then(|| found(2, "ticker", symbol.text.to_owned()));
    }
    let body = chunk(scene, index)?;
    // Nothing below is shorter than "RFC1".
    if body.len() < 4 || !body.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let lower = body.get(..3).map(str::to_ascii_lowercase).unwrap_or_default();
    let (scheme, id) = if let Some(id) = body.strip_prefix("10.").and_then(|_| doi(body)) {
        ("doi", id)
    } else if let Some(id) = uuid(body) {
        ("uuid", id)
    } else if let Some(id) = orcid(body) {
        ("orcid", id)
    } else if let Some(id) = (lower == "rfc").then(|| body.get(3..)).flatten().and_then(|rest| number(rest, 5)) {
        ("rfc", id)
    } else if let Some(id) = isbn(body).filter(|id| id.len() == 13 && body.starts_with("97")) {
        ("isbn", id)
    } else if let Some(id) = body.strip_prefix('Q').and_then(|rest| number(rest, 9)).filter(|id| id.len() >= 3) {
        ("wikidata", format!("Q{id}"))
    } else if let Some(id) = arxiv(body)
        .filter(|_| body.len() >= 9 && scene.mentions(&["arxiv", "paper", "preprint", "abstract", "citations"]))
    {
        ("arxiv", id)
    } else {
        return None;
    };
    Some(found(tokens_within(scene, index, body.len()), scheme, id))
}

fn found(count: usize, scheme: &str, id: String) -> Match {
    Match { count, value: Value::Identifier(Identifier { scheme: scheme.to_owned(), id }) }
}

/// The text of digits that are grouped by single spaces or hyphens.
fn digits_with_spaces<'q>(scene: &Scene<'q>, index: usize) -> &'q str {
    let fits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) || matches!(text, "-" | "X" | "x");
    let tokens = scene.from(index);
    let count = tokens.iter().take(16).take_while(|token| fits(token.text)).count();
    match (tokens.first(), count.checked_sub(1).and_then(|last| tokens.get(last))) {
        (Some(first), Some(last)) => scene.question.text.get(first.start..last.end()).unwrap_or_default(),
        _ => "",
    }
}

fn doi(text: &str) -> Option<String> {
    let (prefix, suffix) = text.split_once('/')?;
    let registrant = prefix.strip_prefix("10.")?;
    let fits = (4..=9).contains(&registrant.len())
        && registrant.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !suffix.is_empty();
    fits.then(|| text.to_ascii_lowercase())
}

/// `2101.00001v2` and the older `hep-th/9901001`.
fn arxiv(text: &str) -> Option<String> {
    let bare = text.split_once('v').map_or(text, |(id, _)| id);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let new = bare.split_once('.').is_some_and(|(month, number)| {
        month.len() == 4
            && digits(month)
            && (4..=5).contains(&number.len())
            && digits(number)
            && month.get(2..).is_some_and(|month| ("01"..="12").contains(&month))
    });
    let old = text.split_once('/').is_some_and(|(archive, number)| {
        number.len() == 7
            && digits(number)
            && archive.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-.".contains(&byte))
            && archive.len() > 1
    });
    (new || old).then(|| text.to_owned())
}

fn cve(text: &str) -> Option<String> {
    let bare =
        text.get(..4).filter(|head| head.eq_ignore_ascii_case("cve-")).and_then(|_| text.get(4..)).unwrap_or(text);
    let (year, number) = bare.split_once('-')?;
    let fits = year.len() == 4
        && (4..=7).contains(&number.len())
        && year.bytes().chain(number.bytes()).all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("CVE-{bare}"))
}

fn uuid(text: &str) -> Option<String> {
    let bare = text.trim_start_matches('{').trim_end_matches('}');
    let groups = bare.split('-').map(str::len);
    let fits = groups.eq([8, 4, 4, 4, 12]) && bare.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    fits.then(|| bare.to_ascii_lowercase())
}

fn number(text: &str, length_max: usize) -> Option<String> {
    let fits = (1..=length_max).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0');
    fits.then(|| text.to_owned())
}

/// The digits of a code with hyphens or spaces; `X` is ten, and only allowed last.
fn check_digits(text: &str) -> Option<Vec<u32>> {
    let mut digits = Vec::new();
    let signs = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
    let length = signs.clone().count();
    for (index, byte) in signs.enumerate() {
        digits.push(match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'X' | b'x' if index + 1 == length => 10,
            _ => return None,
        });
    }
    Some(digits)
}

fn written(text: &str) -> String {
    text.chars().filter(|sign| !matches!(sign, '-' | ' ')).collect::<String>().to_ascii_uppercase()
}

fn isbn(text: &str) -> Option<String> {
    let digits = check_digits(text)?;
    let fits = match digits.len() {
        10 => digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 0,
        13 => {
            !digits.contains(&10)
                && digits.iter().zip([1, 3].iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>() % 10 == 0
        }
        _ => false,
    };
    fits.then(|| written(text))
}

fn issn(text: &str) -> Option<String> {
    let digits = check_digits(text)?;
    let sum: u32 = digits.iter().zip((1..=8).rev()).map(|(digit, weight)| digit * weight).sum();
    let bare = written(text);
    let (head, tail) = bare.split_at_checked(4)?;
    (digits.len() == 8 && sum.is_multiple_of(11)).then(|| format!("{head}-{tail}"))
}

/// ISO 7064 mod 11-2.
fn orcid(text: &str) -> Option<String> {
    if !text.split('-').map(str::len).eq([4, 4, 4, 4]) {
        return None;
    }
    let digits = check_digits(text)?;
    let (last, head) = digits.split_last()?;
    let sum = head.iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    ((12 - sum) % 11 == *last).then(|| text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_checked() {
        assert_eq!(isbn("978-3-16-148410-0").as_deref(), Some("9783161484100"));
        assert_eq!(isbn("978-3-16-148410-1"), None);
        assert_eq!(isbn("0-306-40615-2").as_deref(), Some("0306406152"));
        assert_eq!(isbn("080442957X").as_deref(), Some("080442957X"));
        assert_eq!(issn("0378-5955").as_deref(), Some("0378-5955"));
        assert_eq!(issn("0378-5954"), None);
        assert_eq!(orcid("0000-0002-1825-0097").as_deref(), Some("0000-0002-1825-0097"));
        assert_eq!(orcid("0000-0002-1825-0098"), None);
    }

    #[test]
    fn shapes() {
        assert_eq!(doi("10.1000/ABC.1").as_deref(), Some("10.1000/abc.1"));
        assert_eq!(arxiv("2106.09685v2").as_deref(), Some("2106.09685v2"));
        assert_eq!(arxiv("2113.09685"), None);
        assert_eq!(arxiv("hep-th/9901001").as_deref(), Some("hep-th/9901001"));
        assert_eq!(cve("2021-44228").as_deref(), Some("CVE-2021-44228"));
    }
}
