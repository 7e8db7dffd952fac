//! The written form of an API key: `zw_` id `_` secret checksum.
//!
//! The id names the record; the secret is 160 random bits in base32; the checksum is the CRC-32 of all before it,
//! seven characters of base32. Everything is lower case, so that a key survives being read aloud.

use core::fmt;
use sha2::{Digest, Sha256};
use zero_types::functions::{KeyRecord, Principal};

/// Random bytes that a new key needs: 160 bits, beyond any guessing.
pub const SECRET_BYTES: usize = 20;
/// No key is longer; bytes.
pub const KEY_BYTES_MAX: usize = 128;

const PREFIX: &str = "zw_";
const ID_CHARS_MAX: usize = 32;
/// 26 characters of base32 are 130 bits: keys of other issuers may be shorter than ours, but never weaker than that.
const SECRET_CHARS_MIN: usize = 26;
const CHECKSUM_CHARS: usize = 7;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Why a key could not be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueError {
    /// Ids are 1 to 32 characters of `a-z`, `0-9`.
    Id,
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key id is not usable\n\nhint: use 1 to 32 characters of `a-z` and `0-9`")
    }
}

impl core::error::Error for IssueError {}

/// Writes the key of `id` with a secret made of `random`, which the caller draws from the system's generator.
///
/// # Errors
/// When `id` is not 1 to 32 characters of `a-z`, `0-9`.
pub fn key_text(id: &str, random: &[u8; SECRET_BYTES]) -> Result<String, IssueError> {
    if !is_id(id) {
        return Err(IssueError::Id);
    }
    let body = format!("{PREFIX}{id}_{}", base32(random));
    let checksum = checksum(&body);
    Ok(body + &checksum)
}

/// The record to store for a new key, neither narrowed nor limited yet; the key itself (the first of the pair) is shown
/// to its owner once.
///
/// # Errors
/// As [`key_text`].
pub fn key_record(
    id: &str,
    random: &[u8; SECRET_BYTES],
    principal: Principal,
    not_before_ms: i64,
    expires_ms: Option<i64>,
) -> Result<(String, KeyRecord), IssueError> {
    let key = key_text(id, random)?;
    let sha256 = digest(&key).to_vec();
    let record = KeyRecord {
        id: id.to_owned(),
        sha256,
        principal,
        not_before_ms,
        expires_ms,
        revoked: false,
        scopes: None,
        limit_per_minute: None,
    };
    Ok((key, record))
}

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It does not look like one of our keys at all.
    Form,
    /// It looks like one, but a character is wrong, missing or too many.
    Checksum,
}

/// The id in `key`, once its form and checksum are right.
pub(crate) fn parse(key: &str) -> Result<&str, Malformed> {
    if key.len() > KEY_BYTES_MAX || !key.is_ascii() {
        return Err(Malformed::Form);
    }
    let rest = key.strip_prefix(PREFIX).ok_or(Malformed::Form)?;
    let (id, tail) = rest.split_once('_').ok_or(Malformed::Form)?;
    if !is_id(id) || !tail.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Malformed::Form);
    }
    let long_enough = tail.len() >= SECRET_CHARS_MIN + CHECKSUM_CHARS;
    let (body, given) = key.split_at_checked(key.len().saturating_sub(CHECKSUM_CHARS)).ok_or(Malformed::Form)?;
    if !long_enough || checksum(body) != given {
        return Err(Malformed::Checksum);
    }
    Ok(id)
}

/// SHA-256 of the whole key: what records hold. A plain hash is enough, because nobody can search 130 random bits.
pub(crate) fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn is_id(id: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn checksum(body: &str) -> String {
    base32(&crc32fast::hash(body.as_bytes()).to_be_bytes())
}

/// RFC 4648 base32 in lower case, without padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut push = |index: u32| {
        if let Some(&letter) = ALPHABET.get((index & 31) as usize) {
            text.push(char::from(letter));
        }
    };
    for &byte in bytes {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            push(bits >> held);
        }
    }
    if held > 0 {
        push(bits << (5 - held));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        for (bytes, text) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_form_of_a_key_never_changes() {
        let key = key_text("demo", &[7; SECRET_BYTES]).unwrap();
        assert!(key.starts_with("zw_demo_a4dqobyha4dqobyha4dqobyha4dqobyh"), "{key}");
        assert_eq!(key.len(), "zw_demo_".len() + 32 + CHECKSUM_CHARS);
        assert_eq!(parse(&key), Ok("demo"));
    }

    #[test]
    fn every_slip_of_one_character_is_noticed() {
        let key = key_text("demo", &[7; SECRET_BYTES]).unwrap();
        for at in "zw_demo_".len()..key.len() {
            let mut typo = key.clone().into_bytes();
            typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(parse(&String::from_utf8(typo).unwrap()), Err(Malformed::Checksum), "at {at}");
            assert!(parse(&key[..at]).is_err(), "cut at {at}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_without_panic(text in ".*", tail in "[a-z0-9_]{0,140}") {
            let _ = parse(&text);
            let _ = parse(&format!("zw_{tail}"));
        }

        #[test]
        fn what_is_issued_is_read_back(id in "[a-z0-9]{1,32}", random: [u8; SECRET_BYTES]) {
            let key = key_text(&id, &random).unwrap();
            proptest::prop_assert!(key.len() <= KEY_BYTES_MAX);
            proptest::prop_assert_eq!(parse(&key), Ok(id.as_str()));
        }
    }
}
