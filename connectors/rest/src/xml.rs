//! XML (Atom, RSS, plain) as the same tree as JSON.
//!
//! Takes: a body, the names a mapping speaks of, its namespace prefixes. Gives: a [`Node`] for the root element.
//! Fails: on what is not well-formed, too deep or too large. Limits: [`DEPTH_MAX`], [`NAMES_MAX`], [`TEXT_BYTES_MAX`].
//! Why it is so: document types are passed over and only the predefined entities and characters by number are
//! resolved, so no entity can expand; repeated elements become a list, so one path reads both formats.

use crate::node::{NODES_MAX, Node, Wanted};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The root element's own name, as a member of it: what tells one kind of document from another.
const ROOT_NAME: &str = "#name";
const DEPTH_MAX: usize = 64;
/// Different names among the children of one element that is kept.
const NAMES_MAX: usize = 128;
/// Text kept in all; mixed content is kept once for each level that has text of its own.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;

struct Frame {
    /// None for an element nobody asks for: its text still belongs to the elements around it.
    name: Option<String>,
    members: Vec<(Cow<'static, str>, Node<'static>)>,
    /// Where its text starts in the text of the whole document.
    text_start: usize,
    /// Has text of its own, not only of its children.
    own_text: bool,
}

struct Builder<'p> {
    wanted: &'p Wanted<'p>,
    /// URI to the mapping's prefix.
    prefixes: &'p BTreeMap<&'p str, &'p str>,
    root_namespace: Option<String>,
    root_name: String,
    text: String,
    frames: Vec<Frame>,
    nodes_left: u32,
    text_left: usize,
}

/// Reads XML into the node of its root element.
pub(crate) fn from_xml<'p>(
    body: &[u8],
    wanted: &'p Wanted<'p>,
    prefixes: &'p BTreeMap<&'p str, &'p str>,
) -> Result<Node<'static>, String> {
    let body = decode(body)?;
    let mut reader = NsReader::from_str(&body);
    reader.config_mut().allow_dangling_amp = true;
    let mut builder = Builder {
        wanted,
        prefixes,
        root_namespace: None,
        root_name: String::new(),
        text: String::new(),
        frames: Vec::new(),
        nodes_left: NODES_MAX,
        text_left: TEXT_BYTES_MAX,
    };
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| format!("{error} at byte {at}"))?;
        let done = match event {
            Event::Start(start) => {
                let name = builder.name_of(&reader, &start)?;
                builder.open(name, &start)?;
                None
            }
            Event::Empty(start) => {
                let name = builder.name_of(&reader, &start)?;
                builder.open(name, &start)?;
                builder.close()?
            }
            Event::End(_) => builder.close()?,
            Event::Text(text) => builder.push_text(&text),
            Event::CData(text) => builder.push_text(&text),
            Event::GeneralRef(reference) => builder.push_text(&crate::html::entity(&reference)),
            Event::Eof => return Err("no root element".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(root) = done {
            return Ok(root);
        }
    }
}

impl Builder<'_> {
    /// The element's name as the mapping writes it: bare in no namespace or the root's, else with the mapping's prefix,
    /// else with the document's.
    fn name_of(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Option<String>, String> {
        let (namespace, local) = reader.resolver().resolve_element(start.name());
        let local = local.as_ref();
        let uri = match namespace {
            ResolveResult::Bound(uri) => Some(uri.as_ref().to_owned()),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        let name = start.name();
        let name = if self.frames.is_empty() {
            self.root_namespace = uri;
            self.root_name = local.to_owned();
            return Ok(Some(local.to_owned()));
        } else if let Some(prefix) = uri.as_deref().and_then(|uri| self.prefixes.get(uri)) {
            format!("{prefix}:{local}")
        } else if uri.is_some() && uri != self.root_namespace {
            name.as_ref().to_owned()
        } else {
            local.to_owned()
        };
        Ok(self.wanted.has(&name).then_some(name))
    }

    fn open(&mut self, name: Option<String>, start: &BytesStart<'_>) -> Result<(), String> {
        if self.frames.len() >= DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} levels"));
        }
        let mut members = Vec::new();
        if name.is_some() {
            for attribute in start.attributes().with_checks(false).take(NAMES_MAX) {
                let attribute = attribute.map_err(|error| error.to_string())?;
                let key = format!("@{}", attribute.key.as_ref());
                if self.wanted.has(&key) {
                    self.count()?;
                    let value = crate::html::entities(attribute.value.as_ref()).into_owned();
                    self.keep_text(value.len())?;
                    members.push((Cow::Owned(key), Node::Text(Cow::Owned(value))));
                }
            }
        }
        self.frames.push(Frame { name, members, text_start: self.text.len(), own_text: false });
        Ok(())
    }

    fn push_text(&mut self, text: &str) -> Option<Node<'static>> {
        if let Some(frame) = self.frames.last_mut() {
            frame.own_text |= !text.trim().is_empty();
            self.text.push_str(text);
        }
        None
    }

    /// Closes the innermost element; gives the root when that was it.
    fn close(&mut self) -> Result<Option<Node<'static>>, String> {
        let Some(frame) = self.frames.pop() else { return Err("an end tag without a start".to_owned()) };
        // Inline markup such as `<i>` is no member: its text is part of the text of what surrounds it.
        let Some(name) = frame.name else { return Ok(None) };
        self.count()?;
        let text = self.text.get(frame.text_start..).unwrap_or_default();
        let mut members = frame.members;
        if self.frames.is_empty() && self.wanted.has(ROOT_NAME) {
            members.push((Cow::Borrowed(ROOT_NAME), Node::Text(Cow::Owned(self.root_name.clone()))));
        }
        let node = if members.is_empty() {
            let text = text.trim().to_owned();
            self.keep_text(text.len())?;
            Node::Text(Cow::Owned(text))
        } else {
            if frame.own_text {
                let text = text.trim().to_owned();
                self.keep_text(text.len())?;
                members.push((Cow::Borrowed("#text"), Node::Text(Cow::Owned(text))));
            }
            Node::Object(members)
        };
        let Some(parent) = self.frames.last_mut() else { return Ok(Some(node)) };
        let full = parent.members.len() >= NAMES_MAX;
        match parent.members.iter_mut().find(|(key, _)| *key == name) {
            Some((_, Node::List(list))) => list.push(node),
            Some((_, first)) => *first = Node::List(vec![core::mem::replace(first, Node::Null), node]),
            None if full => {
                return Err(format!("more than {NAMES_MAX} different names in one element"));
            }
            None => parent.members.push((Cow::Owned(name), node)),
        }
        Ok(None)
    }

    fn count(&mut self) -> Result<(), String> {
        self.nodes_left = self.nodes_left.checked_sub(1).ok_or_else(|| format!("more than {NODES_MAX} values"))?;
        Ok(())
    }

    fn keep_text(&mut self, bytes: usize) -> Result<(), String> {
        self.text_left = self.text_left.checked_sub(bytes).ok_or("too much nested text")?;
        Ok(())
    }
}

/// UTF-8, UTF-16 by its mark, or Latin-1 where the document says so.
fn decode(body: &[u8]) -> Result<Cow<'_, str>, String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    if let Some(rest) = body.strip_prefix(b"\xff\xfe") {
        return Ok(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = body.strip_prefix(b"\xfe\xff") {
        return Ok(utf16(rest, u16::from_be_bytes));
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match core::str::from_utf8(body) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => {
            let head = String::from_utf8_lossy(body.get(..128.min(body.len())).unwrap_or_default()).to_lowercase();
            let latin = ["iso-8859-1", "windows-1252", "latin1", "us-ascii"].iter().any(|name| head.contains(name));
            if latin {
                Ok(Cow::Owned(body.iter().copied().map(char::from).collect()))
            } else {
                Err(format!("not UTF-8: {error}"))
            }
        }
    }
}
