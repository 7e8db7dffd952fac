//! A set of keys (RFC 7517), as the auth room takes them.
//!
//! Takes JSON of an issuer. Gives keys in SubjectPublicKeyInfo, each for one algorithm. Fails when it is no set; a key
//! that is not for us is skipped, and counted by why. Limits: [`KEYS_MAX`], [`KEY_ID_BYTES_MAX`], [`RSA_BITS`]. Why it is
//! so: what a key is for follows from the key alone and never from a token, so a token cannot choose how it is verified;
//! and every key was read by the library that knows curves before anything is verified by it.

use crate::limits::{KEY_ID_BYTES_MAX, KEYS_MAX, RSA_BITS};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;
use zero_types::functions::TokenAlgorithm as Algorithm;

/// What verifies a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) algorithm: Algorithm,
    /// SubjectPublicKeyInfo, DER.
    pub(crate) public: Vec<u8>,
}

/// The keys of a set that are for us, and how many are not, by why.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) keys: Vec<Key>,
    pub(crate) skipped: BTreeMap<&'static str, usize>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    // Of private and symmetric keys.
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

/// Reads a set.
pub(crate) fn read(json: &[u8]) -> Result<Keys, String> {
    let set: Set = serde_json::from_slice(json).map_err(|error| format!("the set of keys cannot be read: {error}"))?;
    let mut found = Keys::default();
    for (at, value) in set.keys.into_iter().enumerate() {
        let read = if at < KEYS_MAX { key(value) } else { Err("over the limit") };
        match read {
            Ok(key) if found.keys.iter().any(|known| known.id == key.id) => skip(&mut found, "its name is taken"),
            Ok(key) => found.keys.push(key),
            Err(why) => skip(&mut found, why),
        }
    }
    Ok(found)
}

fn skip(found: &mut Keys, why: &'static str) {
    *found.skipped.entry(why).or_default() += 1;
}

fn key(value: Value) -> Result<Key, &'static str> {
    let jwk: Jwk = serde_json::from_value(value).map_err(|_| "it cannot be read")?;
    if jwk.d.is_some() || jwk.p.is_some() || jwk.q.is_some() || jwk.k.is_some() {
        return Err("it is secret");
    }
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return Err("it is not for signatures");
    }
    if jwk.key_ops.as_ref().is_some_and(|operations| !operations.iter().any(|it| it == "verify")) {
        return Err("it is not for signatures");
    }
    let id = jwk.kid.clone().unwrap_or_default();
    if id.len() > KEY_ID_BYTES_MAX {
        return Err("its name is too long");
    }
    let (algorithm, names, public) = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", None) => (Algorithm::Rs256, ["RS256", "RS256"], rsa(&jwk)?),
        ("EC", Some("P-256")) => (Algorithm::Es256, ["ES256", "ES256"], p256(&jwk)?),
        ("OKP", Some("Ed25519")) => (Algorithm::Eddsa, ["EdDSA", "Ed25519"], ed25519(&jwk)?),
        _ => return Err("its kind is not known"),
    };
    match jwk.alg.as_deref() {
        Some(other) if !names.contains(&other) => Err("its algorithm is not known"),
        _ => Ok(Key { id, algorithm, public }),
    }
}

fn bytes(text: Option<&String>) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(text.ok_or("it is not whole")?).map_err(|_| "it cannot be read")
}

fn rsa(jwk: &Jwk) -> Result<Vec<u8>, &'static str> {
    let number = |text| bytes(text).map(|bytes| bytes.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<_>>());
    let (n, e) = (number(jwk.n.as_ref())?, number(jwk.e.as_ref())?);
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err("its modulus is too short or too long");
    }
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    // FIPS 186-5: larger than 2^16. Small ones have made forgeries easy.
    if !(3..=4).contains(&e.len()) || !odd(&e) || !odd(&n) {
        return Err("its exponent or modulus is unsafe");
    }
    let components = PublicKeyComponents { n, e };
    let der: PublicKeyX509Der<'_> = components.as_der().map_err(|_| "it is no key")?;
    Ok(der.as_ref().to_vec())
}

fn p256(jwk: &Jwk) -> Result<Vec<u8>, &'static str> {
    let (x, y) = (bytes(jwk.x.as_ref())?, bytes(jwk.y.as_ref())?);
    if x.len() != 32 || y.len() != 32 {
        return Err("it is no key");
    }
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).map_err(|_| "it is no key")?;
    Ok([P256_PREFIX.as_slice(), &point].concat())
}

fn ed25519(jwk: &Jwk) -> Result<Vec<u8>, &'static str> {
    let x = bytes(jwk.x.as_ref())?;
    if x.len() != 32 {
        return Err("it is no key");
    }
    ParsedPublicKey::new(&ED25519, &x).map_err(|_| "it is no key")?;
    Ok([ED25519_PREFIX.as_slice(), &x].concat())
}

/// What stands before an uncompressed point of P-256 in SubjectPublicKeyInfo (RFC 5480).
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Likewise for Ed25519 (RFC 8410).
const ED25519_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // RFC 7517, appendix A.1, and RFC 8037, appendix A.2.
    const N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                     jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaS\
                     qzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN\
                     HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
    const Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
    const ED: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn check(key: Value, expected: Result<Algorithm, &'static str>) {
        let found = read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
        match expected {
            Ok(algorithm) => {
                assert_eq!(found.keys.len(), 1, "{key}: {:?}", found.skipped);
                assert_eq!(found.keys[0].algorithm, algorithm, "{key}");
            }
            Err(why) => assert_eq!((found.keys.len(), found.skipped.get(why)), (0, Some(&1)), "{key}: {found:?}"),
        }
    }

    fn with(key: &Value, member: &str, value: impl Into<Value>) -> Value {
        let mut key = key.clone();
        key[member] = value.into();
        key
    }

    #[test]
    fn a_key_is_for_one_algorithm_or_for_nothing() {
        let rsa = json!({"kty": "RSA", "kid": "r", "n": N, "e": "AQAB"});
        let ec = json!({"kty": "EC", "crv": "P-256", "kid": "e", "x": X, "y": Y});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": ED});
        check(rsa.clone(), Ok(Algorithm::Rs256));
        check(with(&with(&rsa, "alg", "RS256"), "use", "sig"), Ok(Algorithm::Rs256));
        check(with(&rsa, "key_ops", json!(["verify"])), Ok(Algorithm::Rs256));
        check(ec.clone(), Ok(Algorithm::Es256));
        check(ed.clone(), Ok(Algorithm::Eddsa));
        check(with(&ed, "alg", "Ed25519"), Ok(Algorithm::Eddsa));
        for alg in ["HS256", "none", "RS512", "PS256", "RSA-OAEP", "ES256", ""] {
            check(with(&rsa, "alg", alg), Err("its algorithm is not known"));
        }
        check(with(&ec, "alg", "RS256"), Err("its algorithm is not known"));
        check(with(&rsa, "use", "enc"), Err("it is not for signatures"));
        check(with(&rsa, "key_ops", json!(["encrypt"])), Err("it is not for signatures"));
        check(with(&rsa, "key_ops", json!([])), Err("it is not for signatures"));
        check(with(&rsa, "d", "AQAB"), Err("it is secret"));
        check(json!({"kty": "oct", "k": "AAAA", "alg": "HS256"}), Err("it is secret"));
        check(json!({"kty": "oct", "alg": "HS256"}), Err("its kind is not known"));
        check(with(&rsa, "n", &N[..172]), Err("its modulus is too short or too long"));
        for e in ["Aw", "AQ", "AAAB", "AQAA", "AQAAAAE"] {
            check(with(&rsa, "e", e), Err("its exponent or modulus is unsafe"));
        }
        check(with(&rsa, "e", "AQAB=="), Err("it cannot be read"));
        check(with(&ec, "crv", "P-384"), Err("its kind is not known"));
        check(with(&ec, "crv", "secp256k1"), Err("its kind is not known"));
        check(with(&ec, "y", X), Err("it is no key"));
        check(with(&ed, "x", "AAAA"), Err("it is no key"));
        check(with(&rsa, "kid", "k".repeat(257)), Err("its name is too long"));
        check(json!({"kid": "x"}), Err("it cannot be read"));
        check(json!([1]), Err("it cannot be read"));
    }

    #[test]
    fn a_set_is_bounded_and_a_name_is_used_once() {
        let ed = |kid: String| json!({"kty": "OKP", "crv": "Ed25519", "x": ED, "kid": kid});
        let many: Vec<Value> = (0..KEYS_MAX + 5).map(|n| ed(n.to_string())).collect();
        let found = read(json!({ "keys": many }).to_string().as_bytes()).unwrap();
        assert_eq!((found.keys.len(), found.skipped["over the limit"]), (KEYS_MAX, 5));
        let found = read(json!({"keys": [ed("a".into()), ed("a".into())]}).to_string().as_bytes()).unwrap();
        assert_eq!((found.keys.len(), found.skipped["its name is taken"]), (1, 1));
        for wrong in ["", "{}", "[]", "{\"keys\": {}}", "{\"keys\": 1}"] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn keys_stand_in_subject_public_key_info() {
        let rsa = json!({"kty": "RSA", "n": N, "e": "AQAB"});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": ED});
        let keys = |key: Value| read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap().keys.remove(0).public;
        let der = keys(rsa);
        assert_eq!(
            (der.len(), hex::encode(&der[..24])),
            (294, "30820122300d06092a864886f70d01010105000382010f00".into())
        );
        assert_eq!(keys(ed).len(), 44);
    }
}
