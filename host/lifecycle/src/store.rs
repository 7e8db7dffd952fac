//! The state folder: one file that says everything, and the components it speaks of by their digests.
//!
//! ```text
//! connectors.json                     the state, replaced as a whole
//! connectors.lock                     held while it is changed
//! components/sha256/<digest>.wasm     a component, or a package of sources
//! ```
//!
//! - **Fails** naming the file; a change that fails has not happened.
//! - **Limits**: `STATE_BYTES_MAX`, `LOCK_TIME_MAX`.
//! - **Why it is so**: a host and a terminal may change it at once, and power may fail between any two writes: so there
//!   is a lock, components are written before what refers to them, and a file is renamed over the old one only when
//!   its bytes are on the disk. What is read back is hashed again.

use crate::limits::{LOCK_POLL, LOCK_TIME_MAX, STATE_BYTES_MAX};
use crate::state::STATE_VERSION;
use crate::{Error, State};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The state folder of a host.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Where a host keeps its state for this user: as said, `ZERO_STATE`, or as the XDG directories have it.
#[must_use]
pub fn default_folder(said: Option<&Path>) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    said.map(Path::to_path_buf)
        .or_else(|| set("ZERO_STATE"))
        .or_else(|| set("XDG_STATE_HOME").map(|state| state.join("zero")))
        .or_else(|| set("HOME").map(|home| home.join(".local/state/zero")))
}

fn at(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |error| Error::Io { path: path.to_owned(), error }
}

impl Store {
    /// Opens the folder; nothing is written until something is installed.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The state; an empty one when there is none yet.
    ///
    /// # Errors
    /// It cannot be read, or another host wrote it.
    pub fn read(&self) -> Result<State, Error> {
        let path = self.state_path();
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::default()),
            opened => opened.map_err(at(&path))?,
        };
        let wrong = |reason: String| Error::State { path: path.clone(), reason };
        let mut bytes = Vec::new();
        file.take(STATE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(at(&path))?;
        if bytes.len() as u64 > STATE_BYTES_MAX {
            return Err(wrong(format!("it is over the limit of {STATE_BYTES_MAX} bytes")));
        }
        let state: State = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if state.version != STATE_VERSION {
            return Err(wrong(format!("it has version {}, and this host knows {STATE_VERSION}", state.version)));
        }
        Ok(state)
    }

    /// Changes the state under the lock. What `change` puts in stays when it succeeds; nothing does when it fails.
    ///
    /// # Errors
    /// Those of `change`; the lock is not to be had; the disk refuses.
    pub fn change<T>(&self, change: impl FnOnce(&mut State, &Self) -> Result<T, Error>) -> Result<T, Error> {
        let _lock = self.lock()?;
        let before = self.read()?;
        let mut state = before.clone();
        let changed = change(&mut state, self)?;
        if state != before {
            self.write(&state)?;
            self.forget_unused(&state);
        }
        Ok(changed)
    }

    /// Keeps a component under its digest.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, digest: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.component_path(digest);
        if self.get(digest).is_ok() {
            return Ok(());
        }
        let folder = self.components();
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        replace(&path, bytes)
    }

    /// The component of this digest, hashed again.
    ///
    /// # Errors
    /// It is not there, or not what was put in.
    pub fn get(&self, digest: &str) -> Result<Vec<u8>, Error> {
        let path = self.component_path(digest);
        let bytes = fs::read(&path).map_err(at(&path))?;
        if zero_builder::digest(&bytes) == digest { Ok(bytes) } else { Err(Error::Tampered { path }) }
    }

    fn write(&self, state: &State) -> Result<(), Error> {
        let path = self.state_path();
        let json = serde_json::to_vec_pretty(state)
            .map_err(|error| Error::State { path: path.clone(), reason: error.to_string() })?;
        if json.len() as u64 > STATE_BYTES_MAX {
            return Err(Error::Full(format!("the state would be over the limit of {STATE_BYTES_MAX} bytes")));
        }
        replace(&path, &json)
    }

    /// Components that no version refers to any more. One that cannot be deleted is only in the way.
    fn forget_unused(&self, state: &State) {
        let versions = state.connectors.values().flat_map(|entry| &entry.versions);
        let used: BTreeSet<PathBuf> = versions.map(|it| self.component_path(&it.digest)).collect();
        for file in fs::read_dir(self.components()).into_iter().flatten().flatten() {
            let path = file.path();
            if !used.contains(&path)
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!(path = %path.display(), %error, "an unused component could not be deleted");
            }
        }
    }

    /// Held until it is dropped, by one process at a time.
    fn lock(&self) -> Result<File, Error> {
        private_folder(&self.folder)?;
        let path = self.folder.join("connectors.lock");
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(at(&path))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_TIME_MAX => std::thread::sleep(LOCK_POLL),
                Err(TryLockError::WouldBlock) => return Err(Error::Busy),
                Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
            }
        }
    }

    fn state_path(&self) -> PathBuf {
        self.folder.join("connectors.json")
    }

    fn components(&self) -> PathBuf {
        self.folder.join("components/sha256")
    }

    fn component_path(&self, digest: &str) -> PathBuf {
        self.components().join(format!("{digest}.wasm"))
    }
}

/// Made for its owner alone: who can write here decides what a host runs.
fn private_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at(folder))
}

/// All of the bytes or none of them, also when power fails.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        // The name is on the disk when its folder is.
        #[cfg(unix)]
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
        Ok(())
    });
    written.map_err(|error| {
        // What is left of it is deleted with the next unused component.
        let _ = fs::remove_file(&draft);
        at(path)(error)
    })
}

#[cfg(test)]
mod tests;
