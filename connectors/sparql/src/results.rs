//! What an endpoint answers: SPARQL 1.1 results in JSON or XML, or a refusal in its own words.
//!
//! Takes: an outcome. Gives: rows of bound variables, or yes or no. Fails: typed. Limits: [`ROWS_MAX`],
//! [`VARIABLES_MAX`]. Why it is so: endpoints send XML when asked for JSON and text when a query fails, so the body says
//! which it is, and its first line says why.

use crate::term::{Kind, Term};
use crate::xml;
use core::fmt;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use zero_connector_sdk::prose::squeeze;
use zero_connector_sdk::{Failure, FailureKind, Outcome, Response, success};

/// Rows read of one answer.
pub(crate) const ROWS_MAX: usize = 500;
/// Variables read of one row.
pub(crate) const VARIABLES_MAX: usize = 64;
/// Characters of a foreign message that a failure repeats.
const MESSAGE_CHARS_MAX: usize = 200;

/// Variables with their terms, in the order of the query.
pub(crate) type Row = Vec<(String, Term)>;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
    /// Of `ASK`.
    pub(crate) truth: Option<bool>,
}

pub(crate) fn read(outcome: &Outcome) -> Result<Answer, Failure> {
    let response = success(outcome).map_err(|failure| explained(failure, outcome))?;
    let malformed = |what: String| Failure::new(FailureKind::Malformed, format!("not results of SPARQL: {what}"));
    let body = response.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&response.body);
    let start = body.iter().find(|byte| !byte.is_ascii_whitespace());
    match start {
        Some(b'<') => xml::answer(body).map_err(malformed),
        Some(_) => {
            let json: Json = serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
            json.answer()
        }
        None => Err(malformed("the answer is empty".to_owned())),
    }
}

/// The failure with what the endpoint says of it: mostly which part of a query it does not like.
fn explained(failure: Failure, outcome: &Outcome) -> Failure {
    let Outcome::Response(Response { body, .. }) = outcome else { return failure };
    if failure.kind != FailureKind::Upstream {
        return failure;
    }
    let text = String::from_utf8_lossy(body.get(..2_000).unwrap_or(body)).into_owned();
    let text = match serde_json::from_slice::<Json>(body).ok().and_then(|json| json.error).map(ServiceError::message) {
        Some(message) => message,
        None => text.split(['<', '>']).step_by(2).collect::<Vec<_>>().join(" "),
    };
    let text: String = squeeze(&text).chars().take(MESSAGE_CHARS_MAX).collect();
    if text.is_empty() {
        return failure;
    }
    Failure::new(failure.kind, format!("{}: {text}", failure.detail)).retry_after(failure.retry_after_seconds)
}

#[derive(Deserialize)]
struct Json {
    boolean: Option<bool>,
    results: Option<Results>,
    error: Option<ServiceError>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ServiceError {
    Said { message: String },
    Text(String),
}

#[derive(Deserialize)]
struct Results {
    #[serde(deserialize_with = "rows")]
    bindings: Vec<Row>,
}

#[derive(Deserialize)]
struct JsonTerm {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    #[serde(rename = "xml:lang")]
    language: Option<String>,
    datatype: Option<String>,
}

impl Json {
    fn answer(self) -> Result<Answer, Failure> {
        let Self { boolean, results, error } = self;
        match (results, boolean) {
            (Some(results), truth) => Ok(Answer { rows: results.bindings, truth }),
            (None, Some(truth)) => Ok(Answer { rows: Vec::new(), truth: Some(truth) }),
            (None, None) => Err(match error.map(ServiceError::message) {
                Some(message) => Failure::new(FailureKind::Upstream, message),
                None => Failure::new(FailureKind::Malformed, "not results of SPARQL: neither `results` nor `boolean`"),
            }),
        }
    }
}

impl ServiceError {
    fn message(self) -> String {
        match self {
            Self::Said { message } | Self::Text(message) => message,
        }
    }
}

impl From<JsonTerm> for Term {
    fn from(term: JsonTerm) -> Self {
        let kind = match term.kind.as_str() {
            "uri" => Kind::Iri,
            "bnode" => Kind::Blank,
            _ => Kind::Literal,
        };
        Self { kind, text: term.value, language: term.language, datatype: term.datatype }
    }
}

/// The first rows; the rest is passed over.
fn rows<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Row>, D::Error> {
    struct Rows;
    struct OneRow;
    struct Bound(Row);

    impl<'de> Visitor<'de> for OneRow {
        type Value = Row;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("variables with their terms")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
            let mut row = Vec::new();
            while let Some((name, term)) = map.next_entry::<String, JsonTerm>()? {
                if row.len() < VARIABLES_MAX {
                    row.push((name, Term::from(term)));
                }
            }
            Ok(row)
        }
    }

    impl<'de> Deserialize<'de> for Bound {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(OneRow).map(Bound)
        }
    }

    impl<'de> Visitor<'de> for Rows {
        type Value = Vec<Row>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of rows")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Row>, A::Error> {
            let mut rows = Vec::new();
            while rows.len() < ROWS_MAX {
                match list.next_element::<Bound>()? {
                    Some(Bound(row)) => rows.push(row),
                    None => return Ok(rows),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(rows)
        }
    }
    deserializer.deserialize_seq(Rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str) -> Outcome {
        Outcome::Response(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn json_and_xml_say_the_same() {
        let json = r#"{"head":{"vars":["a","b"]},"results":{"bindings":[{"a":{"type":"uri","value":"https://a.example/"},
            "b":{"type":"literal","value":"x & y","xml:lang":"en"}},{"b":{"type":"typed-literal","datatype":"d","value":"1"}}]}}"#;
        let xml = r#"<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head><results>
            <result><binding name="a"><uri>https://a.example/</uri></binding><binding name="b"><literal xml:lang="en">x &amp; y</literal></binding></result>
            <result><binding name="b"><literal datatype="d">1</literal></binding></result></results></sparql>"#;
        let answer = read(&outcome(200, json)).unwrap();
        assert_eq!(answer.rows.len(), 2);
        assert_eq!(answer, read(&outcome(200, xml)).unwrap());
        let ask = r#"<sparql><head/><boolean>true</boolean></sparql>"#;
        assert_eq!(read(&outcome(200, ask)).unwrap(), read(&outcome(200, r#"{"head":{},"boolean":true}"#)).unwrap());
    }

    #[test]
    fn refusals_are_told_in_the_endpoints_words() {
        for (status, body, said) in [
            (
                400,
                "Virtuoso 37000 Error SP030: syntax error\n\nSPARQL query:",
                "HTTP status 400: Virtuoso 37000 Error SP030: syntax error SPARQL query:",
            ),
            (500, r#"{"error":{"message":"lantern broke"}}"#, "HTTP status 500: lantern broke"),
            (500, "<html><h1>Timeout</h1></html>", "HTTP status 500: Timeout"),
            (200, r#"{"error":"too costly"}"#, "too costly"),
        ] {
            let failure = read(&outcome(status, body)).unwrap_err();
            assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Upstream, said));
        }
    }
}
