//! Queries with typed holes: `${name:type}`.
//!
//! - Takes: the text of a query, and values by name.
//! - Gives: the query, each value escaped as what its type says; none when a hole has no value that fits.
//! - Fails: on a hole of an unknown type.
//! - Limits: [`VALUE_CHARS_MAX`] of a value; [`HOLES_MAX`].
//! - Why it is so: every type writes a whole token of SPARQL (a literal in quotes, an IRI in brackets, a number), so a
//!   value cannot end the token it stands in; there is no type that writes a value as it is.

use std::collections::BTreeMap;

/// Characters of one value.
const VALUE_CHARS_MAX: usize = 200;
const HOLES_MAX: usize = 64;

/// Values by name.
pub(crate) type Vars = BTreeMap<String, String>;

#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Hole { name: String, of: Type, language: Option<String> },
}

/// What a hole writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    /// `"value"`, `"value"@en`.
    String,
    /// The same with capitals where the value has none: labels are written so.
    Title,
    /// The same in lower case.
    Lower,
    /// A literal that a regular expression reads as it is.
    Regex,
    /// A literal for a full-text index: its words and nothing it could take for an operator, joined by `AND`.
    Words,
    /// The same, each in the quotes that Virtuoso's `bif:contains` wants.
    Contains,
    Integer,
    Decimal,
    /// `"2027-03-01"^^xsd:date`.
    Date,
    /// `<https://...>`.
    Iri,
    /// A language tag as a literal.
    Language,
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (hole, tail) = after.split_once('}').ok_or("a hole that is not closed")?;
            if parts.len() > 2 * HOLES_MAX {
                return Err(format!("more than {HOLES_MAX} holes"));
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Self::hole(hole)?);
            rest = tail;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self { parts })
    }

    fn hole(hole: &str) -> Result<Part, String> {
        let (name, of) = hole.split_once(':').ok_or_else(|| format!("`{hole}` has no type"))?;
        let (of, language) = match of.split_once('@') {
            Some((of, language)) => (of, Some(language.to_owned())),
            None => (of, None),
        };
        let of = match of {
            "string" => Type::String,
            "title" => Type::Title,
            "lower" => Type::Lower,
            "regex" => Type::Regex,
            "words" => Type::Words,
            "contains" => Type::Contains,
            "integer" => Type::Integer,
            "decimal" => Type::Decimal,
            "date" => Type::Date,
            "iri" => Type::Iri,
            "language" => Type::Language,
            other => return Err(format!("unknown type `{other}` of hole `{name}`")),
        };
        if language.as_deref().is_some_and(|tag| !is_tag(tag) && tag != "*") {
            return Err(format!("hole `{name}` has no language after `@`"));
        }
        Ok(Part::Hole { name: name.to_owned(), of, language })
    }

    /// The query, if every hole has a value that fits it.
    pub(crate) fn fill(&self, vars: &Vars) -> Option<String> {
        let mut query = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => query.push_str(text),
                Part::Hole { name, of, language } => {
                    let value: String = vars.get(name)?.chars().take(VALUE_CHARS_MAX).collect();
                    query.push_str(&of.write(value.trim())?);
                    // `@*` is the language of the question.
                    let tag = match language.as_deref() {
                        Some("*") => vars.get("language").map(String::as_str),
                        tag => tag,
                    };
                    if let Some(tag) = tag.filter(|tag| is_tag(tag)) {
                        query.push('@');
                        query.push_str(tag);
                    }
                }
            }
        }
        Some(query)
    }
}

impl Type {
    /// The whole token.
    fn write(self, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        match self {
            Self::String => Some(literal(value)),
            Self::Title => Some(literal(&capitals(value))),
            Self::Lower => Some(literal(&value.to_lowercase())),
            Self::Regex => Some(literal(&regex(value))),
            Self::Words => words(value, "").map(|words| literal(&words)),
            Self::Contains => words(value, "'").map(|words| literal(&words)),
            Self::Integer => value.parse::<i64>().ok().map(|number| number.to_string()),
            Self::Decimal => is_decimal(value).then(|| value.to_owned()),
            Self::Date => is_date(value).then(|| format!("\"{value}\"^^<http://www.w3.org/2001/XMLSchema#date>")),
            Self::Iri => is_iri(value).then(|| format!("<{value}>")),
            Self::Language => is_tag(value).then(|| literal(value)),
        }
    }
}

/// A string literal of SPARQL 1.1, section 19.7; control characters become spaces.
fn literal(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn regex(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\\' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' | '-' | '/') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn words(value: &str, quote: &str) -> Option<String> {
    let words = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // In lower case, so that none of them is an operator.
    let words: Vec<String> = words.take(8).map(|word| format!("{quote}{}{quote}", word.to_lowercase())).collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

/// `new zealand` is `New Zealand`; what has a capital already is kept.
fn capitals(value: &str) -> String {
    const SMALL: [&str; 9] = ["of", "the", "and", "in", "de", "la", "du", "von", "der"];
    if value.chars().any(char::is_uppercase) {
        return value.to_owned();
    }
    let word = |(nth, word): (usize, &str)| {
        let mut chars = word.chars();
        match chars.next() {
            Some(first) if nth == 0 || !SMALL.contains(&word) => first.to_uppercase().chain(chars).collect(),
            _ => word.to_owned(),
        }
    };
    value.split_whitespace().enumerate().map(word).collect::<Vec<String>>().join(" ")
}

fn is_decimal(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_date(value: &str) -> bool {
    value.len() == 10
        && value.bytes().zip("dddd-dd-dd".bytes()).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            _ => byte == form,
        })
}

/// Of an IRI, RFC 3987 and the grammar of SPARQL leave these out.
pub(crate) fn is_iri(value: &str) -> bool {
    (value.starts_with("http://") || value.starts_with("https://"))
        && !value
            .chars()
            .any(|c| c <= ' ' || c.is_control() || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\'))
}

fn is_tag(value: &str) -> bool {
    (2..=12).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !value.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(template: &str, value: &str) -> Option<String> {
        let vars = Vars::from([("x".to_owned(), value.to_owned()), ("language".to_owned(), "de".to_owned())]);
        Template::parse(template).unwrap().fill(&vars)
    }

    #[test]
    fn values_are_written_as_their_type() {
        for (template, value, text) in [
            ("{ ?s ?p ${x:string} }", "a\"b\\c\nd", Some(r#"{ ?s ?p "a\"b\\c d" }"#)),
            ("${x:string@en}", "Oslo", Some("\"Oslo\"@en")),
            ("${x:string@*}", "Oslo", Some("\"Oslo\"@de")),
            ("${x:title}", "isle of man", Some("\"Isle of Man\"")),
            ("${x:title}", "iPhone", Some("\"iPhone\"")),
            ("${x:regex}", "a.b(c)", Some(r#""a\\.b\\(c\\)""#)),
            ("${x:words}", "Panathenaic OR \"amphorae\"*", Some("\"panathenaic AND or AND amphorae\"")),
            ("${x:contains}", "it's", Some("\"'it' AND 's'\"")),
            ("LIMIT ${x:integer}", "10", Some("LIMIT 10")),
            ("LIMIT ${x:integer}", "10 } DROP ALL", None),
            ("${x:decimal}", "-1.50", Some("-1.50")),
            ("${x:date}", "2027-03-01", Some("\"2027-03-01\"^^<http://www.w3.org/2001/XMLSchema#date>")),
            ("${x:date}", "2027", None),
            ("${x:iri}", "https://a.example/b", Some("<https://a.example/b>")),
            ("${x:iri}", "https://a.example/b> ?p ?o . <x", None),
            ("${x:language}", "en\"", None),
            ("${y:string}", "", None),
        ] {
            assert_eq!(filled(template, value).as_deref(), text, "{template} of {value}");
        }
        for broken in ["${x}", "${x:raw}", "${x:string", "${x:string@\"}"] {
            assert!(Template::parse(broken).is_err(), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_literal(value in "\\PC{1,60}") {
            for of in ["string", "title", "lower", "regex", "words", "contains"] {
                let Some(text) = filled(&format!("A ${{x:{of}}} B"), &value) else { continue };
                let inner = text.strip_prefix("A \"").and_then(|rest| rest.strip_suffix("\" B")).unwrap();
                let mut escaped = false;
                for c in inner.chars() {
                    prop_assert!(escaped || c != '"', "{}", text);
                    escaped = !escaped && c == '\\';
                }
                prop_assert!(!escaped && !inner.contains('\n'));
            }
            for of in ["iri", "integer", "decimal", "date", "language"] {
                if let Some(text) = filled(&format!("${{x:{of}}}"), &value) {
                    prop_assert!(!text.contains([' ', '{', '}']), "{}", text);
                }
            }
        }
    }
}
