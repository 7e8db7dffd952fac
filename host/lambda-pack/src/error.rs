//! Why a package could not be made.

use crate::PACKAGE_BYTES_MAX;
use zero_engine::SealedError;

/// Why a package could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A component.
    #[error(transparent)]
    Seal(#[from] SealedError),
    /// Sources and index.
    #[error(transparent)]
    Data(#[from] zero_edge::DataError),
    /// The manifest could not be written.
    #[error("writing the manifest: {0}")]
    Manifest(String),
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] zero_oci::Error),
    /// A path that leads elsewhere, or stands twice.
    #[error("`{0}` is no path for a package")]
    Path(String),
    /// The program is for another machine, or none.
    #[error("the program is no Linux program for {architecture}\n\nhint: {hint}")]
    Bootstrap {
        /// What the package is for.
        architecture: &'static str,
        /// How to make one.
        hint: &'static str,
    },
    /// Over what Lambda takes.
    #[error(
        "the package is {bytes} bytes, over the {PACKAGE_BYTES_MAX} that Lambda takes\n\nhint: deploy the container, or \
         leave connectors out of the bundle"
    )]
    TooLarge {
        /// Its size.
        bytes: u64,
    },
    /// The archive could not be written.
    #[error("writing the archive: {0}")]
    Archive(String),
    /// A value that a deployment file cannot hold.
    #[error("`{value}` cannot stand in a deployment file as {what}")]
    Value {
        /// What it is for.
        what: &'static str,
        /// The value.
        value: String,
    },
}
