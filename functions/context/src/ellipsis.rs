//! Ellipsis: "how about Germany?" asks the last question again with another name, "what about tomorrow" with another time;
//! "what are the causes?" leaves off whose.

use crate::focus::{Focus, is_boundary, subject};
use crate::words::{PREPOSITIONS, Word, slice, split};

const LEADS: [&[&str]; 8] = [
    &["what", "about"],
    &["how", "about"],
    &["and", "what", "about"],
    &["and", "how", "about"],
    &["and", "for"],
    &["and"],
    &["but"],
    &["same", "for"],
];

const TIMES: [&str; 26] = [
    "today",
    "tomorrow",
    "yesterday",
    "tonight",
    "now",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "week",
    "weekend",
    "month",
    "year",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "september",
    "october",
    "november",
    "december",
];

/// Asks the last question again with what the follow-up names instead.
pub(crate) fn swap(text: &str, focus: &Focus) -> Option<(String, String)> {
    let last = focus.question.as_deref()?;
    let words = split(text);
    let lead = LEADS
        .iter()
        .filter(|lead| lead.iter().zip(&words).all(|(lead, word)| word.lower == *lead) && words.len() > lead.len())
        .map(|lead| lead.len())
        .max()?;
    let end = words.iter().rposition(|word| !word.is_mark())? + 1;
    let rest = words.get(lead..end).unwrap_or_default();
    let plain = |word: &Word<'_>| {
        !word.is(&[
            "it", "its", "they", "their", "them", "he", "she", "his", "her", "him", "is", "are", "was", "were", "does",
            "did", "do", "can", "when", "who", "what", "how", "why", "where",
        ])
    };
    if rest.is_empty() || rest.len() > 6 || !rest.iter().all(plain) {
        return None;
    }
    let new = slice(text, &words, lead, end);
    let subject = focus.subject.as_deref()?;
    let names = rest.iter().any(Word::is_name);
    let asked = if is_time(rest) {
        with_time(last, new)
    } else if rest.first().is_some_and(|word| word.is(&PREPOSITIONS)) {
        names.then(|| with_phrase(last, rest, new)).flatten()
    } else if is_named(subject) == names
        && (names || last_is_short(last))
        && (names || !rest.iter().any(|word| word.is(&["the"])))
    {
        with_name(last, subject, new)
    } else if rest.len() <= 3 && !names {
        with_property(last, subject, new)
    } else {
        None
    }?;
    let change = format!("`{new}` was put into your last question, `{last}`");
    Some((asked, change))
}

fn is_named(subject: &str) -> bool {
    split(subject).iter().any(Word::is_name)
}

/// A lower-case subject is only swapped where it is the whole of what is asked about: "how tall are giraffes".
fn last_is_short(last: &str) -> bool {
    split(last).len() <= 7
}

fn is_time(words: &[Word<'_>]) -> bool {
    let year = |word: &Word<'_>| word.text.len() == 4 && word.text.bytes().all(|byte| byte.is_ascii_digit());
    words.iter().any(|word| word.is(&TIMES)) || words.last().is_some_and(year)
}

/// Replaces the time of the last question, or adds one.
fn with_time(last: &str, new: &str) -> Option<String> {
    let words = split(last);
    let (body, mark) = unmarked(last);
    let Some(at) = words.iter().rposition(|word| is_time(std::slice::from_ref(word))) else {
        return Some(format!("{body} {new}{mark}"));
    };
    let mut start = at;
    while start > 0
        && words
            .get(start - 1)
            .is_some_and(|word| word.is(&["next", "last", "this", "on", "in", "the", "until", "since"]))
    {
        start -= 1;
    }
    // "in 1990" keeps its preposition unless the new time brings its own.
    let kept = words.get(start).is_some_and(|word| word.is(&["in", "on", "since", "until"]))
        && new.bytes().all(|byte| byte.is_ascii_digit());
    let start = words.get(start + usize::from(kept))?.start;
    Some(format!("{}{new}{}", last.get(..start)?, last.get(words.get(at)?.end()..)?))
}

/// "in Berlin": replaces what the same preposition led in, or is added.
fn with_phrase(last: &str, rest: &[Word<'_>], new: &str) -> Option<String> {
    let words = split(last);
    let preposition = rest.first()?;
    let (body, mark) = unmarked(last);
    let Some(at) = words.iter().rposition(|word| word.lower == preposition.lower) else {
        return Some(format!("{body} {new}{mark}"));
    };
    let mut end = at + 1;
    while words.get(end).is_some_and(|word| {
        !word.is_mark() && (!is_boundary(word) || word.is(&["the", "of"])) && !is_time(std::slice::from_ref(word))
    }) {
        end += 1;
    }
    Some(format!("{}{new}{}", last.get(..words.get(at)?.start)?, last.get(words.get(end.checked_sub(1)?)?.end()..)?))
}

/// Another name in the place of the subject.
fn with_name(last: &str, old: &str, new: &str) -> Option<String> {
    let at = last
        .to_lowercase()
        .find(&old.to_lowercase())
        .filter(|at| last.is_char_boundary(*at) && last.is_char_boundary(at + old.len()))?;
    Some(format!("{}{new}{}", last.get(..at)?, last.get(at + old.len()..)?))
}

/// "and the currency?": another property of the same subject.
fn with_property(last: &str, subject: &str, new: &str) -> Option<String> {
    let (body, mark) = unmarked(last);
    // Only "what is the population of France" has a property to exchange.
    if !body.ends_with(&format!(" of {subject}")) {
        return None;
    }
    let bare = new.trim_start_matches("the ");
    Some(format!("What is the {bare} of {subject}{mark}"))
}

/// The text and the mark at its end.
fn unmarked(text: &str) -> (&str, &str) {
    let body = text.trim_end_matches(['?', '.', '!', ' ']);
    (body, if text.trim_end().ends_with('?') { "?" } else { "" })
}

/// "What are the causes?" after a question about a war: of the war.
pub(crate) fn complete(text: &str, focus: &Focus) -> Option<(String, String)> {
    let thing = focus.thing.as_deref()?;
    let words = split(text);
    let opened = words.first().is_some_and(|word| word.is(&["what", "who", "when", "where", "which"]))
        && words.get(1).is_some_and(|word| word.is(&["is", "are", "was", "were"]));
    let definite = words.get(2).is_some_and(|word| word.is(&["the", "some"]));
    let content = words.iter().skip(3).filter(|word| !word.is_mark());
    let open = content.clone().all(|word| !is_boundary(word) || word.is(&["of", "the", "and", "possible"]))
        && !words.iter().any(|word| word.is(&["in", "for", "to"]));
    let possessed = content.clone().any(|word| word.is(&["of"]) && !words.iter().any(|before| before.is(&["some"])));
    let general = content.clone().any(|word| {
        word.is(&[
            "weather", "time", "date", "news", "day", "year", "world", "universe", "earth", "moon", "sun", "internet",
        ])
    });
    let named = words.iter().skip(1).any(Word::is_name);
    if !opened
        || !definite
        || !open
        || possessed
        || general
        || named
        || content.clone().count() > 5
        || content.clone().count() == 0
    {
        return None;
    }
    // The subject is named already, or the question is about the thing itself.
    let own = subject(text).unwrap_or_default().to_lowercase();
    if own.contains(&thing.to_lowercase()) || thing.to_lowercase().contains(own.trim_start_matches("the ")) {
        return None;
    }
    let (body, mark) = unmarked(text);
    Some((format!("{body} of {thing}{mark}"), format!("`of {thing}` was added, from what you asked before")))
}
