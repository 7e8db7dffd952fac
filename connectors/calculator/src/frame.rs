//! What stands around a calculation: "what is ...", "... in hex", "... to 3 decimal places", "... =".

use crate::scan::Atom;
use crate::vocabulary::matching;

/// How the result is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    Radix(u8),
    Fraction,
    Percent,
    Scientific,
    Roman,
    Places(usize),
    Significant(usize),
}

/// The calculation itself, and what the frame says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framed<'a> {
    pub(crate) atoms: &'a [Atom],
    /// Someone said that this is to be calculated.
    pub(crate) asked: bool,
    pub(crate) format: Format,
}

const LEADING: &[&str] = &[
    "what is",
    "whats",
    "what does",
    "what do",
    "what are",
    "what would",
    "how much is",
    "how much are",
    "how much does",
    "how many is",
    "how many are",
    "calculate",
    "compute",
    "evaluate",
    "solve",
    "simplify",
    "work out",
    "figure out",
    "find",
    "tell me",
    "give me",
    "show me",
    "please",
    "can you",
    "could you",
    "would you",
    "i want to know",
    "do you know",
    "hey",
    "answer to",
    "answer",
    "result of",
    "value of",
    "equals",
    "=",
    "math",
    "calculator",
    "calc",
    "convert",
    "and",
    // Other languages.
    "was ist",
    "was sind",
    "wie viel ist",
    "wieviel ist",
    "wie viel sind",
    "berechne",
    "rechne",
    "cuánto es",
    "cuanto es",
    "cuánto son",
    "cuanto son",
    "calcula",
    "calcular",
    "qué es",
    "el",
    "la",
    "combien font",
    "combien fait",
    "calcule",
    "calculer",
    "quelle est",
    "quel est",
    "quanto fa",
    "quanto è",
    "quanto é",
    "calcola",
    "qual é",
    "hoeveel is",
    "bereken",
    "wat is",
    "ile to",
    "ile to jest",
    "сколько будет",
    "вычисли",
    "die",
    "das",
    "der",
    "vad är",
    "hvad er",
    "hva er",
    "berapa",
];

const TRAILING: &[&str] = &[
    "=",
    "?",
    "please",
    "equals",
    "equal",
    "equal to",
    "is equal to",
    "make",
    "calculator",
    "calculate",
    "solve",
    "is",
    "is what",
    "equals what",
    "= what",
    "equal what",
    "ist",
    "gleich",
    "to",
    "be",
    "now",
];

/// Takes the frame off.
pub(crate) fn unframe(atoms: &[Atom]) -> Framed<'_> {
    let mut framed = Framed { atoms, asked: false, format: Format::Plain };
    loop {
        let before = framed.atoms.len();
        framed.strip_leading();
        framed.strip_trailing();
        if framed.atoms.len() == before {
            return framed;
        }
    }
}

impl Framed<'_> {
    fn strip_leading(&mut self) {
        let taken = LEADING.iter().filter_map(|phrase| matching(self.atoms, phrase)).max();
        if let Some(rest) = taken.and_then(|taken| self.atoms.get(taken..)) {
            self.atoms = rest;
            self.asked = true;
        }
    }

    fn strip_trailing(&mut self) {
        let taken = TRAILING.iter().filter_map(|phrase| ending(self.atoms, phrase)).max();
        if let Some(rest) = taken.and_then(|taken| self.atoms.get(..self.atoms.len().checked_sub(taken)?)) {
            self.asked |= taken.is_some();
            self.atoms = rest;
            return;
        }
        if self.format == Format::Plain
            && let Some((format, taken)) = format(self.atoms)
            && let Some(rest) = self.atoms.get(..self.atoms.len().saturating_sub(taken))
            && !rest.is_empty()
        {
            (self.format, self.atoms, self.asked) = (format, rest, true);
        }
    }
}

/// How many atoms `phrase` takes at the end.
fn ending(atoms: &[Atom], phrase: &str) -> Option<usize> {
    let count = phrase.split(' ').count();
    matching(atoms.get(atoms.len().checked_sub(count)?..)?, phrase)
}

/// The wanted format at the end, and how many atoms say it.
fn format(atoms: &[Atom]) -> Option<(Format, usize)> {
    const NAMED: &[(&str, Format)] = &[
        ("hex", Format::Radix(16)),
        ("hexadecimal", Format::Radix(16)),
        ("binary", Format::Radix(2)),
        ("octal", Format::Radix(8)),
        ("decimal", Format::Radix(10)),
        ("dec", Format::Radix(10)),
        ("fraction", Format::Fraction),
        ("a fraction", Format::Fraction),
        ("a decimal", Format::Radix(10)),
        ("percent", Format::Percent),
        ("a percent", Format::Percent),
        ("scientific notation", Format::Scientific),
        ("roman numerals", Format::Roman),
        ("roman numeral", Format::Roman),
        ("roman", Format::Roman),
        ("a roman numeral", Format::Roman),
        ("base ten", Format::Radix(10)),
        ("base two", Format::Radix(2)),
    ];
    const ROUNDED: &[(&str, Format)] = &[
        ("rounded to nearest whole number", Format::Places(0)),
        ("rounded to nearest integer", Format::Places(0)),
        ("to nearest whole number", Format::Places(0)),
        ("to nearest integer", Format::Places(0)),
        ("rounded to nearest tenth", Format::Places(1)),
        ("to nearest tenth", Format::Places(1)),
        ("rounded to nearest hundredth", Format::Places(2)),
        ("to nearest hundredth", Format::Places(2)),
        ("rounded", Format::Places(0)),
    ];
    let named = NAMED.iter().flat_map(|(name, format)| {
        ["in", "to", "as", "into"].map(|word| Some((*format, ending(atoms, &format!("{word} {name}"))?)))
    });
    let rounded = ROUNDED.iter().map(|(phrase, format)| Some((*format, ending(atoms, phrase)?)));
    named.chain(rounded).flatten().max_by_key(|(_, taken)| *taken).or_else(|| base(atoms)).or_else(|| places(atoms))
}

/// "in base 7".
fn base(atoms: &[Atom]) -> Option<(Format, usize)> {
    let [.., word, base, number] = atoms else { return None };
    let radix = u8::try_from(number.number()?.numerator().clone()).ok()?;
    let says = ["in", "to", "as", "into"].iter().any(|name| word.is(name)) && base.is("base");
    (says && (2..=36).contains(&radix)).then_some((Format::Radix(radix), 3))
}

/// "to 3 decimal places", "rounded to 2 decimals", "to 5 significant figures".
fn places(atoms: &[Atom]) -> Option<(Format, usize)> {
    let unit = [
        "decimal places",
        "decimal place",
        "decimals",
        "places",
        "dp",
        "significant figures",
        "significant digits",
        "sig figs",
    ]
    .into_iter()
    .filter_map(|unit| Some((unit, ending(atoms, unit)?)))
    .max_by_key(|(_, taken)| *taken)?;
    let rest = atoms.get(..atoms.len() - unit.1)?;
    let [before @ .., to, number] = rest else { return None };
    let count = usize::try_from(number.number()?.numerator().clone()).ok().filter(|count| *count <= 50)?;
    if !to.is("to") {
        return None;
    }
    let rounded = usize::from(before.last().is_some_and(|atom| atom.is("rounded") || atom.is("correct")));
    let format = if unit.0.starts_with("sig") { Format::Significant(count.max(1)) } else { Format::Places(count) };
    Some((format, 2 + unit.1 + rounded))
}
