//! Markup to text: titles and abstracts come as HTML, JATS or with entities.
//!
//! Takes: a text that may hold tags. Gives: the text a reader sees. Fails: never. Limits: one pass over the text.
//! Why it is so: passages are quoted as text; a page is never rendered, so tags are dropped and not understood.

use std::borrow::Cow;

/// Drops tags, comments, scripts and styles, resolves entities, joins white space.
pub(crate) fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let next = tag.chars().nth(1);
        if !next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            out.push('<');
            rest = tag.get(1..).unwrap_or_default();
            continue;
        }
        let name = tag_name(tag);
        rest = after_tag(tag, &name);
        if !INLINE.contains(&name.as_str()) {
            out.push(' ');
        }
    }
    out.push_str(rest);
    squeeze(&entities(&out))
}

/// Tags inside of words: they leave no space behind.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "code", "em", "i", "jats:bold", "jats:italic", "mark", "scp", "span", "strong", "sub", "sup"];

fn tag_name(tag: &str) -> String {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '-')).unwrap_or(name.len());
    name.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// What follows a tag; for scripts, styles and comments, what follows their end.
fn after_tag<'t>(tag: &'t str, name: &str) -> &'t str {
    let until = |end: &str| tag.find(end).and_then(|at| tag.get(at + end.len()..));
    let close = match name {
        "script" if !tag.starts_with("</") => "</script>",
        "style" if !tag.starts_with("</") => "</style>",
        _ if tag.starts_with("<!--") => "-->",
        _ => ">",
    };
    until(close).or_else(|| until(">")).unwrap_or_default()
}

/// Joins runs of white space.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Resolves `&name;` and `&#number;`.
pub(crate) fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) {
            Some((name, tail)) if !name.is_empty() => {
                out.push_str(&entity(name));
                rest = tail;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character an entity names; itself, as written, when it names none.
pub(crate) fn entity(name: &str) -> Cow<'static, str> {
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    if let Some(c) = number.and_then(char::from_u32).filter(|c| *c != '\0') {
        return Cow::Owned(c.to_string());
    }
    match NAMED.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Cow::Borrowed(text),
        None => Cow::Owned(format!("&{name};")),
    }
}

/// The predefined five, and those that services really send.
const NAMED: [(&str, &str); 38] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("laquo", "«"),
    ("raquo", "»"),
    ("bull", "•"),
    ("middot", "·"),
    ("deg", "°"),
    ("plusmn", "±"),
    ("times", "×"),
    ("micro", "µ"),
    ("copy", "©"),
    ("reg", "®"),
    ("trade", "™"),
    ("euro", "€"),
    ("pound", "£"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("aacute", "á"),
    ("ccedil", "ç"),
    ("ntilde", "ñ"),
];
