//! Without sequences for terminals, and without characters that show nothing, turn the reading direction, or carry a
//! message that only a machine reads. Joiners stay where a script or an emoji is written with them.

use super::LOOK_BYTES_MAX;
use super::edit::{Editor, Edits};

pub(super) fn pass(raw: &str) -> Option<(String, Edits)> {
    let mut editor = Editor::new(raw);
    let mut before = '\n';
    let mut marks = 0;
    let mut at = 0;
    while let Some(c) = raw.get(at..).and_then(|rest| rest.chars().next()) {
        let end = at + c.len_utf8();
        let next = || raw.get(end..).and_then(|rest| rest.chars().next());
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if let Some(end) = sequence_end(raw, at, c) {
            editor.replace(at, end, "");
            at = end;
            continue;
        }
        match c {
            '\n' | '\t' => before = c,
            '\r' if next() == Some('\n') => editor.replace(at, end, ""),
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                editor.replace(at, end, "\n");
                before = '\n';
            }
            c if c.is_control() => {
                editor.replace(at, end, " ");
                before = ' ';
            }
            c if is_invisible(c) && !is_written(before, c, next()) => editor.replace(at, end, ""),
            _ if marks > MARKS_MAX => editor.replace(at, end, ""),
            c => before = c,
        }
        at = end;
    }
    editor.finish()
}

/// Marks on one letter: more of them draw over the lines above and below.
const MARKS_MAX: usize = 4;

fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x483..=0x489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
        | 0xfe20..=0xfe2f)
}

/// Where the sequence for a terminal ends that begins here (ECMA-48).
fn sequence_end(raw: &str, at: usize, c: char) -> Option<usize> {
    let body = at + c.len_utf8();
    let rest = raw.get(body..).unwrap_or_default();
    match c {
        '\u{1b}' => Some(match rest.chars().next() {
            Some('[') => body + 1 + control_bytes(rest.get(1..).unwrap_or_default()),
            Some(']' | 'P' | 'X' | '^' | '_') => body + 1 + string_bytes(rest.get(1..).unwrap_or_default()),
            Some(' '..='/') => body + control_bytes(rest).max(1),
            Some('0'..='~') => body + 1,
            _ => body,
        }),
        '\u{9b}' => Some(body + control_bytes(rest)),
        '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => Some(body + string_bytes(rest)),
        _ => None,
    }
}

/// Parameters and the letter that ends them.
fn control_bytes(rest: &str) -> usize {
    let parameters = rest.bytes().take(LOOK_BYTES_MAX).take_while(|byte| (b' '..=b'?').contains(byte)).count();
    parameters + usize::from(rest.as_bytes().get(parameters).is_some_and(|byte| (b'@'..=b'~').contains(byte)))
}

/// A string and what ends it. One without an end is text that somebody wants hidden: it stays.
fn string_bytes(rest: &str) -> usize {
    let mut chars = rest.char_indices().take_while(|(at, _)| *at < LOOK_BYTES_MAX);
    match chars.find(|(_, c)| c.is_control()) {
        Some((at, '\u{1b}')) => at + if rest.get(at + 1..).is_some_and(|rest| rest.starts_with('\\')) { 2 } else { 0 },
        Some((at, c @ ('\u{7}' | '\u{9c}'))) => at + c.len_utf8(),
        _ => 0,
    }
}

/// Zero-width, bidirectional, variation, tag and private characters, noncharacters, and other fillers that show nothing.
fn is_invisible(c: char) -> bool {
    let number = u32::from(c);
    matches!(number,
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffc
        | 0xe000..=0xf8ff | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
        | 0xf0000..=0x0010_ffff)
        || number & 0xfffe == 0xfffe
}

/// Whether a character that shows nothing by itself is how something is written: a joiner between letters of a script
/// that joins, a joiner or selector in an emoji.
fn is_written(before: char, c: char, next: Option<char>) -> bool {
    let next = next.unwrap_or(' ');
    match c {
        '\u{200c}' => (joins(before) && joins(next)) || (is_indic(before) && is_indic(next)),
        '\u{200d}' => {
            (is_indic(before) || joins(before)) && !is_invisible(next) || (in_emoji(before) && is_pictograph(next))
        }
        '\u{fe0e}' | '\u{fe0f}' => {
            is_pictograph(before) || (matches!(before, '0'..='9' | '#' | '*') && next == '\u{20e3}')
        }
        '\u{180b}'..='\u{180d}' => matches!(u32::from(before), 0x1820..=0x18aa),
        _ => false,
    }
}

/// Letters that take another form beside each other: Arabic and its kin.
fn joins(c: char) -> bool {
    matches!(u32::from(c), 0x620..=0x65f | 0x66e..=0x6d3 | 0x6d5 | 0x6ee..=0x6ff | 0x710..=0x7ff | 0x840..=0x8ff
        | 0xfb50..=0xfdcf | 0xfdf0..=0xfdff | 0xfe70..=0xfefc | 0x1820..=0x18aa)
}

/// Scripts of India and their kin, which write conjuncts: Devanagari to Sinhala, Tibetan, Myanmar, Khmer, Balinese ...
fn is_indic(c: char) -> bool {
    matches!(u32::from(c), 0x900..=0xdff | 0xf40..=0xfbc | 0x1000..=0x109f | 0x1780..=0x17d3 | 0x1b00..=0x1bff
        | 0xa8e0..=0xa8ff | 0xa980..=0xa9df | 0x11000..=0x114ff)
}

fn in_emoji(c: char) -> bool {
    is_pictograph(c) || c == '\u{fe0f}'
}

fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21ff | 0x2300..=0x23ff | 0x24c2
        | 0x25a0..=0x27bf | 0x2934..=0x2935 | 0x2b00..=0x2bff | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}
