//! From a JSON Web Token to the principal it names (RFC 7515, 7519, 8725, 9068).
//!
//! - **Takes** the compact form of a token, all that is trusted, and the time.
//! - **Gives** the principal.
//! - **Fails** with a [`Refusal`], whose words repeat nothing of the token.
//! - **Limits**: [`TOKEN_BYTES_MAX`], depth and number of values in its JSON, one verification of a signature.
//! - **Why it is so**: of a header only the choice among keys that are trusted already follows. The algorithm stands with
//!   the key; nothing is fetched, and a key that a token brings with it is never looked at. Length, form, issuer and key
//!   come before the signature, since they cost next to nothing, and every claim after it, since until then it is
//!   anybody's.

mod claims;
mod compact;
mod json;
pub mod jwk;
mod refusal;
mod signature;
mod weak;

pub use claims::{LEEWAY_MS, LIFETIME_MS_MAX};
pub use compact::TOKEN_BYTES_MAX;
pub use refusal::Refusal;
pub use signature::{usable, verifies};

use compact::{Compact, Header};
use refusal::refuse;
use zero_types::functions::{Principal, TokenAlgorithm, TokenKey, Trust};

/// The lifetime of an access token that this host issues, milliseconds.
pub const ACCESS_TOKEN_MS: i64 = 15 * 60_000;

/// The principal behind a token.
///
/// # Errors
/// Why it is refused.
pub fn principal(token: &str, trust: &Trust, now_ms: i64) -> Result<Principal, Refusal> {
    principal_by(token, trust, now_ms, verifies)
}

/// The same with another way to verify signatures, so that a test can count how often it comes to that.
///
/// # Errors
/// As [`principal`].
pub fn principal_by(
    token: &str,
    trust: &Trust,
    now_ms: i64,
    verifies: impl FnOnce(&TokenKey, &[u8], &[u8]) -> bool,
) -> Result<Principal, Refusal> {
    let compact = compact::read(token)?;
    let algorithm = algorithm(&compact.header)?;
    let claims = json::object(&compact.payload)?;
    // Which keys may have signed it; that this issuer did is known only after the signature.
    let said = claims.get("iss").and_then(|iss| iss.as_str()).ok_or(Refusal::Claims)?;
    let issuer = trust.issuers.iter().find(|issuer| issuer.url == said).ok_or(Refusal::Issuer)?;
    if !issuer.types.iter().any(|accepted| accepted.eq_ignore_ascii_case(&compact.header.typ)) {
        return refuse(Refusal::Type);
    }
    let key = chosen(&compact.header, algorithm, &issuer.keys, now_ms)?;
    if !verifies(key, compact.signed, &compact.signature) {
        return refuse(Refusal::Signature);
    }
    claims::principal(&claims, issuer, &trust.revoked_sessions, now_ms)
}

/// The payload of a signed message (RFC 7515), whatever it is, if one of these keys signed it.
///
/// # Errors
/// Why it is refused.
pub fn payload(token: &str, keys: &[TokenKey], now_ms: i64) -> Result<Vec<u8>, Refusal> {
    let Compact { header, payload, signed, signature } = compact::read(token)?;
    let key = chosen(&header, algorithm(&header)?, keys, now_ms)?;
    if verifies(key, signed, &signature) { Ok(payload) } else { refuse(Refusal::Signature) }
}

/// Who is said to have issued a token, and with which key: for whoever has to fetch that key. Nobody signed this yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `iss`.
    pub issuer: String,
    /// `kid`.
    pub key_id: Option<String>,
}

/// What a token says of its issuer and key, if its form is right and its algorithm one of ours.
///
/// # Errors
/// Why it is refused.
pub fn said(token: &str) -> Result<Said, Refusal> {
    let Compact { header, payload, .. } = compact::read(token)?;
    algorithm(&header)?;
    let claims = json::object(&payload)?;
    let issuer = claims.get("iss").and_then(|iss| iss.as_str()).ok_or(Refusal::Claims)?.to_owned();
    Ok(Said { issuer, key_id: header.key_id })
}

fn algorithm(header: &Header) -> Result<TokenAlgorithm, Refusal> {
    match header.algorithm.as_str() {
        "RS256" => Ok(TokenAlgorithm::Rs256),
        "ES256" => Ok(TokenAlgorithm::Es256),
        // The name that RFC 9864 gives what everybody means by `EdDSA`.
        "EdDSA" | "Ed25519" => Ok(TokenAlgorithm::Eddsa),
        _ => refuse(Refusal::Algorithm),
    }
}

/// The one key that is for this algorithm, valid, and of this id if the header has one. Where two would do nobody can
/// say which was meant, and trying them all is work for whoever sends nonsense.
fn chosen<'k>(
    header: &Header,
    algorithm: TokenAlgorithm,
    keys: &'k [TokenKey],
    now_ms: i64,
) -> Result<&'k TokenKey, Refusal> {
    let mut fitting = keys.iter().filter(|key| {
        key.algorithm == algorithm
            && header.key_id.as_ref().is_none_or(|id| *id == key.id)
            && key.not_before_ms <= now_ms
            && key.expires_ms.is_none_or(|expires_ms| now_ms < expires_ms)
    });
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key),
        _ => refuse(Refusal::Key),
    }
}

#[cfg(test)]
mod tests;
