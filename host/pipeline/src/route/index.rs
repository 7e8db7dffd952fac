//! The index over the catalogue: from thousands of sources to some tens, without running any of them.
//!
//! BM25 over the words of name, triggers, topics, examples and summary, each field with its own weight (BM25F, Robertson
//! et al. 2004), plus what the intent says of topic, kind, entities and language. All of it is additive, so one pass
//! over the postings of the question's words scores every source.

use super::table::Table;
use crate::catalogue::Catalogue;
use crate::wire::value_kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unicode_segmentation::UnicodeSegmentation as _;
use zero_types::prelude::*;

const NAME_WEIGHT: u32 = 3;
const TRIGGER_WEIGHT: u32 = 3;
const TOPIC_WEIGHT: u32 = 2;
const EXAMPLE_WEIGHT: u32 = 1;
const SUMMARY_WEIGHT: u32 = 1;
/// BM25's saturation and length normalisation, at their customary values.
const K1: f32 = 1.2;
const B: f32 = 0.75;

const TOPIC_SCORE: f32 = 2.0;
const KIND_SCORE: f32 = 1.5;
const KIND_PENALTY: f32 = -1.5;
const ENTITY_SCORE: f32 = 4.0;
const PHRASE_SCORE: f32 = 4.0;
const LANGUAGE_PENALTY: f32 = -4.0;

/// Words read of a question: more say nothing new.
const QUESTION_WORDS_MAX: usize = 64;

/// An inverted index over the sources of a catalogue, by position in it.
///
/// It is flat, and it can be written down: an edge target starts with the index that the bundle was built with, since
/// building one costs more than most questions, and since logarithms need not round alike everywhere. What is left to be
/// worked out for a question rounds as IEEE 754 says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// The sources that have a word, each with the word's weight in it.
    postings: Table<(u32, u32)>,
    /// What a word is worth by the number of sources that have it; the only logarithms.
    rarity: Vec<f32>,
    topics: Table<u32>,
    entities: Table<u32>,
    /// Triggers, their words joined by spaces.
    phrases: Table<u32>,
    /// Words of the longest.
    phrase_words_max: u32,
    languages: Table<u32>,
    sources: Vec<Facts>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Facts {
    /// BM25's normalisation by length.
    norm: f32,
    computed: bool,
    /// A bit for each kind of question; none for all.
    kinds: u32,
    /// Whether it is written in any language at all.
    speaks: bool,
}

fn bit(kind: Kind) -> u32 {
    1_u32.checked_shl(kind as u32).unwrap_or(0)
}

/// What an index is made of, while it is.
#[derive(Default)]
struct Draft {
    postings: BTreeMap<String, Vec<(u32, u32)>>,
    topics: BTreeMap<String, Vec<u32>>,
    entities: BTreeMap<String, Vec<u32>>,
    phrases: BTreeMap<String, Vec<u32>>,
    phrase_words_max: usize,
    languages: BTreeMap<String, Vec<u32>>,
    sources: Vec<Facts>,
}

impl Index {
    /// Indexes every record.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut draft = Draft::default();
        let mut lengths: Vec<f32> = Vec::new();
        for (at, record) in (0_u32..).zip(catalogue.records()) {
            let mut length = 0;
            let mut add = |text: &str, weight: u32| {
                for word in words(text) {
                    length += weight;
                    let list = draft.postings.entry(word).or_default();
                    match list.last_mut() {
                        Some((last, sum)) if *last == at => *sum += weight,
                        _ => list.push((at, weight)),
                    }
                }
            };
            add(&record.source.name, NAME_WEIGHT);
            add(&record.summary, SUMMARY_WEIGHT);
            record.source.topics.iter().for_each(|topic| add(topic, TOPIC_WEIGHT));
            record.triggers.iter().for_each(|trigger| add(trigger, TRIGGER_WEIGHT));
            record.must.iter().for_each(|example| add(example, EXAMPLE_WEIGHT));
            lengths.push(length as f32);

            for trigger in &record.triggers {
                let phrase: Vec<String> = words(trigger).collect();
                draft.phrase_words_max = draft.phrase_words_max.max(phrase.len());
                if !phrase.is_empty() {
                    draft.phrases.entry(phrase.join(" ")).or_default().push(at);
                }
            }
            record.source.topics.iter().for_each(|topic| draft.topics.entry(topic.clone()).or_default().push(at));
            record.entities.iter().for_each(|kind| draft.entities.entry(kind.clone()).or_default().push(at));
            let languages = &record.source.languages;
            languages.iter().for_each(|it| draft.languages.entry(base(it).to_owned()).or_default().push(at));
            draft.sources.push(Facts {
                norm: 1.0,
                computed: record.is_computed(),
                kinds: record.kinds.iter().fold(0, |bits, &kind| bits | bit(kind)),
                speaks: !languages.is_empty(),
            });
        }
        let count = lengths.len() as f32;
        let average = lengths.iter().sum::<f32>() / count.max(1.0);
        for (facts, length) in draft.sources.iter_mut().zip(lengths) {
            facts.norm = 1.0 - B + B * length / average.max(1.0);
        }
        let most = draft.postings.values().map(Vec::len).max().unwrap_or(0);
        let rarity = |sources: usize| {
            let df = sources as f32;
            (1.0 + (count - df + 0.5) / (df + 0.5)).ln()
        };
        Self {
            postings: draft.postings.into(),
            rarity: (0..=most).map(rarity).collect(),
            topics: draft.topics.into(),
            entities: draft.entities.into(),
            phrases: draft.phrases.into(),
            phrase_words_max: u32::try_from(draft.phrase_words_max.min(QUESTION_WORDS_MAX)).unwrap_or(0),
            languages: draft.languages.into(),
            sources: draft.sources,
        }
    }

    /// Over how many sources it is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether it is over none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// The positions of at most `at_most` sources that might answer, best first; computed ones, whose bids cost no
    /// traffic, always come along.
    #[must_use]
    pub fn candidates(&self, question: &Question, intent: &Intent, at_most: usize) -> Vec<usize> {
        let mut scores = vec![0.0_f32; self.sources.len()];
        let mut add = |at: u32, score: f32| {
            if let Some(sum) = scores.get_mut(at as usize) {
                *sum += score;
            }
        };
        let asked: Vec<String> = words(&question.text).take(QUESTION_WORDS_MAX).collect();
        let mut distinct: Vec<&String> = asked.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        for word in distinct {
            let list = self.postings.get(word);
            let rarity = self.rarity.get(list.len()).copied().unwrap_or(0.0);
            for &(at, weight) in list {
                let (weight, norm) = (weight as f32, self.sources.get(at as usize).map_or(1.0, |facts| facts.norm));
                add(at, rarity * weight * (K1 + 1.0) / (weight + K1 * norm));
            }
        }
        for start in 0..asked.len() {
            let mut phrase = String::new();
            for word in asked.iter().skip(start).take(self.phrase_words_max as usize) {
                phrase.push_str(word);
                self.phrases.get(&phrase).iter().for_each(|&at| add(at, PHRASE_SCORE));
                phrase.push(' ');
            }
        }
        for topic in &intent.topics {
            self.topics.get(&topic.name).iter().for_each(|&at| add(at, TOPIC_SCORE * topic.weight));
        }
        for kind in intent.entities.iter().flat_map(|entity| value_kind(&entity.value)) {
            self.entities.get(&kind).iter().for_each(|&at| add(at, ENTITY_SCORE));
        }
        let mut understood = vec![false; self.sources.len()];
        for &at in self.languages.get(base(&intent.language)) {
            understood.get_mut(at as usize).into_iter().for_each(|it| *it = true);
        }
        for ((score, facts), understood) in scores.iter_mut().zip(&self.sources).zip(understood) {
            if facts.kinds != 0 {
                *score += if facts.kinds & bit(intent.kind) != 0 { KIND_SCORE } else { KIND_PENALTY };
            }
            if facts.speaks && !understood {
                *score += LANGUAGE_PENALTY;
            }
        }
        let relevant = |at: usize, score: f32| score > 0.0 || self.sources.get(at).is_some_and(|facts| facts.computed);
        let mut ranked: Vec<(f32, usize)> = scores
            .into_iter()
            .enumerate()
            .filter(|&(at, score)| relevant(at, score))
            .map(|(at, score)| (score, at))
            .collect();
        let computed = |at: usize| self.sources.get(at).is_some_and(|facts| facts.computed);
        ranked.sort_by(|&(a, left), &(b, right)| {
            computed(right).cmp(&computed(left)).then_with(|| b.total_cmp(&a)).then_with(|| left.cmp(&right))
        });
        ranked.truncate(at_most);
        ranked.into_iter().map(|(_, at)| at).collect()
    }
}

/// Lower-cased words without the commonest English endings, so that "currencies" finds "currency".
fn words(text: &str) -> impl Iterator<Item = String> {
    text.unicode_words().map(|word| {
        let word = word.to_lowercase();
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(&word);
        match word.strip_suffix("ies") {
            Some(stem) if stem.len() > 2 => format!("{stem}y"),
            _ => match word.strip_suffix('s') {
                Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
                _ => word.to_owned(),
            },
        }
    })
}

/// `pt` of `pt-BR`.
fn base(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOGUE: &str = r#"
connector = "x"
[[source]]
id = "weather"
name = "Weather"
summary = "forecast, rain, temperature"
kinds = ["weather"]
topics = ["weather"]
hosts = ["w.example"]
[[source]]
id = "papers"
name = "Papers"
summary = "preprints of physics and mathematics"
entities = ["identifier:arxiv"]
triggers = ["research paper"]
topics = ["academic"]
hosts = ["p.example"]
[[source]]
id = "enzyklopaedie"
name = "Enzyklopädie"
summary = "weather"
languages = ["de"]
hosts = ["e.example"]
[[source]]
id = "sums"
name = "Sums"
summary = "arithmetic"
"#;

    fn check(text: &str, intent: Intent, expected: &[&str]) {
        let catalogue = Catalogue::from_toml([("c.toml", CATALOGUE)]).unwrap();
        let index = Index::new(&catalogue);
        let found = index.candidates(&Question::new(text), &intent, 10);
        let ids: Vec<&str> = found.iter().map(|&at| catalogue.records()[at].source.id.as_str()).collect();
        assert_eq!(ids, expected, "{text}");
    }

    #[test]
    fn words_kinds_entities_and_languages_lead_to_sources() {
        let of_kind = |kind| Intent { kind, ..Intent::unknown("en") };
        check("will it rain", of_kind(Kind::Weather), &["sums", "weather"]);
        check("temperatures tomorrow", of_kind(Kind::Weather), &["sums", "weather"]);
        check("find a research paper on bees", Intent::unknown("en"), &["sums", "papers"]);
        let arxiv = Value::Identifier(Identifier { scheme: "arxiv".into(), id: "1707.08567".into() });
        let entity = Entity { span: Span::new(0, 10), text: "1707.08567".into(), value: arxiv };
        check("1707.08567", Intent { entities: vec![entity], ..Intent::unknown("en") }, &["sums", "papers"]);
        check("weather", of_kind(Kind::Weather), &["sums", "weather"]);
        check("nothing at all", Intent::unknown("en"), &["sums"]);
    }
}
