//! What the conversation is about: the last thing, the last person, the last place, and the last question.

use crate::words::{AUXILIARIES, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, QUESTION_WORDS, VERBS, Word, slice, split};
use zero_types::prelude::Turn;

/// A longer noun phrase is a clause.
const PHRASE_WORDS_MAX: usize = 8;

#[derive(Clone, Debug, Default)]
pub(crate) struct Focus {
    pub(crate) thing: Option<String>,
    pub(crate) person: Option<String>,
    pub(crate) place: Option<String>,
    /// The last question as it stood alone, and its own subject.
    pub(crate) question: Option<String>,
    pub(crate) subject: Option<String>,
}

impl Focus {
    /// Goes through the turns; a later one overrides.
    pub(crate) fn of(turns: &[Turn]) -> Self {
        let mut focus = Self::default();
        for turn in turns {
            let text = if turn.resolved.trim().is_empty() { &turn.question } else { &turn.resolved };
            let words = split(text);
            let found = subject_and_strength(text);
            let strong = found.as_ref().is_some_and(|(_, strong)| *strong);
            let subject = found.map(|(subject, _)| subject);
            let name = last_name(text, &words);
            // "what other factors were there" asks on about the same thing; a name or "tell me about" begins another.
            if let Some(subject) = subject.as_ref().filter(|_| strong || focus.thing.is_none()) {
                focus.thing = Some(subject.clone());
            }
            if let Some(name) = subject
                .clone()
                .filter(|subject| is_person(&words, subject))
                .or_else(|| answered_person(&words, &turn.answer))
            {
                focus.person = Some(name);
            } else if let Some(name) =
                subject.as_ref().filter(|subject| subject.contains(' ') && subject.split(' ').all(starts_upper))
            {
                focus.person = Some(name.clone());
            }
            focus.place = place(text, &words)
                .or_else(|| subject.clone().filter(|subject| starts_upper(subject)))
                .or(name)
                .or(focus.place);
            focus.question = Some(text.clone());
            focus.subject = subject;
        }
        focus
    }
}

/// The noun phrase a question is about.
pub(crate) fn subject(text: &str) -> Option<String> {
    subject_and_strength(text).map(|(subject, _)| subject)
}

/// The noun phrase, and whether it is likely to be what the next question is about as well.
fn subject_and_strength(text: &str) -> Option<(String, bool)> {
    let words = split(text);
    let identity = words.len() <= 8
        && words.first().is_some_and(|word| word.is(&["what", "who", "what's", "who's"]))
        && words.get(1).is_some_and(|word| word.is(&["is", "are", "was", "were", "causes"]))
        && !words.get(2).is_some_and(|word| word.is(&["the", "some", "other"]));
    let told = words.first().is_some_and(|word| word.is(&["tell", "describe", "explain"]));
    let named = |phrase: &String| phrase.split(' ').any(starts_upper);
    let (phrase, sure) = about(text, &words)
        .map(|phrase| (phrase, told))
        .or_else(|| of(text, &words).map(|phrase| (phrase, false)))
        .or_else(|| owner(text, &words).map(|phrase| (phrase, true)))
        .or_else(|| asked(text, &words).map(|phrase| (phrase, identity)))
        .or_else(|| last_name(text, &words).map(|phrase| (phrase, true)))
        .or_else(|| first_phrase(text, &words).map(|phrase| (phrase, false)))?;
    let strong = sure || named(&phrase);
    (!phrase.is_empty()).then_some((phrase, strong))
}

/// "tell me about X", "what about X".
fn about(text: &str, words: &[Word<'_>]) -> Option<String> {
    let at = words.iter().take(4).position(|word| word.is(&["about"]))?;
    let at = at + usize::from(words.get(at + 1).is_some_and(|word| word.is(&["for"])));
    let inner = of(text, words).filter(|_| words.iter().skip(at).any(|word| word.is(&["of"])));
    inner.or_else(|| phrase(text, words, at + 1))
}

/// "the history of X": what stands behind the last "of" that a name or noun follows.
fn of(text: &str, words: &[Word<'_>]) -> Option<String> {
    let at = words.iter().rposition(|word| word.is(&["of"]))?;
    let counted = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|word| {
        word.is(&[
            "kind", "kinds", "type", "types", "sort", "sorts", "some", "one", "most", "part", "out", "because",
            "number", "lot",
        ])
    });
    // "the Great Wall of China" is one name.
    let name = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(Word::is_name) && at > 1;
    if counted || name { None } else { phrase(text, words, at + 1) }
}

/// "X's wife".
fn owner(text: &str, words: &[Word<'_>]) -> Option<String> {
    let at = words
        .iter()
        .position(|word| word.lower.ends_with("'s") && !word.is(&QUESTION_WORDS) && !word.is(&FUNCTION_WORDS))?;
    let mut start = at;
    while start > 0
        && words.get(start - 1).is_some_and(|word| {
            word.is_name()
                || (word.is_capitalised() == words.get(at).is_some_and(Word::is_capitalised) && !is_boundary(word))
        })
    {
        start -= 1;
    }
    let phrase = slice(text, words, start, at + 1);
    Some(phrase.trim_end_matches("'s").trim_end_matches("’s").to_owned())
}

/// "what is X", "how does X work", "who discovered X".
fn asked(text: &str, words: &[Word<'_>]) -> Option<String> {
    let head = words.first()?;
    if head.is(&AUXILIARIES) {
        return phrase(text, words, 1);
    }
    if head.is(&["what's", "who's", "where's"]) {
        return phrase(text, words, 1);
    }
    if !head.is(&QUESTION_WORDS) {
        return None;
    }
    let at = words.iter().take(6).position(|word| word.is(&AUXILIARIES) || word.is(&VERBS))?;
    phrase(text, words, at + 1)
}

/// Without any frame: the first words that are not function words.
fn first_phrase(text: &str, words: &[Word<'_>]) -> Option<String> {
    let at = words.iter().position(|word| !is_boundary(word) && !word.is(&DETERMINERS))?;
    phrase(text, words, at)
}

/// The noun phrase from `start` on, with its article, up to a verb, a preposition or a mark.
fn phrase(text: &str, words: &[Word<'_>], start: usize) -> Option<String> {
    let mut at = start;
    let article = words.get(at).is_some_and(|word| word.is(&["the", "a", "an"]));
    while words.get(at).is_some_and(|word| word.is(&DETERMINERS)) {
        at += 1;
    }
    let first = at;
    while let Some(word) = words.get(at).filter(|_| at < first + PHRASE_WORDS_MAX) {
        let linked = word.is(&["of", "the"])
            && at > first
            && words.get(at + 1).is_some_and(|next| !is_boundary(next) || next.is(&["the"]));
        if is_boundary(word) && !linked {
            break;
        }
        at += 1;
    }
    let definite = article && words.get(start).is_some_and(|word| word.is(&["the"]));
    let found = slice(text, words, if definite { start } else { first }, at);
    let found = found.strip_suffix("'s").or_else(|| found.strip_suffix("’s")).unwrap_or(found);
    (at > first && !found.is_empty()).then(|| lower_article(found))
}

fn lower_article(phrase: &str) -> String {
    phrase.strip_prefix("The ").map_or_else(|| phrase.to_owned(), |rest| format!("the {rest}"))
}

pub(crate) fn is_boundary(word: &Word<'_>) -> bool {
    // "the US" is no pronoun.
    if word.text.len() > 1 && word.text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return false;
    }
    word.is_mark()
        || word.is(&FUNCTION_WORDS)
        || word.is(&AUXILIARIES)
        || (word.is(&PREPOSITIONS))
        || (word.is(&VERBS) && !word.is_capitalised())
}

/// The last run of capitalised words that does not begin the sentence.
pub(crate) fn last_name(text: &str, words: &[Word<'_>]) -> Option<String> {
    let end = (0..words.len()).rev().find(|index| {
        words.get(*index).is_some_and(|word| word.is_name() && !word.is_mark()) && (*index > 0 || words.len() <= 3)
    })? + 1;
    let mut start = end - 1;
    while start > 0 && words.get(start - 1).is_some_and(Word::is_name) {
        start -= 1;
    }
    // "the Milgram experiment": the noun belongs to the name.
    let more = words.get(end..).unwrap_or_default().iter().take(2).take_while(|word| !is_boundary(word)).count();
    let end = end + more;
    Some(slice(text, words, start, end).trim_end_matches("'s").to_owned())
}

/// "in X", "at X", with a capital.
fn place(text: &str, words: &[Word<'_>]) -> Option<String> {
    let at = words.iter().rposition(|word| word.is(&["in", "at", "to", "near", "visit", "around"]))?;
    let skip = usize::from(words.get(at + 1).is_some_and(|word| word.is(&["the"])));
    words.get(at + 1 + skip).filter(|word| word.is_name())?;
    phrase(text, words, at + 1)
}

/// "who is X", "when was X born", "X's wife".
fn is_person(words: &[Word<'_>], subject: &str) -> bool {
    let asked = words.first().is_some_and(|word| word.is(&["who", "who's"]))
        && words.get(1).is_some_and(|word| word.is(&["is", "was"]));
    let lived = words.iter().any(|word| word.is(&["born", "die", "died", "married", "wife", "husband"]));
    starts_upper(subject) && (asked || lived)
}

/// "who discovered penicillin" is answered by a person: the first name of the answer.
fn answered_person(words: &[Word<'_>], answer: &str) -> Option<String> {
    let who = words.first().is_some_and(|word| word.is(&["who", "who's"]));
    let answered = split(answer);
    let start = answered.iter().position(Word::is_name).filter(|_| who)?;
    let count = answered
        .get(start..)?
        .iter()
        .take(PHRASE_WORDS_MAX)
        .take_while(|word| word.is_name() && !word.is_mark())
        .count();
    Some(slice(answer, &answered, start, start + count).to_owned()).filter(|name| !name.is_empty())
}

fn starts_upper(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}
