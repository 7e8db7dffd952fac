//! What can be asked of a country, and the phrases that ask for it.

/// One column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Property {
    Capital,
    Currency,
    Languages,
    Area,
    Calling,
    Borders,
    Continent,
    Tld,
    Iso,
    Demonym,
    Drives,
}

/// Phrases in normal form; longer ones stand before those they contain.
const PHRASES: &[(&str, &[Property])] = &[
    ("capital city", &[Property::Capital]),
    ("capital cities", &[Property::Capital]),
    ("capitals", &[Property::Capital]),
    ("capital", &[Property::Capital]),
    ("currency code", &[Property::Currency]),
    ("legal tender", &[Property::Currency]),
    ("currency", &[Property::Currency]),
    ("currencies", &[Property::Currency]),
    ("kind of money", &[Property::Currency]),
    ("money do", &[Property::Currency]),
    ("money is used", &[Property::Currency]),
    ("national languages", &[Property::Languages]),
    ("national language", &[Property::Languages]),
    ("official languages", &[Property::Languages]),
    ("official language", &[Property::Languages]),
    ("do they speak", &[Property::Languages]),
    ("do people speak", &[Property::Languages]),
    ("languages", &[Property::Languages]),
    ("language", &[Property::Languages]),
    ("square kilometers", &[Property::Area]),
    ("square kilometres", &[Property::Area]),
    ("square miles", &[Property::Area]),
    ("surface area", &[Property::Area]),
    ("total area", &[Property::Area]),
    ("land area", &[Property::Area]),
    ("area", &[Property::Area]),
    ("how big", &[Property::Area]),
    ("how large", &[Property::Area]),
    ("size", &[Property::Area]),
    ("country calling code", &[Property::Calling]),
    ("country dialing code", &[Property::Calling]),
    ("international calling code", &[Property::Calling]),
    ("international dialing code", &[Property::Calling]),
    ("calling codes", &[Property::Calling]),
    ("calling code", &[Property::Calling]),
    ("dialing code", &[Property::Calling]),
    ("dialling code", &[Property::Calling]),
    ("dialing prefix", &[Property::Calling]),
    ("dial in code", &[Property::Calling]),
    ("dial code", &[Property::Calling]),
    ("phone country code", &[Property::Calling]),
    ("telephone code", &[Property::Calling]),
    ("phone code", &[Property::Calling]),
    ("phone prefix", &[Property::Calling]),
    ("iso country code", &[Property::Iso]),
    ("iso codes", &[Property::Iso]),
    ("iso code", &[Property::Iso]),
    ("iso 3166", &[Property::Iso]),
    ("alpha 2 code", &[Property::Iso]),
    ("alpha 3 code", &[Property::Iso]),
    ("country code", &[Property::Calling, Property::Iso]),
    ("neighbouring countries", &[Property::Borders]),
    ("neighboring countries", &[Property::Borders]),
    ("neighbours", &[Property::Borders]),
    ("neighbors", &[Property::Borders]),
    ("land borders", &[Property::Borders]),
    ("share a border", &[Property::Borders]),
    ("shares a border", &[Property::Borders]),
    ("bordering", &[Property::Borders]),
    ("bordered by", &[Property::Borders]),
    ("borders", &[Property::Borders]),
    ("border", &[Property::Borders]),
    ("part of the world", &[Property::Continent]),
    ("continent", &[Property::Continent]),
    ("top level domain", &[Property::Tld]),
    ("domain extension", &[Property::Tld]),
    ("internet domain", &[Property::Tld]),
    ("country domain", &[Property::Tld]),
    ("cctld", &[Property::Tld]),
    ("tld", &[Property::Tld]),
    ("demonym", &[Property::Demonym]),
    ("people from", &[Property::Demonym]),
    ("person from", &[Property::Demonym]),
    ("someone from", &[Property::Demonym]),
    ("side of the road", &[Property::Drives]),
    ("side of the street", &[Property::Drives]),
    ("driving side", &[Property::Drives]),
    ("drive on the left", &[Property::Drives]),
    ("drive on the right", &[Property::Drives]),
];

/// Takes every phrase out of `words` (padded with spaces) and gives the properties in the order they are asked.
pub(crate) fn take(words: &mut String) -> Vec<Property> {
    let mut found: Vec<(usize, &[Property])> = Vec::new();
    for &(phrase, properties) in PHRASES {
        let padded = format!(" {phrase} ");
        if let Some(at) = words.find(&padded) {
            found.push((at, properties));
            blank(words, at + 1, phrase.len());
        }
    }
    found.sort_by_key(|&(at, _)| at);
    let mut properties = Vec::new();
    for &property in found.iter().flat_map(|&(_, properties)| properties) {
        if !properties.contains(&property) {
            properties.push(property);
        }
    }
    properties
}

/// Replaces what was understood by `_`, so that all other places stay where they are.
pub(crate) fn blank(words: &mut String, at: usize, len: usize) {
    if words.is_char_boundary(at) && words.is_char_boundary(at + len) {
        words.replace_range(at..at + len, &"_".repeat(len));
    }
}
