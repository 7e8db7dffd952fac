//! Shapes of the auth room's contract.
#![allow(missing_docs, reason = "replaced when the contract is merged")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    Rs256,
    Es256,
    Eddsa,
}
#[derive(Debug, Clone, PartialEq)]
pub struct TokenKey {
    pub id: String,
    pub algorithm: TokenAlgorithm,
    pub public: Vec<u8>,
    pub not_before_ms: i64,
    pub expires_ms: Option<i64>,
}
#[derive(Debug, Clone, PartialEq)]
pub struct Issuer {
    pub url: String,
    pub audiences: Vec<String>,
    pub types: Vec<String>,
    pub lifetime_ms_max: i64,
    pub subject_prefix: String,
    pub tenant: String,
    pub tenant_claim: Option<String>,
    pub roles_claim: Option<String>,
    pub roles_allowed: Vec<String>,
    pub default_roles: Vec<String>,
    pub scopes_claim: Option<String>,
    pub keys: Vec<TokenKey>,
}
