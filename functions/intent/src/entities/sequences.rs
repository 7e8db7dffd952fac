//! Sequences without white space: URLs, e-mail addresses, IP addresses, phone numbers, versions, coordinates.

use super::{Match, Scene};
use zero_types::prelude::{Coordinates, Value};

/// Longer runs are data, not names.
const CHUNK_BYTES_MAX: usize = 2048;
/// Top-level domains that a bare host may end with; others need a scheme or `www.`.
const DOMAINS: [&str; 48] = [
    "com", "org", "net", "edu", "gov", "io", "dev", "app", "ai", "co", "info", "me", "tv", "uk", "us", "de", "fr",
    "es", "it", "nl", "ch", "at", "eu", "jp", "cn", "in", "au", "ca", "br", "ru", "pl", "se", "no", "dk", "fi", "be",
    "nz", "mx", "kr", "sa", "za", "ie", "pt", "gr", "cz", "xyz", "biz", "int",
];

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let token = scene.at(index)?;
    if !token.spaced && scene.before(index).is_some_and(|before| before.is_word() || matches!(before.text, "@" | "/")) {
        return None;
    }
    let chunk = chunk(scene, index)?;
    let (length, value) = if token.is_word() || token.is_digits() {
        url(chunk)
            .or_else(|| email(chunk))
            .or_else(|| host(chunk))
            .or_else(|| version(scene, index, chunk))
            .unwrap_or(("", Value::Boolean(false)))
    } else {
        ("", Value::Boolean(false))
    };
    if length.is_empty() {
        return phone(scene, index).or_else(|| coordinates(scene, index));
    }
    Some(Match { count: tokens_within(scene, index, length.len()), value })
}

/// The run of characters up to white space, without closing punctuation.
pub(super) fn chunk<'q>(scene: &Scene<'q>, index: usize) -> Option<&'q str> {
    let start = scene.at(index)?.start;
    let rest = scene.question.text.get(start..)?;
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let chunk = rest.get(..end).filter(|chunk| chunk.len() <= CHUNK_BYTES_MAX)?;
    let trimmed = chunk.trim_end_matches(['.', ',', ';', ':', '!', '?', '"', '\'', '”', '’', '>', ']', '}']);
    let open = trimmed.matches('(').count();
    Some(if open < trimmed.matches(')').count() { trimmed.trim_end_matches(')') } else { trimmed })
}

/// How many tokens the first `bytes` bytes from `index` on are.
pub(super) fn tokens_within(scene: &Scene<'_>, index: usize, bytes: usize) -> usize {
    let end = scene.at(index).map_or(0, |token| token.start + bytes);
    scene.from(index).iter().take_while(|token| token.end() <= end).count().max(1)
}

fn url(chunk: &str) -> Option<(&str, Value)> {
    let (scheme, rest) = chunk.split_once("://")?;
    let known = ["http", "https", "ftp"].iter().any(|name| scheme.eq_ignore_ascii_case(name));
    let fits =
        known && !rest.is_empty() && rest.chars().next().is_some_and(|first| first.is_alphanumeric() || first == '[');
    fits.then(|| (chunk, Value::Url(chunk.to_owned())))
}

/// `example.org/path`, `www.example.museum`.
fn host(chunk: &str) -> Option<(&str, Value)> {
    let name = chunk.split(['/', '?', '#', ':']).next()?;
    let mut labels = name.rsplit('.');
    let last = labels.next()?;
    let fits_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
    };
    let known = DOMAINS.iter().any(|domain| last.eq_ignore_ascii_case(domain));
    let www = name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www.")) && last.len() > 1;
    let rest: Vec<&str> = labels.collect();
    // Software is called `Node.io` and sentences lack a space ("done.In"); a host with a known ending is likelier in lower case.
    let shaped = !rest.is_empty()
        && rest.iter().all(|label| fits_label(label))
        && (www || last.bytes().all(|byte| byte.is_ascii_lowercase()));
    (shaped && (known || www)).then(|| (chunk, Value::Url(format!("https://{chunk}"))))
}

fn email(chunk: &str) -> Option<(&str, Value)> {
    let address = chunk.split_once("mailto:").map_or(chunk, |(_, rest)| rest);
    let (local, domain) = address.split_once('@')?;
    let local_fits = (1..=64).contains(&local.len())
        && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let domain_fits = domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (local_fits && domain_fits).then(|| (chunk, Value::Email(address.to_owned())))
}

/// `v1.2`, `1.2.3-beta.1`; and "version 2.0", "python 3.12", where the word before says so.
fn version<'q>(scene: &Scene<'q>, index: usize, chunk: &'q str) -> Option<(&'q str, Value)> {
    let bare = chunk.strip_prefix(['v', 'V']).unwrap_or(chunk);
    let core_end = bare.find(|byte: char| !byte.is_ascii_digit() && byte != '.').unwrap_or(bare.len());
    let (core, tail) = bare.split_at_checked(core_end)?;
    let parts = core.split('.').count();
    let numeric = core.split('.').all(|part| !part.is_empty() && part.len() <= 8);
    let tail_fits = tail.is_empty()
        || (tail.starts_with(['-', '+'])
            && tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
            && tail.len() > 1)
        || ["rc", "beta", "alpha", "b", "a"]
            .iter()
            .any(|mark| tail.strip_prefix(mark).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())));
    if !numeric || !tail_fits {
        return None;
    }
    const SOFTWARE: [&str; 26] = [
        "version",
        "release",
        "python",
        "java",
        "node",
        "rust",
        "go",
        "php",
        "ruby",
        "ubuntu",
        "debian",
        "postgres",
        "postgresql",
        "mysql",
        "django",
        "react",
        "angular",
        "vue",
        "linux",
        "kernel",
        "android",
        "ios",
        "macos",
        "kubernetes",
        "typescript",
        "v",
    ];
    let announced = scene.before(index).is_some_and(|before| SOFTWARE.contains(&&*before.lower));
    let prefixed = bare.len() < chunk.len();
    if parts == 4 && tail.is_empty() && core.split('.').all(|part| part.parse::<u8>().is_ok()) && !announced {
        return Some((chunk, Value::Text(core.to_owned())));
    }
    // Three numbers may also be a day: `3.12.2027`.
    let dated = parts == 3
        && core.rsplit('.').next().is_some_and(|last| last.len() == 4 && last.starts_with(['1', '2']))
        && tail.is_empty();
    let fits = match parts {
        0 | 1 => prefixed && announced,
        2 => prefixed || announced || tail.len() > 2,
        _ => !dated || prefixed || announced,
    };
    fits.then(|| (chunk, Value::Version(bare.to_owned())))
}

/// International numbers (`+49 30 123456`) and grouped local ones (`(555) 123-4567`).
fn phone(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let plus = scene.is(index, "+");
    let announced = scene.mentions(&["phone", "telephone", "call", "tel", "fax", "dial", "mobile"]);
    let bare = announced && scene.at(index).is_some_and(|token| token.is_digits());
    if !(plus || bare || scene.is(index, "(")) {
        return None;
    }
    let (mut digits, mut end, mut at, mut groups) = (String::new(), index, index + usize::from(plus), 0);
    while let Some(token) = scene.at(at).filter(|_| digits.len() <= 15) {
        if token.is_digits() {
            digits.push_str(token.text);
            groups += 1;
            end = at;
        } else if !matches!(token.text, "-" | "." | "(" | ")" | "/") {
            break;
        }
        at += 1;
    }
    let local = announced && (7..=15).contains(&digits.len()) && (groups >= 2 || digits.len() >= 9);
    let fits =
        local || if plus { (8..=15).contains(&digits.len()) } else { (10..=11).contains(&digits.len()) && groups >= 3 };
    let glued = scene.at(end + 1).is_some_and(|next| !next.spaced && next.is_word());
    let value = if plus { format!("+{digits}") } else { digits };
    (fits && !glued).then(|| Match { count: end + 1 - index, value: Value::Phone(value) })
}

/// `48.8584, 2.2945` after an opening sign, or with minus signs.
fn coordinates(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let opening = usize::from(scene.is(index, "("));
    let first = super::numbers::number(scene, index + opening)?;
    let comma = index + opening + first.count;
    if !scene.is(comma, ",") {
        return None;
    }
    let second = super::numbers::number(scene, comma + 1)?;
    let exact = |text: &str| text.split_once('.').is_some_and(|(_, fraction)| fraction.len() >= 2);
    let (latitude, longitude): (f64, f64) = (first.text.parse().ok()?, second.text.parse().ok()?);
    if !exact(&first.text) || !exact(&second.text) || latitude.abs() > 90.0 || longitude.abs() > 180.0 {
        return None;
    }
    let end = comma + 1 + second.count;
    let closing = usize::from(opening == 1 && scene.is(end, ")"));
    let value = Value::Coordinates(Coordinates { latitude, longitude });
    Some(Match { count: end + closing - index, value })
}
