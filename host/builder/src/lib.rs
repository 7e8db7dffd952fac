//! Makes a component of a core module.
//!
//! - **Takes** a core module built for `wasm32-unknown-unknown` that names its world in a custom section.
//! - **Gives** a component of that world, stamped with it, and its digest.
//! - **Fails** when the module names no world or an unknown one, misses an export, has an import, or is too large.
//! - **Limits**: [`COMPONENT_BYTES_MAX`]; no import at all.
//! - **Why it is so**: guest bindings are generated from a world that *imports* the shared types, because only
//!   imported types can be shared between crates; the component is encoded for its twin that *exports* them, so that
//!   the result has not even a type import. Both have the same core exports.

pub mod fixtures;
pub mod foreign;
pub mod guest;
mod orchestrator;
pub mod sources;
mod versions;

pub use orchestrator::orchestrator;
pub use versions::{Adapter, VERSIONS, Version, compatibility_table, latest, version_of};

use sha2::{Digest as _, Sha256};
use wasm_encoder::{CustomSection, RawSection};
use wasmparser::{Encoding, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{Resolve, WorldId};

/// A component may be this large, in bytes: it is fetched, verified and compiled at every point of presence.
pub const COMPONENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What an operator may let one component have instead, in bytes: a whole interpreter with its library.
pub const COMPONENT_BYTES_CEILING: usize = 32 * 1024 * 1024;

/// The custom section in which a component says which world it was built for, such as
/// `zero:connector/component@0.2.0`. It is read before anything is instantiated.
pub const STAMP_SECTION: &str = "zero:interface";

/// The latest connector contract; older ones stand in [`VERSIONS`].
pub const CONNECTOR_WIT: &str = versions::latest().wit;

/// The contract of the project's own functions.
pub const FUNCTIONS_WIT: &str = include_str!("../../../wit/functions/functions.wit");

/// A finished component.
#[derive(Debug, Clone)]
pub struct Component {
    /// The world it was built for.
    pub world: String,
    /// The component itself.
    pub bytes: Vec<u8>,
}

impl Component {
    /// SHA-256 of the bytes, in lower-case hex.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.bytes)
    }
}

/// Why a module could not become a component, or bytes are not one of ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no WebAssembly at all, or broken.
    #[error("not a WebAssembly module: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// Neither the SDK's `export!` nor `zero_types::stamp!` was used.
    #[error(
        "the module names no world in a `{STAMP_SECTION}` section\n\nhint: export it with the SDK's `export!` macro"
    )]
    Unstamped,
    /// The stamp names a world that this builder does not have.
    #[error("unknown world `{0}`\n\nhint: connectors are of the interface {known}; build with an SDK of one of these", known = versions::numbers())]
    UnknownWorld(String),
    /// Missing or ill-typed exports, or core imports.
    #[error("cannot be made a component of `{world}`: {reason}")]
    Encode {
        /// The world that was asked for.
        world: String,
        /// What wit-component said.
        reason: String,
    },
    /// A component must be pure.
    #[error(
        "the component imports `{0}`, but components must have no import\n\nhint: a clock, randomness or WASI came in with a dependency; turn that feature off"
    )]
    Import(String),
    /// Over [`COMPONENT_BYTES_MAX`], or what the operator lets it have.
    #[error("the component is {bytes} bytes, over the limit of {bytes_max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// What it may have.
        bytes_max: usize,
    },
    /// A core module where a component was expected.
    #[error("a core module, not a component\n\nhint: build it with `cargo xtask components`")]
    NotAComponent,
}

/// Makes a stamped, checked component of a core module.
///
/// # Errors
/// See [`Error`].
pub fn build(module: &[u8]) -> Result<Component, Error> {
    let world = stamp_of(module)?.ok_or(Error::Unstamped)?;
    let encode = |reason: String| Error::Encode { world: world.clone(), reason };
    let (resolve, world_id) = contracts(&world)?;

    let mut module = without_metadata(module)?;
    wit_component::embed_component_metadata(&mut module, &resolve, world_id, StringEncoding::UTF8, false)
        .map_err(|error| encode(format!("{error:#}")))?;
    let mut bytes = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| encode(format!("{error:#}")))?;
    wasm_encoder::ComponentSection::append_to_component(
        &CustomSection { name: STAMP_SECTION.into(), data: world.as_bytes().into() },
        &mut bytes,
    );
    check(&bytes)?;
    Ok(Component { world, bytes })
}

/// Checks bytes of foreign origin as far as can be done without compiling them, and gives the stamped world.
///
/// # Errors
/// Too large, not a component, unstamped, of an unknown world, or with an import.
pub fn check(bytes: &[u8]) -> Result<String, Error> {
    check_sized(bytes, COMPONENT_BYTES_MAX)
}

/// The same, of a component that the operator lets be larger.
///
/// # Errors
/// As [`check`].
pub fn check_sized(bytes: &[u8], bytes_max: usize) -> Result<String, Error> {
    if bytes.len() > bytes_max {
        return Err(Error::TooLarge { bytes: bytes.len(), bytes_max });
    }
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => return Err(Error::NotAComponent),
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 1 => {
                if let Some(import) = imports.into_iter().next() {
                    return Err(Error::Import(import?.name.name.to_owned()));
                }
            }
            _ => {}
        }
    }
    let world = stamp_of(bytes)?.ok_or(Error::Unstamped)?;
    contracts(&world)?;
    Ok(world)
}

/// SHA-256 in lower-case hex: the name of a component everywhere.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The stamp of a core module or component: the section at the outermost level.
fn stamp_of(bytes: &[u8]) -> Result<Option<String>, Error> {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 1 && section.name() == STAMP_SECTION => {
                return Ok(Some(String::from_utf8_lossy(section.data()).into_owned()));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The contracts, and the component world that `stamp` names.
fn contracts(stamp: &str) -> Result<(Resolve, WorldId), Error> {
    let unknown = || Error::UnknownWorld(stamp.to_owned());
    let mut resolve = Resolve::default();
    let mut packages = Vec::with_capacity(VERSIONS.len() + 1);
    for wit in VERSIONS.iter().map(|version| version.wit).chain([FUNCTIONS_WIT]) {
        packages.push(resolve.push_str("contract.wit", wit).map_err(|_| unknown())?);
    }
    let world = resolve.select_world(&packages, Some(stamp)).map_err(|_| unknown())?;
    let name = resolve.worlds.get(world).map(|world| world.name.as_str()).unwrap_or_default();
    if name == "component" || name.ends_with("-component") { Ok((resolve, world)) } else { Err(unknown()) }
}

/// The module without the bindings' own world and without names, producers and stamp: nothing that depends on the
/// builder's paths or tools stays in.
fn without_metadata(module: &[u8]) -> Result<Vec<u8>, Error> {
    let mut kept = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CustomSection(section) = &payload {
            let name = section.name();
            if name.starts_with("component-type")
                || [STAMP_SECTION, "producers", "name", "target_features"].contains(&name)
            {
                continue;
            }
        }
        let Some((id, range)) = payload.as_section() else { continue };
        let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        if let Some(data) = range.and_then(|(start, end)| module.get(start..end)) {
            kept.section(&RawSection { id, data });
        }
    }
    Ok(kept.finish())
}
