//! Sealed artifacts: components that were compiled when a package was made, and are opened when they are first called.
//!
//! ```text
//! index.json           which component became which artifact, and what each connector says of itself
//! <component>.artifact  machine code, named by the digest of its component
//! ```
//!
//! - **Takes** a folder and its index, which whoever opens it has verified: a signature over the package covers it.
//! - **Gives** connectors that are all there at once and cost nothing until one is called; functions, ready to run.
//! - **Fails** as a [`SealedError`] when the index or a function is wrong. What is wrong with the artifact of a connector
//!   costs the calls of that connector, and nobody else's.
//! - **Limits**: [`INDEX_BYTES_MAX`], [`COMPONENTS_MAX`]; `ARTIFACT_BYTES_MAX` for each artifact.
//! - **Why it is so**: a cold start pays for what the first question needs and not for all that could be asked. What a
//!   host must know of a connector beforehand (name, digest, hosts, kinds) stands in the index, so `describe` was called
//!   when the package was made. An artifact is read into memory of our own, compared with the SHA-256 that the index has
//!   for it, and only those very bytes are used: nothing can change between the check and the use. No compiler is
//!   needed, and a program without the feature `compiler` has none.

mod error;
mod index;
#[cfg(feature = "compiler")]
mod make;

pub use error::SealedError;
#[cfg(feature = "compiler")]
pub use make::{Ingredients, seal};

use crate::artifact::{ARTIFACT_BYTES_MAX, read_bounded};
use crate::component::Component;
use crate::connector::Connector;
use crate::engine::Engine;
use crate::functions::{FUNCTIONS, Functions};
use crate::settings::Limits;
use index::{Entry, Index};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the index in its folder.
pub const INDEX_FILE: &str = "index.json";
/// The index of a thousand connectors is some hundred kilobytes.
pub const INDEX_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Functions and connectors of one index.
pub const COMPONENTS_MAX: usize = 4096;

/// A folder of artifacts, by its index. Clones share it.
#[derive(Debug, Clone)]
pub struct Sealed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    index: Index,
}

impl Sealed {
    /// Reads the index of a folder. Whether it is the one that was packaged is for the caller to know.
    ///
    /// # Errors
    /// The index is missing or malformed.
    pub fn open(folder: &Path) -> Result<Self, SealedError> {
        let path = folder.join(INDEX_FILE);
        let index = read_bounded(&path, INDEX_BYTES_MAX).map_err(|error| SealedError::Io { path, error })?;
        Self::from_index(folder, &index)
    }

    /// The artifacts of a folder by an index that was read, and verified, already.
    ///
    /// # Errors
    /// The index is malformed.
    pub fn from_index(folder: &Path, index: &[u8]) -> Result<Self, SealedError> {
        Ok(Self(Arc::new(Inner { folder: folder.to_path_buf(), index: Index::from_json(index)? })))
    }

    /// The machine that the artifacts are for.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.0.index.machine
    }

    /// The digest of every component, by name: `functions/auth`, `connectors/clock`.
    #[must_use]
    pub fn digests(&self) -> Vec<(String, String)> {
        let Index { functions, connectors, .. } = &self.0.index;
        let named = |room: &str, entry: &Entry| (format!("{room}/{}", entry.name), entry.component.clone());
        let functions = functions.iter().map(|entry| named("functions", entry));
        functions.chain(connectors.iter().map(|entry| named("connectors", entry))).collect()
    }

    /// The project's own functions: every question needs them, so they are opened here and now.
    ///
    /// # Errors
    /// One is missing, is not the one that was packaged, or cannot be used by this engine.
    pub fn functions(&self, engine: &Engine) -> Result<Functions, SealedError> {
        let open = |name: &str| {
            let found = self.0.index.functions.iter().position(|entry| entry.name == name);
            let at = found.ok_or_else(|| SealedError::Missing { what: format!("the function `{name}`") })?;
            let artifact = Artifact { sealed: self.clone(), room: Room::Functions, at };
            artifact.component(engine)
        };
        let [intent, context, synthesis, auth] = std::thread::scope(|scope| {
            // Reading and hashing them one after the other would be most of a cold start.
            let opening = FUNCTIONS.map(|name| scope.spawn(move || open(name)));
            opening.map(|opening| opening.join().unwrap_or(Err(SealedError::Panicked)))
        });
        let fits = Functions::of(intent?, context?, synthesis?, auth?);
        fits.map_err(|error| SealedError::Unusable { what: "a function".to_owned(), reason: error.to_string() })
    }

    /// All connectors, none of them opened. `limits` says what one of this name may take.
    #[must_use]
    pub fn connectors(&self, engine: &Engine, limits: impl Fn(&str) -> Limits) -> Vec<Connector> {
        let connectors = self.0.index.connectors.iter().enumerate();
        connectors
            .filter_map(|(at, entry)| {
                let engine = engine.with_limits(limits(&entry.name));
                let (version, descriptor) = (entry.version()?, entry.descriptor.as_ref()?.raise()?);
                let artifact = Artifact { sealed: self.clone(), room: Room::Connectors, at };
                Some(Connector::sealed(engine, artifact, version, descriptor))
            })
            .collect()
    }
}

/// Which of the two lists of an index.
#[derive(Debug, Clone, Copy)]
enum Room {
    Functions,
    Connectors,
}

/// One artifact, not opened yet.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    sealed: Sealed,
    room: Room,
    at: usize,
}

impl Artifact {
    /// The digest of the component that it was made of.
    pub(crate) fn digest(&self) -> &str {
        self.entry().map_or("", |entry| &entry.component)
    }

    pub(crate) fn world(&self) -> &str {
        self.entry().map_or("", |entry| &entry.world)
    }

    /// Reads, verifies and links it.
    pub(crate) fn component(&self, engine: &Engine) -> Result<Component, SealedError> {
        let entry = self.entry().ok_or_else(|| SealedError::Missing { what: "an artifact".to_owned() })?;
        let path = self.sealed.0.folder.join(format!("{}.artifact", entry.component));
        let bytes = read_bounded(&path, entry.bytes.min(ARTIFACT_BYTES_MAX));
        let bytes = bytes.map_err(|error| SealedError::Io { path: path.clone(), error })?;
        if hex::encode(Sha256::digest(&bytes)) != entry.artifact {
            return Err(SealedError::Altered { what: entry.name.clone(), path });
        }
        let unusable = |reason| SealedError::Unusable { what: entry.name.clone(), reason };
        engine.open_sealed(&bytes, entry.world.clone(), entry.component.clone()).map_err(unusable)
    }

    fn entry(&self) -> Option<&Entry> {
        let Index { functions, connectors, .. } = &self.sealed.0.index;
        match self.room {
            Room::Functions => functions.get(self.at),
            Room::Connectors => connectors.get(self.at),
        }
    }
}
