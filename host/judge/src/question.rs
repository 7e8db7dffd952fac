//! From a question's text to what a connector is given, as a host would: the intent is read by the same room.

use zero_connector_sdk::testing::Case;
use zero_types::prelude::{Intent, Question, Source};

/// The time of questions that do not say when they are asked: 2027-03-01T09:30:00Z.
pub const NOW_MS: i64 = 1_803_893_400_000;

/// A question of this text at a fixed time, in UTC, and its intent.
#[must_use]
pub fn read(text: &str) -> (Question, Intent) {
    with_intent(Question { now_ms: NOW_MS, ..Question::new(text) })
}

/// The same by an asker of the source's language, which hosts know: it comes with every request.
pub(crate) fn of_source(source: &Source, text: &str) -> (Question, Intent) {
    with_intent(Question { now_ms: NOW_MS, language: source.languages.first().cloned(), ..Question::new(text) })
}

pub(crate) fn with_intent(question: Question) -> (Question, Intent) {
    let intent = zero_intent::read(&question);
    (question, intent)
}

/// The question of a case to its source, its intent with the entities that the case adds.
pub(crate) fn of_case(case: &Case, source: &Source) -> Result<(Question, Intent), String> {
    let mut question = Question { now_ms: NOW_MS, ..Question::new(case.question.clone()) };
    question.language = case.language.clone().or_else(|| source.languages.first().cloned());
    question.place = case.at.as_ref().map(|place| place.place());
    if let Some(zone) = &case.time_zone {
        question.time_zone.clone_from(zone);
    }
    if let Some(now) = &case.now {
        let at: Result<jiff::Timestamp, _> = now.parse();
        question.now_ms =
            at.map_err(|error| format!("`now` is no time such as `2027-03-01T09:30:00Z`: {error}"))?.as_millisecond();
    }
    let (question, mut intent) = with_intent(question);
    for entity in case.entities() {
        if !intent.entities.iter().any(|known| known.value == entity.value) {
            intent.entities.push(entity);
        }
    }
    Ok((question, intent))
}
