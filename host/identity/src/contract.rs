//! Stand-ins until the contract has these.
#![allow(missing_docs, reason = "stand-in")]
pub use zero_types::functions::PrincipalKind;
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trust {
    pub keys: Vec<KeyRecord>,
    pub issuers: Vec<Issuer>,
    pub revoked_sessions: Vec<String>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Issuer {
    pub url: String,
    pub audiences: Vec<String>,
    pub types: Vec<String>,
    pub lifetime_ms_max: i64,
    pub tenant: String,
    pub tenant_claim: Option<String>,
    pub roles_claim: Option<String>,
    pub default_roles: Vec<String>,
    pub keys: Vec<TokenKey>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct TokenKey {
    pub id: String,
    pub algorithm: TokenAlgorithm,
    pub public: Vec<u8>,
    pub not_before_ms: i64,
    pub expires_ms: i64,
}
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TokenAlgorithm {
    Rs256,
    Es256,
    Eddsa,
}
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRecord {
    pub id: String,
    pub sha256: Vec<u8>,
    pub principal: Principal,
    pub not_before_ms: i64,
    pub expires_ms: Option<i64>,
    pub revoked: bool,
    pub scopes: Option<Vec<String>>,
    pub limit_per_minute: Option<u32>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    pub id: String,
    pub kind: PrincipalKind,
    pub tenant: String,
    pub roles: Vec<String>,
    pub scopes: Option<Vec<String>>,
    pub session: Option<String>,
    pub limit_per_minute: Option<u32>,
}
