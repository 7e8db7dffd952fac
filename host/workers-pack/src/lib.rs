//! Packs a bundle as a script for Cloudflare Workers.
//!
//! - **Takes** the built orchestrator, the components of a bundle, and the data that the orchestrator reads.
//! - **Gives** the files of a script that `wrangler deploy` takes as they are, its size, and what it lacks.
//! - **Fails** when a function cannot be run as a core module; a connector that cannot is left out and named.
//! - **Limits**: the platform's, beside which [`Sizes`] stands: [`GZIP_BYTES_FREE`], [`GZIP_BYTES_PAID`].
//! - **Why it is so**: an operator needs neither Node nor a Rust compiler to build it. Everything that is generated is
//!   text that can be read, and the same bundle gives the same bytes.

mod files;
mod size;
mod wrangler;

pub use size::{GZIP_BYTES_FREE, GZIP_BYTES_PAID, Sizes};
pub use wrangler::{BINDING_CACHE, COMPATIBILITY_DATE};

use std::path::{Path, PathBuf};
use std::{fs, io};
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_split::{Core, Refused};

/// The orchestrator as `cargo xtask components` has built it: modules and glue, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orchestrator {
    /// Its files, in order of paths.
    pub files: Vec<(String, Vec<u8>)>,
}

/// One component of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Component<'b> {
    /// Without its folder: `intent`, `clock`.
    pub name: &'b str,
    /// The component, unchanged.
    pub bytes: &'b [u8],
}

/// What is packed.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'b> {
    /// All four functions.
    pub functions: &'b [Component<'b>],
    /// The bundle's connectors.
    pub connectors: &'b [Component<'b>],
    /// What the orchestrator reads when it starts.
    pub data: &'b [u8],
    /// How large a component the operator lets in, bytes.
    pub component_bytes_max: usize,
}

/// What an operator chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Name of the Worker.
    pub name: String,
    /// The region, as a variable of the script.
    pub region: String,
    /// A KV namespace for the cache; without one the Cache API of each data centre is used.
    pub cache_kv_id: Option<String>,
    /// CPU of one request, milliseconds: what bounds a connector that does not end. Free plans may not set it.
    pub cpu_ms: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { name: "zero-world".to_owned(), region: String::new(), cache_kv_id: None, cpu_ms: Some(CPU_MS) }
    }
}

/// A question takes some tens of milliseconds; a connector that spins costs this much and one question.
const CPU_MS: u32 = 2_000;

/// A script, ready to be deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its files, in order of paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// Names and digests of the components in it, as `sha256:HEX`, in order of names: the same on every target.
    pub digests: Vec<(String, String)>,
    /// What this target, or this script, cannot do.
    pub lacks: Vec<String>,
    /// How large it is.
    pub sizes: Sizes,
}

/// Why a bundle cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A function that is no plain component.
    #[error("the function `{name}` cannot run on Workers: {reason}")]
    Function {
        /// Which one.
        name: String,
        /// What is in the way.
        #[source]
        reason: Refused,
    },
    /// A name that is no name of a file.
    #[error("`{0}` is no name of a component")]
    Name(String),
    /// No orchestrator, or half of one.
    #[error("the orchestrator has no `{0}`\n\nhint: build it with `cargo xtask components`")]
    Orchestrator(&'static str),
    /// A file of the orchestrator.
    #[error("cannot read `{path}`: {error}", path = path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

/// What no script for Workers has, whatever is in it.
const LACKS: [&str; 4] = [
    "CPU of a single call: the platform bounds that of a whole request alone, so a connector that does not end costs its question",
    "the ratio between encoded and decoded bodies: the platform decodes them before they can be measured, so size alone bounds them",
    "addresses: the platform resolves names itself, so that a name which leads to a private address is refused by it and not by us",
    "one form of numbers that are none: a component that looks at the bits of 0/0 may see others than elsewhere",
];

impl Orchestrator {
    /// Reads the folder that `cargo xtask components` has filled.
    ///
    /// # Errors
    /// Names what cannot be read.
    pub fn read(folder: &Path) -> Result<Self, PackError> {
        let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder_now) = open.pop() {
            let failed = |error| PackError::Io { path: folder_now.clone(), error };
            for entry in fs::read_dir(&folder_now).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let bytes = fs::read(&path).map_err(|error| PackError::Io { path: path.clone(), error })?;
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.push((name, bytes));
            }
        }
        files.sort();
        Ok(Self { files })
    }

    fn has(&self, name: &'static str) -> Result<(), PackError> {
        let found = self.files.iter().any(|(path, _)| path == name);
        if found { Ok(()) } else { Err(PackError::Orchestrator(name)) }
    }
}

/// Packs a script.
///
/// # Errors
/// See [`PackError`].
pub fn pack(orchestrator: &Orchestrator, parts: Parts<'_>, options: &Options) -> Result<Script, PackError> {
    orchestrator.has(files::ORCHESTRATOR_MODULE)?;
    orchestrator.has(files::ORCHESTRATOR_GLUE)?;
    let mut lacks: Vec<String> = LACKS.map(str::to_owned).to_vec();
    let mut rooms: Vec<(String, Core)> = Vec::new();
    let split = |component: &Component<'_>| {
        zero_split::core_module(component.bytes, parts.component_bytes_max, GUEST_MEMORY_BYTES_MAX)
    };
    for function in parts.functions {
        let core = split(function);
        let core = core.map_err(|reason| PackError::Function { name: function.name.to_owned(), reason })?;
        rooms.push((format!("functions/{}", files::checked(function.name)?), core));
    }
    for connector in parts.connectors {
        match split(connector) {
            Ok(core) => rooms.push((format!("connectors/{}", files::checked(connector.name)?), core)),
            Err(reason) => lacks.push(format!("the connector `{}`: {reason}", connector.name)),
        }
    }
    rooms.sort_by(|one, other| one.0.cmp(&other.0));
    let digests = rooms.iter().map(|(name, core)| (name.clone(), format!("sha256:{}", core.component_digest))).collect();
    let files = files::all(orchestrator, rooms, parts.data, wrangler::config(options));
    let sizes = Sizes::of(&files);
    Ok(Script { files, digests, lacks, sizes })
}

#[cfg(test)]
mod tests;
