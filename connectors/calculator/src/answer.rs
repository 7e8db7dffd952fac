//! A question to a bid, a passage and a claim: the one visible walk through the rooms of this connector.

use crate::forms::{self, Form, Said};
use crate::frame::{self, Format, Framed};
use crate::language;
use crate::number::Num;
use crate::parse;
use crate::scan::{self, Atom, Kind};
use crate::show;
use crate::theory;
use crate::vocabulary;
use zero_connector_sdk::{Claim, Passage, Span, Value};

/// A calculation and its result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) bid: f32,
    pub(crate) passage: Passage,
    pub(crate) claim: Claim,
}

/// A whole question that can be nothing but a calculation.
const CLEAR: f32 = 0.98;
/// A calculation without a result: the sentence is right, but somebody else may know more.
const NO_RESULT: f32 = 0.9;
/// It may mean something else as well ("3/4", "pi").
const UNCLEAR: f32 = 0.5;

/// The answer, or nothing when something else is asked.
pub(crate) fn answer(text: &str, tag: &str) -> Option<Found> {
    let atoms = scan::scan(text, language::decimal_comma(tag))?;
    let language = language::primary(tag);
    // Sentences first: their "is" and "to" are part of them, not of a frame.
    let bare: Vec<Atom> = atoms.iter().filter(|atom| !matches!(atom.text.as_str(), "?" | "=")).cloned().collect();
    if let Some(stated) = theory::read(&bare) {
        return Some(state(&stated));
    }
    if let Some(said) = forms::read(&bare, &language) {
        return Some(say(text, &bare, &said, Format::Plain));
    }
    let framed = frame::unframe(&atoms);
    if let Some(said) = forms::read(framed.atoms, &language) {
        return Some(say(text, framed.atoms, &said, framed.format));
    }
    calculate(text, &framed, &language)
}

fn calculate(text: &str, framed: &Framed<'_>, language: &str) -> Option<Found> {
    let certain = resemblance(framed)?;
    let outcome = parse::evaluate(&vocabulary::tokens(framed.atoms, language)?)?;
    let prefixed = matches!(framed.atoms, [Atom { kind: Kind::Number { radix: Some(_), .. }, .. }]);
    // Turning a number into another base or notation is work; a number alone is not.
    let turned =
        matches!(framed.format, Format::Radix(radix) if radix != 10 || prefixed) || framed.format == Format::Roman;
    let reshaped = !matches!(framed.format, Format::Plain | Format::Radix(_));
    let bid = if outcome.operations > 0 || turned || (reshaped && !outcome.constant) {
        certain
    } else if outcome.constant && framed.atoms.first().is_some_and(|atom| atom.text != "e" && atom.text != "phi")
        || prefixed
    {
        UNCLEAR
    } else {
        return None;
    };
    let subject = subject(text, framed.atoms);
    if let Num::None(why) = &outcome.value.num {
        let (reason, short) = show::reason(why);
        return Some(found(
            bid.min(NO_RESULT),
            &subject,
            &format!("{subject} {reason}"),
            short,
            Value::Text(short.to_owned()),
        ));
    }
    let shown = show::show(&outcome.value.num, framed.format)?;
    let mut sentence = format!("{subject} {} {}", if shown.exact { "=" } else { "≈" }, shown.text);
    let mut notes: Vec<String> = shown.note.into_iter().collect();
    if outcome.radians {
        notes.push("angle in radians".to_owned());
    }
    if !notes.is_empty() {
        sentence = format!("{sentence} ({})", notes.join("; "));
    }
    let value = match framed.format {
        Format::Percent => Value::Percentage(shown.text.trim_end_matches('%').to_owned()),
        Format::Plain | Format::Places(_) | Format::Significant(_) | Format::Radix(10) => {
            Value::Number(shown.text.clone())
        }
        _ => Value::Text(shown.text.clone()),
    };
    Some(found(bid, &subject, &sentence, &shown.text, value))
}

/// How sure the form of the question is: dates, phone numbers, sizes and idioms look like arithmetic and are not.
fn resemblance(framed: &Framed<'_>) -> Option<f32> {
    let atoms = framed.atoms;
    let tight = atoms.iter().skip(1).all(|atom| atom.tight);
    let digits = |atom: &Atom| atom.text.len();
    let numbers: Vec<&Atom> = atoms.iter().filter(|atom| atom.number().is_some()).collect();
    let whole = numbers.iter().all(|atom| atom.text.bytes().all(|byte| byte.is_ascii_digit()));
    let signs: Vec<&str> = atoms.iter().filter(|atom| atom.number().is_none()).map(|atom| atom.text.as_str()).collect();
    if !tight || !whole || numbers.len() != signs.len() + 1 || numbers.len() < 2 {
        return Some(CLEAR);
    }
    let lengths: Vec<usize> = numbers.iter().map(|atom| digits(atom)).collect();
    let year = |atom: &Atom| {
        atom.text.len() == 4
            && matches!(
                atom.text.get(..2),
                Some("10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" | "20")
            )
    };
    let first_year = numbers.first().is_some_and(|atom| year(atom));
    let text: String = atoms.iter().map(|atom| atom.text.as_str()).collect();
    if ["24/7", "9/11", "50/50", "20/20", "7/11", "4/20", "911/112"].contains(&text.as_str()) {
        return None;
    }
    match (signs.as_slice(), lengths.as_slice()) {
        // 2024-01-02, 1/2/2024.
        (["-", "-"] | ["/", "/"], [a, 1..=2, b])
            if (*a == 4 && *b <= 2) || (*a <= 2 && (*b == 4 || (*b == 2 && !framed.asked))) =>
        {
            None
        }
        // 1-800-555-1234, 555-1234, ISBN.
        (["-", "-", ..], lengths)
            if lengths.iter().all(|length| *length >= 1) && lengths.iter().sum::<usize>() >= 7 =>
        {
            None
        }
        (["-"], [3, 4]) if !framed.asked => None,
        // 1998-2004, 2024-25.
        (["-"], [4, 2 | 4]) if first_year && !framed.asked => None,
        // 4x4, 1920x1080.
        (["x" | "*"], _) if signs.contains(&"x") && !framed.asked => None,
        (["/"], [1..=2, 1..=2]) | (["-"], [1..=2, 1..=2]) if !framed.asked => Some(UNCLEAR),
        _ => Some(CLEAR),
    }
}

/// The calculation as it was typed, without what stands around it; numbers lose their separators.
fn subject(text: &str, atoms: &[Atom]) -> String {
    let mut subject = String::new();
    let mut end = None;
    for atom in atoms {
        if end.is_some_and(|end| end < atom.start) {
            subject.push(' ');
        }
        let written = text.get(atom.start..atom.end).unwrap_or_default();
        match &atom.kind {
            Kind::Number { plain: Some(plain), .. }
                if !written.contains(|c: char| !c.is_ascii_digit() && !" .,'_".contains(c)) =>
            {
                subject.push_str(plain)
            }
            _ => subject.push_str(written),
        }
        end = Some(atom.end);
    }
    subject
}

/// A sentence that was asked is answered with one.
fn say(text: &str, atoms: &[Atom], said: &Said, format: Format) -> Found {
    let part = |(start, end): (usize, usize)| subject(text, atoms.get(start..end).unwrap_or_default());
    let (a, b) = (part(said.first), part(said.second));
    let whole = subject(text, atoms);
    if let Num::None(why) = &said.result {
        let (reason, short) = show::reason(why);
        return found(NO_RESULT, &whole, &format!("{whole} {reason}"), short, Value::Text(short.to_owned()));
    }
    let Some(shown) = show::show(&said.result, if format == Format::Percent { Format::Plain } else { format }) else {
        return found(
            NO_RESULT,
            &whole,
            &format!("{whole} is not a real number"),
            "not a real number",
            Value::Text("not a real number".to_owned()),
        );
    };
    let (sign, is) = if shown.exact { ("=", "is") } else { ("≈", "is about") };
    let number = &shown.text;
    let value = || Value::Number(number.clone());
    match said.form {
        Form::Share | Form::ShareOf => {
            let (part, whole) = if said.form == Form::Share { (a, b) } else { (b, a) };
            let subject = format!("{part} of {whole}");
            let mut found = found(
                CLEAR,
                &subject,
                &format!("{part} {is} {number}% of {whole}"),
                &format!("{number}%"),
                Value::Percentage(number.clone()),
            );
            found.claim.property = "percentage".to_owned();
            found
        }
        Form::Change => {
            let subject = format!("change from {a} to {b}");
            let sentence = format!("the {subject} {is} {number}%");
            found(CLEAR, &subject, &sentence, &format!("{number}%"), Value::Percentage(number.clone()))
        }
        Form::Tip => {
            let subject = format!("{a} of {b}");
            let total = said.values.1.clone().add(said.result.clone());
            let total =
                show::show(&total, Format::Plain).map_or_else(String::new, |total| format!(" ({} in all)", total.text));
            found(CLEAR, &subject, &format!("{subject} {sign} {number}{total}"), number, value())
        }
        Form::WholeOf => found(CLEAR, &whole, &format!("{a} {is_} {b} of {number}", is_ = "is"), number, value()),
        Form::PartIs => found(CLEAR, &whole, &format!("{a} of {number} is {b}"), number, value()),
        _ => found(CLEAR, &whole, &format!("{whole} {sign} {number}"), number, value()),
    }
}

fn state(stated: &theory::Stated) -> Found {
    let sentence = format!("{} {} {}", stated.subject, stated.verb, stated.value);
    let value = stated.boolean.map_or_else(|| Value::Text(stated.value.clone()), Value::Boolean);
    let mut found = found(CLEAR, &stated.subject, &sentence, &stated.value, value);
    found.claim.property = stated.property.to_owned();
    found
}

/// The claim covers the last place where its value stands: the result, not an operand that looks like it.
fn found(bid: f32, subject: &str, sentence: &str, short: &str, value: Value) -> Found {
    let start = sentence.rfind(short).unwrap_or(0);
    Found {
        bid,
        passage: Passage::computed(subject, sentence),
        claim: Claim {
            passage: 0,
            span: Span::new(start, start + short.len()),
            subject: subject.to_owned(),
            property: "result".to_owned(),
            value,
            time: None,
            negated: false,
        },
    }
}
