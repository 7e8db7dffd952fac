//! Composes a bundle's components with an orchestrator, for runtimes that run one component.
//!
//! - **Takes** functions and connectors as they are, a built orchestrator, and the data it reads.
//! - **Gives** one component ([`compose`]), a connector as a component of its own ([`chain`]), and of both a whole Spin
//!   application ([`application()`], [`spin`]).
//! - **Fails** naming the component that does not fit, and why.
//! - **Limits**: [`MEMORIES_MAX`] and [`TABLES_MAX`], which Spin gives one component.
//! - **Why it is so**: composition puts whole components beside each other and changes no byte of them, so what runs
//!   here has the digest it has on every other target.

mod application;
mod code;
mod layout;
mod link;
mod manifest;
mod mux;
mod pack;

pub use application::{Application, Connector, Function, Orchestrator, Parts, application};
pub use link::{MEMORIES_MAX, TABLES_MAX, imports};
pub use mux::EDGE_WIT;
pub use pack::{FACE_FILE, ORCHESTRATOR_FILE, spin};

use zero_builder::Version;

/// A component that takes part.
#[derive(Debug, Clone, Copy)]
pub struct Part<'b> {
    /// Its name in the bundle.
    pub name: &'b str,
    /// The component, unchanged.
    pub bytes: &'b [u8],
}

/// Why nothing could be composed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A component is not one of ours.
    #[error("`{name}`: {reason}")]
    Component {
        /// Its name in the bundle.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The contracts of this release do not allow it.
    #[error("the contracts of this release cannot be composed: {0}")]
    Contract(String),
    /// The components do not fit together.
    #[error("{0}\n\nhint: build orchestrator and bundle with one release: cargo xtask components")]
    Link(String),
    /// A connector that was to stand alone.
    #[error(
        "`{0}` is to be a component of its own, but it is not in the bundle\n\nhint: `--apart NAME` names connectors of the bundle"
    )]
    NotThere(String),
    /// What the orchestrator reads.
    #[error("{0}")]
    Data(String),
    /// More than one instance may have.
    #[error(
        "the composed component has {memories} memories and {tables} tables, and Spin allows {MEMORIES_MAX} and {TABLES_MAX}\n\nhint: name connectors that are asked least as `--apart NAME`; each of them becomes a component of its own"
    )]
    TooMany {
        /// How many memories.
        memories: usize,
        /// How many tables.
        tables: usize,
    },
}

/// The orchestrator with everything it calls: a component that imports only what its platform offers.
///
/// The connectors are counted in the order given; `data` is what `zero:edge/bundle` hands out.
///
/// # Errors
/// When a component is not one of ours, or they do not fit together.
pub fn compose(
    orchestrator: &[u8],
    functions: &[Part<'_>],
    connectors: &[Part<'_>],
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    let connectors = connectors.iter().map(|part| Ok((*part, version(part)?))).collect::<Result<Vec<_>, Error>>()?;
    link::link(orchestrator, functions, &connectors, data)
}

/// A connector as a component of its own, behind a face that serves its two functions.
///
/// # Errors
/// As [`compose`].
pub fn chain(face: &[u8], connector: Part<'_>) -> Result<Vec<u8>, Error> {
    let version = version(&connector)?;
    link::link(face, &[], &[(connector, version)], &[])
}

/// The version of the interface that a connector was built for.
fn version(part: &Part<'_>) -> Result<&'static Version, Error> {
    let wrong = |reason: String| Error::Component { name: part.name.to_owned(), reason };
    let world = zero_builder::check_sized(part.bytes, zero_builder::COMPONENT_BYTES_CEILING);
    let world = world.map_err(|error| wrong(error.to_string()))?;
    zero_builder::version_of(&world).ok_or_else(|| wrong(format!("`{world}` is no connector")))
}
