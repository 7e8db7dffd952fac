//! Names of languages, where the words around them say that a language is meant: "in French", "to Spanish", "French word".

use super::{Match, Scene};
use crate::tables::TONGUES;
use zero_types::prelude::Value;

const BEFORE: [&str; 12] = ["in", "into", "to", "from", "speak", "learn", "auf", "ins", "en", "au", "al", "the"];
const BEHIND: [&str; 12] = [
    "word",
    "words",
    "language",
    "phrase",
    "translation",
    "for",
    "to",
    "alphabet",
    "grammar",
    "speakers",
    "verb",
    "verbs",
];

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, fields) = TONGUES.longest(scene.from(index))?;
    let translation = scene.mentions(&[
        "translate",
        "translation",
        "say",
        "übersetze",
        "traduire",
        "traducir",
        "language",
        "pronounce",
        "spell",
    ]);
    let before = scene.before(index).is_some_and(|before| BEFORE.contains(&&*before.lower));
    let behind = scene.is_any(index + count, &BEHIND);
    let named = behind && !scene.is_any(index + count, &["for", "to"]);
    let ends = scene.at(index + count).is_none_or(|next| !next.is_word());
    let fits = translation || named || (before && ends && !scene.is_any(index.saturating_sub(1), &["the"]));
    fits.then(|| Match { count, value: Value::Language(fields.get(0).to_owned()) })
}
