//! The form of a body: which names stand where, whatever the values.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// A larger body has no shape: reading it would cost more than the question it was for.
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// Places of one shape; what is beyond is not part of it.
pub const PATHS_MAX: usize = 2048;
/// Depth that is looked into.
pub const DEPTH_MAX: usize = 24;
/// An object with more keys than this is a map from identifiers, not a record.
const RECORD_KEYS_MAX: usize = 64;

/// Every place of a body, such as `items[].title:string`, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    paths: BTreeSet<String>,
}

impl Shape {
    /// The shape of a JSON or XML body; none when it is neither, broken, or larger than [`BODY_BYTES_MAX`].
    #[must_use]
    pub fn of(body: &[u8]) -> Option<Self> {
        if body.len() > BODY_BYTES_MAX {
            return None;
        }
        let start = body.iter().copied().find(|byte| !byte.is_ascii_whitespace() && !BOM.contains(byte))?;
        match start {
            b'{' | b'[' => Self::of_json(&serde_json::from_slice(body).ok()?),
            b'<' => Self::of_xml(body),
            _ => None,
        }
    }

    /// From places kept earlier.
    #[must_use]
    pub fn from_paths(paths: impl IntoIterator<Item = String>) -> Self {
        Self { paths: paths.into_iter().take(PATHS_MAX).collect() }
    }

    /// Its places.
    #[must_use]
    pub fn paths(&self) -> &BTreeSet<String> {
        &self.paths
    }

    /// 16 hex digits that are equal for equal shapes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for path in &self.paths {
            hash.update(path.as_bytes());
            hash.update(b"\n");
        }
        let mut text = hex::encode(hash.finalize());
        text.truncate(16);
        text
    }

    fn of_json(value: &Value) -> Option<Self> {
        let mut shape = Self::default();
        shape.json(value, "", 0);
        Some(shape)
    }

    fn json(&mut self, value: &Value, path: &str, depth: usize) {
        if depth > DEPTH_MAX || self.paths.len() >= PATHS_MAX {
            return;
        }
        match value {
            Value::Array(items) => {
                let path = format!("{path}[]");
                if items.is_empty() {
                    return;
                }
                items.iter().for_each(|item| self.json(item, &path, depth + 1));
            }
            Value::Object(members) => {
                let is_map = members.len() > RECORD_KEYS_MAX || members.keys().all(|key| is_identifier(key));
                for (key, value) in members {
                    let key = if is_map { "*" } else { key };
                    self.json(value, &format!("{path}.{key}"), depth + 1);
                }
            }
            // Absent and null are the same to most readers, and services are careless about the difference.
            Value::Null => {}
            Value::Bool(_) => self.add(format!("{path}:boolean")),
            Value::Number(_) => self.add(format!("{path}:number")),
            Value::String(_) => self.add(format!("{path}:string")),
        }
    }

    fn of_xml(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(body);
        let (mut shape, mut open, mut buffer) = (Self::default(), Vec::<String>::new(), Vec::new());
        loop {
            match reader.read_event_into(&mut buffer).ok()? {
                Event::Start(tag) => {
                    open.push(tag.name().as_ref().to_owned());
                    shape.element(&open, &tag);
                }
                Event::Empty(tag) => {
                    open.push(tag.name().as_ref().to_owned());
                    shape.element(&open, &tag);
                    open.pop();
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Eof => break,
                _ => {}
            }
            buffer.clear();
        }
        // A page for people is not a service's answer in another form.
        let is_page = shape.paths.iter().any(|path| path.eq_ignore_ascii_case("/html"));
        (open.is_empty() && !is_page && !shape.paths.is_empty()).then_some(shape)
    }

    fn element(&mut self, open: &[String], tag: &quick_xml::events::BytesStart<'_>) {
        if open.len() > DEPTH_MAX {
            return;
        }
        let path = format!("/{}", open.join("/"));
        for attribute in tag.attributes().flatten() {
            let name = attribute.key.as_ref().to_owned();
            self.add(format!("{path}@{name}"));
        }
        self.add(path);
    }

    fn add(&mut self, path: String) {
        if self.paths.len() < PATHS_MAX {
            self.paths.insert(path);
        }
    }
}

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Whether a key names a thing and not a property: a number, a hash, a date, `Q42`.
fn is_identifier(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    digits * 2 >= key.len() && digits > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(body: &str) -> Vec<String> {
        Shape::of(body.as_bytes()).map(|shape| shape.paths.into_iter().collect()).unwrap_or_default()
    }

    #[test]
    fn a_shape_is_names_and_kinds_in_their_places() {
        assert_eq!(
            paths(r#"{"items": [{"id": 1, "title": "a"}, {"id": 2, "tags": ["x"]}], "total": 2, "next": null}"#),
            [".items[].id:number", ".items[].tags[]:string", ".items[].title:string", ".total:number"]
        );
        assert_eq!(paths(r#"{"pages": {"12": {"t": "a"}, "345": {"t": "b"}}}"#), [".pages.*.t:string"]);
        assert_eq!(
            paths("<feed v='1'><entry><title>a</title></entry><entry/></feed>"),
            ["/feed", "/feed/entry", "/feed/entry/title", "/feed@v"]
        );
    }

    #[test]
    fn values_do_not_matter_and_names_do() {
        let of = |body: &str| Shape::of(body.as_bytes()).unwrap().fingerprint();
        assert_eq!(of(r#"{"a": [1, 2]}"#), of(r#"{"a": [7]}"#));
        assert_ne!(of(r#"{"a": 1}"#), of(r#"{"b": 1}"#));
        assert_ne!(of(r#"{"a": 1}"#), of(r#"{"a": "1"}"#));
    }

    #[test]
    fn what_is_no_answer_has_no_shape() {
        let large = format!("[\"{}\"]", "x".repeat(BODY_BYTES_MAX));
        for body in ["", "out of order", "{\"a\": ", "<a><b></a>", "<html><body>busy</body></html>", &large] {
            assert!(Shape::of(body.as_bytes()).is_none(), "{body:.40}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..512), start in "[{<\\[]") {
            let mut bytes = start.into_bytes();
            bytes.extend(body);
            let _ = Shape::of(&bytes);
        }
    }

    #[test]
    fn depth_and_breadth_are_bounded() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(paths(&deep).is_empty());
        let wide = (0..10_000).map(|n| format!("<a{n}/>")).collect::<String>();
        assert_eq!(paths(&format!("<r>{wide}</r>")).len(), PATHS_MAX);
    }
}
