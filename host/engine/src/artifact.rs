//! Compiled components on disk.
//!
//! - **Takes** and **gives** artifacts: machine code, by the digest of the component that it was made of.
//! - **Fails** softly: an artifact that is missing, stale or forged is compiled again; a folder that cannot be
//!   written only costs time at the next start.
//! - **Limits**: [`ARTIFACT_BYTES_MAX`].
//! - **Why it is so**: whoever can put machine code into this folder would own the process, and a folder is easily
//!   shared, copied or restored by mistake. So each artifact carries a MAC under a key that never leaves the machine,
//!   over the compiler's fingerprint, the component's digest and the code. What is deserialised are the very bytes
//!   that were verified, copied into memory of our own: mapping the file instead would save one copy at start-up, but
//!   the file could change between the check and the mapping, and even afterwards.

use crate::error::EngineError;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Machine code of the largest component is far below; a larger file is not ours.
pub(crate) const ARTIFACT_BYTES_MAX: u64 = 256 * 1024 * 1024;
const MAC_BYTES: usize = 32;
const KEY_FILE: &str = "artifacts.key";
/// Told apart from any other use of the same key.
const PURPOSE: &[u8] = b"zero artifact 1";

pub(crate) type Key = [u8; 32];

/// One folder for each fingerprint, so that an upgrade never meets the code of another compiler.
pub(crate) struct Artifacts {
    folder: PathBuf,
    fingerprint: [u8; 32],
    key: Key,
}

pub(crate) enum Found {
    Nothing,
    Genuine(Vec<u8>),
    /// Altered, cut short, or written under another key. It is deleted already.
    Forged,
}

impl Artifacts {
    pub(crate) fn open(root: &Path, fingerprint: [u8; 32], key: Key) -> Result<Self, EngineError> {
        let name = hex::encode(fingerprint);
        let folder = root.join(name.get(..16).unwrap_or(&name));
        create_private_folder(&folder).map_err(|error| EngineError::Io { path: folder.clone(), error })?;
        Ok(Self { folder, fingerprint, key })
    }

    pub(crate) fn find(&self, digest: &str) -> Found {
        let path = self.path(digest);
        let genuine = match read_bounded(&path, ARTIFACT_BYTES_MAX) {
            Ok(bytes) => self.opened(digest, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "cannot read an artifact");
                None
            }
        };
        if let Some(artifact) = genuine {
            return Found::Genuine(artifact);
        }
        self.delete(digest);
        Found::Forged
    }

    pub(crate) fn delete(&self, digest: &str) {
        let path = self.path(digest);
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), %error, "cannot delete a bad artifact");
        }
    }

    /// Nobody ever sees half an artifact: it is written aside and renamed.
    pub(crate) fn keep(&self, digest: &str, artifact: &[u8]) {
        let path = self.path(digest);
        let aside = aside(&path);
        let written = self.mac(digest, artifact).map_or_else(
            || Err(io::Error::other("no MAC")),
            |mac| {
                write_private(&aside, &[&mac.finalize().into_bytes(), artifact])?;
                fs::rename(&aside, &path)
            },
        );
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "cannot keep an artifact; it will be compiled again");
            _ = fs::remove_file(&aside);
        }
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest).with_extension("artifact")
    }

    /// The artifact behind a MAC that is right, compared in constant time.
    fn opened(&self, digest: &str, mut bytes: Vec<u8>) -> Option<Vec<u8>> {
        let (mac, artifact) = bytes.split_at_checked(MAC_BYTES)?;
        self.mac(digest, artifact)?.verify_slice(mac).ok()?;
        bytes.drain(..MAC_BYTES);
        Some(bytes)
    }

    /// Every part but the last has a fixed length, so no two inputs look alike.
    fn mac(&self, digest: &str, artifact: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        for part in [PURPOSE, &self.fingerprint, digest.as_bytes(), artifact] {
            mac.update(part);
        }
        Some(mac)
    }
}

/// The key beside the folder of artifacts; made when there is none.
pub(crate) fn key_beside(artifacts: &Path) -> Result<Key, EngineError> {
    let path = artifacts.parent().unwrap_or(Path::new("")).join(KEY_FILE);
    let io = |error| EngineError::Io { path: path.clone(), error };
    if let Some(parent) = path.parent() {
        create_private_folder(parent).map_err(io)?;
    }
    if !path.try_exists().map_err(io)? {
        let mut key = Key::default();
        getrandom::fill(&mut key).map_err(|error| EngineError::Random(error.to_string()))?;
        let aside = aside(&path);
        // A link never replaces: of two processes that start at once, both end up with the key of the first.
        let made = write_private(&aside, &[&key]).and_then(|()| match fs::hard_link(&aside, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(_) => fs::rename(&aside, &path),
            Ok(()) => Ok(()),
        });
        _ = fs::remove_file(&aside);
        made.map_err(io)?;
    }
    refuse_exposed(&path)?;
    let expected = Key::default().len();
    let bytes = read_bounded(&path, 4096).map_err(io)?;
    bytes.try_into().map_err(|_| EngineError::KeyMalformed { path: path.clone(), expected })
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), EngineError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|error| EngineError::Io { path: path.into(), error })?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(EngineError::KeyExposed { path: path.into() }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path) -> Result<(), EngineError> {
    Ok(())
}

/// A name in the same folder that no other writer uses.
fn aside(path: &Path) -> PathBuf {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{}-{number}.tmp", std::process::id()))
}

fn create_private_folder(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

pub(crate) fn read_bounded(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > bytes_max {
        return Err(io::Error::other("larger than any of ours"));
    }
    Ok(bytes)
}
