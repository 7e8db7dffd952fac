//! The signature manifest: one layer a signature, the payload its blob, the signature its annotation.

use crate::layout::{Blob, MANIFEST_TYPE};
use crate::{Error, Kind, Result, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Media type of a payload.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Annotation that holds the signature, in base64.
const SIGNATURE_KEY: &str = "dev.cosignproject.cosign/signature";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";

/// The tag under which the signatures of a digest stand.
pub(crate) fn tag_of(digest: &str) -> String {
    format!("{}.sig", digest.replace(':', "-"))
}

/// One signature as a manifest names it; the payload is still to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) payload_digest: String,
    pub(crate) payload_bytes: u64,
    /// ASN.1 DER.
    pub(crate) signature: Vec<u8>,
    annotations: BTreeMap<String, String>,
}

impl Entry {
    pub(crate) fn new(payload: &[u8], signature: Vec<u8>) -> Self {
        Self {
            payload_digest: crate::digest(payload),
            payload_bytes: payload.len() as u64,
            annotations: BTreeMap::from([(SIGNATURE_KEY.to_owned(), STANDARD.encode(&signature))]),
            signature,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    config: Blob,
    layers: Vec<Blob>,
}

/// The signatures that this manifest names, those of a form that is not ours left out.
pub(crate) fn read(manifest: &[u8]) -> Result<Vec<Entry>> {
    let wire: Wire = serde_json::from_slice(manifest).map_err(|error| {
        let next = "sign it again; if that does not help, the registry changes what it keeps";
        Error::new(Kind::Untrusted, format!("the signature manifest cannot be read: {error}"), next).because(error)
    })?;
    if wire.layers.len() > limits::SIGNATURES_MAX {
        let what = format!("it has {} signatures, over the limit of {}", wire.layers.len(), limits::SIGNATURES_MAX);
        return Err(Error::new(Kind::TooLarge, what, "ask the publisher to remove old signatures (`cosign clean`)"));
    }
    let entry = |layer: Blob| {
        let signature = STANDARD.decode(layer.annotations.get(SIGNATURE_KEY)?).ok()?;
        let usable = layer.media_type == PAYLOAD_TYPE
            && layer.size <= limits::PAYLOAD_BYTES_MAX
            && crate::reference::is_digest(&layer.digest);
        let Blob { digest: payload_digest, size: payload_bytes, annotations, .. } = layer;
        usable.then_some(Entry { payload_digest, payload_bytes, signature, annotations })
    };
    Ok(wire.layers.into_iter().filter_map(entry).collect())
}

/// A signature manifest and the config blob that it names.
pub(crate) fn write(entries: &[Entry]) -> Result<(Vec<u8>, Vec<u8>)> {
    let payloads: Vec<&str> = entries.iter().map(|entry| entry.payload_digest.as_str()).collect();
    // What cosign writes: an image config of nothing but its layers.
    let config = serde_json::json!({
        "architecture": "",
        "config": {},
        "created": "0001-01-01T00:00:00Z",
        "history": payloads.iter().map(|_| serde_json::json!({"created": "0001-01-01T00:00:00Z"})).collect::<Vec<_>>(),
        "os": "",
        "rootfs": { "diff_ids": payloads, "type": "layers" },
    });
    let config = crate::layout::to_json(&config)?;
    let layers = entries.iter().map(|entry| Blob {
        media_type: PAYLOAD_TYPE.to_owned(),
        digest: entry.payload_digest.clone(),
        size: entry.payload_bytes,
        annotations: entry.annotations.clone(),
    });
    let manifest = crate::layout::to_json(&Wire {
        schema_version: 2,
        media_type: Some(MANIFEST_TYPE.to_owned()),
        config: Blob::of(CONFIG_TYPE, &config),
        layers: layers.collect(),
    })?;
    Ok((manifest, config))
}
