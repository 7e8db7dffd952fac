//! Several files as one artifact: how a bundle lies in a registry, and as a folder that `oras` and `skopeo` read.
//!
//! An OCI image manifest with an `artifactType`, one config, and a layer for each file with its path as
//! `org.opencontainers.image.title`, by which `oras pull` lays them out again. Signed like a connector's manifest, and
//! read in the same order: signatures first, then the manifest, then what it names, each checked against its digest.

use crate::layout::{Blob, MANIFEST_TYPE, to_json};
use crate::publish::{Writer, add_signatures};
use crate::reader::Reader;
use crate::verdict::{self, SignedBy, Subject};
use crate::{Access, Error, Kind, Reference, Result, Signing, Trust, limits, pull};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const TITLE_KEY: &str = "org.opencontainers.image.title";

/// One file of a set.
#[derive(Clone, Copy, Debug)]
pub struct FileLayer<'a> {
    /// Its path, with `/` between names.
    pub path: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Several files that are one artifact.
#[derive(Clone, Debug)]
pub struct FileSet<'a> {
    /// What the set is, as a media type.
    pub artifact_type: &'a str,
    /// Media type of the config.
    pub config_type: &'a str,
    /// The config: what is read first.
    pub config: &'a [u8],
    /// The files, in the order of the manifest.
    pub layers: Vec<FileLayer<'a>>,
    /// Of the manifest.
    pub annotations: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: String,
    artifact_type: String,
    config: Blob,
    layers: Vec<Blob>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl FileSet<'_> {
    /// The manifest's bytes. Equal sets give equal bytes.
    ///
    /// # Errors
    /// [`Kind::Unpublishable`] when the set is larger than may be read again.
    pub fn manifest(&self) -> Result<Vec<u8>> {
        let layer = |it: &FileLayer<'_>| {
            let mut blob = Blob::of(it.media_type, it.bytes);
            blob.annotations.insert(TITLE_KEY.to_owned(), it.path.to_owned());
            blob
        };
        let manifest = to_json(&Manifest {
            schema_version: 2,
            media_type: MANIFEST_TYPE.to_owned(),
            artifact_type: self.artifact_type.to_owned(),
            config: Blob::of(self.config_type, self.config),
            layers: self.layers.iter().map(layer).collect(),
            annotations: self.annotations.clone(),
        })?;
        let bytes: u64 = self.layers.iter().map(|it| it.bytes.len() as u64).sum();
        if manifest.len() as u64 > limits::MANIFEST_BYTES_MAX || bytes > limits::FILE_SET_BYTES_MAX {
            let what = format!(
                "{} files of {bytes} bytes are over the limits of {} bytes and of a manifest of {} bytes",
                self.layers.len(),
                limits::FILE_SET_BYTES_MAX,
                limits::MANIFEST_BYTES_MAX
            );
            return Err(Error::new(Kind::Unpublishable, what, "leave out what is not needed"));
        }
        Ok(manifest)
    }

    /// An OCI image layout of it: the files of a folder by their paths, blobs by their digests.
    ///
    /// # Errors
    /// As [`FileSet::manifest`].
    pub fn image_layout(&self, tag: &str) -> Result<BTreeMap<String, Vec<u8>>> {
        let manifest = self.manifest()?;
        let mut entry = serde_json::to_value(Blob::of(MANIFEST_TYPE, &manifest)).unwrap_or_default();
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("artifactType".to_owned(), self.artifact_type.into());
            entry.insert("annotations".to_owned(), serde_json::json!({"org.opencontainers.image.ref.name": tag}));
        }
        let index = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [entry],
        });
        let blob = |bytes: &[u8]| (crate::digest(bytes).replacen("sha256:", "blobs/sha256/", 1), bytes.to_vec());
        let mut files: BTreeMap<String, Vec<u8>> = self.layers.iter().map(|it| blob(it.bytes)).collect();
        files.extend([blob(self.config), blob(&manifest)]);
        files.insert("oci-layout".to_owned(), b"{\"imageLayoutVersion\":\"1.0.0\"}".to_vec());
        files.insert("index.json".to_owned(), to_json(&index)?);
        Ok(files)
    }
}

/// What was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedFiles {
    /// The reference, pinned.
    pub pinned: Reference,
    /// Fingerprints of the keys that signed.
    pub signed_by: Vec<String>,
    /// Whether the tag held exactly this already.
    pub unchanged: bool,
}

/// Writes a set of files under a tag, signed; the signature is there before the tag is.
///
/// # Errors
/// As [`publish`](crate::publish).
pub async fn push_files(
    access: &Access,
    reference: &Reference,
    set: &FileSet<'_>,
    signing: &Signing<'_>,
    replace: bool,
) -> Result<PushedFiles> {
    let manifest = set.manifest()?;
    let digest = crate::digest(&manifest);
    let Some(tag) = reference.tag() else {
        let what = format!("`{reference}` names no tag to publish under");
        return Err(Error::new(Kind::Reference, what, "append `:VERSION` instead of a digest"));
    };
    pull::in_time(access, reference, async {
        let mut reader = Reader::new(access, reference)?;
        let before = reader.manifest(tag).await?.map(|manifest| crate::digest(&manifest));
        if let Some(other) = before.as_ref().filter(|&other| *other != digest && !replace) {
            let what = format!("`{reference}` is taken by other bytes ({other})");
            return Err(Error::new(
                Kind::Taken,
                what,
                "publish under a new version; or replace it, if nobody uses it yet",
            ));
        }
        let writer = Writer::new(access, reference).await?;
        for layer in &set.layers {
            writer.blob(&crate::digest(layer.bytes), layer.bytes).await?;
        }
        writer.blob(&crate::digest(set.config), set.config).await?;
        let signed_by = add_signatures(&mut reader, &writer, reference, &digest, signing).await?;
        writer.manifest(tag, &manifest).await?;
        let kept = reader.manifest(tag).await?.map(|manifest| crate::digest(&manifest));
        if kept.as_ref() != Some(&digest) {
            let what = format!("the registry `{}` keeps other bytes than it was given", reference.registry());
            let next = "use a registry that keeps OCI manifests as they are; a signature is over their bytes";
            return Err(Error::new(Kind::ManifestSwapped, what, next));
        }
        Ok(PushedFiles { pinned: reference.at(&digest)?, signed_by, unchanged: before.as_ref() == Some(&digest) })
    })
    .await
}

/// A set of files, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledFiles {
    /// The reference that was asked for, pinned to what was found.
    pub pinned: Reference,
    /// Who signed it.
    pub signed_by: Vec<SignedBy>,
    /// The config.
    pub config: Vec<u8>,
    /// The files by their paths, which are the publisher's word: whoever writes them looks at them first.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Fetches a set of files of this type. Its bytes are given only when every check holds.
///
/// # Errors
/// [`Kind::NotThoseFiles`], and those of [`pull`](crate::pull).
pub async fn pull_files(
    access: &Access,
    reference: &Reference,
    artifact_type: &str,
    trust: &Trust,
    now: Timestamp,
) -> Result<PulledFiles> {
    pull::in_time(access, reference, async {
        trust.check()?;
        let name = reference.name();
        let mut reader = Reader::new(access, reference)?;
        let (manifest, digest) = pull::resolve(&mut reader, reference).await?;
        let candidates = pull::signatures(&mut reader, &digest).await?;
        let subject = Subject { digest: &digest, reference: &name, scope: &name };
        let signed_by = verdict::judge(trust, &subject, candidates, now)?;
        // The manifest is a trusted key's from here on.
        let manifest = read(&manifest, &name, artifact_type)?;
        let mut config = Vec::new();
        let Blob { digest: config_digest, size, .. } = &manifest.config;
        let take = |chunk: &[u8]| config.extend_from_slice(chunk);
        reader.blob(config_digest, *size, Kind::ConfigSwapped, "the config", take).await?;
        let mut files = BTreeMap::new();
        for layer in &manifest.layers {
            let path = layer.annotations.get(TITLE_KEY).cloned().unwrap_or_default();
            let mut bytes = Vec::new();
            let take = |chunk: &[u8]| bytes.extend_from_slice(chunk);
            reader.blob(&layer.digest, layer.size, Kind::LayerSwapped, "a file", take).await?;
            files.insert(path, bytes);
        }
        Ok(PulledFiles { pinned: reference.at(&digest)?, signed_by, config, files })
    })
    .await
}

/// Reads a signed manifest of the wanted type, within limits.
fn read(bytes: &[u8], name: &str, artifact_type: &str) -> Result<Manifest> {
    let refuse = |what: String| {
        let next = format!("name an artifact of type `{artifact_type}`");
        Err(Error::new(Kind::NotThoseFiles, format!("`{name}` is signed, but is something else: {what}"), next))
    };
    let manifest: Manifest = match serde_json::from_slice(bytes) {
        Ok(manifest) => manifest,
        Err(error) => return refuse(format!("its manifest cannot be read: {error}")),
    };
    if manifest.schema_version != 2 || manifest.media_type != MANIFEST_TYPE || manifest.artifact_type != artifact_type {
        return refuse(format!("it is of type `{}`", crate::error::quoted(&manifest.artifact_type)));
    }
    let blobs = || manifest.layers.iter().chain([&manifest.config]);
    if let Some(blob) = blobs().find(|blob| !crate::reference::is_digest(&blob.digest)) {
        return refuse(format!("`{}` is not a SHA-256 digest", crate::error::quoted(&blob.digest)));
    }
    let titles = manifest.layers.iter().map(|layer| layer.annotations.get(TITLE_KEY));
    let distinct: Option<std::collections::BTreeSet<&String>> = titles.collect();
    if distinct.is_none_or(|distinct| distinct.len() != manifest.layers.len()) {
        return refuse("a file of it has no path, or two have the same".to_owned());
    }
    let bytes = blobs().fold(0_u64, |bytes, blob| bytes.saturating_add(blob.size));
    if bytes > limits::FILE_SET_BYTES_MAX {
        let what = format!("`{name}` has {bytes} bytes, over the limit of {}", limits::FILE_SET_BYTES_MAX);
        return Err(Error::new(Kind::TooLarge, what, "ask the publisher for a smaller one"));
    }
    Ok(manifest)
}
