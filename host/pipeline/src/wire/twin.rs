//! JSON twins of the shared types, so that those stay free of serde.
//!
//! Each twin has the same fields; [`Twin`] goes to and fro. Receipts are written in them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zero_types::{Named, connector as c, functions as f};

/// A type with a JSON form.
pub trait Twin: Sized {
    /// The form.
    type Wire;
    /// To JSON.
    fn to_wire(&self) -> Self::Wire;
    /// From JSON.
    fn from_wire(wire: Self::Wire) -> Self;
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Twin for $type {
            type Wire = $type;
            fn to_wire(&self) -> $type {
                self.clone()
            }
            fn from_wire(wire: $type) -> $type {
                wire
            }
        }
    )*};
}
plain!(String, bool, u16, u32, u64, i64, f32, f64);

impl<T: Twin> Twin for Vec<T> {
    type Wire = Vec<T::Wire>;
    fn to_wire(&self) -> Self::Wire {
        self.iter().map(Twin::to_wire).collect()
    }
    fn from_wire(wire: Self::Wire) -> Self {
        wire.into_iter().map(T::from_wire).collect()
    }
}

impl<T: Twin> Twin for Option<T> {
    type Wire = Option<T::Wire>;
    fn to_wire(&self) -> Self::Wire {
        self.as_ref().map(Twin::to_wire)
    }
    fn from_wire(wire: Self::Wire) -> Self {
        wire.map(T::from_wire)
    }
}

/// Bytes as text where they are UTF-8, so that a person can read a receipt; else as base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Base64 {
        /// RFC 4648, with padding.
        base64: String,
    },
}

impl Twin for Bytes {
    type Wire = Bytes;
    fn to_wire(&self) -> Bytes {
        self.clone()
    }
    fn from_wire(wire: Bytes) -> Bytes {
        wire
    }
}

impl Bytes {
    fn of(bytes: &[u8]) -> Self {
        use base64::Engine as _;
        match core::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64 { base64: base64::engine::general_purpose::STANDARD.encode(bytes) },
        }
    }

    fn into_vec(self) -> Vec<u8> {
        use base64::Engine as _;
        match self {
            Self::Text(text) => text.into_bytes(),
            // Bytes that were never written by `of` are empty, and the replay shows the difference.
            Self::Base64 { base64 } => base64::engine::general_purpose::STANDARD.decode(base64).unwrap_or_default(),
        }
    }
}

macro_rules! twins {
    ($(struct $module:ident::$name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        /// Twin of the shared type of this name.
        #[allow(missing_docs, reason = "documented in wit/")]
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub $field: <$type as Twin>::Wire,)*
        }
        impl Twin for $module::$name {
            type Wire = $name;
            fn to_wire(&self) -> $name {
                $name { $($field: self.$field.to_wire(),)* }
            }
            fn from_wire(wire: $name) -> Self {
                Self { $($field: Twin::from_wire(wire.$field),)* }
            }
        }
    )*};
}

/// A case of an enum, by its name in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<E>(E);

impl<E: Named> Serialize for Name<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl<'de, E: Named> Deserialize<'de> for Name<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        E::named(&name).map(Self).ok_or_else(|| D::Error::unknown_variant(&name, E::NAMES))
    }
}

macro_rules! enum_twins {
    ($($module:ident::$name:ident),* $(,)?) => {$(
        /// Twin of the shared type of this name.
        pub type $name = Name<$module::$name>;
        impl Twin for $module::$name {
            type Wire = $name;
            fn to_wire(&self) -> $name {
                Name(*self)
            }
            fn from_wire(wire: $name) -> Self {
                wire.0
            }
        }
    )*};
}

macro_rules! variant_twins {
    ($(variant $module:ident::$name:ident { $($case:ident($type:ty)),* $(,)? })*) => {$(
        /// Twin of the shared type of this name.
        #[allow(missing_docs, reason = "documented in wit/")]
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case", tag = "kind", content = "value")]
        pub enum $name {
            $($case(<$type as Twin>::Wire),)*
        }
        impl Twin for $module::$name {
            type Wire = $name;
            fn to_wire(&self) -> $name {
                match self { $($module::$name::$case(inner) => $name::$case(inner.to_wire()),)* }
            }
            fn from_wire(wire: $name) -> Self {
                match wire { $($name::$case(inner) => $module::$name::$case(Twin::from_wire(inner)),)* }
            }
        }
    )*};
}

enum_twins! {
    c::UnitSystem, c::Kind, c::AnswerType, c::Method, c::FetchFailureKind, f::PrincipalKind, f::AbstentionKind,
}

twins! {
    struct c::Span { start: u32, end: u32 }
    struct c::Place { name: String, country: Option<String>, latitude: Option<f64>, longitude: Option<f64> }
    struct c::Question {
        text: String, language: Option<String>, place: Option<c::Place>, time_zone: String, now_ms: i64,
        units: c::UnitSystem,
    }
    struct c::Topic { name: String, weight: f32 }
    struct c::Quantity { number: String, unit: String }
    struct c::Money { amount: String, currency: String }
    struct c::Interval { start: String, end: String }
    struct c::QuantityRange { low: c::Quantity, high: c::Quantity }
    struct c::Identifier { scheme: String, id: String }
    struct c::Coordinates { latitude: f64, longitude: f64 }
    struct c::Entity { span: c::Span, text: String, value: c::Value }
    struct c::Source { id: String, name: String, languages: Vec<String>, topics: Vec<String>, settings: String }
    struct c::Header { name: String, value: String }
    struct c::FetchFailure { kind: c::FetchFailureKind, detail: String }
    struct f::Profile {
        language: Option<String>, place: Option<c::Place>, time_zone: Option<String>, units: Option<c::UnitSystem>,
        preferred_sources: Vec<String>, blocked_sources: Vec<String>,
    }
    struct f::Turn { question: String, resolved: String, answer: String }
}

variant_twins! {
    variant c::Value {
        Text(String), Boolean(bool), Number(String), NumberRange(c::Interval), Ordinal(i64), Percentage(String),
        Quantity(c::Quantity), QuantityRange(c::QuantityRange), Money(c::Money), Date(String), Time(String),
        DateTime(String), DateRange(c::Interval), Duration(String), Place(c::Place), Person(String),
        Organisation(String), Language(String), Url(String), Email(String), Phone(String), Version(String),
        Identifier(c::Identifier), Coordinates(c::Coordinates),
    }
    variant c::Outcome { Response(c::Response), Failed(c::FetchFailure) }
}

/// Twin of the shared type of this name. Who asked and as what stays; with which session, narrowed how and how often is
/// no part of what an answer stands on.
#[allow(missing_docs, reason = "documented in wit/")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    pub id: String,
    pub kind: PrincipalKind,
    pub tenant: String,
    pub roles: Vec<String>,
}

impl Twin for f::Principal {
    type Wire = Principal;
    fn to_wire(&self) -> Principal {
        let Self { id, kind, tenant, roles, scopes: _, session: _, limit_per_minute: _ } = self.clone();
        Principal { id, kind: kind.to_wire(), tenant, roles }
    }
    fn from_wire(Principal { id, kind, tenant, roles }: Principal) -> Self {
        let kind = Twin::from_wire(kind);
        Self { id, kind, tenant, roles, scopes: None, session: None, limit_per_minute: None }
    }
}

/// Twin of the shared type of this name.
#[allow(missing_docs, reason = "documented in wit/")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<Header>,
    pub body: Option<Bytes>,
    pub credential: Option<String>,
    pub cache_seconds: Option<u32>,
    /// Absent where it is none, as in receipts from before there were names of endpoints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

impl Twin for c::Request {
    type Wire = Request;
    fn to_wire(&self) -> Request {
        Request {
            method: self.method.to_wire(),
            url: self.url.clone(),
            headers: self.headers.to_wire(),
            body: self.body.as_deref().map(Bytes::of),
            credential: self.credential.clone(),
            cache_seconds: self.cache_seconds,
            endpoint: self.endpoint.clone(),
        }
    }
    fn from_wire(wire: Request) -> Self {
        Self {
            method: Twin::from_wire(wire.method),
            url: wire.url,
            headers: Twin::from_wire(wire.headers),
            body: wire.body.map(Bytes::into_vec),
            credential: wire.credential,
            cache_seconds: wire.cache_seconds,
            endpoint: wire.endpoint,
        }
    }
}

/// Twin of the shared type of this name.
#[allow(missing_docs, reason = "documented in wit/")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<Header>,
    pub body: Bytes,
}

impl Twin for c::Response {
    type Wire = Response;
    fn to_wire(&self) -> Response {
        Response { status: self.status, headers: self.headers.to_wire(), body: Bytes::of(&self.body) }
    }
    fn from_wire(wire: Response) -> Self {
        Self { status: wire.status, headers: Twin::from_wire(wire.headers), body: wire.body.into_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_from_before_endpoints_had_names_are_read_and_written_alike() {
        let before = r#"{"method":"get","url":"https://a.example/v1","headers":[{"name":"accept","value":"*/*"}],"body":null,"credential":"token","cache_seconds":60}"#;
        let read = c::Request::from_wire(serde_json::from_str(before).unwrap());
        let written = serde_json::to_string(&read.to_wire()).unwrap();
        assert_eq!((read.endpoint.as_deref(), written.as_str()), (None, before));

        let named = read.endpoint("search");
        let json = serde_json::to_string(&named.to_wire()).unwrap();
        assert_eq!(c::Request::from_wire(serde_json::from_str(&json).unwrap()), named, "{json}");
    }
}
