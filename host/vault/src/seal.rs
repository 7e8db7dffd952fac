//! One sealed record: version, nonce, ciphertext with its tag.

use crate::VaultError;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

/// Of the cipher and of the data key.
pub(crate) const KEY_BYTES: usize = 32;
/// How a record is laid out and sealed; the first byte of each.
const VERSION: u8 = 1;

pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// Seals and opens with one key.
pub(crate) struct Sealer(RandomizedNonceKey);

impl Sealer {
    pub(crate) fn new(key: &[u8]) -> Result<Self, VaultError> {
        RandomizedNonceKey::new(&AES_256_GCM_SIV, key).map(Self).map_err(|_| VaultError::Cryptography)
    }

    pub(crate) fn seal(&self, table: &str, name: &str, record: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = record.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(associated(table, name)), &mut sealed)
            .map_err(|_| VaultError::Cryptography)?;
        let mut bytes = Vec::with_capacity(1 + NONCE_LEN + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(nonce.as_ref());
        bytes.append(&mut sealed);
        Ok(bytes)
    }

    pub(crate) fn open(&self, table: &str, name: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let damaged = || VaultError::Damaged { table: table.to_owned(), name: name.to_owned() };
        let (&version, rest) = bytes.split_first().ok_or_else(damaged)?;
        if version != VERSION {
            return Err(VaultError::Version { version, place: format!("the record `{name}` of `{table}`") });
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let length = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated(table, name)), &mut opened)
            .map_err(|_| damaged())?
            .len();
        opened.truncate(length);
        Ok(opened)
    }
}

/// A new data key, and what seals with it.
pub(crate) fn draw() -> Result<(Key, Sealer), VaultError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    aws_lc_rs::rand::fill(&mut key[..]).map_err(|_| VaultError::Cryptography)?;
    let sealer = Sealer::new(&key[..])?;
    Ok((key, sealer))
}

/// Where a record stands. The length keeps `ab` `c` apart from `a` `bc`.
fn associated(table: &str, name: &str) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&(table.len() as u64).to_be_bytes());
    bytes.extend_from_slice(table.as_bytes());
    bytes.extend_from_slice(name.as_bytes());
    bytes
}
