//! Places: countries, states of the US and larger cities of `tables/places.tsv`; a city may be followed by its country.
//!
//! Names that are words as well ("Turkey", "Nice") count when they are capitalised in a text that has capitals, or
//! stand behind "in", "of", "to" and the like. Flag `?`: word as well; `!`: only with a capital.

use super::{Match, Scene};
use crate::tables::{Fields, PLACES};
use zero_types::prelude::{Place, Value};

/// Words behind which a name is a place.
pub(crate) const PREPOSITIONS: [&str; 19] = [
    "in", "of", "to", "from", "near", "at", "around", "visit", "for", "en", "de", "à", "von", "nach", "di", "do", "da",
    "van", "between",
];

pub(super) fn read(scene: &Scene<'_>, index: usize) -> Option<Match> {
    let (count, fields) = PLACES.longest(scene.from(index))?;
    if !is_meant(scene, index, count, fields) || is_part_of_name(scene, index, count) {
        return None;
    }
    let more = if fields.get(2).is_empty() { 0 } else { region(scene, index + count, fields.get(1)) };
    Some(Match { count: count + more, value: Value::Place(place(fields)) })
}

fn place(fields: Fields) -> Place {
    Place {
        name: fields.get(0).to_owned(),
        country: Some(fields.get(1).to_owned()),
        latitude: fields.get(2).parse().ok(),
        longitude: fields.get(3).parse().ok(),
    }
}

fn is_meant(scene: &Scene<'_>, index: usize, count: usize, fields: Fields) -> bool {
    let Some(first) = scene.at(index) else { return false };
    let glued = scene.at(index + count).is_some_and(|next| !next.spaced && matches!(next.text, "_" | "@"));
    let introduced = scene.before(index).is_some_and(|before| PREPOSITIONS.contains(&&*before.lower));
    let capital = first.is_capitalised() && index > 0;
    !glued
        && match fields.get(4) {
            "!" => {
                first.text.chars().all(|letter| letter.is_uppercase() || letter == '.')
                    || (capital && introduced && first.text.len() > 2)
                    || (first.text.len() > 2 && first.is_capitalised() && scene.tokens.len() == 1)
            }
            "?" => {
                introduced
                    || (capital && scene.capitals_speak)
                    || count == scene.tokens.len()
                    || (first.is_capitalised()
                        && index == 0
                        && scene.capitals_speak
                        && !scene.tokens.get(1).is_some_and(|next| next.is_capitalised()))
            }
            _ => true,
        }
}

/// "Jordan Peterson", "London Breed Street": a longer run of capitals is another name. "Paris Hilton" is lost to this too,
/// but "New York Times" is not a place.
fn is_part_of_name(scene: &Scene<'_>, index: usize, count: usize) -> bool {
    let name = |token: &&crate::tokens::Token<'_>| {
        token.is_word() && token.is_capitalised() && token.spaced && token.text.len() > 1
    };
    let touching_before = scene.before(index).filter(name).is_some_and(|before| {
        index >= 2 && PLACES.get(&before.lower).is_none() && !PREPOSITIONS.contains(&&*before.lower)
    });
    let capital = scene.at(index).is_some_and(|token| token.is_capitalised());
    let next = scene.at(index + count).filter(name).is_some_and(|next| {
        PLACES.get(&next.lower).is_none()
            && next.lower.chars().count() > 2
            && !next.text.chars().all(char::is_uppercase)
    });
    scene.capitals_speak && capital && (touching_before || next)
}

/// ", France", " France", ", TX": the tokens that only repeat where the city is.
fn region(scene: &Scene<'_>, index: usize, country: &str) -> usize {
    let comma = usize::from(scene.is(index, ","));
    if let Some((count, fields)) = PLACES.longest(scene.from(index + comma))
        && fields.get(1) == country
        && fields.get(2).is_empty()
    {
        return comma + count;
    }
    let state = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let fits =
        comma == 1 && scene.at(index + 1).is_some_and(|next| state(next.text) && (country == "US" || country == "CA"));
    if fits { 2 } else { 0 }
}
