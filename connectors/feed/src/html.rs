//! HTML to the text a reader sees.
//!
//! Takes: a title or description that may hold markup. Gives: its text, white space joined. Fails: never. Limits:
//! [`TEXT_BYTES_MAX`]. Why it is so: passages are quoted as text; a page is never rendered, so tags are dropped, and
//! with them whatever a feed would have a browser do.

use html5gum::{Token, Tokenizer};

/// Bytes of text taken from one field.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Elements whose content is no prose.
const SKIPPED: &[&[u8]] = &[b"script", b"style", b"template", b"noscript", b"object", b"svg", b"math"];
/// Elements inside of words: they leave no space behind.
const INLINE: &[&[u8]] = &[
    b"a", b"abbr", b"acronym", b"b", b"bdi", b"big", b"cite", b"code", b"del", b"dfn", b"em", b"font", b"i", b"ins",
    b"kbd", b"mark", b"q", b"s", b"samp", b"small", b"span", b"strong", b"sub", b"sup", b"tt", b"u", b"var", b"wbr",
];

/// The text of markup.
pub(crate) fn text(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return squeeze(html);
    }
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
                if SKIPPED.contains(&tag.name.as_slice()) && !tag.self_closing {
                    skipping = Some((tag.name.to_vec(), 1));
                } else {
                    space(&mut text, &tag.name);
                }
            }
            (Token::EndTag(tag), None) => space(&mut text, &tag.name),
            (Token::String(part), None) => text.push_str(&String::from_utf8_lossy(&part)),
            _ => {}
        }
    }
    squeeze(&text)
}

fn space(text: &mut String, name: &[u8]) {
    if !INLINE.contains(&name) {
        text.push(' ');
    }
}

/// Whether a text that may be plain was meant as markup: it closes a tag, breaks a line, or names a character.
pub(crate) fn is_likely(text: &str) -> bool {
    const SIGNS: &[&str] = &["</", "/>", "<br", "<p>", "<p ", "<img ", "<a ", "<!--"];
    SIGNS.iter().any(|sign| text.contains(sign)) || has_entity(text)
}

fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        let end = rest.bytes().take(12).position(|byte| byte == b';').unwrap_or(0);
        let name = rest.get(..end).unwrap_or_default();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
    })
}

/// The characters an entity names; itself, as written, when it names none.
pub(crate) fn entity(name: &str) -> String {
    let written = format!("&{name};");
    let mut text = String::new();
    for Ok(token) in Tokenizer::new(&written) {
        if let Token::String(part) = token {
            text.push_str(&String::from_utf8_lossy(&part));
        }
    }
    if text.is_empty() { written } else { text }
}

/// Joins runs of white space; what is invisible goes.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut word = word.trim_matches(['\u{200B}', '\u{FEFF}', '\u{200E}', '\u{AD}']);
        if word.is_empty() {
            continue;
        }
        if out.len() + word.len() > TEXT_BYTES_MAX {
            word = word.get(..word.floor_char_boundary(TEXT_BYTES_MAX.saturating_sub(out.len()))).unwrap_or_default();
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() >= TEXT_BYTES_MAX {
            break;
        }
    }
    out
}

/// At most `bytes_max` bytes, after a whole sentence where there is one, else after a word.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    if text.len() <= bytes_max {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default();
    let sentence =
        [". ", "。", "! ", "? ", "। ", "؟ "].iter().filter_map(|end| head.rfind(end).map(|at| at + end.len()));
    let end = sentence.max().filter(|end| *end > bytes_max / 2).or_else(|| head.rfind(' '));
    end.and_then(|end| head.get(..end)).unwrap_or(head).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_becomes_text() {
        for (html, plain) in [
            ("<p>One</p><p>two<b>s</b> &amp; &eacute;&#146;</p>", "One twos & é’"),
            ("a<br>b", "a b"),
            ("1 < 2 & 3", "1 < 2 & 3"),
            ("<script>alert(1)</script>x<style>y</style>", "x"),
            ("<img src=x onerror=alert(1)>caption", "caption"),
            ("<svg><title>no</title><svg></svg></svg>yes", "yes"),
            ("unclosed <a href=\"x", "unclosed"),
            (" \u{200B} many   spaces\n", "many spaces"),
        ] {
            assert_eq!(text(html), plain, "{html}");
        }
        assert_eq!(
            (entity("hellip"), entity("x-unknown"), entity("#x41")),
            ("…".into(), "&x-unknown;".into(), "A".into())
        );
        assert!(
            is_likely("a</b>") && is_likely("&nbsp;") && !is_likely("a < b & c; d") && !is_likely("the <blink> tag")
        );
        assert_eq!(cut("One sentence. Another one.", 20), "One sentence.");
    }

    proptest! {
        #[test]
        fn any_text_is_stripped(html in "[<>/a-c &;!\\[\\]='\"#?x-]{0,80}", limit in 0_usize..90) {
            let plain = text(&html);
            prop_assert!(!plain.contains("  ") && cut(&plain, limit).len() <= limit);
            let _ = entity(&html);
        }
    }
}
