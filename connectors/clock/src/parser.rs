//! A cursor over the tokens, with the asker's now and here; every room reads with it and gives it back on failure.

use crate::tokens::Token;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// When and where the question is asked.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) now: Timestamp,
    pub(crate) today: Date,
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    /// Whether 3/4/2027 is the fourth of March.
    pub(crate) month_first: bool,
}

/// The tokens that are left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parser<'t> {
    rest: &'t [Token],
    pub(crate) context: &'t Context,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(tokens: &'t [Token], context: &'t Context) -> Self {
        Self { rest: tokens, context }
    }

    pub(crate) fn peek(&self) -> Option<&'t Token> {
        self.rest.first()
    }

    /// How many tokens are left: what was read furthest leaves fewest.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next words, as long as they are words, at most `most`.
    pub(crate) fn words(&self, most: usize) -> Vec<&'t str> {
        self.rest
            .iter()
            .take(most)
            .map_while(|token| if let Token::Word(word) = token { Some(word.as_str()) } else { None })
            .collect()
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    pub(crate) fn number(&mut self) -> Option<(i64, usize, bool)> {
        let Token::Number { value, digits, ordinal } = *self.peek()? else { return None };
        self.skip(1);
        Some((value, digits, ordinal))
    }

    pub(crate) fn sign(&mut self, signs: &[char]) -> Option<char> {
        let Token::Sign(sign) = *self.peek()? else { return None };
        signs.contains(&sign).then(|| self.skip(1))?;
        Some(sign)
    }

    /// One of these words.
    pub(crate) fn word(&mut self, words: &[&str]) -> Option<&'t str> {
        let Token::Word(word) = self.peek()? else { return None };
        words.contains(&word.as_str()).then(|| self.skip(1))?;
        Some(word)
    }

    /// One of these phrases, words separated by spaces; longer ones must stand first.
    pub(crate) fn phrase(&mut self, phrases: &[&'static str]) -> Option<&'static str> {
        phrases.iter().copied().find(|phrase| {
            let count = phrase.split(' ').count();
            let fits = self.words(count).iter().copied().eq(phrase.split(' '));
            if fits {
                self.skip(count);
            }
            fits
        })
    }

    /// Any number of these words.
    pub(crate) fn fill(&mut self, words: &[&str]) {
        while self.word(words).is_some() {}
    }

    pub(crate) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }

    /// Reads, or stays where it was.
    pub(crate) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = *self;
        let got = read(self);
        if got.is_none() {
            *self = start;
        }
        got
    }
}
