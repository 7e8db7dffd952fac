//! Words of a text, as the index and a query see them.
//!
//! Takes text; gives words of letters and digits. Why it is so: Chinese and Japanese set no spaces, so their runs are
//! indexed as pairs of characters, which finds every word without a dictionary; one tokenizer reads both sides.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

#[derive(Clone, Default)]
pub(crate) struct Words;

pub(crate) struct WordStream {
    tokens: Vec<Token>,
    /// One after the current token.
    next: usize,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream {
        WordStream { tokens: words(text), next: 0, token: Token::default() }
    }
}

impl TokenStream for WordStream {
    fn advance(&mut self) -> bool {
        match self.tokens.get_mut(self.next) {
            Some(token) => {
                self.token = std::mem::take(token);
                self.next += 1;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn words(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut run = 0..0;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        if character.is_alphanumeric() && !is_unspaced(character) {
            if run.is_empty() {
                run.start = at;
            }
            run.end = at + character.len_utf8();
            continue;
        }
        if !run.is_empty() {
            push(&mut tokens, text, run.start, run.end);
            run = 0..0;
        }
        if is_unspaced(character) {
            let end = at + character.len_utf8();
            match text.get(end..).and_then(|rest| rest.chars().next()).filter(|&next| is_unspaced(next)) {
                Some(next) => push(&mut tokens, text, at, end + next.len_utf8()),
                // The last character of a run stands in the pair before it, unless there is none.
                None if tokens.last().is_some_and(|last| last.offset_to == end && last.offset_from < at) => {}
                None => push(&mut tokens, text, at, end),
            }
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, text: &str, from: usize, to: usize) {
    let word = text.get(from..to).unwrap_or_default();
    if word.len() <= WORD_BYTES_MAX {
        let position = tokens.len();
        tokens.push(Token { offset_from: from, offset_to: to, position, text: word.to_owned(), position_length: 1 });
    }
}

/// Han, kana, bopomofo, and Thai, Lao and Khmer, which set no spaces either.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0e00..=0x0eff | 0x1780..=0x17ff | 0x3040..=0x312f | 0x31a0..=0x31bf | 0x31f0..=0x31ff
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// Longer ones are encodings of something, not words.
const WORD_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<_> = words(text).into_iter().map(|token| token.text).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn words_and_pairs() {
        check("Green tea, 80°C!", "Green tea 80 C");
        check("東京都に住む", "東京 京都 都に に住 住む");
        check("a東b", "a 東 b");
        check("", "");
    }

    proptest! {
        #[test]
        fn every_token_is_its_place_in_the_text(text in "[a-zé東京 ,]{0,60}") {
            for token in words(&text) {
                prop_assert_eq!(&text[token.offset_from..token.offset_to], token.text.as_str());
            }
        }
    }
}
