//! cosign's encrypted private key: a PEM block of JSON that names scrypt's parameters, a nonce, and a secret box of
//! PKCS#8. Read and written as cosign does, so that one key serves both.

use crate::{Error, Kind, Result, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_secretbox::aead::Aead as _;
use crypto_secretbox::{KeyInit as _, Nonce, XSalsa20Poly1305};
use p256::pkcs8::der::pem;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const LABELS: [&str; 2] = ["ENCRYPTED SIGSTORE PRIVATE KEY", "ENCRYPTED COSIGN PRIVATE KEY"];

/// log2 of scrypt's N, r and p, as cosign chooses them.
const COSIGN_COST: (u8, u32, u32) = (16, 8, 1);

#[derive(Serialize, Deserialize)]
struct Envelope {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Kdf {
    name: String,
    params: Cost,
    salt: String,
}

#[derive(Serialize, Deserialize)]
struct Cost {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Whether this is a key that needs a password.
pub(crate) fn is_encrypted(pem: &str) -> bool {
    LABELS.iter().any(|label| pem.contains(&format!("-----BEGIN {label}-----")))
}

/// The PKCS#8 within.
pub(crate) fn decrypt(text: &str, password: &str) -> Result<Zeroizing<Vec<u8>>> {
    let malformed = |what: &str| {
        let next = "give the file as `cosign generate-key-pair` wrote it";
        Error::new(Kind::Key, format!("the encrypted private key cannot be read: {what}"), next)
    };
    let (_, json) = pem::decode_vec(text.trim().as_bytes()).map_err(|error| malformed(&error.to_string()))?;
    let envelope: Envelope = serde_json::from_slice(&json).map_err(|error| malformed(&error.to_string()))?;
    if envelope.kdf.name != "scrypt" || envelope.cipher.name != "nacl/secretbox" {
        return Err(malformed("it is not encrypted with scrypt and NaCl's secret box"));
    }
    let bytes =
        |field: &str, text: &str| STANDARD.decode(text).map_err(|_| malformed(&format!("`{field}` is not base64")));
    let salt = bytes("salt", &envelope.kdf.salt)?;
    let nonce: [u8; 24] =
        bytes("nonce", &envelope.cipher.nonce)?.try_into().map_err(|_| malformed("`nonce` is not 24 bytes"))?;
    let ciphertext = bytes("ciphertext", &envelope.ciphertext)?;

    let Cost { n, r, p } = envelope.kdf.params;
    let memory =
        n.saturating_mul(u64::from(r)).saturating_add(u64::from(r).saturating_mul(u64::from(p))).saturating_mul(128);
    if !n.is_power_of_two() || memory > limits::SCRYPT_BYTES_MAX || p > 16 {
        return Err(malformed("scrypt's parameters are out of bounds"));
    }
    let log_n = u8::try_from(n.trailing_zeros()).unwrap_or(u8::MAX);
    let opened = cipher(password, &salt, (log_n, r, p))
        .and_then(|cipher| cipher.decrypt(Nonce::from_slice(&nonce), ciphertext.as_slice()).ok());
    opened.map(Zeroizing::new).ok_or_else(|| {
        Error::new(Kind::Key, "the password does not open the private key", "give the password it was encrypted with")
    })
}

/// The PEM block around this PKCS#8.
pub(crate) fn encrypt(der: &[u8], password: &str) -> Result<Zeroizing<String>> {
    let (mut salt, mut nonce) = ([0_u8; 32], [0_u8; 24]);
    let failed = |what: &str| Error::new(Kind::Key, format!("the key cannot be encrypted: {what}"), "try again");
    getrandom::fill(&mut salt)
        .and_then(|()| getrandom::fill(&mut nonce))
        .map_err(|error| failed(&error.to_string()))?;
    let (log_n, r, p) = COSIGN_COST;
    let ciphertext = cipher(password, &salt, COSIGN_COST)
        .and_then(|cipher| cipher.encrypt(Nonce::from_slice(&nonce), der).ok())
        .ok_or_else(|| failed("the cipher refused"))?;
    let envelope = Envelope {
        kdf: Kdf { name: "scrypt".into(), params: Cost { n: 1 << log_n, r, p }, salt: STANDARD.encode(salt) },
        cipher: Cipher { name: "nacl/secretbox".into(), nonce: STANDARD.encode(nonce) },
        ciphertext: STANDARD.encode(ciphertext),
    };
    let json = serde_json::to_vec(&envelope).map_err(|error| failed(&error.to_string()))?;
    let [label, _] = LABELS;
    pem::encode_string(label, pem::LineEnding::LF, &json)
        .map(Zeroizing::new)
        .map_err(|error| failed(&error.to_string()))
}

fn cipher(password: &str, salt: &[u8], (log_n, r, p): (u8, u32, u32)) -> Option<XSalsa20Poly1305> {
    let mut key = Zeroizing::new([0_u8; 32]);
    let cost = scrypt::Params::new(log_n, r, p).ok()?;
    scrypt::scrypt(password.as_bytes(), salt, &cost, key.as_mut()).ok()?;
    XSalsa20Poly1305::new_from_slice(key.as_ref()).ok()
}
