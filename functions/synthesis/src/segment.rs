//! Sentences of a text.
//!
//! Takes text; gives byte ranges on character boundaries, trimmed, in order. Fails never. Limits: linear; a sentence is
//! cut at a space beyond [`SENTENCE_BYTES_MAX`]. Why it is so: UAX #29 knows the scripts and decimals, but no
//! abbreviations, so its pieces are joined again where a full stop ends no sentence.

use core::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Longer runs without a full stop are tables or code.
pub(crate) const SENTENCE_BYTES_MAX: usize = 900;

pub(crate) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (start, piece) in text.split_sentence_bound_indices() {
        let end = start + piece.len();
        let joined = out.last().is_some_and(|last| {
            let before = text.get(last.clone()).unwrap_or_default();
            end - last.start <= SENTENCE_BYTES_MAX && continues(before, piece)
        });
        match out.last_mut() {
            Some(last) if joined => last.end = end,
            _ => out.push(start..end),
        }
    }
    // The standard closes a sentence with brackets that open the next one, such as those of a footnote mark.
    for at in 1..out.len() {
        let opened =
            out.get(at - 1).and_then(|range| text.get(range.clone())).is_some_and(|text| text.ends_with(['[', '(']));
        if opened && let Ok([before, after]) = out.get_disjoint_mut([at - 1, at]) {
            before.end -= 1;
            after.start -= 1;
        }
    }
    out.into_iter().flat_map(|range| cut(text, range)).filter_map(|range| trimmed(text, range)).collect()
}

/// Whether the full stop at the end of `before` belongs to an abbreviation that `after` goes on from.
fn continues(before: &str, after: &str) -> bool {
    if before.ends_with('\n') || after.trim().is_empty() {
        return false;
    }
    let before = before.trim_end();
    let Some(body) = before.strip_suffix('.') else { return false };
    let word = body.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“')).next().unwrap_or(body);
    let last = word.rsplit('.').next().unwrap_or(word);
    let mut letters = last.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase());
    if initial {
        // "U.S. Army" goes on, "in the U.S. The army" does not; "J. Smith" always goes on.
        let next = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        return !word.contains('.') || !STARTERS.contains(&next);
    }
    ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

const STARTERS: [&str; 20] = [
    "The", "It", "In", "He", "She", "They", "This", "That", "These", "A", "An", "However", "But", "On", "At", "As",
    "After", "By", "For", "When",
];

const ABBREVIATIONS: [&str; 42] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "sr", "jr", "gen", "col", "sgt", "lt", "capt", "rev", "hon", "gov", "sen",
    "rep", "no", "nr", "vs", "e.g", "i.e", "cf", "ca", "c", "approx", "fig", "vol", "ed", "eds", "pp", "p", "inc",
    "ltd", "co", "corp", "mt", "ft", "z.b", "bzw", "usw",
];

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let piece = text.get(range.clone())?;
    let start = range.start + (piece.len() - piece.trim_start().len());
    let end = range.start + piece.trim_end().len();
    (start < end).then_some(start..end)
}

fn cut(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = range.start;
    while range.end - start > SENTENCE_BYTES_MAX {
        let mut end = start + SENTENCE_BYTES_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let piece = text.get(start..end).unwrap_or_default();
        // A cut in the first half would make crumbs; then the middle of a word is the lesser evil.
        if let Some(space) = piece.rfind(char::is_whitespace).filter(|space| *space > SENTENCE_BYTES_MAX / 2) {
            end = start + space;
        }
        out.push(start..end);
        start = end;
    }
    out.push(start..range.end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_stop_ends_a_sentence_only_where_it_does() {
        let check = |text: &str, wanted: &[&str]| {
            let got: Vec<_> = sentences(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(got, wanted);
        };
        check("Pi is 3.14. It is irrational.", &["Pi is 3.14.", "It is irrational."]);
        check("Dr. Smith met J. R. Ewing. They talked.", &["Dr. Smith met J. R. Ewing.", "They talked."]);
        check("He joined the U.S. Army. It is large.", &["He joined the U.S. Army.", "It is large."]);
        check("He lives in the U.S. The rest do not.", &["He lives in the U.S.", "The rest do not."]);
        check("東京は首都です。人口は多い。", &["東京は首都です。", "人口は多い。"]);
        check("दिल्ली राजधानी है। यह बड़ी है।", &["दिल्ली राजधानी है।", "यह बड़ी है।"]);
        check("He came.[3] She left.", &["He came.", "[3] She left."]);
        check("One\nTwo\n\n Three ", &["One", "Two", "Three"]);
        check("\u{feff}", &["\u{feff}"]);
        assert!(sentences(&"ä".repeat(5000)).iter().all(|r| r.len() <= SENTENCE_BYTES_MAX));
    }
}
