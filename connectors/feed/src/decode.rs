//! Bytes to text, whatever a feed says its encoding is.
//!
//! - Takes: a body and the `content-type` it came with.
//! - Gives: its text, always.
//! - Fails: never; what cannot be read becomes U+FFFD.
//! - Limits: [`BYTES_MAX`] of a body.
//! - Why it is so: a mark at the start is never wrong, and bytes that are valid UTF-8 with a letter beyond ASCII are
//!   hardly ever anything else; labels of the transport and the document are wrong often enough to be checked against
//!   the bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes of a body that are read: newest entries come first, and 50 ms of CPU must do.
pub(crate) const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes in which an XML declaration is looked for.
const DECLARATION_BYTES_MAX: usize = 512;
/// Bytes that a guess looks at.
const GUESS_BYTES_MAX: usize = 64 * 1024;

pub(crate) fn decode<'b>(body: &'b [u8], content_type: Option<&str>) -> Cow<'b, str> {
    let body = body.get(..BYTES_MAX).unwrap_or(body);
    if let Some(text) = utf_32(body) {
        return Cow::Owned(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(body.get(mark..).unwrap_or_default()).0;
    }
    if let Some(encoding) = utf_16_without_mark(body) {
        return encoding.decode_without_bom_handling(body).0;
    }
    let labels = [content_type.and_then(charset), declared(body)];
    // Bytes that hold markers in ASCII are not UTF-16, whatever they say.
    let said = labels.into_iter().flatten().filter_map(Encoding::for_label_no_replacement);
    let said: Vec<&'static Encoding> = said.map(|it| if it.is_ascii_compatible() { it } else { UTF_8 }).collect();
    // A cut at the end may split a character; that alone is no sign of another encoding.
    let valid = match core::str::from_utf8(body) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            body.get(..error.valid_up_to()).and_then(|whole| core::str::from_utf8(whole).ok())
        }
        Err(_) => None,
    };
    if let Some(text) = valid {
        // Pure ASCII reads the same in all of them, but for the shifting ones.
        let shifts = said.iter().any(|encoding| encoding.name() == "ISO-2022-JP") && body.contains(&0x1B);
        if !shifts {
            return Cow::Borrowed(text);
        }
    }
    for encoding in said.iter().filter(|encoding| **encoding != UTF_8) {
        let (text, wrong) = encoding.decode_without_bom_handling(body);
        if !wrong {
            return text;
        }
    }
    guess(body, &said)
}

/// By the bytes alone; the first label decides when they do not tell.
fn guess<'b>(body: &'b [u8], said: &[&'static Encoding]) -> Cow<'b, str> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(body.get(..GUESS_BYTES_MAX).unwrap_or(body), true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    let label = said.iter().find(|encoding| **encoding != UTF_8).copied();
    // A few stray bytes in a document of UTF-8 are worth less than the rest of it.
    let utf_8 = UTF_8.decode_without_bom_handling(body).0;
    let count = |text: &str, of: fn(char) -> bool| text.chars().filter(|c| of(*c)).count();
    if 20 * count(&utf_8, |c| c == '\u{FFFD}') < count(&utf_8, |c| !c.is_ascii()) {
        return utf_8;
    }
    let (text, wrong) = guessed.decode_without_bom_handling(body);
    if !wrong {
        return text;
    }
    label.unwrap_or(WINDOWS_1252).decode_without_bom_handling(body).0
}

/// The `charset` of a content type.
fn charset(content_type: &str) -> Option<&[u8]> {
    let parameter = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    // What a server adds to anything of type `text`; the document knows better.
    let vague = ["us-ascii", "ascii", "iso-8859-1", "latin1"].iter().any(|it| parameter.eq_ignore_ascii_case(it));
    (!vague).then_some(parameter.as_bytes())
}

/// The encoding of an XML declaration.
fn declared(body: &[u8]) -> Option<&[u8]> {
    let head = body.get(..DECLARATION_BYTES_MAX).unwrap_or(body);
    let find = |part: &[u8], in_: &[u8]| in_.windows(part.len()).position(|window| window == part);
    let start = find(b"<?xml", head)?;
    let declaration = head.get(start..)?;
    let end = find(b"?>", declaration).or_else(|| find(b">", declaration))?;
    let declaration = declaration.get(..end)?;
    let value = declaration.get(find(b"encoding", declaration)? + b"encoding".len()..)?;
    let quote = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
    let value = value.get(quote + 1..)?;
    value.get(..value.iter().position(|byte| matches!(byte, b'"' | b'\''))?)
}

/// UTF-32 by its mark: no encoding of the web, but one of XML.
fn utf_32(body: &[u8]) -> Option<String> {
    let character = |code: u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    if let Some(rest) = body.strip_prefix(b"\xFF\xFE\0\0") {
        return Some(rest.as_chunks().0.iter().map(|unit| character(u32::from_le_bytes(*unit))).collect());
    }
    let rest = body.strip_prefix(b"\0\0\xFE\xFF")?;
    Some(rest.as_chunks().0.iter().map(|unit| character(u32::from_be_bytes(*unit))).collect())
}

/// `<` with a zero beside it.
fn utf_16_without_mark(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [b'<', 0, not, 0, ..] if *not != 0 => Some(UTF_16LE),
        [0, b'<', 0, not, ..] if *not != 0 => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use proptest::prelude::*;

    #[test]
    fn encodings_are_recognised() {
        let shift_jis = b"<?xml version='1.0' encoding='Shift_JIS'?><t>\x93\xFA\x96\x7B</t>";
        let table: &[(&[u8], Option<&str>, &str)] = &[
            (b"\xEF\xBB\xBF<t>\xC3\xA9</t>", Some("text/xml; charset=iso-8859-15"), "<t>\u{e9}</t>"),
            (b"\xFF\xFE<\0t\0>\0\xE9\0", None, "<t>\u{e9}"),
            (b"<\0t\0>\0\xE9\0", None, "<t>\u{e9}"),
            (b"\0<\0t\0>\0\xE9", None, "<t>\u{e9}"),
            (b"\xFF\xFE\0\0<\0\0\0\xE9\0\0\0", None, "<\u{e9}"),
            (b"\0\0\xFE\xFF\0\0\0<\0\0\0\xE9", None, "<\u{e9}"),
            (b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>\x93x\x94", None, "\u{201c}x\u{201d}"),
            (b"<?xml version=\"1.0\" encoding=\"iso-8859-2\"?>\xB3", None, "\u{142}"),
            (b"<t>\xB3</t>", Some("application/xml; charset=\"ISO-8859-2\""), "<t>\u{142}</t>"),
            (shift_jis, Some("text/xml; charset=us-ascii"), "\u{65e5}\u{672c}"),
            (b"<?xml version='1.0' encoding='GB18030'?>\xC4\xE3\x81\x39\xEE\x39", None, "\u{4f60}\u{3400}"),
            // Labels that lie: the bytes are UTF-8, or are not.
            (b"<?xml version='1.0' encoding='utf-16'?>\xC3\xA9", None, "\u{e9}"),
            (b"<?xml version='1.0' encoding='iso-8859-1'?>\xC3\xA9", None, "\u{e9}"),
            (b"<?xml version='1.0' encoding='utf-8'?>caf\xE9 cr\xE8me", None, "caf\u{e9} cr\u{e8}me"),
            (b"<?xml version='1.0' encoding='bogus'?>x", None, ">x"),
        ];
        for (bytes, content_type, holds) in table {
            let text = decode(bytes, *content_type);
            assert!(text.contains(holds), "{text} does not hold {holds}");
        }
        let russian = encoding_rs::KOI8_R.encode("<rss><title>Последние новости о фонарях</title></rss>").0;
        assert!(decode(&russian, None).contains("Последние новости"), "{}", decode(&russian, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_text(bytes in proptest::collection::vec(any::<u8>(), 0..200), label in "\\PC{0,20}") {
            let _ = decode(&bytes, Some(&format!("text/xml; charset={label}")));
        }
    }
}
