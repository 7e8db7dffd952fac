//! The engine: what all components share.

use crate::Connector;
use crate::artifact::{Artifacts, Found, key_beside};
use crate::compile::Compiler;
use crate::component::{Component, Origin};
use crate::error::{EngineError, LoadError};
use crate::functions::{FunctionBytes, Functions};
use crate::settings::{self, Limits};
use crate::ticker::Ticker;
use std::path::PathBuf;
use std::sync::Arc;

/// How to make an engine.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where compiled components are kept between starts; without it each start compiles all of them.
    pub artifacts: Option<PathBuf>,
    /// What proves that an artifact is this machine's own.
    pub mac_key: MacKey,
    /// Who compiles.
    pub compiler: Compiler,
    /// What calls may take.
    pub limits: Limits,
}

/// Where the key of the artifacts comes from.
#[derive(Clone, Default)]
pub enum MacKey {
    /// The file `artifacts.key` beside the folder of artifacts, readable by its owner only; made when absent.
    #[default]
    Beside,
    /// Given, such as from a secret store.
    Given([u8; 32]),
}

impl core::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Beside => "Beside",
            Self::Given(_) => "Given(..)",
        })
    }
}

/// Compiles, keeps and runs components. Clones share everything.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) wasmtime: wasmtime::Engine,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) limits: Limits,
    artifacts: Option<Arc<Artifacts>>,
    compiler: Compiler,
}

impl Engine {
    /// Reserves room for all instances, and opens the folder of artifacts.
    ///
    /// # Errors
    /// When the machine has not the address space, or the folder or key cannot be used.
    pub fn new(config: Config) -> Result<Self, EngineError> {
        let Config { artifacts, mac_key, compiler, limits } = config;
        let wasmtime = wasmtime::Engine::new(&settings::running(&limits))
            .map_err(|error| EngineError::Setup(format!("{error:#}")))?;
        let artifacts = match artifacts {
            None => None,
            Some(folder) => {
                let key = match mac_key {
                    MacKey::Beside => key_beside(&folder)?,
                    MacKey::Given(key) => key,
                };
                Some(Arc::new(Artifacts::open(&folder, fingerprint(&wasmtime), key)?))
            }
        };
        let ticker = Ticker::start(wasmtime.clone()).map_err(|error| EngineError::Setup(error.to_string()))?;
        Ok(Self(Arc::new(Shared { wasmtime, ticker: Arc::new(ticker), limits, artifacts, compiler })))
    }

    /// What calls may take.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The same engine with other limits, for components that the operator grants more. The instances, and the memory
    /// that one of them can have at most ([`Limits::memory_bytes_ceiling`]), were reserved when the engine was made.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        let Shared { wasmtime, ticker, artifacts, compiler, .. } = &*self.0;
        let (wasmtime, ticker) = (wasmtime.clone(), Arc::clone(ticker));
        let (artifacts, compiler) = (artifacts.clone(), compiler.clone());
        Self(Arc::new(Shared { wasmtime, ticker, limits, artifacts, compiler }))
    }

    /// Checks a component and makes it ready to run; runs nothing of it.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn load(&self, bytes: &[u8]) -> Result<Component, LoadError> {
        let world = zero_builder::check_sized(bytes, self.0.limits.component_bytes)?;
        let digest = zero_builder::digest(bytes);
        let (component, origin) = self.0.obtain(bytes, &digest)?;
        Component::new(self.clone(), component, world, digest, origin)
    }

    /// Loads a connector, compares its exports with the contract, and asks it for its description.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn connector(&self, bytes: &[u8]) -> Result<Connector, LoadError> {
        Connector::new(&self.load(bytes)?)
    }

    /// Makes machine code ready that came with a package.
    pub(crate) fn open_sealed(&self, artifact: &[u8], world: String, digest: String) -> Result<Component, String> {
        let component = self.0.deserialise(artifact)?;
        Component::new(self.clone(), component, world, digest, Origin::Sealed).map_err(|error| error.to_string())
    }

    /// Loads the project's own functions.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn functions(&self, bytes: FunctionBytes<'_>) -> Result<Functions, LoadError> {
        Functions::new(self, bytes)
    }
}

impl Shared {
    /// From disk if it is there and genuine, else from the compiler.
    fn obtain(&self, bytes: &[u8], digest: &str) -> Result<(wasmtime::component::Component, Origin), LoadError> {
        let mut origin = Origin::Compiled;
        if let Some(artifacts) = &self.artifacts {
            match artifacts.find(digest) {
                Found::Nothing => {}
                Found::Genuine(artifact) => match self.deserialise(&artifact) {
                    Ok(component) => return Ok((component, Origin::Artifact)),
                    // Ours, yet unusable: nothing but this build's own fault, and mended in the same way.
                    Err(error) => {
                        tracing::warn!(digest, error, "an artifact cannot be used; it is compiled again");
                        artifacts.delete(digest);
                        origin = Origin::Mended;
                    }
                },
                Found::Forged => {
                    tracing::warn!(digest, "an artifact is not this machine's own; it is compiled again");
                    origin = Origin::Mended;
                }
            }
        }
        let artifact = self.compiler.compile(&self.wasmtime, bytes, self.limits.compile_time)?;
        let component = self.deserialise(&artifact).map_err(LoadError::Compile)?;
        if let Some(artifacts) = &self.artifacts {
            artifacts.keep(digest, &artifact);
        }
        Ok((component, origin))
    }

    #[allow(unsafe_code, reason = "machine code is trusted, never parsed: it has just been compiled or verified")]
    fn deserialise(&self, artifact: &[u8]) -> Result<wasmtime::component::Component, String> {
        // SAFETY: these bytes were made by this version's compiler, and are just those: straight from it, kept under our
        // MAC since, or under the SHA-256 of a package's index. wasmtime refuses those of another version or machine.
        let component = unsafe { wasmtime::component::Component::deserialize(&self.wasmtime, artifact) };
        component.map_err(|error| format!("{error:#}"))
    }
}

/// Who cannot compile keeps nothing, so there is nothing to be told apart.
#[cfg(not(feature = "compiler"))]
fn fingerprint(_: &wasmtime::Engine) -> [u8; 32] {
    [0; 32]
}

/// What the compiler is, and all that it was told: artifacts of equal fingerprint fit each other.
#[cfg(feature = "compiler")]
fn fingerprint(engine: &wasmtime::Engine) -> [u8; 32] {
    use core::hash::{Hash as _, Hasher};
    use sha2::{Digest as _, Sha256};

    struct Sha(Sha256);
    impl Hasher for Sha {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}
