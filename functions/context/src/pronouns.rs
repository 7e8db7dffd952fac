//! Pronouns: `it`, `its`, `they`, `she`, `there` give way to what they refer to.

use crate::focus::{Focus, is_boundary};
use crate::words::{AUXILIARIES, VERBS, Word, split};

/// The question with its pronouns replaced, and what was changed.
pub(crate) fn replace(text: &str, focus: &Focus) -> Option<(String, String)> {
    let words = split(text);
    let mut out = String::new();
    let mut at = 0;
    let mut change: Option<(String, String)> = None;
    for (index, word) in words.iter().enumerate() {
        let Some((from, reference, possessive)) = reference(&words, index, focus) else { continue };
        if is_bound_here(&words, index) {
            continue;
        }
        out.push_str(text.get(at..word.start).unwrap_or_default());
        out.push_str(&spelled(reference, possessive, word));
        out.push_str(from);
        at = word.end();
        change.get_or_insert_with(|| (word.text.to_owned(), reference.to_owned()));
    }
    let (pronoun, name) = change?;
    out.push_str(text.get(at..).unwrap_or_default());
    Some((out, format!("`{pronoun}` was read as `{name}`, from what you asked before")))
}

/// What the word refers to, what of the word stays (the `'s` of "it's"), and whether it owns what follows.
fn reference<'f>(words: &[Word<'_>], index: usize, focus: &'f Focus) -> Option<(&'static str, &'f str, Possession)> {
    let word = words.get(index)?;
    let noun_follows =
        words.get(index + 1).is_some_and(|next| !is_boundary(next) || next.is(&VERBS) && !next.is(&["did"]));
    let (kept, target, possessive) = match word.lower.as_str() {
        "it" if !is_empty_it(words, index) => ("", &focus.thing, Possession::No),
        "it's" if index > 0 || !is_empty_it(words, index) => (" is", &focus.thing, Possession::No),
        "they" | "them" => ("", &focus.thing, Possession::No),
        "its" | "their" => ("", &focus.thing, Possession::Yes),
        "he" | "she" | "him" => ("", person(focus), Possession::No),
        "his" => ("", person(focus), Possession::Yes),
        "her" if noun_follows => ("", person(focus), Possession::Yes),
        "her" => ("", person(focus), Possession::No),
        "there" if !is_existential(words, index) => ("", &focus.place, Possession::Within),
        "this" | "that" if is_alone(words, index) => ("", &focus.thing, Possession::No),
        _ => return None,
    };
    Some((kept, target.as_deref()?, possessive))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Possession {
    No,
    Yes,
    /// "there" is "in" the place.
    Within,
}

fn person(focus: &Focus) -> &Option<String> {
    if focus.person.is_some() { &focus.person } else { &focus.thing }
}

fn spelled(name: &str, possession: Possession, word: &Word<'_>) -> String {
    let name = match possession {
        Possession::Within => format!("in {name}"),
        Possession::Yes if name.ends_with('s') && name.chars().next().is_some_and(char::is_lowercase) => {
            format!("{name}'")
        }
        Possession::Yes => format!("{name}'s"),
        Possession::No => name.to_owned(),
    };
    // A sentence still begins with a capital.
    let mut letters = name.chars();
    match letters.next().filter(|_| word.is_capitalised() && word.start == 0) {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name,
    }
}

/// "it" that refers to nothing: "what time is it", "is it raining", "how long does it take to", "is it true that".
fn is_empty_it(words: &[Word<'_>], index: usize) -> bool {
    let weather = [
        "raining", "rain", "snowing", "snow", "cold", "hot", "warm", "sunny", "windy", "cloudy", "dark", "late",
        "freezing", "humid",
    ];
    let opinion = [
        "true",
        "possible",
        "impossible",
        "safe",
        "okay",
        "ok",
        "worth",
        "better",
        "necessary",
        "illegal",
        "common",
        "normal",
        "hard",
        "easy",
    ];
    let next = words.get(index + 1);
    let clause = words.iter().skip(index + 1).any(|word| word.is(&["to", "that", "if"]));
    let time = words.iter().take(index).any(|word| word.is(&["time", "day", "date"]))
        && next.is_none_or(|next| next.is_mark() || next.is(&["in", "now"]));
    let soon = words.get(index + 1..).unwrap_or_default().iter().take(2).any(|word| word.is(&weather));
    let judged = next.is_some_and(|next| next.is(&opinion)) && clause;
    let taken = next.is_some_and(|next| next.is(&["take", "takes", "took"])) && clause;
    time || soon || judged || taken
}

/// "are there", "is there", "there is".
fn is_existential(words: &[Word<'_>], index: usize) -> bool {
    let be = |word: &Word<'_>| word.is(&AUXILIARIES);
    let before = index.checked_sub(1).and_then(|before| words.get(before));
    let ends = words.get(index + 1).is_none_or(Word::is_mark);
    let after_verb = before.is_some_and(be);
    let opens = words.get(index + 1).is_some_and(be) || before.is_none();
    if ends { before.is_some_and(|before| before.is(&["is", "are", "was", "were"])) } else { after_verb || opens }
}

/// "what does this mean", "why is that?": the word stands for a noun.
fn is_alone(words: &[Word<'_>], index: usize) -> bool {
    let next = words.get(index + 1);
    let before = index.checked_sub(1).and_then(|before| words.get(before));
    let subject = before.is_some_and(|before| before.is(&AUXILIARIES))
        && next.is_none_or(|next| next.is_mark() || next.is(&VERBS));
    let object = before.is_some_and(|before| before.is(&["of", "for", "about", "from", "with", "by", "to"]))
        && next.is_none_or(Word::is_mark);
    subject || object
}

/// The question itself names what the pronoun refers to: "what is Rock City and why is it famous", "if you eat meat, is it bad".
fn is_bound_here(words: &[Word<'_>], index: usize) -> bool {
    let earlier = words.get(..index).unwrap_or_default();
    let Some(joint) =
        earlier.iter().rposition(|word| word.is(&[",", "?", ".", ";", "and", "if", "because", "when", "but", "so"]))
    else {
        return false;
    };
    let clause = earlier.get(..joint).unwrap_or_default();
    let named = clause.iter().skip(1).any(Word::is_name);
    let marked = earlier.get(joint).is_some_and(|word| word.is(&[",", "?", ".", ";"]));
    let described = clause.iter().filter(|word| !is_boundary(word)).count() >= 1 && marked;
    named || (described && clause.len() > 3)
}
