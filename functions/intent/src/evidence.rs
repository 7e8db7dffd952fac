//! Weighted evidence: a linear model over words, phrases and named features.
//!
//! - Takes: tokens, features such as `<place>` or `<property-form>`, and a table `feature TAB class:weight class:weight`.
//! - Gives: the sum of the weights for each class, heaviest first.
//! - Fails: never; a weight that is no number counts nothing.
//! - Limits: [`TOKENS_READ_MAX`] tokens.
//! - Why it is so: the weights are data. Those in `tables/` are written by hand; trained ones replace the file, not the code.

use crate::tables::Table;
use crate::tokens::Token;

/// What is asked is said in the first words, or not at all.
const TOKENS_READ_MAX: usize = 160;

/// The classes with some evidence and its sum; ties in the order of names.
pub(crate) fn weigh(table: Table, tokens: &[Token<'_>], features: &[String]) -> Vec<(&'static str, f32)> {
    let mut sums: Vec<(&'static str, f32)> = Vec::new();
    let mut add = |line: &'static str| {
        for (class, weight) in line.split(' ').filter_map(|pair| pair.rsplit_once(':')) {
            let weight: f32 = weight.parse().unwrap_or(0.0);
            match sums.iter_mut().find(|(known, _)| *known == class) {
                Some((_, sum)) => *sum += weight,
                None => sums.push((class, weight)),
            }
        }
    };
    for index in 0..tokens.len().min(TOKENS_READ_MAX) {
        table.each(tokens.get(index..).unwrap_or_default(), |fields| add(fields.get(0)));
    }
    for feature in features {
        if let Some(fields) = table.get(feature) {
            add(fields.get(0));
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    sums
}
