//! What the index holds, and how words are compared.
//!
//! Two kinds of documents: a *file* holds its whole text and when it was changed; a *passage* holds a piece of it.
//! Why it is so: every passage is found by its words as they are; one whose language is known is also found by their
//! stems, in a field of that language, so that no language's stemmer spoils another's words.

use crate::tokens::Words;
use tantivy::Index;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{AsciiFoldingFilter, Language, LowerCaser, Stemmer, TextAnalyzer};

/// Part of the folder's name: an index of another shape is built anew beside it.
pub(crate) const VERSION: &str = "files-1";
pub(crate) const FOLDED: &str = "folded";

#[derive(Clone)]
pub(crate) struct Fields {
    pub(crate) path: Field,
    /// Of files alone: bytes.
    pub(crate) bytes: Field,
    /// Of files alone: the whole text.
    pub(crate) whole: Field,
    pub(crate) modified_ms: Field,
    pub(crate) title: Field,
    pub(crate) body: Field,
    pub(crate) start: Field,
    pub(crate) end: Field,
    pub(crate) page: Field,
    pub(crate) language: Field,
    /// In the order of [`STEMMED`].
    pub(crate) stems: Vec<Field>,
}

/// A language with a stemmer: what texts are recognised as, BCP 47, and whose stemmer.
pub(crate) struct Stemmed {
    pub(crate) recognised: whatlang::Lang,
    pub(crate) tag: &'static str,
    pub(crate) stemmer: Language,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = |tokenizer: &str, option| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option))
    };
    let fields = Fields {
        path: schema.add_text_field("path", STRING | STORED | FAST),
        bytes: schema.add_u64_field("bytes", FAST | INDEXED),
        whole: schema.add_text_field("whole", STORED),
        modified_ms: schema.add_i64_field("modified_ms", FAST | STORED),
        title: schema.add_text_field("title", words(FOLDED, IndexRecordOption::WithFreqs) | STORED),
        body: schema.add_text_field("body", words(FOLDED, IndexRecordOption::WithFreqsAndPositions) | STORED),
        start: schema.add_u64_field("start", STORED),
        end: schema.add_u64_field("end", STORED),
        page: schema.add_u64_field("page", STORED),
        language: schema.add_text_field("language", STRING | STORED),
        stems: STEMMED
            .iter()
            .map(|language| {
                let name = stem_name(language.tag);
                schema.add_text_field(&name, words(&name, IndexRecordOption::WithFreqs))
            })
            .collect(),
    };
    (schema.build(), fields)
}

pub(crate) fn register(index: &Index) {
    let folded = || TextAnalyzer::builder(Words).filter(LowerCaser).filter(AsciiFoldingFilter);
    index.tokenizers().register(FOLDED, folded().build());
    for language in &STEMMED {
        // Stemmers know the letters of their language, so folding comes after.
        let analyzer = TextAnalyzer::builder(Words)
            .filter(LowerCaser)
            .filter(Stemmer::new(language.stemmer))
            .filter(AsciiFoldingFilter)
            .build();
        index.tokenizers().register(&stem_name(language.tag), analyzer);
    }
}

pub(crate) fn stem_name(tag: &str) -> String {
    format!("stem_{tag}")
}

/// The language of a text, if it is long enough to tell.
pub(crate) fn language(text: &str) -> Option<&'static str> {
    let sample = text.get(..text.floor_char_boundary(LANGUAGE_SAMPLE_BYTES)).unwrap_or(text);
    let info = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    if let Some(language) = STEMMED.iter().find(|language| language.recognised == info.lang()) {
        return Some(language.tag);
    }
    UNSTEMMED.iter().find(|(recognised, _)| *recognised == info.lang()).map(|&(_, tag)| tag)
}

const LANGUAGE_SAMPLE_BYTES: usize = 4096;

macro_rules! stemmed {
    ($($lang:ident $tag:literal $stemmer:ident,)*) => {
        [$(Stemmed { recognised: whatlang::Lang::$lang, tag: $tag, stemmer: Language::$stemmer },)*]
    };
}

pub(crate) const STEMMED: [Stemmed; 18] = stemmed![
    Ara "ar" Arabic, Dan "da" Danish, Nld "nl" Dutch, Eng "en" English, Fin "fi" Finnish, Fra "fr" French,
    Deu "de" German, Ell "el" Greek, Hun "hu" Hungarian, Ita "it" Italian, Nob "nb" Norwegian, Por "pt" Portuguese,
    Ron "ro" Romanian, Rus "ru" Russian, Spa "es" Spanish, Swe "sv" Swedish, Tam "ta" Tamil, Tur "tr" Turkish,
];

const UNSTEMMED: [(whatlang::Lang, &str); 9] = [
    (whatlang::Lang::Cmn, "zh"),
    (whatlang::Lang::Jpn, "ja"),
    (whatlang::Lang::Kor, "ko"),
    (whatlang::Lang::Pol, "pl"),
    (whatlang::Lang::Ukr, "uk"),
    (whatlang::Lang::Ces, "cs"),
    (whatlang::Lang::Heb, "he"),
    (whatlang::Lang::Hin, "hi"),
    (whatlang::Lang::Vie, "vi"),
];
