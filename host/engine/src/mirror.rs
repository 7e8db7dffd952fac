//! The shared types as components see them.
//!
//! - **Takes** the types of `zero_types`, by reference.
//! - **Gives** for each of them a twin that wasmtime can lower into a guest without copying text first, and a twin
//!   that it can lift out of one.
//! - **Fails** never here: wasmtime compares the twins with a component's own types, by name and shape, before a call.
//! - **Limits**: none here; what is lifted is bounded by the store's hostcall fuel.
//! - **Why it is so**: `zero_types` must not know wasmtime, and wasmtime's traits cannot be implemented for foreign
//!   types. `bindgen!` would need a copy of every text on the way in and compares every function at every
//!   instantiation; this costs one line a field. A test builds a component of every world, so that a field that was
//!   forgotten here cannot go unnoticed.

#![allow(unsafe_code, reason = "wasmtime's derives lift and lower values of the canonical ABI")]

use crate::adapter::v0_1;
use wasmtime::component::{ComponentType, Lift, Lower};
use zero_types::{connector as c, functions as f};

/// A type that crosses the border of a component.
pub(crate) trait Mirror: Sized + 'static {
    /// What comes out of a guest.
    type Lifted: Lift + Send + Sync + 'static;
    /// What goes into a guest; borrows all text.
    type Lowered<'a>: Lower + Send + Sync;
    /// A list of it on the way in: for bytes the slice itself.
    type LoweredList<'a>: Lower + Send + Sync;

    fn raise(lifted: Self::Lifted) -> Self;
    fn lower(&self) -> Self::Lowered<'_>;
    fn lower_list(list: &[Self]) -> Self::LoweredList<'_>;
}

/// Shorthands for the signatures of calls.
pub(crate) type Lifted<T> = <T as Mirror>::Lifted;
pub(crate) type Lowered<'a, T> = <T as Mirror>::Lowered<'a>;
pub(crate) type LoweredList<'a, T> = <T as Mirror>::LoweredList<'a>;

macro_rules! list_of_lowered {
    () => {
        type LoweredList<'a> = Vec<Self::Lowered<'a>>;
        fn lower_list(list: &[Self]) -> Self::LoweredList<'_> {
            list.iter().map(Mirror::lower).collect()
        }
    };
}

macro_rules! plain {
    ($($type:ty),*) => { $(
        impl Mirror for $type {
            type Lifted = $type;
            type Lowered<'a> = $type;
            type LoweredList<'a> = &'a [$type];
            fn raise(lifted: $type) -> Self { lifted }
            fn lower(&self) -> $type { *self }
            fn lower_list(list: &[Self]) -> &[Self] { list }
        }
    )* };
}

plain!(bool, u8, u16, u32, i64, f32, f64);

impl Mirror for String {
    type Lifted = String;
    type Lowered<'a> = &'a str;
    list_of_lowered!();
    fn raise(lifted: String) -> Self {
        lifted
    }
    fn lower(&self) -> &str {
        self
    }
}

impl<T: Mirror> Mirror for Option<T> {
    type Lifted = Option<T::Lifted>;
    type Lowered<'a> = Option<T::Lowered<'a>>;
    list_of_lowered!();
    fn raise(lifted: Self::Lifted) -> Self {
        lifted.map(T::raise)
    }
    fn lower(&self) -> Self::Lowered<'_> {
        self.as_ref().map(T::lower)
    }
}

impl<T: Mirror> Mirror for Vec<T> {
    type Lifted = Vec<T::Lifted>;
    type Lowered<'a> = T::LoweredList<'a>;
    list_of_lowered!();
    fn raise(lifted: Self::Lifted) -> Self {
        lifted.into_iter().map(T::raise).collect()
    }
    fn lower(&self) -> Self::Lowered<'_> {
        T::lower_list(self)
    }
}

/// Only ever comes out: the answer of a call.
pub(crate) fn raise_result<T: Mirror, E: Mirror>(lifted: Result<T::Lifted, E::Lifted>) -> Result<T, E> {
    lifted.map(T::raise).map_err(E::raise)
}

/// Names stand as in the contract wherever they differ from Rust's.
macro_rules! mirror {
    ($($kind:ident $module:ident :: $name:ident { $($body:tt)* })*) => { $(mirror!(@$kind $module $name { $($body)* });)* };

    (@record $module:ident $name:ident { $($field:ident $($wit:literal)? : $type:ty),* $(,)? }) => {
        const _: () = {
            #[derive(ComponentType, Lift)]
            #[component(record)]
            pub(crate) struct Out { $( $(#[component(name = $wit)])? $field: Lifted<$type> ),* }
            #[derive(ComponentType, Lower)]
            #[component(record)]
            pub(crate) struct In<'a> { $( $(#[component(name = $wit)])? $field: Lowered<'a, $type> ),* }

            impl Mirror for $module::$name {
                type Lifted = Out;
                type Lowered<'a> = In<'a>;
                list_of_lowered!();
                fn raise(lifted: Out) -> Self {
                    Self { $($field: <$type>::raise(lifted.$field)),* }
                }
                fn lower(&self) -> In<'_> {
                    In { $($field: self.$field.lower()),* }
                }
            }
        };
    };

    (@choice $module:ident $name:ident { $($case:ident $wit:literal),* $(,)? }) => {
        const _: () = {
            #[derive(ComponentType, Lift, Lower, Clone, Copy)]
            #[component(enum)]
            #[repr(u8)]
            pub(crate) enum Both { $( #[component(name = $wit)] $case ),* }

            impl Mirror for $module::$name {
                type Lifted = Both;
                type Lowered<'a> = Both;
                list_of_lowered!();
                fn raise(lifted: Both) -> Self {
                    match lifted { $(Both::$case => Self::$case),* }
                }
                fn lower(&self) -> Both {
                    match self { $(Self::$case => Both::$case),* }
                }
            }
        };
    };

    // A case without a value is written first and at most once: `(none Anonymous "anonymous")`.
    (@variant $module:ident $name:ident {
        $((none $empty:ident $empty_wit:literal),)? $($case:ident $wit:literal ($type:ty)),* $(,)?
    }) => {
        const _: () = {
            #[derive(ComponentType, Lift)]
            #[component(variant)]
            pub(crate) enum Out {
                $( #[component(name = $empty_wit)] $empty, )?
                $( #[component(name = $wit)] $case(Lifted<$type>) ),*
            }
            #[derive(ComponentType, Lower)]
            #[component(variant)]
            pub(crate) enum In<'a> {
                $( #[component(name = $empty_wit)] $empty, )?
                $( #[component(name = $wit)] $case(Lowered<'a, $type>) ),*
            }

            impl Mirror for $module::$name {
                type Lifted = Out;
                type Lowered<'a> = In<'a>;
                list_of_lowered!();
                fn raise(lifted: Out) -> Self {
                    match lifted {
                        $(Out::$empty => Self::$empty,)?
                        $(Out::$case(value) => Self::$case(<$type>::raise(value))),*
                    }
                }
                fn lower(&self) -> In<'_> {
                    match self {
                        $(Self::$empty => In::$empty,)?
                        $(Self::$case(value) => In::$case(value.lower())),*
                    }
                }
            }
        };
    };
}

mirror! {
    record c::Span { start: u32, end: u32 }
    choice c::UnitSystem { Metric "metric", Imperial "imperial", Us "us" }
    record c::Place { name: String, country: Option<String>, latitude: Option<f64>, longitude: Option<f64> }
    record c::Question {
        text: String, language: Option<String>, place: Option<c::Place>,
        time_zone "time-zone": String, now_ms "now-ms": i64, units: c::UnitSystem,
    }
    choice c::Kind {
        Fact "fact", Definition "definition", HowTo "how-to", Calculation "calculation", Conversion "conversion",
        DateTime "date-time", Weather "weather", News "news", Place "place", Person "person",
        Organisation "organisation", Code "code", Academic "academic", Product "product", Media "media",
        Finance "finance", Health "health", Translation "translation", Discussion "discussion",
        Navigation "navigation", ChitChat "chit-chat", Other "other",
    }
    choice c::AnswerType {
        Text "text", Number "number", Quantity "quantity", Money "money", Date "date", Time "time",
        Duration "duration", Place "place", Person "person", Organisation "organisation", Boolean "boolean",
        ListOf "list-of", Code "code", Url "url",
    }
    record c::Topic { name: String, weight: f32 }
    record c::Quantity { number: String, unit: String }
    record c::Money { amount: String, currency: String }
    record c::Interval { start: String, end: String }
    record c::QuantityRange { low: c::Quantity, high: c::Quantity }
    record c::Identifier { scheme: String, id: String }
    record c::Coordinates { latitude: f64, longitude: f64 }
    variant c::Value {
        Text "text"(String), Boolean "boolean"(bool), Number "number"(String),
        NumberRange "number-range"(c::Interval), Ordinal "ordinal"(i64), Percentage "percentage"(String),
        Quantity "quantity"(c::Quantity), QuantityRange "quantity-range"(c::QuantityRange), Money "money"(c::Money),
        Date "date"(String), Time "time"(String), DateTime "date-time"(String), DateRange "date-range"(c::Interval),
        Duration "duration"(String), Place "place"(c::Place), Person "person"(String),
        Organisation "organisation"(String), Language "language"(String), Url "url"(String), Email "email"(String),
        Phone "phone"(String), Version "version"(String), Identifier "identifier"(c::Identifier),
        Coordinates "coordinates"(c::Coordinates),
    }
    record c::Entity { span: c::Span, text: String, value: c::Value }
    record c::Intent {
        language: String, kind: c::Kind, topics: Vec<c::Topic>, entities: Vec<c::Entity>, keywords: Vec<String>,
        subject: Option<String>, properties: Vec<String>, expects: c::AnswerType, certainty: f32,
    }
    record c::Source { id: String, name: String, languages: Vec<String>, topics: Vec<String>, settings: String }
    record c::Setting { name: String, summary: String, required: bool }
    record c::CredentialSlot { name: String, summary: String, required: bool }
    record c::Descriptor {
        name: String, version: String, summary: String, hosts: Vec<String>, settings: Vec<c::Setting>,
        credentials: Vec<c::CredentialSlot>, kinds: Vec<c::Kind>,
    }
    choice c::Method { Get "get", Head "head", Post "post" }
    record c::Header { name: String, value: String }
    record c::Request {
        method: c::Method, url: String, headers: Vec<c::Header>, body: Option<Vec<u8>>, credential: Option<String>,
        cache_seconds "cache-seconds": Option<u32>, endpoint: Option<String>,
    }
    record c::Response { status: u16, headers: Vec<c::Header>, body: Vec<u8> }
    choice c::FetchFailureKind {
        Refused "refused", Unresolved "unresolved", Unreachable "unreachable", Timeout "timeout",
        TooLarge "too-large", Malformed "malformed", Suspended "suspended",
    }
    record c::FetchFailure { kind: c::FetchFailureKind, detail: String }
    variant c::Outcome { Response "response"(c::Response), Failed "failed"(c::FetchFailure) }
    record c::Fetch { requests: Vec<c::Request>, state: Vec<u8> }
    record c::Passage {
        title: String, url: Option<String>, text: String, language: Option<String>, published: Option<String>,
        score: f32,
    }
    record c::Claim {
        passage: u32, span: c::Span, subject: String, property: String, value: c::Value, time: Option<String>,
        negated: bool,
    }
    record c::Findings { passages: Vec<c::Passage>, claims: Vec<c::Claim> }
    variant c::Step { Fetch "fetch"(c::Fetch), Done "done"(c::Findings) }
    record c::Plan { bid: f32, step: c::Step }
    choice c::FailureKind {
        Settings "settings", Credential "credential", RateLimited "rate-limited", Upstream "upstream",
        Unreachable "unreachable", Malformed "malformed", Internal "internal",
    }
    record c::Failure {
        kind: c::FailureKind, detail: String, retry_after_seconds "retry-after-seconds": Option<u32>,
    }

    record v0_1::Request {
        method: c::Method, url: String, headers: Vec<c::Header>, body: Option<Vec<u8>>, credential: Option<String>,
        cache_seconds "cache-seconds": Option<u32>,
    }
    record v0_1::Fetch { requests: Vec<v0_1::Request>, state: Vec<u8> }
    variant v0_1::Step { Fetch "fetch"(v0_1::Fetch), Done "done"(c::Findings) }
    record v0_1::Plan { bid: f32, step: v0_1::Step }

    record f::Profile {
        language: Option<String>, place: Option<c::Place>, time_zone "time-zone": Option<String>,
        units: Option<c::UnitSystem>, preferred_sources "preferred-sources": Vec<String>,
        blocked_sources "blocked-sources": Vec<String>,
    }
    record f::Turn { question: String, resolved: String, answer: String }
    record f::Resolved {
        question: c::Question, preferred_sources "preferred-sources": Vec<String>,
        blocked_sources "blocked-sources": Vec<String>, changes: Vec<String>,
    }
    record f::Finding {
        source_id "source-id": String, source_name "source-name": String, bid: f32, passages: Vec<c::Passage>,
        claims: Vec<c::Claim>,
    }
    record f::Citation { source_id "source-id": String, finding: u32, passage: u32, span: c::Span }
    record f::Sentence { text: String, citations: Vec<f::Citation>, support: f32 }
    record f::Side { value: c::Value, text: String, citations: Vec<f::Citation> }
    record f::Contradiction { subject: String, property: String, sides: Vec<f::Side> }
    choice f::AbstentionKind { NothingFound "nothing-found", NotAnswered "not-answered", Unsure "unsure" }
    record f::Abstention { kind: f::AbstentionKind, reason: String }
    record f::Answer {
        sentences: Vec<f::Sentence>, short: Option<String>, confidence: f32, contradictions: Vec<f::Contradiction>,
        abstention: Option<f::Abstention>,
    }
    choice f::Role { System "system", User "user" }
    record f::Message { role: f::Role, content: String }
    variant f::Credential { (none Anonymous "anonymous"), ApiKey "api-key"(String) }
    choice f::PrincipalKind { Anonymous "anonymous", User "user", Agent "agent", Service "service" }
    record f::Principal { id: String, kind: f::PrincipalKind, tenant: String, roles: Vec<String> }
    record f::KeyRecord {
        id: String, sha256: Vec<u8>, principal: f::Principal, not_before_ms "not-before-ms": i64,
        expires_ms "expires-ms": Option<i64>, revoked: bool,
    }
    choice f::DenialKind {
        Malformed "malformed", Unknown "unknown", NotYetValid "not-yet-valid", Expired "expired",
        Revoked "revoked", Forbidden "forbidden",
    }
    record f::Denial { kind: f::DenialKind, reason: String }
    choice f::Action { Ask "ask", ListSources "list-sources", Administer "administer" }
    variant f::Decision { (none Allow "allow"), Deny "deny"(f::Denial) }
}
