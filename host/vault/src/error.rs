//! What can be wrong with a vault.

use std::path::{Path, PathBuf};

/// Why the vault did not do it. None of them says what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The master key is not the one this vault was sealed under.
    #[error(
        "the vault {} does not open with {source_name}\n\nhint: it was sealed under another master key; bring that key \
         back, or move the vault away and begin anew",
        path.display()
    )]
    WrongKey {
        /// The vault.
        path: PathBuf,
        /// Where the key is from.
        source_name: String,
    },
    /// There is a vault, but no key for it.
    #[error(
        "there is a vault, but its key {} is missing\n\nhint: bring the file back from where it is kept, or set \
         `ZERO_VAULT_KEY`; a new key would not open it",
        path.display()
    )]
    KeyMissing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// The key file can be read by others.
    #[error("others may read the master key {}\n\nhint: chmod 600 {}", path.display(), path.display())]
    KeyExposed {
        /// The file.
        path: PathBuf,
    },
    /// The key is no key.
    #[error(
        "{source_name} holds no master key\n\nhint: a key is 64 hexadecimal digits, such as of `openssl rand -hex 32`"
    )]
    KeyForm {
        /// Where it is from.
        source_name: String,
    },
    /// A vault whose key was given is to be sealed anew without another.
    #[error("the master key of this vault comes from outside\n\nhint: give the new one")]
    KeyNotGiven,
    /// A vault whose key is in a file is given another.
    #[error("the master key of this vault is in a file, which is drawn anew\n\nhint: give no key")]
    KeyGiven,
    /// A record does not open: it was changed, moved or cut on disk.
    #[error("the record `{name}` of `{table}` is damaged\n\nhint: restore the vault from a backup")]
    Damaged {
        /// Its table.
        table: String,
        /// Its name.
        name: String,
    },
    /// A record of a version that this program does not know.
    #[error("{place} is of version {version}, which this program does not know\n\nhint: update `zero`")]
    Version {
        /// The version.
        version: u8,
        /// Where.
        place: String,
    },
    /// The record is too large.
    #[error("a record of {bytes} bytes is over the limit of {}", crate::limits::RECORD_BYTES_MAX)]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The name is too long, or empty.
    #[error("the name of a record has {bytes} bytes; it may have 1 to {}", crate::limits::NAME_BYTES_MAX)]
    Name {
        /// Its size.
        bytes: usize,
    },
    /// Another process has it open.
    #[error("another process has the vault {} open\n\nhint: stop it, or ask it to do this", path.display())]
    InUse {
        /// The vault.
        path: PathBuf,
    },
    /// The file is no vault, or a damaged one.
    #[error("the vault {} cannot be read: {why}\n\nhint: restore it from a backup", path.display())]
    File {
        /// The vault.
        path: PathBuf,
        /// What the store says.
        why: String,
    },
    /// The store failed.
    #[error("the vault's store failed: {why}\n\nhint: look for a full disk, or restore the vault from a backup")]
    Store {
        /// What it says.
        why: String,
    },
    /// A file beside the vault.
    #[error("{}: {why}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The generator of random numbers or the cipher failed.
    #[error("the system's cryptography failed")]
    Cryptography,
}

impl VaultError {
    pub(crate) fn store(error: impl Into<redb::Error>) -> Self {
        Self::Store { why: error.into().to_string() }
    }

    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), why: error.to_string() }
    }
}
