//! The compact form: three parts of base64url, the first two of them JSON objects.

use super::json::{self, Object};
use super::refusal::{Refusal, refuse};
use base64ct::{Base64UrlUnpadded, Encoding as _};

/// A token in its compact form, bytes. Ours have some 600; a foreign one with long lists of groups a few thousand.
/// Longer ones are refused before anything of them is decoded, and so before any cryptography.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// A token whose form is right, and of which nothing is believed yet.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    pub(crate) header: Header,
    /// As decoded; for tokens a JSON object.
    pub(crate) payload: Vec<u8>,
    /// What was signed: the first two parts as they came.
    pub(crate) signed: &'t [u8],
    pub(crate) signature: Vec<u8>,
}

/// All that is read of a header. Where else a key could be had (`jku`, `x5u`) and keys that come with the token (`jwk`,
/// `x5c`) are never looked at: a token that could bring its own key would be signed by everybody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) algorithm: String,
    pub(crate) key_id: Option<String>,
    /// Lower case, without `application/`; empty where there is none.
    pub(crate) typ: String,
}

/// Reads the form of a token.
pub(crate) fn read(token: &str) -> Result<Compact<'_>, Refusal> {
    if token.len() > TOKEN_BYTES_MAX {
        return refuse(Refusal::TooLong);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return refuse(Refusal::Parts);
    };
    let signed = token.as_bytes().get(..header.len() + 1 + payload.len()).ok_or(Refusal::Parts)?;
    let header = Header::of(&json::object(&decoded(header)?)?)?;
    Ok(Compact { header, payload: decoded(payload)?, signed, signature: decoded(signature)? })
}

/// Without padding, foreign letters or bits that count for nothing: each value has one spelling.
fn decoded(part: &str) -> Result<Vec<u8>, Refusal> {
    Base64UrlUnpadded::decode_vec(part).map_err(|_| Refusal::Base64)
}

impl Header {
    fn of(header: &Object) -> Result<Self, Refusal> {
        // Extensions that must be understood, and are not (RFC 7515, 4.1.11; RFC 7797); encrypted tokens; nested ones.
        if ["crit", "b64", "enc", "zip"].iter().any(|name| header.contains_key(*name)) {
            return refuse(Refusal::Critical);
        }
        let text = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or(Refusal::Header),
        };
        let typ = text("typ")?.unwrap_or_default().to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ);
        Ok(Self { algorithm: text("alg")?.ok_or(Refusal::Header)?, key_id: text("kid")?, typ })
    }
}
