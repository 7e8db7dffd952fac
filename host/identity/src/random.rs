//! What nobody may guess.

use crate::Refused;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zero_pipeline::Problem;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Bytes of the system's generator.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Refused(Box::new(Problem::internal("the system has no randomness to give"))))?;
    Ok(bytes)
}

/// 128 bits in hexadecimal: of accounts, sessions, ceremonies, tokens.
pub(crate) fn id() -> Result<String, Refused> {
    bytes::<16>().map(hex::encode)
}

/// SHA-256, in hexadecimal. Only of what has so many random bits that nobody can search them.
pub(crate) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// How long it takes tells nothing.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// RFC 4648 base32 in lower case, without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
    for &byte in bytes {
        held = (held << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.extend(ALPHABET.get(((held >> bits) & 31) as usize).map(|&letter| char::from(letter)));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.extend(ALPHABET.get(((held << (5 - bits)) & 31) as usize).map(|&letter| char::from(letter)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (bytes, text) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }
}
