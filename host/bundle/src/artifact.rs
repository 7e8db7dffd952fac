//! A bundle as an OCI artifact: its lock is the config, every other file a layer under its path.
//!
//! Components are `application/wasm`, as in CNCF's layout for Wasm artifacts; one manifest holds several of them, so it
//! has an `artifactType` of its own. `oras pull` lays the files out as `zero bundle build` wrote them, but for the lock.

use crate::{Contents, LOCK_FILE, Result, SIGNATURE_FILE, Verified, verify_files};
use std::collections::BTreeMap;
use zero_oci::{Access, FileLayer, FileSet, PushedFiles, Reference, Signing, Timestamp, Trust};

/// What the artifact is.
pub const ARTIFACT_TYPE: &str = "application/vnd.zero-world.bundle.v1";
/// The lock.
pub const LOCK_TYPE: &str = "application/vnd.zero-world.bundle.lock.v1+json";
/// The signatures over the lock.
pub const SIGNATURE_TYPE: &str = "application/vnd.zero-world.bundle.signature.v1+json";

/// The artifact of a bundle. Equal bundles give equal artifacts.
#[must_use]
pub fn file_set(contents: &Contents) -> FileSet<'_> {
    let config = contents.files.get(LOCK_FILE).map(Vec::as_slice).unwrap_or_default();
    let files = contents.files.iter().filter(|(path, _)| *path != LOCK_FILE);
    let annotations = BTreeMap::from([
        ("org.opencontainers.image.title".to_owned(), format!("bundle of {}", contents.lock.region)),
        ("org.opencontainers.image.version".to_owned(), contents.lock.made_with.zero.clone()),
    ]);
    FileSet {
        artifact_type: ARTIFACT_TYPE,
        config_type: LOCK_TYPE,
        config,
        layers: files.map(|(path, bytes)| FileLayer { path, media_type: media_type(path), bytes }).collect(),
        annotations,
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "wasm")) => "application/wasm",
        Some((_, "toml")) => "application/toml",
        _ if path == SIGNATURE_FILE => SIGNATURE_TYPE,
        _ => "application/octet-stream",
    }
}

/// An OCI image layout of a bundle: the files of a folder that `oras` and `skopeo` copy from.
///
/// # Errors
/// Over the limits of an artifact.
pub fn image_layout(contents: &Contents) -> Result<BTreeMap<String, Vec<u8>>> {
    Ok(file_set(contents).image_layout(&contents.lock.region)?)
}

/// Pushes a bundle under a tag; the manifest is signed as connectors are.
///
/// # Errors
/// Those of the registry, and a tag that is taken by other bytes.
pub async fn push(
    access: &Access,
    reference: &Reference,
    contents: &Contents,
    signing: &Signing<'_>,
    replace: bool,
) -> Result<PushedFiles> {
    Ok(zero_oci::push_files(access, reference, &file_set(contents), signing, replace).await?)
}

/// Pulls a bundle: the manifest's signatures and the lock's must both hold.
///
/// # Errors
/// Those of the registry, and of [`verify`](crate::verify).
pub async fn pull(
    access: &Access,
    reference: &Reference,
    trust: &Trust,
    region: Option<&str>,
    now: Timestamp,
) -> Result<(Reference, Verified)> {
    let pulled = zero_oci::pull_files(access, reference, ARTIFACT_TYPE, trust, now).await?;
    let mut files = pulled.files;
    files.insert(LOCK_FILE.to_owned(), pulled.config);
    Ok((pulled.pinned, verify_files(files, trust, region, now)?))
}
