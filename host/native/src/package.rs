//! A bundle as it is deployed where nothing is compiled: what a start needs, and the rest when it is asked for.
//!
//! ```text
//! package.json     the region, the bundle it was made of, SHA-256 of the next three
//! package.sig      signatures over it, where somebody signed
//! zero.toml        the region's configuration
//! region.data      its sources, and the router's index over them
//! artifacts/       components as machine code, and their index
//! ```
//!
//! - **Takes** a folder, and whom to believe.
//! - **Gives** what a host is assembled of.
//! - **Fails** before anything is parsed that is not what was packaged, or not signed by who is believed.
//! - **Limits**: [`MANIFEST_BYTES_MAX`], [`FILE_BYTES_MAX`].
//! - **Why it is so**: one small file vouches for the others, and what it vouches for vouches for the artifacts: so a
//!   start reads and hashes what it needs, and yet no bit of a package can be turned without being found out.

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zero_config::Config;
use zero_engine::Sealed;
use zero_oci::{Timestamp, Trust};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::route::Index;

/// The file that names the others.
pub const MANIFEST_FILE: &str = "package.json";
/// The signatures over it.
pub const SIGNATURE_FILE: &str = "package.sig";
/// Whom a package itself says to believe.
pub const TRUST_FILE: &str = "trust.toml";
/// The region's configuration.
pub const CONFIG_FILE: &str = "zero.toml";
/// Sources and index.
pub const DATA_FILE: &str = "region.data";
/// Where the components lie.
pub const ARTIFACTS: &str = "artifacts";

/// A few lines, or signatures of a few keys.
pub const MANIFEST_BYTES_MAX: u64 = 256 * 1024;
/// The largest of the files it names, bytes.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

const FORMAT: u32 = 1;

/// What a host is assembled of.
pub struct Package {
    /// The configuration.
    pub config: Config,
    /// All sources, with the region's choices applied.
    pub catalogue: Catalogue,
    /// The router's index over them.
    pub index: Index,
    /// Functions and connectors.
    pub sealed: Sealed,
}

/// What a package is, and what vouches for its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The region that may run it.
    pub region: String,
    /// `sha256:` of the lock of the bundle it was made of.
    pub bundle: String,
    /// `sha256:` of its files, by path.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Of a region's bundle, and these files by path.
    #[must_use]
    pub fn of<'f>(region: &str, bundle: &str, files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path.to_owned(), zero_oci::digest(bytes))).collect();
        Self { format: FORMAT, region: region.to_owned(), bundle: bundle.to_owned(), files }
    }

    /// As it stands in a package.
    ///
    /// # Errors
    /// Never for what a package has.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }

    /// Reads the manifest of a folder; where there is somebody to believe, only one that they signed.
    ///
    /// # Errors
    /// It is missing, malformed, or not signed by who is believed.
    pub fn open(folder: &Path, trust: Option<&Trust>, now: Timestamp) -> Result<Self> {
        let bytes = read(&folder.join(MANIFEST_FILE), MANIFEST_BYTES_MAX)?;
        if let Some(trust) = trust {
            let signature = folder.join(SIGNATURE_FILE);
            if !signature.is_file() {
                bail!("nobody signed the package: there is no `{SIGNATURE_FILE}`\n\nhint: build it with a key");
            }
            let signature = read(&signature, MANIFEST_BYTES_MAX)?;
            zero_oci::verify_bytes(MANIFEST_FILE, &bytes, &signature, trust, now)?;
        }
        let manifest: Self = serde_json::from_slice(&bytes).with_context(|| format!("`{MANIFEST_FILE}`"))?;
        if manifest.format != FORMAT {
            let found = manifest.format;
            bail!(
                "the package is of format {found}, and this program reads {FORMAT}\n\nhint: build both of one release"
            );
        }
        Ok(manifest)
    }

    /// Reads a file of the folder, if it is the one that was packaged.
    ///
    /// # Errors
    /// It is missing, too large, or another one.
    pub fn file(&self, folder: &Path, path: &str) -> Result<Vec<u8>> {
        let Some(digest) = self.files.get(path) else {
            bail!("the package's `{MANIFEST_FILE}` does not name `{path}`")
        };
        let bytes = read(&folder.join(path), FILE_BYTES_MAX)?;
        if zero_oci::digest(&bytes) != *digest {
            bail!("`{path}` is not the one that was packaged\n\nhint: build the package again");
        }
        Ok(bytes)
    }

    /// The artifacts' index, verified; none of the artifacts is read.
    ///
    /// # Errors
    /// As [`Manifest::file`], and when it is malformed.
    pub fn sealed(&self, folder: &Path) -> Result<Sealed> {
        let index = self.file(folder, &index_path())?;
        Ok(Sealed::from_index(&folder.join(ARTIFACTS), &index)?)
    }

    /// The configuration, verified.
    ///
    /// # Errors
    /// As [`Manifest::file`], and when it is wrong or another region's.
    pub fn config(&self, folder: &Path) -> Result<Config> {
        let bytes = self.file(folder, CONFIG_FILE)?;
        let text = core::str::from_utf8(&bytes).with_context(|| format!("`{CONFIG_FILE}` is not UTF-8"))?;
        Config::from_toml(text).with_context(|| format!("`{CONFIG_FILE}`"))
    }
}

/// Where the index of the artifacts lies.
#[must_use]
pub fn index_path() -> String {
    format!("{ARTIFACTS}/{}", zero_engine::sealed::INDEX_FILE)
}

/// Whom to believe: as an operator says from outside of the package, else as the package says; none believes whoever
/// put the package there.
///
/// # Errors
/// The file cannot be read or understood.
pub fn trust(said: Option<PathBuf>, folder: &Path) -> Result<Option<Trust>> {
    let own = folder.join(TRUST_FILE);
    let path = said.or_else(|| own.is_file().then_some(own));
    Ok(path.map(|path| Trust::from_file(&path)).transpose()?)
}

fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(|| format!("reading {}", path.display()))?;
    if bytes.len() as u64 > bytes_max {
        bail!("{} is over the limit of {bytes_max} bytes", path.display());
    }
    Ok(bytes)
}
