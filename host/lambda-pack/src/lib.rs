//! Makes of a bundle what AWS Lambda runs.
//!
//! ```text
//! bootstrap.zip                what `/var/task` holds, for `PackageType: Zip`
//!   bootstrap                  the program
//!   package.json               what vouches for the rest; signed in package.sig
//!   zero.toml  region.data  artifacts/*
//!   bundle.lock  bundle.sig    of the bundle that it was made of
//! package/                     the same, for the container
//! Containerfile  template.yaml  main.tf
//! ```
//!
//! - **Takes** a bundle's parts, the `bootstrap` of one architecture, and what differs from region to region.
//! - **Gives** files by path: the package, its archive, and deployment files that SAM, Terraform and any builder of
//!   containers take as they are.
//! - **Fails** as a [`PackError`] that names the part.
//! - **Limits**: [`ZIP_BYTES_MAX`], [`PACKAGE_BYTES_MAX`]: what Lambda takes.
//! - **Why it is so**: components are compiled when a package is made, so that a cold start compiles nothing; and equal
//!   parts make equal bytes, so that whoever wants to know whether a package is what it claims builds it again.

mod archive;
mod bundle;
mod deploy;
mod error;
mod package;

pub use archive::zip;
pub use bundle::{Extras, TARGET, pack, pack_with};
pub use deploy::{Deployment, deployment};
pub use error::PackError;
pub use package::{File, Parts, package};
pub use zero_engine::Target;

/// What a function here has not, and why nobody misses an answer for it.
pub const LACKS: [(&str, &str); 4] = [
    ("files", "there is no folder of the asker's own: the source `files` is off"),
    ("installed connectors", "what runs is what was packaged: a new version is a new package"),
    ("reports of changed shapes", "nothing is kept between starts: a changed shape suspends its source, and is logged"),
    ("admin", "the operators' door is closed: the platform's own tools deploy, roll back and watch"),
];

/// The largest archive that can be uploaded directly, bytes; beyond it, it is fetched from S3.
pub const ZIP_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// The largest package once unpacked, layers included, bytes.
pub const PACKAGE_BYTES_MAX: u64 = 250 * 1024 * 1024;
