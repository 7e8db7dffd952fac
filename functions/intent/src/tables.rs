//! Word tables: what the room knows about words, as text a person can read and a trainer can write.
//!
//! - Takes: a key in lower case.
//! - Gives: the fields of its line.
//! - Fails: never; an unknown key has no line.
//! - Limits: keys have at most [`KEY_WORDS_MAX`] words.
//! - Why it is so: the files in `tables/` are sorted by key, so a lookup is a binary search in the text itself.
//!   Nothing is built at start-up, which matters where every question may get a fresh instance.

use crate::tokens::Token;

/// Words a key may have ("democratic republic of the congo").
pub(crate) const KEY_WORDS_MAX: usize = 6;

/// One sorted file: `key TAB field TAB field ...` on each line.
#[derive(Clone, Copy)]
pub(crate) struct Table(&'static str);

pub(crate) const PLACES: Table = Table(include_str!("../tables/places.tsv"));
pub(crate) const UNITS: Table = Table(include_str!("../tables/units.tsv"));
pub(crate) const CURRENCIES: Table = Table(include_str!("../tables/currencies.tsv"));
pub(crate) const TONGUES: Table = Table(include_str!("../tables/tongues.tsv"));
pub(crate) const STOPWORDS: Table = Table(include_str!("../tables/stopwords.tsv"));
pub(crate) const PROPERTIES: Table = Table(include_str!("../tables/properties.tsv"));
pub(crate) const KINDS: Table = Table(include_str!("../tables/kinds.tsv"));
pub(crate) const TOPICS: Table = Table(include_str!("../tables/topics.tsv"));

impl Table {
    /// The fields of `key`.
    pub(crate) fn get(self, key: &str) -> Option<Fields> {
        let line = self.lower_bound(key);
        (key_of(line) == key && !key.is_empty()).then(|| Fields(line.split_once('\t').map_or("", |(_, rest)| rest)))
    }

    /// The longest key that the words from here on spell, its number of tokens, and its fields.
    pub(crate) fn longest(self, tokens: &[Token<'_>]) -> Option<(usize, Fields)> {
        let mut key = String::new();
        let mut best = None;
        for (index, token) in tokens.iter().take(KEY_WORDS_MAX).enumerate() {
            if index > 0 && token.spaced {
                key.push(' ');
            }
            key.push_str(&token.lower);
            let line = self.lower_bound(&key);
            if !line.starts_with(key.as_str()) {
                // "Japan's" is Japan; whoever needs the exact text cuts the ending off.
                let owner = key.strip_suffix("'s").and_then(|owner| self.get(owner));
                best = owner.map(|fields| (index + 1, fields)).or(best);
                break;
            }
            if key_of(line) == key {
                best = Some((index + 1, Fields(line.split_once('\t').map_or("", |(_, rest)| rest))));
            }
        }
        best
    }

    /// Every key that the words from here on spell: the word, and the phrases it begins.
    pub(crate) fn each(self, tokens: &[Token<'_>], mut seen: impl FnMut(Fields)) {
        let mut key = String::new();
        for (index, token) in tokens.iter().take(KEY_WORDS_MAX).enumerate() {
            if index > 0 && token.spaced {
                key.push(' ');
            }
            key.push_str(&token.lower);
            let line = self.lower_bound(&key);
            if !line.starts_with(key.as_str()) {
                break;
            }
            if key_of(line) == key {
                seen(Fields(line.split_once('\t').map_or("", |(_, rest)| rest)));
            }
        }
    }

    /// The first line whose key is not less than `key`; empty beyond the last.
    fn lower_bound(self, key: &str) -> &'static str {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let start = self.line_start(low + (high - low) / 2);
            let line = line_at(self.0, start);
            if key_of(line) < key {
                low = start + line.len() + 1;
            } else {
                high = start;
            }
        }
        line_at(self.0, low)
    }

    fn line_start(self, offset: usize) -> usize {
        let head = self.0.as_bytes().get(..offset).unwrap_or_default();
        head.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
    }
}

fn line_at(text: &'static str, start: usize) -> &'static str {
    let rest = text.get(start..).unwrap_or_default();
    rest.split_once('\n').map_or(rest, |(line, _)| line)
}

fn key_of(line: &str) -> &str {
    line.split_once('\t').map_or(line, |(key, _)| key)
}

/// What stands behind a key.
#[derive(Clone, Copy)]
pub(crate) struct Fields(&'static str);

impl Fields {
    /// Field `index`, empty when there is none.
    pub(crate) fn get(self, index: usize) -> &'static str {
        self.0.split('\t').nth(index).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_sorted_and_every_key_is_found() {
        for (name, table) in [
            ("places", PLACES),
            ("units", UNITS),
            ("currencies", CURRENCIES),
            ("tongues", TONGUES),
            ("stopwords", STOPWORDS),
            ("properties", PROPERTIES),
            ("kinds", KINDS),
            ("topics", TOPICS),
        ] {
            let keys: Vec<&str> = table.0.lines().map(key_of).collect();
            for pair in keys.windows(2) {
                assert!(pair[0] < pair[1], "{name}.tsv: `{}` must stand before `{}`, once", pair[1], pair[0]);
            }
            for key in keys {
                assert!(table.get(key).is_some(), "{name}.tsv: `{key}` is not found");
                assert_eq!(key, key.to_lowercase(), "{name}.tsv: `{key}` is not lower case");
            }
            assert!(table.get("zzzz-no-such-word").is_none() && table.get("").is_none(), "{name}.tsv");
        }
    }

    #[test]
    fn the_longest_key_wins() {
        let tokens = crate::tokens::split("New York City subway");
        let (count, fields) = PLACES.longest(&tokens).unwrap();
        assert_eq!((count, fields.get(0)), (3, "New York"));
    }
}
