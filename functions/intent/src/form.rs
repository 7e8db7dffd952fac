//! The form of a question: what it is about, what is asked of it, and what kind of answer the form expects.
//!
//! - Takes: the scene and its entities.
//! - Gives: subject and properties where the form shows them, and the name of the form as evidence for the kind.
//! - Fails: never; an unknown form has neither subject nor property.
//! - Limits: English forms, and the order "PROPERTY of SUBJECT" in languages whose property words the table has.
//! - Why it is so: the frames are few ("what is the P of S", "S's P", "how tall is S", "who VERBED S", "when was S born");
//!   words that fill them stand in tables, so a frame is written once.

mod frames;
mod tables;

use crate::entities::Scene;
use crate::tables::PROPERTIES;
use zero_types::prelude::{AnswerType, Entity, Named as _, Value};

/// More words are a clause, not a name.
const SUBJECT_WORDS_MAX: usize = 12;
const PROPERTIES_MAX: usize = 6;

/// A stretch of tokens, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Stretch {
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }

    fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Name of the frame, as the weight tables know it; empty when none fits.
    pub(crate) name: &'static str,
    pub(crate) subject: Option<Stretch>,
    pub(crate) properties: Vec<String>,
    pub(crate) expects: Option<AnswerType>,
    pub(crate) about: About,
}

/// What the frame says the subject is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum About {
    #[default]
    Thing,
    Person,
    Organisation,
}

/// Reads the form.
pub(crate) fn read(scene: &Scene<'_>, entities: &[Entity]) -> Form {
    let body = body(scene);
    if body.is_empty() {
        return Form::default();
    }
    let reader = Reader { scene, entities };
    let mut form = frames::FRAMES.iter().find_map(|frame| frame(&reader, body)).unwrap_or_default();
    form.subject = form
        .subject
        .map(|subject| reader.trim(subject))
        .filter(|subject| !subject.is_empty() && subject.len() <= SUBJECT_WORDS_MAX && !reader.is_only_time(*subject));
    form.properties.truncate(PROPERTIES_MAX);
    if form.subject.is_none() && matches!(form.name, "<bare-subject>" | "<definition-form>" | "<person-form>") {
        return Form::default();
    }
    form
}

/// The question without courtesies in front and marks behind.
fn body(scene: &Scene<'_>) -> Stretch {
    let mut end = scene.tokens.len();
    while end > 0
        && scene
            .at(end - 1)
            .is_some_and(|token| matches!(token.text, "?" | "." | "!" | "…" | "？" | "。") || token.is("please"))
    {
        end -= 1;
    }
    let mut start = (0..end)
        .take_while(|index| scene.at(*index).is_some_and(|token| matches!(token.text, "¿" | "¡" | "\"")))
        .count()
        .min(2);
    if start > 0 && scene.is(start - 1, "\"") {
        start -= 1;
    }
    while let Some(count) =
        tables::COURTESIES.iter().find_map(|phrase| words(scene, start, phrase)).filter(|count| start + count < end)
    {
        start += count;
    }
    // "(tell me) what the capital of Japan is"
    if end > start + 3
        && scene.is_any(start, &["what", "who"])
        && scene.is_any(end - 1, &["is", "are", "was"])
        && scene.is(start + 1, "the")
    {
        return Stretch { start: start + 1, end: end - 1 };
    }
    Stretch { start, end }
}

/// The number of tokens that spell `phrase` from `index` on.
fn words(scene: &Scene<'_>, index: usize, phrase: &str) -> Option<usize> {
    let mut count = 0;
    for word in phrase.split(' ') {
        if !scene.is(index + count, word) {
            return None;
        }
        count += 1;
    }
    Some(count)
}

/// A property word or phrase.
pub(crate) struct Property {
    count: usize,
    name: &'static str,
    expects: AnswerType,
}

struct Reader<'s> {
    scene: &'s Scene<'s>,
    entities: &'s [Entity],
}

impl Reader<'_> {
    fn is_any(&self, index: usize, words: &[&str]) -> bool {
        self.scene.is_any(index, words)
    }

    fn property(&self, index: usize) -> Option<Property> {
        let (count, fields) = PROPERTIES.longest(self.scene.from(index))?;
        Some(Property {
            count,
            name: fields.get(0),
            expects: AnswerType::named(fields.get(1)).unwrap_or(AnswerType::Text),
        })
    }

    /// "capital", "capital and currency", "area, population and currency": the names and where they end.
    fn property_list(&self, start: usize, names: &mut Vec<String>) -> Option<(usize, AnswerType)> {
        let first = self.property(start)?;
        names.push(first.name.to_owned());
        let (mut at, expects) = (start + first.count, first.expects);
        while names.len() < PROPERTIES_MAX {
            let skip = self.joint(at);
            if skip == 0 {
                break;
            }
            let Some(next) = self.property(at + skip) else { break };
            push(names, next.name);
            at += skip + next.count;
        }
        Some((at, if names.len() > 1 { AnswerType::Text } else { expects }))
    }

    /// "and", ",", ", and", each with "its", "the", "what is its".
    fn joint(&self, at: usize) -> usize {
        let comma = usize::from(self.is_any(at, &[","]));
        let and = usize::from(self.is_any(at + comma, &["and", "&", "or", "und", "et", "y", "e"]));
        let mut skip = comma + and;
        if skip > 0 && self.is_any(at + skip, &["what", "what's"]) {
            skip += 1 + usize::from(self.is_any(at + skip + 1, &["is", "are", "was"]));
        }
        if skip > 0 && self.is_any(at + skip, &["its", "the", "their", "his", "her", "ihre", "sa", "su"]) {
            skip += 1;
        }
        skip
    }

    /// Cuts ", and its currency" off the end of a subject, adding what it names.
    fn split_tail(&self, subject: Stretch, names: &mut Vec<String>) -> Stretch {
        for at in subject.start + 1..subject.end {
            let skip = self.joint(at);
            let possessive = self.is_any(at + skip.saturating_sub(1), &["its", "their", "his", "her", "the"]);
            if skip == 0 || !(possessive || self.is_any(at + skip.saturating_sub(1), &["and"])) {
                continue;
            }
            let mut more = Vec::new();
            if self.property_list(at + skip, &mut more).is_some_and(|(end, _)| end == subject.end) {
                more.iter().for_each(|name| push(names, name));
                return Stretch { start: subject.start, end: at };
            }
        }
        subject
    }

    /// Drops articles in front, and when and "right now" behind.
    fn trim(&self, mut subject: Stretch) -> Stretch {
        if self.is_any(subject.start, &["\"", "“", "'", "‘"]) && subject.len() > 1 {
            // A quoted title keeps its article.
            return self.unquote(subject);
        }
        while self.is_any(subject.start, &["the", "a", "an", "der", "die", "das", "la", "le", "les", "el", "los"])
            && subject.len() > 1
        {
            subject.start += 1;
        }
        while !subject.is_empty()
            && self.is_any(
                subject.end - 1,
                &[
                    "\"",
                    "”",
                    "'",
                    ",",
                    "currently",
                    "now",
                    "today",
                    "exactly",
                    "like",
                    "located",
                    "please",
                    "right",
                    "ever",
                ],
            )
        {
            subject.end -= 1;
        }
        if let Some(entity) =
            self.entities.iter().find(|entity| self.ends(entity, subject.end) && is_time(&entity.value))
        {
            let start = (subject.start..subject.end)
                .find(|index| self.scene.at(*index).is_some_and(|token| token.start >= entity.span.start as usize));
            let mut end = start.unwrap_or(subject.end);
            while end > subject.start && self.is_any(end - 1, &["in", "on", "of", "during", "at", "as", "for", ","]) {
                end -= 1;
            }
            // "the capital of France in 1940" is about France, "weather in Paris tomorrow" about Paris; "the World Cup 2014" keeps its year.
            let bare_year =
                entity.text.bytes().all(|byte| byte.is_ascii_digit()) && end == start.unwrap_or(subject.end);
            if end > subject.start && !bare_year {
                subject.end = end;
            }
        }
        subject
    }

    fn unquote(&self, subject: Stretch) -> Stretch {
        let close = self.find(Stretch { start: subject.start + 1, end: subject.end }, &["\"", "”", "'", "’"]);
        Stretch { start: subject.start + 1, end: close.unwrap_or(subject.end) }
    }

    /// Nothing but a time: "revenue in Q3".
    fn is_only_time(&self, subject: Stretch) -> bool {
        let Some(first) = self.scene.at(subject.start) else { return false };
        self.entities.iter().any(|entity| {
            is_time(&entity.value) && entity.span.start as usize <= first.start && self.ends(entity, subject.end)
        })
    }

    fn ends(&self, entity: &Entity, end: usize) -> bool {
        self.scene.before(end).is_some_and(|last| last.end() == entity.span.end as usize)
    }

    fn is_place(&self, stretch: Stretch) -> bool {
        let Some((first, last)) = self.scene.at(stretch.start).zip(self.scene.before(stretch.end)) else {
            return false;
        };
        self.entities.iter().any(|entity| {
            matches!(entity.value, Value::Place(_))
                && entity.span.start as usize <= first.start
                && entity.span.end as usize >= last.end()
        })
    }

    fn find(&self, stretch: Stretch, words: &[&str]) -> Option<usize> {
        (stretch.start..stretch.end).find(|index| self.is_any(*index, words))
    }

    fn mentions(&self, stretch: Stretch, words: &[&str]) -> bool {
        self.find(stretch, words).is_some()
    }
}

fn push(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

pub(crate) fn is_time(value: &Value) -> bool {
    matches!(value, Value::Date(_) | Value::DateRange(_) | Value::DateTime(_) | Value::Time(_))
}
