//! Signing keys: made, published, signing, withdrawn.
//!
//! ```text
//!            published      signs                  its successor signs    withdrawn
//!  old          |--- 1 day ---|------- 90 days -----------|-- 15 min 30 s --|
//!  new                                   |---- 1 day -----|-------------------- ...
//! ```
//!
//! - **Takes** the keys there are, and the time.
//! - **Gives** what is due: another key, or one to be withdrawn; and the key that signs now.
//! - **Fails** when the system cannot make a key, or one in the vault is none.
//! - **Limits**: two keys are published at most times, three while somebody rotates by hand.
//! - **Why it is so**: a verifier that looks once a day knows a key before it meets its first token, and knows the old
//!   one until its last token has expired; nobody is turned away because keys were changed.

use crate::limits::{ACCESS_TOKEN_MS, DAY_MS, KEY_LEAD_MS, LEEWAY_MS};
use crate::{Refused, problems};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zero_config::SigningAlgorithm;
use zeroize::Zeroizing;

/// What of a key is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Term {
    pub(crate) id: String,
    pub(crate) published_ms: i64,
    /// From when it signs.
    pub(crate) signs_ms: i64,
    /// When it is withdrawn, once that is known.
    pub(crate) ends_ms: Option<i64>,
}

/// As it lies in the vault.
#[derive(Serialize, Deserialize)]
pub(crate) struct SigningRecord {
    pub(crate) term: Term,
    pub(crate) algorithm: String,
    /// In hexadecimal.
    pub(crate) pkcs8: Zeroizing<String>,
}

/// A key that can sign.
pub(crate) struct Signer {
    pub(crate) term: Term,
    pub(crate) algorithm: SigningAlgorithm,
    /// SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
    /// RFC 7517.
    pub(crate) jwk: Value,
    pair: Pair,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// Names of RFC 7518 and RFC 8037.
pub(crate) fn name_of(algorithm: SigningAlgorithm) -> &'static str {
    match algorithm {
        SigningAlgorithm::Es256 => "ES256",
        SigningAlgorithm::EdDsa => "EdDSA",
        SigningAlgorithm::Rs256 => "RS256",
    }
}

impl Signer {
    /// A new key, and what the vault keeps of it.
    pub(crate) fn draw(
        algorithm: SigningAlgorithm,
        published_ms: i64,
        signs_ms: i64,
    ) -> Result<(Self, SigningRecord), Refused> {
        let random = SystemRandom::new();
        let failed = |_| problems::broken("a signing key could not be made");
        let pkcs8 = match algorithm {
            SigningAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map_err(failed)?.as_ref().to_vec(),
            SigningAlgorithm::Rs256 => {
                let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa3072).map_err(failed)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                der.as_ref().to_vec()
            }
        };
        let pkcs8 = Zeroizing::new(pkcs8);
        let mut term = Term { id: String::new(), published_ms, signs_ms, ends_ms: None };
        let signer = Self::new(algorithm, &pkcs8, term.clone())?;
        term.id.clone_from(&signer.term.id);
        let pkcs8 = Zeroizing::new(hex::encode(&pkcs8[..]));
        Ok((signer, SigningRecord { term, algorithm: name_of(algorithm).to_owned(), pkcs8 }))
    }

    /// From what the vault keeps.
    pub(crate) fn from_record(record: &SigningRecord) -> Result<Self, Refused> {
        let unusable = || problems::broken("a signing key of this host cannot be used");
        let all = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256];
        let algorithm = all.into_iter().find(|&it| name_of(it) == record.algorithm).ok_or_else(unusable)?;
        let pkcs8 = hex::decode(record.pkcs8.as_str()).map(Zeroizing::new).map_err(|_| unusable())?;
        Self::new(algorithm, &pkcs8, record.term.clone())
    }

    fn new(algorithm: SigningAlgorithm, pkcs8: &[u8], mut term: Term) -> Result<Self, Refused> {
        let rejected = |_| problems::broken("a signing key of this host cannot be used");
        let failed = |_| problems::broken("a public key could not be written");
        let part = |bytes: &[u8]| BASE64.encode(bytes);
        let (pair, public, key) = match algorithm {
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(rejected)?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
                // 0x04, then both coordinates.
                let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = point.split_at_checked(32).unwrap_or_default();
                let key = json!({"crv": "P-256", "kty": "EC", "x": part(x), "y": part(y)});
                (Pair::Es256(pair), public.as_ref().to_vec(), key)
            }
            SigningAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(rejected)?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
                let key = json!({"crv": "Ed25519", "kty": "OKP", "x": part(pair.public_key().as_ref())});
                (Pair::EdDsa(pair), public.as_ref().to_vec(), key)
            }
            SigningAlgorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(rejected)?;
                let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
                let (modulus, exponent) = (pair.public_key().modulus(), pair.public_key().exponent());
                let n = part(modulus.big_endian_without_leading_zero());
                let key = json!({"e": part(exponent.big_endian_without_leading_zero()), "kty": "RSA", "n": n});
                (Pair::Rs256(Box::new(pair)), public.as_ref().to_vec(), key)
            }
        };
        // RFC 7638: the members above are the required ones, written in the order of their names.
        term.id = BASE64.encode(Sha256::digest(key.to_string()));
        let mut jwk = key;
        if let Some(jwk) = jwk.as_object_mut() {
            jwk.insert("kid".to_owned(), term.id.clone().into());
            jwk.insert("alg".to_owned(), name_of(algorithm).into());
            jwk.insert("use".to_owned(), "sig".into());
        }
        Ok(Self { term, algorithm, public, jwk, pair })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let random = SystemRandom::new();
        let failed = |_| problems::broken("a token could not be signed");
        match &self.pair {
            Pair::Es256(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
            Pair::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }

    /// A token of this type (RFC 7515, compact).
    pub(crate) fn token(&self, kind: &str, claims: &Value) -> Result<String, Refused> {
        let header = json!({"alg": name_of(self.algorithm), "kid": self.term.id, "typ": kind});
        let mut token = BASE64.encode(header.to_string());
        token.push('.');
        BASE64.encode_string(claims.to_string(), &mut token);
        let signature = self.sign(token.as_bytes())?;
        token.push('.');
        BASE64.encode_string(signature, &mut token);
        Ok(token)
    }
}

/// The key that signs at this moment: the latest that may.
pub(crate) fn signing(signers: &[Signer], now_ms: i64) -> Option<&Signer> {
    let may = |term: &Term| term.signs_ms <= now_ms && term.ends_ms.is_none_or(|ends_ms| now_ms < ends_ms);
    signers.iter().filter(|signer| may(&signer.term)).max_by_key(|signer| signer.term.signs_ms)
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// A key that signs from then.
    Another {
        signs_ms: i64,
    },
    /// These are to go.
    Withdraw(Vec<String>),
}

/// What is due at this moment, where the latest key signs with `same` or another algorithm than it should.
pub(crate) fn due(terms: &[Term], same: bool, rotation_days: u32, now_ms: i64) -> Due {
    let gone = |term: &&Term| term.ends_ms.is_some_and(|ends_ms| ends_ms <= now_ms);
    let gone: Vec<String> = terms.iter().filter(gone).map(|term| term.id.clone()).collect();
    if !gone.is_empty() {
        return Due::Withdraw(gone);
    }
    let Some(latest) = terms.iter().max_by_key(|term| term.signs_ms) else {
        return Due::Another { signs_ms: now_ms };
    };
    let turn_ms = latest.signs_ms.saturating_add(i64::from(rotation_days) * DAY_MS);
    // A host that was switched off over the turn still announces the new key for a day.
    let early_ms = turn_ms.saturating_sub(KEY_LEAD_MS);
    if now_ms >= early_ms || !same && now_ms >= latest.signs_ms {
        let soonest_ms = now_ms.saturating_add(KEY_LEAD_MS);
        return Due::Another { signs_ms: if same { turn_ms.max(soonest_ms) } else { soonest_ms } };
    }
    Due::Nothing
}

/// When a key goes whose successor signs from then: once its last token has expired on the slowest clock.
pub(crate) fn ends_ms(successor_signs_ms: i64) -> i64 {
    successor_signs_ms.saturating_add(ACCESS_TOKEN_MS).saturating_add(LEEWAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    #[test]
    fn keys_of_each_kind_sign_and_come_back_from_the_vault() {
        for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256] {
            let (drawn, record) = Signer::draw(algorithm, 1, 2).unwrap();
            let signer = Signer::from_record(&record).unwrap();
            assert_eq!((&signer.jwk, &signer.public, &signer.term), (&drawn.jwk, &drawn.public, &record.term));
            let token = signer.token("at+jwt", &json!({"sub": "ada"})).unwrap();
            let (message, signature) = token.rsplit_once('.').unwrap();
            let signature = BASE64.decode(signature).unwrap();
            let verify = |message: &[u8]| match algorithm {
                SigningAlgorithm::Es256 => {
                    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &drawn.public).verify(message, &signature)
                }
                SigningAlgorithm::EdDsa => UnparsedPublicKey::new(&ED25519, &drawn.public).verify(message, &signature),
                SigningAlgorithm::Rs256 => {
                    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &drawn.public).verify(message, &signature)
                }
            };
            verify(message.as_bytes()).unwrap();
            verify(b"another").unwrap_err();
            let header = BASE64.decode(message.split_once('.').unwrap().0).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(header, json!({"alg": name_of(algorithm), "kid": signer.term.id, "typ": "at+jwt"}));
            assert!(!record.pkcs8.is_empty() && !signer.jwk.to_string().contains("\"d\""), "public alone");
        }
    }

    /// Two years, hour by hour: whatever is signed can be checked by who looks once a day, until it expires.
    #[test]
    fn rotation_overlaps() {
        let mut terms: Vec<Term> = Vec::new();
        let signs = |terms: &[Term], now_ms: i64| {
            terms.iter().filter(|term| term.signs_ms <= now_ms).max_by_key(|term| term.signs_ms).cloned()
        };
        let hour = 3_600_000;
        let (mut made, mut history) = (0, Vec::<(i64, String)>::new());
        for now_ms in (0..730 * DAY_MS).step_by(hour as usize) {
            // The host is down for a week over its second turn.
            if (175 * DAY_MS..182 * DAY_MS).contains(&now_ms) {
                continue;
            }
            loop {
                match due(&terms, true, 90, now_ms) {
                    Due::Nothing => break,
                    Due::Withdraw(ids) => {
                        let last =
                            |id: &String| history.iter().rev().find(|(_, signer)| signer == id).map(|(at, _)| *at);
                        assert!(
                            ids.iter().all(|id| last(id).is_none_or(|at| at + ACCESS_TOKEN_MS + LEEWAY_MS <= now_ms))
                        );
                        terms.retain(|term| !ids.contains(&term.id));
                    }
                    Due::Another { signs_ms } => {
                        assert!(made == 0 || signs_ms >= now_ms + KEY_LEAD_MS, "known a day before");
                        terms.iter_mut().for_each(|term| term.ends_ms = Some(ends_ms(signs_ms)));
                        made += 1;
                        terms.push(Term { id: made.to_string(), published_ms: now_ms, signs_ms, ends_ms: None });
                    }
                }
            }
            let signer = signs(&terms, now_ms).unwrap();
            assert!((1..=2).contains(&terms.len()));
            let age = now_ms - signer.signs_ms;
            assert!(age <= 98 * DAY_MS, "the key of day {} is {} days old", now_ms / DAY_MS, age / DAY_MS);
            history.push((now_ms, signer.id));
        }
        assert_eq!(made, 9, "one every ninety days, the next announced");
    }

    #[test]
    fn another_algorithm_is_a_reason_to_rotate() {
        let term = Term { id: "1".to_owned(), published_ms: 0, signs_ms: 0, ends_ms: None };
        let another = Due::Another { signs_ms: 5 + KEY_LEAD_MS };
        assert_eq!(due(core::slice::from_ref(&term), false, 90, 5), another);
        assert_eq!(due(&[], true, 90, 5), Due::Another { signs_ms: 5 });
        let next = Term { signs_ms: 5 + KEY_LEAD_MS, ..term.clone() };
        assert_eq!(due(&[term, next], false, 90, 6), Due::Nothing, "one that does not sign yet is waited for");
    }
}
