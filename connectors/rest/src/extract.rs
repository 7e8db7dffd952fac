//! Patterns that pick a word or a phrase out of a question: `weather in **`, `* crate`.
//!
//! Takes: a pattern, a question. Gives: the words its hole covers. Fails: never. Limits: one hole a pattern.
//! Why it is so: what matters to one service alone (a package's name beside the word `crate`) is not an entity for all.
//!
//! `*` covers one word, `**` all words up to the next word of the pattern or the end. Case and punctuation do not count.

/// The words under the hole of `pattern`, where it first fits.
pub(crate) fn find(pattern: &str, text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().map(trim).filter(|word| !word.is_empty()).collect();
    let parts: Vec<&str> = pattern.split_whitespace().collect();
    let hole = parts.iter().position(|part| part.starts_with('*'))?;
    let (before, after) = (parts.get(..hole)?, parts.get(hole + 1..)?);
    let all = parts.get(hole) == Some(&"**");
    (0..words.len()).find_map(|at| {
        let start = at.checked_add(before.len())?;
        if !same(before, words.get(at..start)?) {
            return None;
        }
        let last = if all { words.len() } else { start + 1 };
        let end = (start + 1..=last).find(|end| {
            let here = words.get(*end..end.saturating_add(after.len()));
            (!after.is_empty() && here.is_some_and(|here| same(after, here))) || (after.is_empty() && *end == last)
        })?;
        Some(words.get(start..end)?.join(" ")).filter(|found| !found.is_empty())
    })
}

/// Whether `phrase` occurs in `text` as whole words.
pub(crate) fn has_phrase(text: &str, phrase: &str) -> bool {
    let parts: Vec<&str> = phrase.split_whitespace().collect();
    let words: Vec<&str> = text.split_whitespace().map(trim).collect();
    !parts.is_empty() && words.windows(parts.len()).any(|window| same(&parts, window))
}

fn trim(word: &str) -> &str {
    let word =
        word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '@' | '/' | '_' | '-' | '+' | '#' | '.'));
    let word = word.trim_end_matches('.');
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

fn same(parts: &[&str], words: &[&str]) -> bool {
    parts.len() == words.len() && parts.iter().zip(words).all(|(part, word)| equal(part, word))
}

fn equal(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}
