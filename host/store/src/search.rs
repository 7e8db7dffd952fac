//! Questions to the index.
//!
//! Takes words, and phrases in quotation marks; gives passages, best first. Limits: words of a query, hits. Why it is
//! so: a word counts once, wherever it is found best: as it is in the text, in a heading, or by its stem.

use crate::index::{FilesIndex, Inner, StoreError};
use crate::schema::{FOLDED, stem_name};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::document::TantivyDocument;
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::tokenizer::TokenStream as _;
use tantivy::{DocAddress, Term};
use zero_pipeline::limits::RESPONSE_BYTES_MAX;

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// The document's title and the headings above the passage, outermost first; empty when there are none.
    pub title: String,
    /// What it says.
    pub text: String,
    /// Where it stands in the document's text, bytes.
    pub start: u64,
    /// Exclusive.
    pub end: u64,
    /// Counted from 1, where the format has pages.
    pub page: Option<u32>,
    /// BCP 47, when it could be recognised.
    pub language: Option<String>,
    /// When the file was changed: ISO 8601, UTC.
    pub modified: Option<String>,
    /// BM25; only comparable within one search.
    pub score: f32,
}

/// The text of a whole file, as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// What it says; offsets of passages point into it.
    pub text: String,
    /// When the file was changed: ISO 8601, UTC.
    pub modified: Option<String>,
    /// Whether the text is longer than what a response may carry, and was cut.
    pub truncated: bool,
}

impl FilesIndex {
    /// Passages that hold words of `query`, best first; at most [`HITS_MAX`].
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn search(&self, query: &str, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let inner = &*self.0;
        let Some(query) = inner.query(query)? else { return Ok(Vec::new()) };
        let searcher = inner.reader.searcher();
        let best = TopDocs::with_limit(limit.clamp(1, HITS_MAX)).order_by_score();
        let found: Vec<(f32, DocAddress)> = searcher.search(&query, &best)?;
        found.into_iter().map(|(score, address)| Ok(inner.hit(&searcher.doc(address)?, score))).collect()
    }

    /// The text of a file of the index; none when there is no such file.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn document(&self, path: &str) -> Result<Option<Document>, StoreError> {
        let inner = &*self.0;
        let searcher = inner.reader.searcher();
        let term = |field, text: &str| -> Box<dyn Query> {
            Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
        };
        let is_file = tantivy::query::ExistsQuery::new("bytes".to_owned(), false);
        let query = BooleanQuery::intersection(vec![term(inner.fields.path, path), Box::new(is_file)]);
        let found: Vec<(f32, DocAddress)> = searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?;
        let Some(&(_, address)) = found.first() else { return Ok(None) };
        let file: TantivyDocument = searcher.doc(address)?;
        let mut text = text(&file, inner.fields.whole);
        let most = text.floor_char_boundary(RESPONSE_BYTES_MAX / 4);
        let truncated = most < text.len();
        text.truncate(most);
        Ok(Some(Document { path: path.to_owned(), text, modified: inner.modified(&file), truncated }))
    }
}

impl Inner {
    fn query(&self, query: &str) -> Result<Option<BooleanQuery>, StoreError> {
        let query = query.get(..query.floor_char_boundary(QUERY_BYTES_MAX)).unwrap_or(query);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        // Every second part stands between quotation marks.
        for phrase in query.split('"').skip(1).step_by(2) {
            let terms: Vec<Term> =
                self.words(FOLDED, phrase)?.iter().map(|word| self.term(self.fields.body, word)).collect();
            if terms.len() > 1 && terms.len() <= WORDS_MAX {
                clauses
                    .push((Occur::Should, Box::new(BoostQuery::new(Box::new(PhraseQuery::new(terms)), PHRASE_WEIGHT))));
            }
        }
        // One list of words for each way to compare them; the n-th of each is the same word.
        let mut ways = vec![(self.fields.body, 1.0), (self.fields.title, TITLE_WEIGHT)];
        let mut words = vec![self.words(FOLDED, query)?; 2];
        for &(tag, field) in &self.stems {
            words.push(self.words(&stem_name(tag), query)?);
            ways.push((field, STEM_WEIGHT));
        }
        let count = words.first().map_or(0, Vec::len).min(WORDS_MAX);
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..count {
            let Some(folded) = words.first().and_then(|words| words.get(index)) else { break };
            if !seen.insert(folded.clone()) {
                continue;
            }
            let anywhere: Vec<Box<dyn Query>> = words
                .iter()
                .zip(&ways)
                .filter_map(|(words, &(field, weight))| {
                    let term = TermQuery::new(self.term(field, words.get(index)?), IndexRecordOption::WithFreqs);
                    Some(Box::new(BoostQuery::new(Box::new(term), weight)) as Box<dyn Query>)
                })
                .collect();
            clauses.push((Occur::Should, Box::new(DisjunctionMaxQuery::with_tie_breaker(anywhere, TIE_BREAKER))));
        }
        Ok((!clauses.is_empty()).then(|| BooleanQuery::new(clauses)))
    }

    fn words(&self, tokenizer: &str, text: &str) -> Result<Vec<String>, StoreError> {
        let mut analyzer = self.index.tokenizers().get(tokenizer).ok_or_else(|| {
            tantivy::TantivyError::InternalError(format!("tokenizer `{tokenizer}` is not registered"))
        })?;
        let mut words = Vec::new();
        analyzer.token_stream(text).process(&mut |token| words.push(token.text.clone()));
        Ok(words)
    }

    fn term(&self, field: Field, word: &str) -> Term {
        Term::from_field_text(field, word)
    }

    fn hit(&self, passage: &TantivyDocument, score: f32) -> Hit {
        let number = |field| passage.get_first(field).and_then(|value| value.as_u64());
        let fields = &self.fields;
        Hit {
            path: text(passage, fields.path),
            title: text(passage, fields.title),
            text: text(passage, fields.body),
            start: number(fields.start).unwrap_or(0),
            end: number(fields.end).unwrap_or(0),
            page: number(fields.page).and_then(|page| u32::try_from(page).ok()),
            language: Some(text(passage, fields.language)).filter(|tag| !tag.is_empty()),
            modified: self.modified(passage),
            score,
        }
    }

    fn modified(&self, document: &TantivyDocument) -> Option<String> {
        let milliseconds = document.get_first(self.fields.modified_ms).and_then(|value| value.as_i64())?;
        // Seconds are enough, and every reader of dates knows that form.
        let time = jiff::Timestamp::from_second(milliseconds.div_euclid(1000)).ok()?;
        (milliseconds > 0).then(|| time.to_string())
    }
}

fn text(document: &TantivyDocument, field: Field) -> String {
    document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

/// Hits of one search.
pub(crate) const HITS_MAX: usize = 64;
/// A question's worth of text; more only costs time.
const QUERY_BYTES_MAX: usize = 1024;
const WORDS_MAX: usize = 32;
/// A word in a heading says what the passage is about.
const TITLE_WEIGHT: f32 = 1.3;
/// A stem may be another word's as well.
const STEM_WEIGHT: f32 = 0.8;
const PHRASE_WEIGHT: f32 = 2.0;
/// What the other places of a word add to the best one.
const TIE_BREAKER: f32 = 0.2;
