//! Words of a text, folded and stemmed.
//!
//! Takes text and the language of the question; gives tokens with byte offsets, each with two hashes: its stem, and a
//! root that words of near form or meaning share. Fails never. Limits: linear in the text. Why hashes: a passage has
//! thousands of words, and only equality of them is ever asked.

use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use crate::words;

/// A word as it is compared.
pub(crate) type Term = u64;

/// How much a match of the word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing: "the", "what".
    Stop,
    /// Little: "year", "made".
    Common,
    /// All of it.
    Content,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) term: Term,
    pub(crate) root: Term,
    pub(crate) class: Class,
    /// Starts with a capital letter.
    pub(crate) capital: bool,
    /// Starts with a digit.
    pub(crate) digit: bool,
}

impl Token {
    pub(crate) fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Reads words the same way on both sides of a comparison.
pub(crate) struct Lexer {
    stemmer: Option<Stemmer>,
    stop: Vec<Term>,
    common: Vec<Term>,
    irregular: Vec<(Term, Term)>,
    near: Vec<(Term, Term)>,
}

impl Lexer {
    /// The lexer of a language. Its tables are made once for an instance: stemming a thousand words of our own is most
    /// of what a short answer would cost, and the tables depend on nothing but the language.
    pub(crate) fn of(language: &str) -> Rc<Self> {
        thread_local! {
            static MADE: RefCell<BTreeMap<String, Rc<Lexer>>> = const { RefCell::new(BTreeMap::new()) };
        }
        let language = language.split(['-', '_']).next().unwrap_or_default();
        MADE.with_borrow_mut(|made| {
            if let Some(lexer) = made.get(language) {
                return Rc::clone(lexer);
            }
            if made.len() >= LEXERS_MAX {
                made.clear();
            }
            let lexer = Rc::new(Self::new(language));
            made.insert(language.to_owned(), Rc::clone(&lexer));
            lexer
        })
    }

    fn new(language: &str) -> Self {
        let stemmer = algorithm(language).map(Stemmer::create);
        let english = matches!(language, "en" | "" | "und");
        let hashes = |list: &str| list.split_whitespace().map(hash).collect::<Vec<_>>();
        let mut stop = hashes(words::STOP_EN);
        stop.extend(hashes(words::stop(language)));
        stop.sort_unstable();
        let mut lexer = Self { stemmer, stop, common: Vec::new(), irregular: Vec::new(), near: Vec::new() };
        if english {
            lexer.irregular = groups(words::IRREGULAR, hash);
            lexer.near = groups(words::NEAR, |word| lexer.stem(word));
            lexer.common = words::COMMON_EN.split_whitespace().map(|word| lexer.stem(word)).collect();
            lexer.common.sort_unstable();
        }
        lexer
    }

    /// Every word of `text`, in order.
    pub(crate) fn tokens(&self, text: &str) -> Vec<Token> {
        text.unicode_word_indices().map(|(start, word)| self.token(start, word)).collect()
    }

    fn token(&self, start: usize, word: &str) -> Token {
        let word = without_possessive(word);
        let first = word.chars().next().unwrap_or(' ');
        let folded = fold(word);
        let digit = first.is_numeric();
        let (term, root, class) = if digit {
            let number: String = folded.chars().filter(|c| *c != ',').collect();
            let term = hash(&number);
            (term, term, Class::Content)
        } else {
            let plain = hash(&folded);
            if self.stop.binary_search(&plain).is_ok() {
                (plain, plain, Class::Stop)
            } else {
                let term = self.stem(&folded);
                let common = self.common.binary_search(&term).is_ok();
                (term, self.root(&folded, term), if common { Class::Common } else { Class::Content })
            }
        };
        Token { start, end: start + word.len(), term, root, class, capital: first.is_uppercase(), digit }
    }

    /// The hash of a folded word's stem.
    fn stem(&self, folded: &str) -> Term {
        let plain = hash(folded);
        if let Ok(at) = self.irregular.binary_search_by_key(&plain, |pair| pair.0) {
            return self.irregular.get(at).map_or(plain, |pair| pair.1);
        }
        match &self.stemmer {
            Some(stemmer) => hash(&stemmer.stem(folded)),
            None => plain,
        }
    }

    /// What the word shares with its relatives: a group of near meaning, else its first letters.
    fn root(&self, folded: &str, term: Term) -> Term {
        if let Ok(at) = self.near.binary_search_by_key(&term, |pair| pair.0) {
            return self.near.get(at).map_or(term, |pair| pair.1);
        }
        match folded.char_indices().nth(ROOT_CHARS) {
            Some((end, _)) => hash(folded.get(..end).unwrap_or(folded)),
            None => term,
        }
    }
}

/// Languages whose tables are kept; an asker may claim any language.
const LEXERS_MAX: usize = 8;

/// Letters that related words ("discover", "discovery") are taken to share; shorter words have only their stem.
const ROOT_CHARS: usize = 6;

fn algorithm(language: &str) -> Option<Algorithm> {
    Some(match language {
        "en" | "" | "und" => Algorithm::English,
        "de" => Algorithm::German,
        "fr" => Algorithm::French,
        "es" => Algorithm::Spanish,
        "it" => Algorithm::Italian,
        "pt" => Algorithm::Portuguese,
        "nl" => Algorithm::Dutch,
        "ru" => Algorithm::Russian,
        _ => return None,
    })
}

/// Each word of a line with the hash of the line's first, sorted for search; a word keeps its first line.
fn groups(lines: &[&str], key: impl Fn(&str) -> Term) -> Vec<(Term, Term)> {
    let mut pairs = Vec::new();
    for line in lines {
        let head = hash(line);
        pairs.extend(line.split_whitespace().map(|word| (key(word), head)));
    }
    pairs.sort_by_key(|pair| pair.0);
    pairs.dedup_by_key(|pair| pair.0);
    pairs
}

fn without_possessive(word: &str) -> &str {
    ["'s", "’s", "'S", "’S"].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
}

/// Lower case without diacritics, compatibility forms resolved, decimal digits of every script as ASCII.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        if word.bytes().any(|b| b.is_ascii_uppercase()) {
            return Cow::Owned(word.to_ascii_lowercase());
        }
        return Cow::Borrowed(word);
    }
    let mut out = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            '’' | '‘' => out.push('\''),
            _ => out.push(decimal(c).unwrap_or(c)),
        }
    }
    Cow::Owned(out)
}

/// The ASCII form of a decimal digit of the scripts that are written with their own.
fn decimal(c: char) -> Option<char> {
    const ZEROS: [u32; 10] = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xe50, 0xff10];
    let code = u32::from(c);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).and_then(|zero| char::from_digit(code - zero, 10))
}

/// FNV-1a: fast on short words, and the same everywhere.
pub(crate) fn hash(word: &str) -> Term {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The folded words of a text, joined by single spaces: how names and texts are compared.
pub(crate) fn key(text: &str) -> String {
    let mut out = String::new();
    for word in text.unicode_words() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&fold(without_possessive(word)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_mean_the_same_share_a_term_or_a_root() {
        let lexer = Lexer::new("en");
        let one = |word: &str| lexer.tokens(word)[0];
        for (a, b) in [("Dvořák", "dvorak"), ("Japan's", "japan"), ("wrote", "write"), ("1,000", "1000"), ("Ⅷ", "ⅷ")]
        {
            assert_eq!(one(a).term, one(b).term, "{a} {b}");
        }
        for (a, b) in [("discoverer", "discovery"), ("married", "wife")] {
            assert_eq!(one(a).root, one(b).root, "{a} {b}");
        }
        assert_ne!(one("Japan").root, one("Java").root);
        assert_eq!(fold("٣"), "3");
    }
}
