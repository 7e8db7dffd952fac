//! The master key: where it is from, and how it is replaced.

use crate::VaultError;
use crate::seal::{KEY_BYTES, Key, Sealer};
use core::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The file of the master key in the vault's folder, where none is given.
pub const KEY_FILE: &str = "vault.key";
/// One that waits for the vault to be sealed under it.
const NEXT_SUFFIX: &str = "next";
/// More than a key and its line end.
const FILE_BYTES_MAX: u64 = 256;

/// A master key.
pub struct MasterKey(Key);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// Reads 64 hexadecimal digits; `source_name` is where they are from, for messages.
    ///
    /// # Errors
    /// They are not.
    pub fn from_hex(text: &str, source_name: &str) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        hex::decode_to_slice(text.trim(), &mut key[..])
            .map_err(|_| VaultError::KeyForm { source_name: source_name.to_owned() })?;
        Ok(Self(key))
    }

    fn draw() -> Result<Self, VaultError> {
        crate::seal::draw().map(|(key, _)| Self(key))
    }

    pub(crate) fn sealer(&self) -> Result<Sealer, VaultError> {
        Sealer::new(&self.0[..])
    }
}

/// Where the master key of a vault is from.
#[derive(Debug)]
pub enum Master {
    /// [`KEY_FILE`] in the vault's folder, or this file instead; made with the vault.
    File(Option<PathBuf>),
    /// Given; the name says from where.
    Given(MasterKey, String),
}

impl Master {
    /// The key in this environment variable when it is set (`value`), else the file in the vault's folder.
    ///
    /// # Errors
    /// It is set, but no key.
    pub fn from_environment(name: &str, value: Option<String>) -> Result<Self, VaultError> {
        let Some(value) = value.map(Zeroizing::new).filter(|value| !value.trim().is_empty()) else {
            return Ok(Self::File(None));
        };
        let name = format!("the environment variable `{name}`");
        Ok(Self::Given(MasterKey::from_hex(&value, &name)?, name))
    }

    pub(crate) fn source(self, folder: &Path) -> Source {
        match self {
            Self::File(path) => Source::File(path.unwrap_or_else(|| folder.join(KEY_FILE))),
            Self::Given(key, name) => Source::Given(key, name),
        }
    }
}

pub(crate) enum Source {
    File(PathBuf),
    Given(MasterKey, String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key {}", path.display()),
            Self::Given(_, name) => f.write_str(name),
        }
    }
}

impl Source {
    /// The keys to try, the one in force first. A vault that does not exist yet gets a new one.
    pub(crate) fn keys(&self, exists: bool) -> Result<Vec<MasterKey>, VaultError> {
        let path = match self {
            Self::Given(key, _) => return Ok(vec![MasterKey(key.0.clone())]),
            Self::File(path) => path,
        };
        let first = match read(path)? {
            Some(key) => key,
            None if exists => match read(&next(path))? {
                Some(key) => return Ok(vec![MasterKey::draw()?, key]),
                None => return Err(VaultError::KeyMissing { path: path.clone() }),
            },
            None => {
                let key = MasterKey::draw()?;
                write(path, &key)?;
                key
            }
        };
        Ok(core::iter::once(first).chain(read(&next(path))?).collect())
    }

    /// The key to seal under from now on; in a file it waits beside the one in force.
    pub(crate) fn prepare(&self, given: Option<MasterKey>) -> Result<MasterKey, VaultError> {
        match (self, given) {
            (Self::Given(..), Some(key)) => Ok(key),
            (Self::Given(..), None) => Err(VaultError::KeyNotGiven),
            (Self::File(_), Some(_)) => Err(VaultError::KeyGiven),
            (Self::File(path), None) => {
                self.forget()?;
                let key = MasterKey::draw()?;
                write(&next(path), &key)?;
                Ok(key)
            }
        }
    }

    /// The vault is sealed under the key that waited.
    pub(crate) fn settle(&self) -> Result<(), VaultError> {
        let Self::File(path) = self else { return Ok(()) };
        std::fs::rename(next(path), path).map_err(|error| VaultError::io(path, &error))?;
        sync_folder(path)
    }

    /// No key waits any longer.
    pub(crate) fn forget(&self) -> Result<(), VaultError> {
        let Self::File(path) = self else { return Ok(()) };
        match std::fs::remove_file(next(path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(VaultError::io(&next(path), &error)),
            _ => Ok(()),
        }
    }
}

fn next(path: &Path) -> PathBuf {
    path.with_extension(format!("key.{NEXT_SUFFIX}"))
}

fn read(path: &Path) -> Result<Option<MasterKey>, VaultError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file.map_err(|error| VaultError::io(path, &error))?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(|error| VaultError::io(path, &error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyExposed { path: path.to_owned() });
        }
    }
    let mut text = Zeroizing::new(String::new());
    let source_name = path.display().to_string();
    if file.take(FILE_BYTES_MAX).read_to_string(&mut text).is_err() {
        return Err(VaultError::KeyForm { source_name });
    }
    MasterKey::from_hex(&text, &source_name).map(Some)
}

/// Never over a key that is there.
fn write(path: &Path, key: &MasterKey) -> Result<(), VaultError> {
    let failed = |error: &std::io::Error| VaultError::io(path, error);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| failed(&error))?;
    let mut text = Zeroizing::new(hex::encode(&key.0[..]));
    text.push('\n');
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))?;
    sync_folder(path)
}

/// A name that only memory knows is gone with the power.
fn sync_folder(path: &Path) -> Result<(), VaultError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| VaultError::io(folder, &error))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
