//! A response of the protocol.
//!
//! Takes: an outcome. Gives: its records, sets, formats or the repository itself. Fails: with the protocol's errors, typed,
//! and on what is not well formed. Limits: [`BYTES_MAX`], [`RECORDS_MAX`], [`LEAVES_MAX`] of a record, [`DEPTH_MAX`].
//! Why it is so: metadata comes in any format, so a record is kept as its leaves, each with its name and what it is in;
//! no entity of a document type is looked at.

use crate::record::{Leaf, Record};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zero_connector_sdk::prose::{squeeze, xml_character};
use zero_connector_sdk::{Failure, FailureKind, Outcome, success};

/// Bytes of a body that are read.
const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Records of one answer.
const RECORDS_MAX: usize = 200;
/// Leaves of one record.
const LEAVES_MAX: usize = 400;
/// Bytes of one leaf.
const LEAF_BYTES_MAX: usize = 16 * 1024;
const DEPTH_MAX: usize = 64;
/// Characters of a foreign message that a failure repeats.
const MESSAGE_CHARS_MAX: usize = 200;

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) records: Vec<Record>,
    /// Goes on with the list.
    pub(crate) token: Option<String>,
}

struct Open {
    name: String,
    /// What tells leaves of one name apart: `tag`, `code`, `type`, `nameType` ...
    kind: String,
    text: String,
    has_children: bool,
}

#[derive(Default)]
struct Walk {
    answer: Answer,
    is_oai: bool,
    open: Vec<Open>,
    record: Option<(Record, usize)>,
    error: Option<(String, String)>,
}

pub(crate) fn read(outcome: &Outcome) -> Result<Answer, Failure> {
    let response = success(outcome)?;
    let malformed = |what: String| Failure::new(FailureKind::Malformed, format!("not an answer of OAI-PMH: {what}"));
    if response.body.len() > BYTES_MAX {
        return Err(malformed(format!("{} bytes; at most {BYTES_MAX} are read", response.body.len())));
    }
    let text = String::from_utf8_lossy(&response.body);
    let walk = walk(&text).map_err(malformed)?;
    match walk.error {
        None if walk.is_oai => Ok(walk.answer),
        None => Err(malformed("its root is not `OAI-PMH`".to_owned())),
        // Nothing there is an answer.
        Some((code, _))
            if matches!(
                code.as_str(),
                "noRecordsMatch" | "idDoesNotExist" | "noSetHierarchy" | "noMetadataFormats"
            ) =>
        {
            Ok(Answer::default())
        }
        Some((code, message)) => {
            let message: String = message.chars().take(MESSAGE_CHARS_MAX).collect();
            Err(Failure::new(FailureKind::Upstream, format!("OAI-PMH error `{code}`: {message}")))
        }
    }
}

fn walk(text: &str) -> Result<Walk, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => walk.start(&tag)?,
            Event::Empty(tag) => {
                walk.start(&tag)?;
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(text) => walk.say(&text),
            Event::CData(text) => walk.say(&text),
            Event::GeneralRef(name) => walk.say(&xml_character(&name)),
            Event::Eof if walk.open.is_empty() => return Ok(walk),
            Event::Eof => return Err("it breaks off".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// Elements of the protocol that are things to tell of.
const THINGS: [&str; 5] = ["record", "header", "set", "metadataFormat", "Identify"];

impl Walk {
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} levels"));
        }
        let local = tag.local_name();
        let name = local.as_ref().to_owned();
        self.is_oai |= name == "OAI-PMH" && self.open.is_empty();
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
        }
        let mut kinds = Vec::new();
        let mut deleted = false;
        for attribute in tag.attributes().with_checks(false).take(16).flatten() {
            let key = attribute.key.as_ref();
            if [
                "tag",
                "code",
                "type",
                "titleType",
                "dateType",
                "relatedIdentifierType",
                "identifierType",
                "descriptionType",
            ]
            .contains(&key)
            {
                kinds.push(attribute.value.to_string());
            }
            deleted |= key == "status" && attribute.value.as_ref() == "deleted";
        }
        if self.record.is_none() && self.is_oai && THINGS.contains(&name.as_str()) {
            self.record = Some((Record::default(), self.open.len()));
        }
        if let Some((record, _)) = &mut self.record {
            record.deleted |= deleted && name == "header";
        }
        self.open.push(Open { name, kind: kinds.join(" "), text: String::new(), has_children: false });
        Ok(())
    }

    fn say(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut().filter(|open| open.text.len() < LEAF_BYTES_MAX) {
            open.text.push_str(text);
        }
    }

    fn end(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        let text = squeeze(&closed.text);
        match closed.name.as_str() {
            "error" if self.open.len() == 1 => self.error = Some((closed.kind, text)),
            "resumptionToken" if self.record.is_none() => self.answer.token = Some(text),
            // Markup inside of a text, such as italics in a title, belongs to the text around it.
            "i" | "b" | "sub" | "sup" | "italic" | "bold" | "it" | "em" => self.say(&format!(" {text} ")),
            _ if !text.is_empty() => {
                let inside: Vec<&str> = self.open.iter().rev().take(3).map(|open| open.name.as_str()).collect();
                let kind = match self.open.last() {
                    Some(parent) if closed.name == "subfield" => format!("{} {}", parent.kind, closed.kind),
                    _ => closed.kind,
                };
                let leaf = Leaf { name: closed.name, kind, inside: inside.join(" "), text };
                if let Some((record, _)) = self.record.as_mut().filter(|(record, _)| record.leaves.len() < LEAVES_MAX) {
                    record.leaves.push(leaf);
                }
            }
            _ => {}
        }
        if self.record.as_ref().is_some_and(|(_, depth)| self.open.len() <= *depth)
            && let Some((record, _)) = self.record.take()
            && self.answer.records.len() < RECORDS_MAX
        {
            self.answer.records.push(record);
        }
    }
}
