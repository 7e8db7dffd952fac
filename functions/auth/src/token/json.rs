//! JSON of strangers: one object, each key once, flat and not long.

use super::refusal::Refusal;
use core::fmt;
use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

pub(crate) type Object = serde_json::Map<String, Value>;

/// Objects and lists within each other: `realm_access` with its `roles` are three.
const DEPTH_MAX: usize = 8;
/// Members and elements in all: a token of [`super::TOKEN_BYTES_MAX`] could hold thousands.
const VALUES_MAX: usize = 1024;

/// The object that these bytes are.
pub(crate) fn object(bytes: &[u8]) -> Result<Object, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut left = VALUES_MAX;
    let value = Strict { depth: DEPTH_MAX, left: &mut left }.deserialize(&mut json).map_err(|_| Refusal::Json)?;
    json.end().map_err(|_| Refusal::Json)?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Refusal::Json),
    }
}

/// A value within these bounds, whose objects have each key once: of two, one parser believes the first and another the
/// last.
struct Strict<'l> {
    depth: usize,
    left: &'l mut usize,
}

impl Strict<'_> {
    fn inner<E: Error>(&mut self) -> Result<Strict<'_>, E> {
        let (Some(depth), Some(left)) = (self.depth.checked_sub(1), self.left.checked_sub(1)) else {
            return Err(E::custom("too deep or too much"));
        };
        *self.left = left;
        Ok(Strict { depth, left: self.left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(self.inner()?)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let value = map.next_value_seed(self.inner()?)?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_objects_pass() {
        let check = |text: &str, expected: bool| assert_eq!(object(text.as_bytes()).is_ok(), expected, "{text}");
        check("{}", true);
        check(r#" {"a": [1, -2, 0.5, true, null, "x", {"a": 1}]} "#, true);
        for wrong in
            ["", "[]", "1", "null", "{", "{}x", "{} {}", "{'a':1}", r#"{"a":1,}"#, r#"{"a":1e999}"#, "\u{feff}{}"]
        {
            check(wrong, false);
        }
        check(r#"{"a":1,"a":1}"#, false);
        check(r#"{"a":1,"\u0061":2}"#, false);
        check(r#"{"b":{"a":1,"a":2}}"#, false);
        check(r#"{"a":"\ud800"}"#, false);
        let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        check(&deep(DEPTH_MAX - 1), true);
        check(&deep(DEPTH_MAX + 1), false);
        check(&deep(4_000), false);
        let wide = |values: usize| format!("{{\"a\":[{}]}}", vec!["1"; values].join(","));
        check(&wide(VALUES_MAX - 8), true);
        check(&wide(VALUES_MAX + 1), false);
    }
}
