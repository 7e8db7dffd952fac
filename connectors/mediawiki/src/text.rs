//! Plain text out of HTML and extracts, and the paragraphs that hold the asked words.

use html5gum::{Token, Tokenizer};

/// Bytes of text taken from one HTML page.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Bytes of one paragraph handed on.
const PARAGRAPH_BYTES_MAX: usize = 1500;
/// Paragraphs looked at in one page.
const PARAGRAPHS_MAX: usize = 2000;

/// Elements whose text is no prose.
const SKIPPED: &[&[u8]] = &[b"script", b"style", b"table", b"figure", b"nav", b"math", b"svg"];
/// Classes that MediaWiki gives to what is no prose.
const SKIPPED_CLASSES: &[&str] = &[
    "reference",
    "mw-editsection",
    "navbox",
    "toc",
    "hatnote",
    "noprint",
    "metadata",
    "mw-empty-elt",
    "noexcerpt",
    "gallery",
    "thumb",
    "error",
    "archwiki-template-box",
    "catlinks",
];
const BLOCKS: &[&[u8]] =
    &[b"p", b"div", b"ul", b"ol", b"li", b"dl", b"dd", b"dt", b"pre", b"blockquote", b"section", b"br", b"hr", b"tr"];

/// The text of a search snippet.
pub(crate) fn snippet(html: &str) -> String {
    tidy(&from_html(html))
}

/// The prose of an HTML page; headings become lines `== heading ==`, as in an extract.
pub(crate) fn from_html(html: &str) -> String {
    let mut text = String::new();
    // The element whose content is left out, and how many of its name are open.
    let mut skipping: Option<(Vec<u8>, usize)> = None;
    for Ok(token) in Tokenizer::new(html) {
        if text.len() > TEXT_BYTES_MAX {
            break;
        }
        match (token, &mut skipping) {
            (Token::StartTag(tag), Some((name, depth))) if *name == *tag.name && !tag.self_closing => *depth += 1,
            (Token::EndTag(tag), Some((name, depth))) if *name == *tag.name => {
                *depth -= 1;
                if *depth == 0 {
                    skipping = None;
                }
            }
            (Token::StartTag(tag), None) => {
                let class = tag.attributes.iter().find(|(name, _)| name.as_slice() == b"class");
                let class = class.map(|(_, value)| String::from_utf8_lossy(value).into_owned()).unwrap_or_default();
                let skip = SKIPPED.contains(&tag.name.as_slice())
                    || class.split_whitespace().any(|class| SKIPPED_CLASSES.contains(&class));
                if skip && !tag.self_closing && !is_void(&tag.name) {
                    skipping = Some((tag.name.to_vec(), 1));
                } else if is_heading(&tag.name) {
                    text.push_str("\n\n== ");
                } else if BLOCKS.contains(&tag.name.as_slice()) {
                    text.push('\n');
                }
            }
            (Token::EndTag(tag), None) => {
                if is_heading(&tag.name) {
                    text.push_str(" ==\n");
                } else if BLOCKS.contains(&tag.name.as_slice()) {
                    text.push('\n');
                }
            }
            (Token::String(part), None) => text.push_str(&String::from_utf8_lossy(&part).replace('\n', " ")),
            _ => {}
        }
    }
    text
}

fn is_heading(name: &[u8]) -> bool {
    matches!(name, [b'h', b'2'..=b'6'])
}

fn is_void(name: &[u8]) -> bool {
    matches!(name, b"br" | b"hr" | b"img" | b"input" | b"link" | b"meta" | b"wbr" | b"source" | b"col")
}

/// White space collapsed, empty lines and empty brackets (left by removed markup) gone.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let mut words = line.split_whitespace().peekable();
        if words.peek().is_none() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        for (nth, word) in words.enumerate() {
            if nth > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    const HOLES: &[(&str, &str)] =
        &[("( ; ", "("), ("(; ", "("), ("( , ", "("), (" ( )", ""), (" ()", ""), (" []", "")];
    for (hole, filled) in HOLES {
        if out.contains(hole) {
            out = out.replace(hole, filled);
        }
    }
    out
}

/// At most `bytes_max` bytes, on a character boundary.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// At most `bytes_max` bytes, after a whole sentence where there is one.
pub(crate) fn cut_at_sentence(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let head = cut(text, bytes_max);
    let end = [". ", ".\n", "\n", "。", "! ", "? ", "। ", "؟ "]
        .iter()
        .filter_map(|mark| head.rfind(mark).map(|at| at + mark.len()))
        .max();
    match end {
        Some(end) if end > bytes_max / 2 => head.get(..end).unwrap_or(head).trim_end(),
        _ => head,
    }
}

/// A paragraph of a page that holds asked words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Empty in the lead.
    pub(crate) heading: String,
    pub(crate) text: String,
}

/// The paragraphs with most of the asked words, best first; the lead's when none has any.
pub(crate) fn picks(page: &str, stems: &[String], picks_max: usize) -> Vec<Pick> {
    let mut heading = "";
    let mut scored: Vec<(usize, usize, Pick)> = Vec::new();
    for (nth, line) in page.lines().map(str::trim).filter(|line| !line.is_empty()).take(PARAGRAPHS_MAX).enumerate() {
        if let Some(inner) = line.strip_prefix("==").and_then(|rest| rest.strip_suffix("==")) {
            heading = inner.trim_matches('=').trim();
            continue;
        }
        let text = tidy(line);
        let score = 2 * held(&text, stems) + held(heading, stems);
        if score > 0 || (heading.is_empty() && scored.is_empty()) {
            let text = cut_at_sentence(&text, PARAGRAPH_BYTES_MAX).to_owned();
            scored.push((score, nth, Pick { heading: heading.to_owned(), text }));
        }
    }
    if scored.iter().any(|(score, ..)| *score > 0) {
        scored.retain(|(score, ..)| *score > 0);
    }
    scored.sort_by_key(|(score, nth, _)| (core::cmp::Reverse(*score), *nth));
    scored.into_iter().take(picks_max).map(|(.., pick)| pick).collect()
}

/// How many of the stems occur.
pub(crate) fn held(text: &str, stems: &[String]) -> usize {
    let text = text.to_lowercase();
    stems.iter().filter(|stem| text.contains(stem.as_str())).count()
}
