//! Public keys as issuers publish them (RFC 7517, 7518, 8037), as the keys that are trusted.
//!
//! - **Takes** a JSON Web Key or a set of them, from the issuer itself and never from a token.
//! - **Gives** each as SubjectPublicKeyInfo with the one algorithm it is for.
//! - **Fails** with [`Unusable`]; in a set, keys for something else are left out, and a secret in it refuses it whole.
//! - **Limits**: [`KEYS_MAX`]; the size of the JSON is the caller's to bound.
//! - **Why it is so**: what a key is for is settled here, where the key comes from, so that no token can choose.

use super::json::{self, Object};
use super::signature::usable;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;
use zero_types::functions::{TokenAlgorithm, TokenKey};

/// Keys of one issuer: two or three while they rotate, a dozen where each application has its own.
pub const KEYS_MAX: usize = 64;

/// Why a key or a set of them is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is no JSON object, or one with a key twice, or a member of it is of another type.
    #[error("it is not a plain JSON object of the form of RFC 7517\n\nhint: check the `jwks_uri` of the issuer")]
    Form,
    /// It holds what only its owner may have.
    #[error("it holds a secret or private key\n\nhint: tell the issuer at once: whoever reads it can sign tokens")]
    Secret,
    /// It is for encryption, or for an algorithm that is not ours.
    #[error("it is for something else than RS256, ES256 or EdDSA\n\nhint: let the issuer sign with one of them")]
    Purpose,
    /// Too short, of a broken generator, or not on its curve.
    #[error("it is too weak or broken\n\nhint: let the issuer make a new one")]
    Weak,
    /// Two keys have one name, or there are more than `KEYS_MAX`.
    #[error("two keys have one `kid`, or there are too many\n\nhint: let the issuer publish each key once")]
    Ambiguous,
}

/// The keys of a set (`{"keys": [...]}`) that are for tokens.
///
/// # Errors
/// When it is no set, holds a secret, or two of its keys for tokens have one name.
pub fn set(bytes: &[u8]) -> Result<Vec<TokenKey>, Unusable> {
    let set = json::object(bytes).map_err(|_| Unusable::Form)?;
    let listed = set.get("keys").and_then(Value::as_array).ok_or(Unusable::Form)?;
    if listed.len() > KEYS_MAX {
        return Err(Unusable::Ambiguous);
    }
    let mut keys: Vec<TokenKey> = Vec::new();
    for listed in listed {
        match of(listed.as_object().ok_or(Unusable::Form)?) {
            Ok(found) if keys.iter().any(|key| key.id == found.id && key.algorithm == found.algorithm) => {
                return Err(Unusable::Ambiguous);
            }
            Ok(found) => keys.push(found),
            Err(Unusable::Purpose | Unusable::Weak) => {}
            Err(unusable) => return Err(unusable),
        }
    }
    Ok(keys)
}

/// One key.
///
/// # Errors
/// Why it is not used.
pub fn key(bytes: &[u8]) -> Result<TokenKey, Unusable> {
    of(&json::object(bytes).map_err(|_| Unusable::Form)?)
}

fn of(jwk: &Object) -> Result<TokenKey, Unusable> {
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"].iter().any(|secret| jwk.contains_key(*secret)) {
        return Err(Unusable::Secret);
    }
    let text = |name: &str| match jwk.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Unusable::Form),
    };
    let verifies = match jwk.get("key_ops") {
        None => true,
        Some(Value::Array(operations)) => operations.iter().any(|it| it.as_str() == Some("verify")),
        Some(_) => return Err(Unusable::Form),
    };
    if !verifies || text("use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(Unusable::Purpose);
    }
    let bytes = |name: &str| {
        let text = text(name)?.ok_or(Unusable::Form)?;
        Base64UrlUnpadded::decode_vec(text).map_err(|_| Unusable::Form)
    };
    let (algorithm, public) = match (text("kty")?.ok_or(Unusable::Form)?, text("crv")?, text("alg")?) {
        ("RSA", _, None | Some("RS256")) => (TokenAlgorithm::Rs256, rsa(&bytes("n")?, &bytes("e")?)),
        ("EC", Some("P-256"), None | Some("ES256")) => {
            (TokenAlgorithm::Es256, fixed(&P256_SPKI, &[bytes("x")?, bytes("y")?]).ok_or(Unusable::Weak)?)
        }
        ("OKP", Some("Ed25519"), None | Some("EdDSA" | "Ed25519")) => {
            (TokenAlgorithm::Eddsa, fixed(&ED25519_SPKI, &[bytes("x")?]).ok_or(Unusable::Weak)?)
        }
        _ => return Err(Unusable::Purpose),
    };
    let id = text("kid")?.unwrap_or_default().to_owned();
    let key = TokenKey { id, algorithm, public, not_before_ms: 0, expires_ms: None };
    if usable(&key) { Ok(key) } else { Err(Unusable::Weak) }
}

/// Before the two coordinates of a point of P-256, in SubjectPublicKeyInfo (RFC 5480).
pub(super) const P256_SPKI: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// Before the 32 bytes of an Ed25519 key (RFC 8410).
pub(super) const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The algorithm of an RSA key, without parameters but a null (RFC 3279).
const RSA_ALGORITHM: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Parts of 32 bytes each behind a head.
fn fixed(head: &[u8], parts: &[Vec<u8>]) -> Option<Vec<u8>> {
    parts.iter().all(|part| part.len() == 32).then(|| [head, &parts.concat()].concat())
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = der(0x30, &[integer(modulus), integer(exponent)].concat());
    let bits = der(0x03, &[&[0], numbers.as_slice()].concat());
    der(0x30, &[&RSA_ALGORITHM, bits.as_slice()].concat())
}

/// A number that is not negative, in as few bytes as it needs.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = bytes.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if bytes.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    der(0x02, &[sign, bytes].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let digits = length.get(zeros..).unwrap_or_default();
    match digits {
        [] => der.push(0),
        [short @ 0..0x80] => der.push(*short),
        // At most eight digits.
        long => {
            der.push(0x80 | long.len() as u8);
            der.extend(long);
        }
    }
    der.extend(content);
    der
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037, appendix A.2.
    const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    /// The example of RFC 7515, appendix A.3.
    const P256: &str = r#"{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    #[test]
    fn a_key_is_for_one_algorithm_or_for_nothing() {
        let check = |jwk: &str, expected: Result<TokenAlgorithm, Unusable>| {
            assert_eq!(key(jwk.as_bytes()).map(|key| key.algorithm), expected, "{jwk}");
        };
        let with = |jwk: &str, more: &str| jwk.replacen('{', &format!("{{{more},"), 1);
        check(ED25519, Ok(TokenAlgorithm::Eddsa));
        check(P256, Ok(TokenAlgorithm::Es256));
        check(&with(P256, r#""use":"sig","key_ops":["verify"],"alg":"ES256""#), Ok(TokenAlgorithm::Es256));
        for (more, why) in [
            (r#""use":"enc""#, Unusable::Purpose),
            (r#""key_ops":["deriveKey"]"#, Unusable::Purpose),
            (r#""key_ops":"verify""#, Unusable::Form),
            (r#""alg":"RS256""#, Unusable::Purpose),
            (r#""alg":1"#, Unusable::Form),
            (r#""d":"AA""#, Unusable::Secret),
            (r#""crv":"P-256""#, Unusable::Form),
        ] {
            check(&with(P256, more), Err(why));
        }
        check(&P256.replace("x_FE", "x_FF"), Err(Unusable::Weak));
        check(&P256.replace("P-256", "P-384"), Err(Unusable::Purpose));
        check(&ED25519.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "AQ"), Err(Unusable::Weak));
        let zero = "A".repeat(43);
        check(&ED25519.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &zero), Err(Unusable::Weak));
        check(r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, Err(Unusable::Weak));
        check(r#"{"kty":"RSA","n":"","e":""}"#, Err(Unusable::Weak));
        check(r#"{"kty":"oct","k":"AA"}"#, Err(Unusable::Secret));
        check("[]", Err(Unusable::Form));
    }

    #[test]
    fn a_set_keeps_what_is_for_tokens() {
        let check = |keys: &[&str], expected: Result<usize, Unusable>| {
            let set = set(format!("{{\"keys\":[{}]}}", keys.join(",")).as_bytes());
            assert_eq!(set.map(|keys| keys.len()), expected, "{keys:?}");
        };
        check(&[], Ok(0));
        check(&[ED25519, P256, r#"{"kty":"EC","crv":"P-521","kid":"x"}"#], Ok(2));
        check(&[P256, P256], Err(Unusable::Ambiguous));
        check(&[P256, r#"{"kty":"oct","k":"AA"}"#], Err(Unusable::Secret));
        check(&["1"], Err(Unusable::Form));
        check(&[r#"{"kty":"x"}"#; KEYS_MAX + 1], Err(Unusable::Ambiguous));
    }
}
