//! A field of an entry: which one an element is, how its text is to be read, where it belongs.

use crate::entry::{Entry, first};
use crate::names::Element;
use crate::{base64, date, html, link};

/// Something an entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    OtherTitle,
    Summary,
    OtherSummary,
    Content,
    Link,
    OriginalLink,
    Guid,
    Id,
    Published,
    Updated,
    Author,
    Category,
    Language,
}

/// How the text of a field is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it stands.
    Plain,
    /// Markup, escaped.
    Html,
    /// Markup, as elements.
    Xhtml,
    /// The format says plain or does not say, but many write markup.
    Unsaid,
    /// Base64 of markup.
    Base64,
    /// No text at all.
    Binary,
}

impl Field {
    pub(super) fn of(element: Element) -> Option<Self> {
        Some(match element {
            Element::Title => Self::Title,
            Element::OtherTitle => Self::OtherTitle,
            Element::Summary => Self::Summary,
            Element::OtherSummary => Self::OtherSummary,
            Element::Content => Self::Content,
            Element::Link => Self::Link,
            Element::OriginalLink => Self::OriginalLink,
            Element::Guid => Self::Guid,
            Element::Id => Self::Id,
            Element::Published => Self::Published,
            Element::Updated => Self::Updated,
            Element::Author | Element::OtherAuthor => Self::Author,
            Element::Category => Self::Category,
            Element::Language => Self::Language,
            _ => return None,
        })
    }

    /// Puts a text where it belongs.
    pub(super) fn keep(self, entry: &mut Entry, mode: Mode, nested: bool, text: &str, base: &str) {
        let url = |reference: &str| link::resolve(base, reference).filter(|_| !reference.trim().is_empty());
        match self {
            Self::Title => first(&mut entry.title, mode.read(text, nested)),
            Self::OtherTitle => first(&mut entry.other_title, mode.read(text, nested)),
            Self::Summary => first(&mut entry.summary, mode.read(text, nested)),
            Self::OtherSummary => first(&mut entry.other_summary, mode.read(text, nested)),
            Self::Content => {
                let content = mode.read(text, nested);
                // Of several forms of the content, the longest.
                if content.len() > entry.content.len() {
                    entry.content = content;
                }
            }
            Self::Link => entry.link(0, url(&plain(text))),
            Self::OriginalLink => entry.link(2, url(&plain(text))),
            Self::Guid => {
                entry.link(3, url(&plain(text)).filter(|_| link::is_web(text) || text.trim().starts_with('/')))
            }
            Self::Id => entry.link(4, url(&plain(text)).filter(|_| link::is_web(text))),
            Self::Published => entry.published = entry.published.take().or_else(|| date::parse(&plain(text))),
            Self::Updated => entry.updated = entry.updated.take().or_else(|| date::parse(&plain(text))),
            Self::Author => first(&mut entry.author, author(&mode.read(text, false))),
            Self::Category => mode.read(text, nested).split(',').for_each(|one| entry.category(one.trim().to_owned())),
            Self::Language => entry.language = Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        }
    }
}

impl Mode {
    pub(super) fn of(element: Element, kind: Option<&str>, mode: Option<&str>, atom: bool) -> Self {
        let kind = kind.map(|kind| kind.trim().to_ascii_lowercase());
        let markup = matches!(element, Element::Title | Element::Summary | Element::Content);
        match (mode.map(str::trim), kind.as_deref()) {
            (Some("base64"), None) => Self::Base64,
            (Some("base64"), Some(kind)) if kind.starts_with("text") || kind.contains("xml") || kind == "html" => {
                Self::Base64
            }
            (_, Some("text" | "text/plain")) if markup => Self::Plain,
            (_, Some("html" | "text/html")) => Self::Html,
            (_, Some("xhtml" | "application/xhtml+xml")) => Self::Xhtml,
            (_, Some(kind))
                if markup && atom && kind.contains('/') && !kind.starts_with("text/") && !kind.contains("xml") =>
            {
                Self::Binary
            }
            _ if atom || element == Element::Title => Self::Unsaid,
            _ => Self::Html,
        }
    }

    /// The text a reader sees.
    fn read(self, text: &str, nested: bool) -> String {
        match self {
            Self::Plain if !nested => html::squeeze(text),
            Self::Unsaid if !nested && !html::is_likely(text) => html::squeeze(text),
            Self::Base64 => html::text(&String::from_utf8_lossy(&base64::decode(text))),
            Self::Binary => String::new(),
            Self::Plain | Self::Unsaid | Self::Html | Self::Xhtml => html::text(text),
        }
    }
}

/// An attribute or a link: no markup, but entities that a feed left in.
pub(super) fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.trim().to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.bytes().take(12).position(|byte| byte == b';').filter(|end| *end > 0);
        match end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?))) {
            Some((name, tail)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#') => {
                out.push_str(&html::entity(name));
                rest = tail;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// A name out of `me@example.com (A. Author)` and the like; never the address.
fn author(text: &str) -> String {
    let is_address = |word: &str| word.contains('@') && !word.contains(' ');
    let named = text.split_once('(').and_then(|(before, rest)| {
        let inner = rest.split(')').next().unwrap_or_default().trim();
        if is_address(inner) { Some(before) } else { is_address(before.trim()).then_some(inner) }
    });
    let named = named.unwrap_or(text);
    let words = named.split_whitespace().filter(|word| !is_address(word.trim_matches(['<', '>', '(', ')', ','])));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{author, plain};

    #[test]
    fn names_stand_without_their_address() {
        for (text, name) in [
            ("ada@example.org (Ada Example)", "Ada Example"),
            ("Ada Example (ada@example.org)", "Ada Example"),
            ("Ada Example <ada@example.org>", "Ada Example"),
            ("Ada Example (Lantern News)", "Ada Example (Lantern News)"),
            ("ada@example.org", ""),
        ] {
            assert_eq!(author(text), name);
        }
        assert_eq!(plain(" a?b=1&amp;c=2&d=3&#38;e "), "a?b=1&c=2&d=3&e");
    }
}
