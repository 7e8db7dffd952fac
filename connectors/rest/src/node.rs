//! One tree for what services answer, be it JSON or XML.
//!
//! Takes: a body and the names a mapping speaks of. Gives: a [`Node`]. Fails: on what is not JSON, is nested too deeply
//! or holds too many values. Limits: [`NODES_MAX`]; depth 128 (`serde_json`'s own).
//! Why it is so: members nobody asks for are skipped while parsing, not kept, so that 4 MB of answer fit an instance.

use core::cell::Cell;
use core::fmt;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// Values kept of one body: with vectors that grow, some 12 MiB.
pub(crate) const NODES_MAX: u32 = 100_000;

/// A value of a response. An XML element is an object of its attributes (`@name`), children and own text (`#text`).
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'b> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Cow<'b, str>),
    List(Vec<Node<'b>>),
    Object(Vec<(Cow<'b, str>, Node<'b>)>),
}

impl<'b> Node<'b> {
    /// What it reads as in a template; none for nulls, lists and objects without text.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Node::Null | Node::List(_) => None,
            Node::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Node::Int(value) => Some(Cow::Owned(value.to_string())),
            Node::Uint(value) => Some(Cow::Owned(value.to_string())),
            Node::Float(value) => Some(Cow::Owned(value.to_string())),
            Node::Text(text) => Some(Cow::Borrowed(text)),
            Node::Object(_) => self.member("#text").and_then(Node::text),
        }
    }

    /// The elements of a list; of anything else, the thing itself.
    pub(crate) fn elements(&self) -> &[Node<'b>] {
        if let Node::List(list) = self { list.as_slice() } else { core::slice::from_ref(self) }
    }

    /// What it is, in a few words for a person: of an object the names that were kept.
    pub(crate) fn sketch(&self) -> String {
        match self {
            Node::Object(members) if members.is_empty() => "an object without any name of the mapping".to_owned(),
            Node::Object(members) => {
                let names: Vec<String> = members.iter().take(8).map(|(name, _)| format!("`{name}`")).collect();
                format!("an object with {}", names.join(", "))
            }
            Node::List(list) => format!("a list of {}", list.len()),
            Node::Text(_) => "a text".to_owned(),
            Node::Null => "null".to_owned(),
            Node::Bool(_) | Node::Int(_) | Node::Uint(_) | Node::Float(_) => "a single value".to_owned(),
        }
    }

    /// The member of this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Node<'b>> {
        match self {
            Node::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            _ => None,
        }
    }
}

/// The names a mapping speaks of; everything else is skipped.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wanted<'p> {
    /// A wildcard asks for every name.
    pub(crate) all: bool,
    pub(crate) names: Vec<&'p str>,
}

impl<'p> Wanted<'p> {
    pub(crate) fn add(&mut self, name: &'p str) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.all || self.names.contains(&name)
    }
}

/// Reads JSON.
pub(crate) fn from_json<'b>(body: &'b [u8], wanted: &Wanted<'_>) -> Result<Node<'b>, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let left = Cell::new(NODES_MAX);
    let mut json = serde_json::Deserializer::from_slice(body);
    let node = Seed { wanted, left: &left }.deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    Ok(node)
}

#[derive(Clone, Copy)]
struct Seed<'s, 'p> {
    wanted: &'s Wanted<'p>,
    left: &'s Cell<u32>,
}

impl<'b> DeserializeSeed<'b> for Seed<'_, '_> {
    type Value = Node<'b>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Node<'b>, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| D::Error::custom(format!("more than {NODES_MAX} values")))?);
        deserializer.deserialize_any(self)
    }
}

impl<'b> Visitor<'b> for Seed<'_, '_> {
    type Value = Node<'b>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'b>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'b>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'b>, E> {
        Ok(Node::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'b>, E> {
        Ok(Node::Uint(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'b>, E> {
        Ok(Node::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'b str) -> Result<Node<'b>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'b>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'b>>(self, mut seq: A) -> Result<Node<'b>, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = seq.next_element_seed(self)? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'b>>(self, mut map: A) -> Result<Node<'b>, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Key)? {
            if self.wanted.has(&name) {
                members.push((name, map.next_value_seed(self)?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Node::Object(members))
    }
}

struct Key;

impl<'b> DeserializeSeed<'b> for Key {
    type Value = Cow<'b, str>;

    fn deserialize<D: Deserializer<'b>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'b> Visitor<'b> for Key {
    type Value = Cow<'b, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, value: &'b str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
