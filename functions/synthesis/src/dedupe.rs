//! Which passages are the same thing said once.
//!
//! Takes the findings; gives for every passage, in the order of the findings, the cluster it belongs to and whether it
//! speaks for that cluster. Same are passages of one URL after normalisation with overlapping text, of equal words, or
//! of nearly equal words with equal numbers. Fails never. Limits: only [`SHINGLE_BYTES_MAX`] of a text are compared,
//! and only within buckets of equal parts of fingerprints. Why it is so: copies must not count as agreement, and a
//! difference in a number is never a small one.

use std::collections::BTreeMap;
use zero_types::prelude::*;

use crate::text::hash;

/// The start of a text tells whether it is a copy.
const SHINGLE_BYTES_MAX: usize = 1024;
/// Bits of 64 in which fingerprints of near copies may differ.
const DISTANCE_MAX: u32 = 7;
/// Fewer words make no fingerprint; they are compared exactly.
const WORDS_MIN: usize = 12;
/// Passages of one bucket that are compared; hostile input could otherwise fill a single one.
const BUCKET_MAX: usize = 16;

/// One passage and what it repeats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) finding: usize,
    pub(crate) passage: usize,
    /// Passages of one cluster are one witness.
    pub(crate) cluster: usize,
    /// The first of its cluster in the order of trust.
    pub(crate) speaks: bool,
}

/// Every passage, in the order of the findings.
pub(crate) fn entries(findings: &[Finding]) -> Vec<Entry> {
    let mut order: Vec<(usize, usize)> = findings
        .iter()
        .enumerate()
        .flat_map(|(finding, found)| (0..found.passages.len()).map(move |passage| (finding, passage)))
        .collect();
    let trust = |&(finding, passage): &(usize, usize)| {
        let found = findings.get(finding);
        let score = found.and_then(|found| found.passages.get(passage)).map_or(0.0, |passage| passage.score);
        sane(found.map_or(0.0, |found| found.bid)) * 2.0 + sane(score)
    };
    order.sort_by(|a, b| trust(b).total_cmp(&trust(a)).then(a.cmp(b)));

    let mut seen = Seen::default();
    let mut out: Vec<Entry> = order
        .into_iter()
        .enumerate()
        .filter_map(|(rank, (finding, passage))| {
            let found = findings.get(finding)?.passages.get(passage)?;
            let twin = seen.twin(found, rank);
            Some(Entry { finding, passage, cluster: twin.unwrap_or(rank), speaks: twin.is_none() })
        })
        .collect();
    out.sort_by_key(|entry| (entry.finding, entry.passage));
    out
}

#[derive(Default)]
struct Seen {
    exact: BTreeMap<u64, usize>,
    urls: BTreeMap<String, Vec<(u64, usize)>>,
    /// By the place of an eighth and its bits.
    near: BTreeMap<(u8, u8), Vec<(Print, usize)>>,
}

impl Seen {
    /// The cluster of an earlier passage that says the same; remembers this one otherwise.
    fn twin(&mut self, passage: &Passage, cluster: usize) -> Option<usize> {
        let print = Print::of(&passage.text);
        if let Some(&twin) = self.exact.get(&print.exact) {
            return Some(twin);
        }
        let url = passage.url.as_deref().map(normal_url);
        if let Some(twin) = url.as_ref().and_then(|url| self.urls.get(url)).and_then(|same| {
            // Several extracts of one page are several passages, unless they begin alike.
            same.iter().find(|(opening, _)| *opening == print.opening).map(|(_, twin)| *twin)
        }) {
            return Some(twin);
        }
        let near = print.eighths().into_iter().find_map(|eighth| {
            let bucket = self.near.get(&eighth)?;
            bucket.iter().take(BUCKET_MAX).find(|(other, _)| other.near(&print)).map(|(_, twin)| *twin)
        });
        if near.is_none() {
            self.exact.insert(print.exact, cluster);
            if let Some(url) = url {
                self.urls.entry(url).or_default().push((print.opening, cluster));
            }
            if print.words >= WORDS_MIN {
                for eighth in print.eighths() {
                    self.near.entry(eighth).or_default().push((print, cluster));
                }
            }
        }
        near
    }
}

/// Fingerprints of a text.
#[derive(Clone, Copy)]
struct Print {
    exact: u64,
    opening: u64,
    /// SimHash of the word triples.
    bits: u64,
    /// Sum over the words with digits, whatever their order.
    numbers: u64,
    words: usize,
}

impl Print {
    fn of(text: &str) -> Self {
        let mut end = text.len().min(SHINGLE_BYTES_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut print =
            Self { exact: hash(text.get(end..).unwrap_or_default()), opening: 0, bits: 0, numbers: 0, words: 0 };
        let mut counts = [0_i32; 64];
        let (mut one, mut two) = (0_u64, 0_u64);
        let head = text.get(..end).unwrap_or_default();
        for word in head.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word_hash =
                if word.bytes().any(|b| b.is_ascii_uppercase()) { hash(&word.to_lowercase()) } else { hash(word) };
            if word.bytes().any(|b| b.is_ascii_digit()) {
                print.numbers = print.numbers.wrapping_add(mix(word_hash));
            }
            print.exact = mix(print.exact ^ word_hash);
            print.words += 1;
            if print.words == 8 {
                print.opening = print.exact ^ hash(text.get(end..).unwrap_or_default());
            }
            let triple = mix(one.rotate_left(17) ^ two.rotate_left(31) ^ word_hash);
            for (bit, count) in counts.iter_mut().enumerate() {
                *count += if triple >> bit & 1 == 1 { 1 } else { -1 };
            }
            (one, two) = (two, word_hash);
        }
        if print.words < 8 {
            print.opening = print.exact;
        }
        for (bit, count) in counts.iter().enumerate() {
            print.bits |= u64::from(*count > 0) << bit;
        }
        print
    }

    fn near(&self, other: &Self) -> bool {
        self.numbers == other.numbers && (self.bits ^ other.bits).count_ones() <= DISTANCE_MAX
    }

    /// With at most seven differing bits, one eighth of eight is equal.
    fn eighths(&self) -> [(u8, u8); 8] {
        [0_u8, 1, 2, 3, 4, 5, 6, 7].map(|at| (at, u8::try_from(self.bits >> (8 * at) & 0xff).unwrap_or_default()))
    }
}

/// Spreads every bit of the input over all bits of the output (SplitMix64).
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The address without scheme, `www.`, port of the scheme, fragment, tracking parameters and trailing slash.
pub(crate) fn normal_url(url: &str) -> String {
    let url = url.trim().split('#').next().unwrap_or_default();
    let bare = match url.split_once("://") {
        Some((_, rest)) => rest,
        None => url,
    };
    let (place, query) = bare.split_once('?').unwrap_or((bare, ""));
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
    let mut out = host.to_owned();
    let path = path.trim_end_matches('/');
    if !path.is_empty() {
        out.push('/');
        out.push_str(path);
    }
    let mut kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !tracks(pair)).collect();
    kept.sort_unstable();
    if !kept.is_empty() {
        out.push('?');
        out.push_str(&kept.join("&"));
    }
    out
}

fn tracks(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "ref" | "ref_src" | "mc_cid" | "igshid")
}

/// A share of a stranger: between 0 and 1 whatever it says.
pub(crate) fn sane(share: f32) -> f32 {
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(texts: &[(&str, &str)]) -> Vec<usize> {
        let passages = texts
            .iter()
            .map(|(url, text)| Passage { url: Some((*url).into()), ..Passage::computed("t", *text) })
            .collect();
        let finding = Finding { source_id: "s".into(), source_name: "S".into(), bid: 1.0, passages, claims: vec![] };
        entries(&[finding]).iter().map(|entry| entry.cluster).collect()
    }

    #[test]
    fn copies_are_one_witness_and_other_numbers_are_not_copies() {
        let long = "The tower was built between 1887 and 1889 as the entrance arch for the world fair held in the city \
                    that year, and it was criticised by some of the leading artists of the country for its design when \
                    it was new, but has since become an icon that millions of people visit every single year of late, while engineers \
                    keep painting its iron against rust and the lifts carry guests to three levels with restaurants";
        let near = long.replace("an icon", "one icon");
        let other = long.replace("1889", "1899");
        assert_eq!(clusters(&[("a", long), ("b", &near), ("c", &other)]), [0, 0, 2]);
        assert_eq!(clusters(&[("a", "one"), ("b", "One!"), ("c", "two")]), [0, 0, 2]);
    }

    #[test]
    fn addresses_that_lead_to_one_page_are_equal() {
        let wanted = normal_url("https://example.org/a?b=1&c=2");
        for url in ["http://www.Example.org/a/?c=2&b=1#x", "https://example.org:443/a?utm_source=y&b=1&c=2"] {
            assert_eq!(normal_url(url), wanted);
        }
        assert_ne!(normal_url("https://example.org/A"), normal_url("https://example.org/a"));
    }
}
