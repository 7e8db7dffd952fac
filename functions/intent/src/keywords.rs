//! What a keyword search should be given: content words in lower case, quoted phrases whole, each once.

use crate::tables::STOPWORDS;
use crate::tokens::Token;

const KEYWORDS_MAX: usize = 24;
/// A longer quotation is a text, not a phrase.
const PHRASE_WORDS_MAX: usize = 10;

/// Extracts the keywords.
pub(crate) fn extract(text: &str, tokens: &[Token<'_>], language: &str) -> Vec<String> {
    let mut keywords = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index).filter(|_| keywords.len() < KEYWORDS_MAX) {
        let (count, keyword) = quoted(text, tokens, index).unwrap_or_else(|| word(text, tokens, index, language));
        if let Some(keyword) = keyword.filter(|keyword| !keyword.is_empty() && !keywords.contains(keyword)) {
            keywords.push(keyword);
        }
        debug_assert!(count > 0, "no step at {}", token.start);
        index += count.max(1);
    }
    if keywords.is_empty() {
        // "what is it": a search for these words is better than a search for none.
        keywords.extend(
            tokens.iter().filter(|token| token.is_word()).take(KEYWORDS_MAX).map(|token| token.lower.to_string()),
        );
        keywords.dedup();
    }
    keywords
}

fn quoted(text: &str, tokens: &[Token<'_>], index: usize) -> Option<(usize, Option<String>)> {
    let close = match tokens.get(index)?.text {
        "\"" => "\"",
        "“" | "„" => "”",
        "«" => "»",
        "'" => "'",
        "‘" => "’",
        "「" => "」",
        _ => return None,
    };
    let inner = tokens.get(index + 1..)?;
    let length = inner
        .iter()
        .take(PHRASE_WORDS_MAX + 1)
        .position(|token| token.text == close || (close == "”" && token.text == "“"))?;
    let (first, last) = (inner.first()?, inner.get(length.checked_sub(1)?)?);
    let phrase = text.get(first.start..last.end())?.to_lowercase();
    Some((length + 2, Some(phrase)))
}

/// One keyword: a word that means something, or a run that only means something whole (`2027-03-01`, `c++`, `10.1000/182`, `covid-19`).
fn word(text: &str, tokens: &[Token<'_>], index: usize, language: &str) -> (usize, Option<String>) {
    let Some(token) = tokens.get(index) else { return (1, None) };
    if !token.is_word() && !token.is_digits() {
        return (1, None);
    }
    let mut count = 1;
    while tokens
        .get(index + count)
        .is_some_and(|next| !next.spaced && (next.is_digits() || next.is_word() || joins(tokens, index + count)))
    {
        count += 1;
    }
    let Some(last) = tokens.get(index + count - 1) else { return (1, None) };
    let run = text.get(token.start..last.end()).unwrap_or_default();
    if count > 1 {
        return (count, Some(run.to_lowercase()));
    }
    let stem = token.lower.strip_suffix("'s").unwrap_or(&token.lower);
    // A capital inside of a sentence is a name: "The Who", "IT".
    let name = index > 0 && token.text.len() > 1 && token.text.bytes().all(|byte| byte.is_ascii_uppercase());
    let stop = !name && (is_stop(stem, language) || is_asking(stem));
    (1, (!stop).then(|| stem.to_owned()))
}

/// A mark between two parts of one run, or the plus and sharp of a language's name.
fn joins(tokens: &[Token<'_>], index: usize) -> bool {
    let Some(token) = tokens.get(index) else { return false };
    let next = tokens
        .get(index + 1)
        .is_some_and(|next| !next.spaced && (next.is_digits() || next.is_word() || next.text == "+"));
    match token.text {
        "-" | "." | "/" | ":" | "_" | "@" | "&" => next,
        "," => {
            next && tokens.get(index.saturating_sub(1)).is_some_and(Token::is_digits)
                && tokens.get(index + 1).is_some_and(Token::is_digits)
        }
        "+" | "#" => true,
        _ => false,
    }
}

fn is_stop(lower: &str, language: &str) -> bool {
    let language = language.split('-').next().unwrap_or(language);
    STOPWORDS.get(lower).is_some_and(|fields| fields.get(0).split(' ').any(|tag| tag == language))
}

/// Words of asking that say nothing about what is asked.
fn is_asking(lower: &str) -> bool {
    const WORDS: [&str; 22] = [
        "want", "know", "find", "give", "explain", "tell", "please", "like", "need", "what's", "who's", "where's",
        "list", "any", "some", "also", "just", "many", "much", "let", "us", "get",
    ];
    WORDS.contains(&lower)
        || lower.len() == 1 && lower.is_ascii() && lower.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(extract(text, &crate::tokens::split(text), "en").join("|"), expected);
    }

    #[test]
    fn content_words() {
        check("What is the capital of Japan and its currency?", "capital|japan|currency");
        check("who wrote \"The Old Man and the Sea\"", "wrote|the old man and the sea");
        check("C++ vs C# in 2024", "c++|vs|c#|2024");
        check("what is it", "what|is|it");
        check("covid-19 cases, 1,234.5", "covid-19|cases|1,234.5");
        check("", "");
    }
}
