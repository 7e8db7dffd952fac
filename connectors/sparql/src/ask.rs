//! Which query a question calls for, and what it fills the holes with.

use crate::settings::{Query, Settings};
use crate::template::Vars;
use zero_connector_sdk::{Intent, Kind, Question, Source, Value};

/// How sure a query is whose phrase the question holds.
const BID: f32 = 0.6;
/// How sure a look-up is when the endpoint is called by name.
const CALLED: f32 = 0.7;
/// Words that end what a phrase is followed by.
const ENDS: &[&str] = &[" by ", " according ", " on dbpedia", " on wikidata", " in the getty", " please"];

pub(crate) struct Asked<'a> {
    settings: &'a Settings,
    text: &'a str,
    lower: String,
    called: bool,
    computed: bool,
    vars: Vars,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(source: &Source, settings: &'a Settings, question: &'a Question, intent: &Intent) -> Self {
        let lower = question.text.to_lowercase();
        let called = settings.cues.iter().any(|cue| holds(&lower, cue)) || holds(&lower, &source.name.to_lowercase());
        let computed = matches!(intent.kind, Kind::Calculation | Kind::Conversion | Kind::Weather | Kind::ChitChat)
            && intent.certainty > 0.5;
        let vars = vars(source, settings, question, intent, &lower);
        Self { settings, text: &question.text, lower, called, computed, vars }
    }

    /// The bid of a query and its values, if the question calls for it.
    pub(crate) fn fits(&self, query: &Query) -> Option<(f32, Vars)> {
        if self.computed || query.called && !self.called || query.phrases.is_empty() && !self.called {
            return None;
        }
        let mut vars = self.vars.clone();
        if !query.phrases.is_empty() {
            let (phrase, at) =
                query.phrases.iter().find_map(|phrase| find(&self.lower, phrase).map(|at| (phrase, at)))?;
            // The text as it was typed, where lower case keeps every offset.
            let typed = if self.text.len() == self.lower.len() { self.text } else { &self.lower };
            let rest = typed.get(at + phrase.len()..).unwrap_or_default();
            let lower = rest.to_lowercase();
            let end = ENDS.iter().filter_map(|end| lower.find(end)).min().unwrap_or(rest.len());
            let rest = rest.get(..end).unwrap_or(rest).trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
            let rest = rest.strip_prefix("the ").unwrap_or(rest);
            vars.insert("rest".to_owned(), rest.to_owned());
        }
        let bid = query.bid.unwrap_or(BID).clamp(0.0, 1.0);
        Some((if self.called { bid.max(0.8) } else { bid }, vars))
    }

    /// The bid of a look-up by label, and its values.
    pub(crate) fn looks_up(&self) -> (f32, Vars) {
        let bid = if self.called { CALLED } else { self.settings.bid.clamp(0.0, 1.0) };
        (if self.computed { 0.0 } else { bid }, self.vars.clone())
    }
}

fn vars(source: &Source, settings: &Settings, question: &Question, intent: &Intent, lower: &str) -> Vars {
    let mut vars = Vars::new();
    let mut put = |name: &str, value: &str| {
        if !value.trim().is_empty() && !vars.contains_key(name) {
            vars.insert(name.to_owned(), value.trim().to_owned());
        }
    };
    let own = |word: &str| {
        settings.cues.iter().any(|cue| cue.split(' ').any(|it| it == word))
            || source.name.to_lowercase().split(' ').any(|it| it == word)
    };
    let given: Vec<String> = match intent.keywords.is_empty() {
        false => intent.keywords.iter().flat_map(|word| word.split(' ').map(str::to_lowercase)).collect(),
        true => lower.split(|c: char| !c.is_alphanumeric() && c != '-').map(str::to_owned).collect(),
    };
    let words: Vec<&str> = given
        .iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty() && !ASKING.contains(word) && !own(word))
        .collect();
    put("language", intent.language.split(['-', '_']).next().unwrap_or_default());
    put("language", source.languages.first().map_or("en", String::as_str));
    put("limit", &settings.limit.to_string());
    put("text", &question.text);
    let subject = intent.subject.as_deref().unwrap_or_default();
    let subject_words: Vec<&str> = subject.split_whitespace().filter(|word| !own(&word.to_lowercase())).collect();
    put("subject", &subject_words.join(" "));
    put("subject", &words.join(" "));
    put("keywords", &words.join(" "));
    put("property", intent.properties.first().map_or("", String::as_str));
    for entity in &intent.entities {
        match &entity.value {
            Value::Date(date) => put("date", date),
            Value::DateRange(range) => {
                put("start", &range.start);
                put("end", &range.end);
            }
            Value::Number(number) => put("number", number),
            Value::Place(place) => put("place", &place.name),
            Value::Person(name) => put("person", name),
            Value::Organisation(name) => put("organisation", name),
            Value::Identifier(identifier) => put(&identifier.scheme, &identifier.id),
            _ => {}
        }
    }
    vars
}

const ASKING: &[&str] = &[
    "a",
    "about",
    "according",
    "an",
    "and",
    "are",
    "by",
    "can",
    "did",
    "do",
    "does",
    "entry",
    "find",
    "for",
    "from",
    "give",
    "had",
    "has",
    "have",
    "how",
    "in",
    "is",
    "it",
    "its",
    "list",
    "look",
    "many",
    "me",
    "much",
    "of",
    "on",
    "or",
    "say",
    "says",
    "show",
    "some",
    "tell",
    "definition",
    "definitions",
    "define",
    "term",
    "that",
    "the",
    "their",
    "there",
    "this",
    "to",
    "up",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whom",
    "whose",
    "why",
    "with",
    "you",
    "know",
    "knows",
    "s",
    "meaning",
    "vocabulary",
];

/// Where a phrase stands as whole words.
fn find(text: &str, phrase: &str) -> Option<usize> {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(phrase).map(|(at, _)| at).find(|at| {
        edge(text.get(..*at).and_then(|before| before.chars().next_back()))
            && edge(text.get(at + phrase.len()..).and_then(|after| after.chars().next()))
    })
}

fn holds(text: &str, phrase: &str) -> bool {
    !phrase.is_empty() && find(text, phrase).is_some()
}
