//! The seam that targets plug into: from a [`BundleView`] to the files of one target.
//!
//! A target is a name and a function; `zero bundle build --target NAME` calls it, writes what it gives below
//! `OUT/NAME/`, prints what it lacks and what it measured, and holds the digests of what it packed against the lock.

use crate::BundleView;
use std::path::Path;

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedFile {
    /// Path below the package's folder, with `/` between names.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is run.
    pub executable: bool,
}

impl PackedFile {
    /// A file that is not run.
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), executable: false }
    }
}

/// What one target deploys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// Its files; equal bundles give equal bytes.
    pub files: Vec<PackedFile>,
    /// What this target does not have, a sentence each; its ledger says the same.
    pub lacks: Vec<String>,
    /// What an operator wants to know, as name and value: sizes against the platform's limits, the next command.
    pub notes: Vec<(String, String)>,
    /// Digests of the functions and connectors that were packed, taken from the bytes that were packed: `functions/NAME`
    /// and `connectors/NAME` to `sha256:HEX`.
    pub components: Vec<(String, String)>,
}

/// What a packer may need besides the bundle.
#[derive(Debug, Clone, Copy)]
pub struct PackOptions<'a> {
    /// The folder with the built orchestrators: `spin.wasm`, `workers.wasm` ...
    pub orchestrators: &'a Path,
    /// Connectors that the operator redeploys alone, where the target can.
    pub apart: &'a [String],
    /// The policy that a package carries which verifies itself where it runs (`trust.toml`).
    pub trust: Option<&'a [u8]>,
    /// Who signs what is made beforehand from the bundle, such as compiled components.
    pub signing: Option<&'a zero_oci::Signing<'a>>,
}

/// Makes the package of one target.
pub type Pack = fn(&BundleView, &PackOptions<'_>) -> anyhow::Result<Package>;

/// A target that can be built for.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// `native`, `spin`, `workers`, `lambda`.
    pub name: &'static str,
    /// Makes its package.
    pub pack: Pack,
}

/// Components as a package names them, from names and the bytes that were packed.
pub fn component_names<'c>(
    kind: &str,
    components: impl IntoIterator<Item = (&'c str, &'c [u8])>,
) -> Vec<(String, String)> {
    components.into_iter().map(|(name, bytes)| (format!("{kind}/{name}"), zero_oci::digest(bytes))).collect()
}
