//! Every type of the contracts, once: what the canonical ABI is made of here, and wasmtime's twins in the engine.

/// Hands the table of all types to a macro, which is to see `c` (`zero_types::connector`), `f`
/// (`zero_types::functions`) and `v0_1`. Fields and cases stand in the contract's order, and names as in the contract
/// wherever they differ from Rust's; `(none Anonymous "anonymous")` is a case without a value, first and at most once.
#[macro_export]
macro_rules! every_type {
    ($then:ident) => {
        $then! {
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
            variant f::Credential { (none Anonymous "anonymous"), ApiKey "api-key"(String), Token "token"(String) }
            choice f::PrincipalKind { Anonymous "anonymous", User "user", Agent "agent", Service "service" }
            record f::Principal {
                id: String, kind: f::PrincipalKind, tenant: String, roles: Vec<String>, scopes: Option<Vec<String>>,
                session: Option<String>, limit_per_minute "limit-per-minute": Option<u32>,
            }
            record f::KeyRecord {
                id: String, sha256: Vec<u8>, principal: f::Principal, not_before_ms "not-before-ms": i64,
                expires_ms "expires-ms": Option<i64>, revoked: bool, scopes: Option<Vec<String>>,
                limit_per_minute "limit-per-minute": Option<u32>,
            }
            choice f::TokenAlgorithm { Rs256 "rs256", Es256 "es256", Eddsa "eddsa" }
            record f::TokenKey {
                id: String, algorithm: f::TokenAlgorithm, public: Vec<u8>, not_before_ms "not-before-ms": i64,
                expires_ms "expires-ms": Option<i64>,
            }
            record f::Issuer {
                url: String, audiences: Vec<String>, types: Vec<String>, lifetime_ms_max "lifetime-ms-max": i64,
                subject_prefix "subject-prefix": String, tenant: String, tenant_claim "tenant-claim": Option<String>,
                roles_claim "roles-claim": Option<String>, roles_allowed "roles-allowed": Vec<String>,
                default_roles "default-roles": Vec<String>, scopes_claim "scopes-claim": Option<String>,
                keys: Vec<f::TokenKey>,
            }
            record f::Trust {
                keys: Vec<f::KeyRecord>, issuers: Vec<f::Issuer>, revoked_sessions "revoked-sessions": Vec<String>,
            }
            choice f::DenialKind {
                Malformed "malformed", Unknown "unknown", NotYetValid "not-yet-valid", Expired "expired",
                Revoked "revoked", Forbidden "forbidden",
            }
            record f::Denial { kind: f::DenialKind, reason: String }
            choice f::Permission {
                Ask "ask", ListSources "list-sources", ReadReceipts "read-receipts", ManageAccount "manage-account",
                ManageKeys "manage-keys", ManageConnections "manage-connections", ManageTenant "manage-tenant",
                Administer "administer",
            }
            record f::Resource { tenant: String, path: String }
            variant f::Decision { (none Allow "allow"), Deny "deny"(f::Denial) }
        }
    };
}
