//! What is asked about, and which properties of it.

use crate::properties::{Holds, PROPERTIES};
use serde::{Deserialize, Serialize};
use zero_connector_sdk::{AnswerType, Intent, Question};

/// Properties asked for in one question.
const PROPERTIES_MAX: usize = 3;
/// Words of a question that are read.
const WORDS_MAX: usize = 64;
/// Characters given to the search; Wikidata refuses more than 250.
const SUBJECT_CHARS_MAX: usize = 200;

/// Words that ask: they never belong to the subject.
const ASKING: &str = "who whom whose what which when where why how is are was were be been do does did has have had many \
much me my tell please give show find i you know s wer wen wem was welche welcher welches wann wo wie ist sind war wurde \
wurden hat haben viele mir qui que quoi quel quelle quels quelles quand où comment est sont était a été combien quién qué \
cuál cuáles cuándo dónde cómo es son fue cuánto cuántos chi cosa quale qual quando dove è sono ha quem onde foi wie wat \
wanneer waar kto co kiedy gdzie jest кто что когда где vem vad när var hvem hvad hvornår hvor";
/// Words that bind: they belong to the subject only between two of its words.
const BINDING: &str = "the a an of in on at to for from by with about and der die das den dem des ein eine einer von vom \
im am zu und le la les l un une des du de d en au aux dans et el los las del al y il lo gli i di da nel nella o os as do \
em no na het een van the";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) subject: String,
    /// Numbers of properties, likeliest first.
    pub(crate) properties: Vec<u32>,
    /// Primary subtag of the asker's language.
    pub(crate) language: String,
    /// The question's words, lower case, to tell namesakes apart.
    pub(crate) words: Vec<String>,
}

pub(crate) fn asked(question: &Question, intent: &Intent) -> Asked {
    let words: Vec<&str> = question
        .text
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '?' | '!' | ',' | ';' | ':' | '"' | '(' | ')' | '？' | '。' | '¿')
        })
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .collect();
    // The German article is no English death.
    let german = intent.language.starts_with("de");
    let fold = |word: &&str| match bare(word).to_lowercase() {
        word if german && word == "die" => "der".to_owned(),
        word => word,
    };
    let lower: Vec<String> = words.iter().map(fold).collect();
    let wanted: Vec<String> =
        intent.properties.iter().flat_map(|property| property.split_whitespace().map(str::to_lowercase)).collect();
    let given = intent.subject.as_deref().map(str::trim).filter(|subject| !subject.is_empty());
    let expected = expected(intent.expects, &lower);
    // Words of a given subject ask for nothing: "The Capital" is a book.
    let inside: Vec<String> = given.map(|g| g.split_whitespace().map(str::to_lowercase).collect()).unwrap_or_default();
    let outside: Vec<String> =
        lower.iter().map(|word| if inside.contains(word) { String::new() } else { word.clone() }).collect();
    let hits = match hits(&wanted, expected) {
        found if found.is_empty() => hits(&outside, expected),
        found => found,
    };
    let subject = match given {
        Some(subject) => subject.to_owned(),
        None => spoken(&words, &lower),
    };
    let language = intent.language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let known =
        (2..=3).contains(&language.len()) && language != "und" && language.bytes().all(|b| b.is_ascii_lowercase());
    Asked {
        subject: subject.chars().take(SUBJECT_CHARS_MAX).collect(),
        properties: hits,
        language: if known { language } else { "en".to_owned() },
        words: lower,
    }
}

/// Without the genitive.
fn bare(word: &str) -> &str {
    let word = word.trim_end_matches(['.', '\'', '’']);
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

/// What the answer is, as far as it is known.
fn expected(expects: AnswerType, words: &[String]) -> Option<Holds> {
    match expects {
        AnswerType::Date | AnswerType::Time => return Some(Holds::Time),
        AnswerType::Person => return Some(Holds::Person),
        AnswerType::Place => return Some(Holds::Place),
        AnswerType::Number | AnswerType::Quantity => return Some(Holds::Quantity),
        _ => {}
    }
    words.iter().find_map(|word| match word.as_str() {
        "when" | "wann" | "quand" | "cuándo" | "wanneer" | "kiedy" | "когда" => Some(Holds::Time),
        "who" | "whom" | "wer" | "wen" | "qui" | "quién" | "chi" | "quem" | "kto" | "кто" => Some(Holds::Person),
        "where" | "wo" | "où" | "dónde" | "dove" | "onde" | "waar" | "где" => Some(Holds::Place),
        _ => None,
    })
}

/// Where a phrase stands among the words. Six hundred phrases are looked for in each question, so the first word decides.
fn position(words: &[String], phrase: &str) -> Option<(usize, usize)> {
    let first = phrase.split(' ').next()?;
    let at = words.iter().position(|word| word == first)?;
    if first.len() == phrase.len() {
        return Some((at, at + 1));
    }
    let length = phrase.split(' ').count();
    let same = |window: &[String]| window.iter().zip(phrase.split(' ')).all(|(word, part)| word == part);
    let at = words.windows(length).position(same)?;
    Some((at, at + length))
}

/// The properties these words ask for: longer phrases before shorter, fitting values before others.
fn hits(words: &[String], expected: Option<Holds>) -> Vec<u32> {
    let mut hits: Vec<(u32, Holds, (usize, usize))> = Vec::new();
    for property in PROPERTIES {
        let longest = property.words.split('|').filter_map(|phrase| position(words, phrase)).max_by_key(|(a, b)| b - a);
        if let Some(place) = longest {
            hits.push((property.id, property.holds, place));
        }
    }
    // "head of state" does not ask for "state".
    let places: Vec<(usize, usize)> = hits.iter().map(|(.., place)| *place).collect();
    hits.retain(|(.., (a, b))| !places.iter().any(|(c, d)| c <= a && b <= d && d - c > b - a));
    if let Some(expected) = expected
        && hits.iter().any(|(_, holds, _)| *holds == expected)
    {
        hits.retain(|(_, holds, _)| *holds == expected);
    }
    hits.sort_by_key(|(.., (a, b))| core::cmp::Reverse(b - a));
    hits.into_iter().map(|(id, ..)| id).take(PROPERTIES_MAX).collect()
}

/// The longest run of words that neither ask nor name a property.
fn spoken(words: &[&str], lower: &[String]) -> String {
    let mut asking = vec![false; lower.len()];
    for property in PROPERTIES {
        for (from, to) in property.words.split('|').filter_map(|phrase| position(lower, phrase)) {
            asking.iter_mut().take(to).skip(from).for_each(|flag| *flag = true);
        }
    }
    let is = |list: &str, word: &String| list.split_whitespace().any(|entry| entry == word);
    let mut best: Vec<&str> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut length = 0;
    for ((word, lower), asking) in words.iter().zip(lower).zip(asking) {
        if asking || is(ASKING, lower) {
            run.clear();
            length = 0;
        } else if is(BINDING, lower) {
            if !run.is_empty() {
                run.push(word);
            }
        } else {
            run.push(bare(word));
            length = run.len();
        }
        if length > best.len() {
            best = run.iter().take(length).copied().collect();
        }
    }
    best.join(" ")
}
