//! Text to tokens: the only reading of characters; every other module reads tokens.
//!
//! - Takes: any text.
//! - Gives: words, digit runs and single symbols with their byte offsets, in one pass.
//! - Fails: never.
//! - Limits: at most [`TOKENS_MAX`] tokens; a longer text is read up to there.
//! - Why it is so: a number keeps its separators apart ("1,234.5" is five tokens), because whether a dot ends a
//!   sentence, a decimal or a version is for the rule that reads it to say.

use std::borrow::Cow;

/// A question of 4 KiB has fewer.
pub(crate) const TOKENS_MAX: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Word,
    Digits,
    Symbol,
}

#[derive(Clone, Debug)]
pub(crate) struct Token<'t> {
    pub(crate) text: &'t str,
    pub(crate) lower: Cow<'t, str>,
    pub(crate) start: usize,
    pub(crate) class: Class,
    /// White space stands before it.
    pub(crate) spaced: bool,
}

impl Token<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is(&self, lower: &str) -> bool {
        self.lower == lower
    }

    pub(crate) fn is_word(&self) -> bool {
        self.class == Class::Word
    }

    pub(crate) fn is_digits(&self) -> bool {
        self.class == Class::Digits
    }

    pub(crate) fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// Splits `text` into tokens.
pub(crate) fn split(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
    let mut chars = text.char_indices().peekable();
    let mut spaced = false;
    while let Some((start, first)) = chars.next() {
        if first.is_whitespace() || first == '\u{200b}' || first == '\u{feff}' {
            spaced = true;
            continue;
        }
        if tokens.len() == TOKENS_MAX {
            break;
        }
        let class = class_of(first);
        let mut end = start + first.len_utf8();
        if class != Class::Symbol {
            while let Some((at, next)) = chars.peek().copied() {
                let inner = class == Class::Word && is_joint(next) && joins(text, at + next.len_utf8());
                if !(inner || class_of(next) == class || (class == Class::Word && is_mark(next))) {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
        }
        let piece = text.get(start..end).unwrap_or_default();
        tokens.push(Token { text: piece, lower: lower_of(piece), start, class, spaced });
        spaced = false;
    }
    tokens
}

/// Lower case without a copy where it already is; the typographic apostrophe becomes the plain one.
fn lower_of(piece: &str) -> Cow<'_, str> {
    if piece.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(piece);
    }
    Cow::Owned(piece.replace('’', "'").to_lowercase())
}

fn class_of(character: char) -> Class {
    match character {
        '0'..='9' => Class::Digits,
        'º' | 'ª' | '²' | '³' => Class::Symbol,
        _ if character.is_alphabetic() => Class::Word,
        _ if character.is_numeric() && !is_vulgar(character) => Class::Word,
        _ => Class::Symbol,
    }
}

fn is_vulgar(character: char) -> bool {
    matches!(character, '¼' | '½' | '¾' | '⅓' | '⅔' | '⅛')
}

/// Vowel signs of Indic and other scripts belong to the word they stand in.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
}

fn is_joint(character: char) -> bool {
    matches!(character, '\'' | '’')
}

/// An apostrophe is part of a word only when a letter follows ("don't", but not "the boys' ").
fn joins(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let got: Vec<&str> = split(text).iter().map(|token| token.text).collect();
        assert_eq!(got.join("|"), expected);
    }

    #[test]
    fn words_digits_and_symbols() {
        check("What's 1,234.5km in miles?", "What's|1|,|234|.|5|km|in|miles|?");
        check("हिन्दी भाषा", "हिन्दी|भाषा");
        check("the boys' café", "the|boys|'|café");
    }

    proptest! {
        #[test]
        fn tokens_lie_in_the_text_in_order(text in "\\PC{0,200}") {
            let mut at = 0;
            for token in split(&text) {
                prop_assert!(token.start >= at);
                prop_assert_eq!(text.get(token.start..token.end()), Some(token.text));
                at = token.end();
            }
        }
    }
}
