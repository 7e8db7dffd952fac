//! Words to lists, flat: a few allocations whatever it holds, so that it is read from bytes in no time.
//!
//! Takes a map; gives the list of a word by binary search. Fails never: offsets that lead nowhere, in a form that was
//! tampered with, lead to an empty list.

use core::cmp::Ordering;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Table<T> {
    /// All words, one after the other, in order.
    text: String,
    /// Where each ends in `text`, and where its list ends in `items`.
    ends: Vec<(u32, u32)>,
    items: Vec<T>,
}

impl<T> Table<T> {
    /// The list of a word; empty when the word is none of ours.
    pub(super) fn get(&self, word: &str) -> &[T] {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.word(middle).cmp(word) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return self.list(middle).unwrap_or_default(),
            }
        }
        &[]
    }

    fn word(&self, at: usize) -> &str {
        let (start, end) = (self.before(at).0, self.ends.get(at).map_or(0, |end| end.0));
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    fn list(&self, at: usize) -> Option<&[T]> {
        self.items.get(self.before(at).1 as usize..self.ends.get(at)?.1 as usize)
    }

    /// Where what stands before this place ends.
    fn before(&self, at: usize) -> (u32, u32) {
        at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default()
    }
}

impl<T> From<BTreeMap<String, Vec<T>>> for Table<T> {
    fn from(map: BTreeMap<String, Vec<T>>) -> Self {
        let mut table = Self { text: String::new(), ends: Vec::with_capacity(map.len()), items: Vec::new() };
        for (word, list) in map {
            table.text.push_str(&word);
            table.items.extend(list);
            // A catalogue of that size would not be one: its words alone are 4 GiB.
            let end = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            table.ends.push((end(table.text.len()), end(table.items.len())));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_leads_to_its_list_and_nonsense_to_none() {
        let words = ["", "a", "ab", "b", "tea", "ä"];
        let map = words.iter().enumerate().map(|(at, word)| ((*word).to_owned(), vec![at; at]));
        let table: Table<usize> = map.collect::<BTreeMap<_, _>>().into();
        for (at, word) in words.iter().enumerate() {
            assert_eq!(table.get(word), vec![at; at], "{word}");
        }
        for word in ["aa", "c", "te", "teas", "z", "\u{10ffff}"] {
            assert!(table.get(word).is_empty(), "{word}");
        }
        let broken = Table { text: "ä".to_owned(), ends: vec![(1, 9), (7, 1), (0, 0)], items: vec![1, 2] };
        for word in ["", "ä", "a", "z"] {
            assert!(broken.get(word).is_empty(), "{word}");
        }
    }
}
