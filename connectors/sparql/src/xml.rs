//! SPARQL Query Results XML Format.
//!
//! Takes: a body. Gives: an answer. Fails: on what is not well formed or of another vocabulary. Limits: [`BYTES_MAX`],
//! rows as JSON. Why it is so: one pass over the events; no entity of a document type is looked at.

use crate::results::{Answer, ROWS_MAX, Row, VARIABLES_MAX};
use crate::term::{Kind, Term};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zero_connector_sdk::prose::xml_character;

/// Bytes of a body that are read.
const BYTES_MAX: usize = 2 * 1024 * 1024;

#[derive(Default)]
struct Walk {
    answer: Answer,
    is_sparql: bool,
    row: Option<Row>,
    variable: String,
    /// The term or `boolean` whose text is being read.
    open: Option<Option<Term>>,
    text: String,
}

pub(crate) fn answer(body: &[u8]) -> Result<Answer, String> {
    if body.len() > BYTES_MAX {
        return Err(format!("{} bytes of XML; at most {BYTES_MAX} are read", body.len()));
    }
    let text = core::str::from_utf8(body).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(text);
    let mut walk = Walk::default();
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                depth += 1;
                walk.start(&tag);
            }
            Event::Empty(tag) => {
                walk.start(&tag);
                walk.end(tag.local_name().as_ref());
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                walk.end(tag.local_name().as_ref());
            }
            Event::Text(text) => walk.say(&text),
            Event::CData(text) => walk.say(&text),
            Event::GeneralRef(name) => walk.say(&xml_character(&name)),
            Event::Eof if depth > 0 => return Err("it breaks off".to_owned()),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if walk.answer.rows.len() >= ROWS_MAX {
            break;
        }
    }
    if walk.is_sparql { Ok(walk.answer) } else { Err("its root is not `sparql`".to_owned()) }
}

impl Walk {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let kind = match tag.local_name().as_ref() {
            "sparql" => {
                self.is_sparql = true;
                return;
            }
            "result" => {
                self.row = Some(Row::new());
                return;
            }
            "binding" => {
                self.variable = attribute(tag, "name").unwrap_or_default();
                return;
            }
            "boolean" => {
                self.text.clear();
                self.open = Some(None);
                return;
            }
            "uri" => Kind::Iri,
            "bnode" => Kind::Blank,
            "literal" => Kind::Literal,
            _ => return,
        };
        self.text.clear();
        let (language, datatype) = (attribute(tag, "xml:lang"), attribute(tag, "datatype"));
        self.open = Some(Some(Term { kind, text: String::new(), language, datatype }));
    }

    fn say(&mut self, text: &str) {
        if self.open.is_some() {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "result" => self.answer.rows.extend(self.row.take()),
            "boolean" | "uri" | "bnode" | "literal" => match self.open.take() {
                Some(Some(term)) => {
                    let text = core::mem::take(&mut self.text);
                    let variable = self.variable.clone();
                    if let Some(row) = self.row.as_mut().filter(|row| row.len() < VARIABLES_MAX) {
                        row.push((variable, Term { text, ..term }));
                    }
                }
                Some(None) => self.answer.truth = Some(self.text.trim() == "true"),
                None => {}
            },
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).take(16).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    let mut text = String::new();
    for (nth, part) in found.value.split('&').enumerate() {
        match part.split_once(';') {
            Some((name, rest)) if nth > 0 => {
                text.push_str(&xml_character(name));
                text.push_str(rest);
            }
            _ => text.push_str(part),
        }
    }
    Some(text)
}
