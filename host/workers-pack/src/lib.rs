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

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};
use zero_bundle::{BundleView, PackOptions, Package, PackedFile};
use zero_config::Config;
use zero_edge::{ConnectorFacts, DataError, EdgeData, Target};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_split::{Core, Refused};

/// The orchestrator as `cargo xtask components` has built it: modules and glue, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orchestrator {
    /// Its files, in order of paths.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A connector of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Connector<'b> {
    /// Its name and the component, unchanged.
    pub component: Function<'b>,
    /// Its own version.
    pub version: &'b str,
    /// Hosts its requests may name.
    pub hosts: &'b [String],
    /// How large the operator lets it be, bytes.
    pub component_bytes_max: usize,
    /// How much memory the operator lets it have, bytes.
    pub memory_bytes_max: usize,
}

/// A function of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Function<'b> {
    /// Without its folder: `intent`, `clock`.
    pub name: &'b str,
    /// The component, unchanged.
    pub bytes: &'b [u8],
}

/// What is packed.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'b> {
    /// All four functions.
    pub functions: &'b [Function<'b>],
    /// The connectors.
    pub connectors: &'b [Connector<'b>],
    /// The region's configuration.
    pub config: &'b Config,
    /// All sources, with the region's choices applied.
    pub catalogue: &'b Catalogue,
}

/// What an operator chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Name of the Worker.
    pub name: String,
    /// A KV namespace for the cache; without one the Cache API of each data centre is used.
    pub cache_kv_id: Option<String>,
    /// CPU of one request, milliseconds: what bounds a connector that does not end. Free plans may not set it.
    pub cpu_ms: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { name: "zero-world".to_owned(), cache_kv_id: None, cpu_ms: Some(CPU_MS) }
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

/// The folder of this target's orchestrator among all of them.
pub const ORCHESTRATOR_FOLDER: &str = "workers";

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
    /// What the orchestrator is to read.
    #[error(transparent)]
    Data(#[from] DataError),
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

/// Packs a bundle, as `zero bundle build --target workers` does.
///
/// # Errors
/// See [`PackError`].
pub fn package(view: &BundleView, options: &PackOptions<'_>) -> anyhow::Result<Package> {
    let orchestrator = Orchestrator::read(&options.orchestrators.join(ORCHESTRATOR_FOLDER))?;
    let functions: Vec<Function<'_>> =
        view.functions.iter().map(|it| Function { name: &it.name, bytes: &it.bytes }).collect();
    let connectors: Vec<Connector<'_>> = view
        .connectors
        .iter()
        .map(|it| {
            let granted = view.config.connectors.limits.get(&it.component.name).map(zero_config::Raise::granted);
            let granted = granted.unwrap_or_default();
            Connector {
                component: Function { name: &it.component.name, bytes: &it.component.bytes },
                version: &it.descriptor.version,
                hosts: &it.descriptor.hosts,
                component_bytes_max: granted.component_bytes,
                memory_bytes_max: granted.memory_bytes,
            }
        })
        .collect();
    let parts =
        Parts { functions: &functions, connectors: &connectors, config: &view.config, catalogue: &view.catalogue };
    let chosen = Options { name: format!("zero-{}", view.region), ..Options::default() };
    let script = pack(&orchestrator, parts, &chosen)?;
    let mut notes: Vec<(String, String)> =
        script.sizes.table().lines().map(|line| ("size".to_owned(), line.to_owned())).collect();
    for name in secrets(&view.config) {
        notes.push(("secret".to_owned(), format!("npx wrangler secret put {name}")));
    }
    notes.push(("deploy".to_owned(), "npx wrangler deploy".to_owned()));
    Ok(Package {
        files: script.files.into_iter().map(|(path, bytes)| PackedFile::new(path, bytes)).collect(),
        lacks: script.lacks,
        notes,
        components: script.digests,
    })
}

/// The bindings that hold the operator's secrets.
fn secrets(config: &Config) -> BTreeSet<&str> {
    config.credentials.values().flat_map(BTreeMap::values).map(|it| it.env.as_str()).collect()
}

/// Packs a script.
///
/// # Errors
/// See [`PackError`].
pub fn pack(orchestrator: &Orchestrator, parts: Parts<'_>, options: &Options) -> Result<Script, PackError> {
    orchestrator.has(files::ORCHESTRATOR_MODULE)?;
    orchestrator.has(files::ORCHESTRATOR_GLUE)?;
    let mut lacks: Vec<String> = Target::WORKERS.lacks.iter().map(ToString::to_string).collect();
    lacks.extend(LACKS.map(str::to_owned));
    let mut rooms: Vec<(String, Core)> = Vec::new();
    for Function { name, bytes } in parts.functions {
        let core = zero_split::core_module(bytes, zero_split::COMPONENT_BYTES_MAX, GUEST_MEMORY_BYTES_MAX);
        let core = core.map_err(|reason| PackError::Function { name: (*name).to_owned(), reason })?;
        rooms.push((format!("functions/{}", files::checked(name)?), core));
    }
    let mut facts = Vec::new();
    for connector in parts.connectors {
        let Function { name, bytes } = connector.component;
        match zero_split::core_module(bytes, connector.component_bytes_max, connector.memory_bytes_max) {
            Ok(core) => {
                facts.push(ConnectorFacts {
                    name: files::checked(name)?.to_owned(),
                    version: connector.version.to_owned(),
                    digest: format!("sha256:{}", core.component_digest),
                    hosts: connector.hosts.to_vec(),
                });
                rooms.push((format!("connectors/{name}"), core));
            }
            Err(reason) => lacks.push(format!("the connector `{name}`: {reason}")),
        }
    }
    lacks.extend(sources_left_out(parts.catalogue, &facts));
    rooms.sort_by(|one, other| one.0.cmp(&other.0));
    let digests: Vec<(String, String)> =
        rooms.iter().map(|(name, core)| (name.clone(), format!("sha256:{}", core.component_digest))).collect();
    let data = EdgeData::new(parts.config.clone(), parts.catalogue.clone(), digests.clone(), facts).write()?;
    let files = files::all(orchestrator, rooms, data, wrangler::config(options, parts.config));
    let sizes = Sizes::of(&files);
    Ok(Script { files, digests, lacks, sizes })
}

/// Sources that cannot be asked here, by reason.
fn sources_left_out(catalogue: &Catalogue, facts: &[ConnectorFacts]) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in catalogue.records().iter().filter(|record| record.enabled) {
        let has = |connector: &str| facts.iter().any(|it| it.name == connector);
        if let Some(reason) = zero_edge::lack(&Target::WORKERS, record, has) {
            by_reason.entry(reason).or_default().push(&record.source.id);
        }
    }
    by_reason.into_iter().map(|(reason, sources)| format!("sources {}: {reason}", sources.join(", "))).collect()
}

#[cfg(test)]
mod tests;
