//! What a region runs, as one signed folder.
//!
//! ```text
//! bundle.lock           what the region is, what every component may ask for, size and SHA-256 of every file
//! bundle.sig            signatures over bundle.lock, with their time and expiry
//! zero.toml             the region's configuration, laid over the defaults
//! functions/*.wasm      connectors/*.wasm      catalogue/*.toml
//! ```
//!
//! - **Takes** components, sources and layers of configuration ([`build`]); a folder and a trust policy ([`verify`]).
//! - **Gives** the same bytes for the same input; a [`BundleView`] that targets are made from ([`Target`]); what differs
//!   between two bundles ([`diff()`]); a list of all that is in one ([`sbom`]); an OCI artifact of it ([`artifact`]).
//! - **Fails** with an [`Error`]: its [`Fault`] for code that decides, and a text that says what is wrong and what to do.
//! - **Limits** are those of [`limits`].
//! - **Why it is so**: a host reads nothing of a bundle but the bytes of its lock until a trusted key has vouched for
//!   them, and runs nothing that the lock does not name by its digest. What was checked is held in memory, so it is what
//!   runs. The folder is readable without the lock as well, as machines for development do.

pub mod limits;

mod error;
mod folder;
mod lock;
mod permissions;

mod build;
mod verify;
mod view;

pub mod artifact;
mod diff;
pub mod native;
pub mod sbom;
mod target;

pub use build::{Built, Described, Given, Inputs, build};
pub use diff::{Change, Sign, diff};
pub use error::{Error, Fault};
pub use folder::{read_parts, write_new};
pub use lock::{Lock, LockedConnector, LockedFile, LockedFunction, LockedSource, MadeWith, Standing};
pub use permissions::wider;
pub use target::{Pack, PackOptions, Package, PackedFile, Target, component_names};
pub use verify::{Contents, Verified, open, verify, verify_files};
pub use view::{BundleView, Component, ViewedConnector};

/// The file that names all others.
pub const LOCK_FILE: &str = "bundle.lock";
/// The file with the signatures over it.
pub const SIGNATURE_FILE: &str = "bundle.sig";
/// The region's configuration.
pub const CONFIG_FILE: &str = "zero.toml";

/// What this crate's functions give.
pub type Result<T> = core::result::Result<T, Error>;
