//! Whether a key signed this: the only cryptography of tokens.

use super::jwk::ED25519_SPKI;
use super::weak;
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sha2::Sha256;
use zero_types::functions::{TokenAlgorithm, TokenKey};

/// A key of 4096 bits has some 550 bytes.
const PUBLIC_BYTES_MAX: usize = 1024;

/// Whether `signature` is by `key` over `signed`, with the one algorithm that the key is for. A key that cannot be read,
/// or is too weak to prove anything, signed nothing.
#[must_use]
pub fn verifies(key: &TokenKey, signed: &[u8], signature: &[u8]) -> bool {
    if key.public.len() > PUBLIC_BYTES_MAX {
        return false;
    }
    match key.algorithm {
        TokenAlgorithm::Rs256 => rs256(&key.public, signed, signature),
        TokenAlgorithm::Es256 => es256(&key.public, signed, signature),
        TokenAlgorithm::Eddsa => eddsa(&key.public, signed, signature),
    }
    .unwrap_or(false)
}

/// Whether a key could verify anything at all: whoever lists keys may leave the others out.
#[must_use]
pub fn usable(key: &TokenKey) -> bool {
    key.public.len() <= PUBLIC_BYTES_MAX
        && match key.algorithm {
            TokenAlgorithm::Rs256 => rsa_key(&key.public).is_some(),
            TokenAlgorithm::Es256 => p256::ecdsa::VerifyingKey::from_public_key_der(&key.public).is_ok(),
            TokenAlgorithm::Eddsa => ed25519_key(&key.public).is_some(),
        }
}

fn rs256(public: &[u8], signed: &[u8], signature: &[u8]) -> Option<bool> {
    let key = rsa::pkcs1v15::VerifyingKey::<Sha256>::new(rsa_key(public)?);
    let signature = rsa::pkcs1v15::Signature::try_from(signature).ok()?;
    Some(key.verify(signed, &signature).is_ok())
}

fn rsa_key(public: &[u8]) -> Option<rsa::RsaPublicKey> {
    let key = rsa::RsaPublicKey::from_public_key_der(public).ok()?;
    let (modulus, exponent) = (key.n_bytes(), key.e_bytes());
    (!weak::modulus(&modulus) && !weak::exponent(&exponent)).then_some(key)
}

fn es256(public: &[u8], signed: &[u8], signature: &[u8]) -> Option<bool> {
    // The point is checked to be on the curve, and `r` and `s` to be in their range.
    let key = p256::ecdsa::VerifyingKey::from_public_key_der(public).ok()?;
    let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
    Some(key.verify(signed, &signature).is_ok())
}

fn eddsa(public: &[u8], signed: &[u8], signature: &[u8]) -> Option<bool> {
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    Some(ed25519_key(public)?.verify_strict(signed, &signature).is_ok())
}

fn ed25519_key(public: &[u8]) -> Option<ed25519_dalek::VerifyingKey> {
    let point: &[u8; 32] = public.strip_prefix(&ED25519_SPKI)?.try_into().ok()?;
    // A point of small order verifies many messages at once.
    ed25519_dalek::VerifyingKey::from_bytes(point).ok().filter(|key| !key.is_weak())
}
