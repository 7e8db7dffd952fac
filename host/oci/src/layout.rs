//! The artifact's own bytes: manifest and config, written the same every time and read strictly.

use crate::descriptor::DESCRIPTOR_KEY;
use crate::{Descriptor, Error, Kind, Result, limits};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
pub(crate) const LAYER_TYPE: &str = "application/wasm";

/// How every component begins: `\0asm`, version 13, layer 1. A core module has other last four bytes.
const COMPONENT_PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 13, 0, 1, 0];

/// An OCI content descriptor; called a blob here, since a connector's descriptor is something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Blob {
    pub(crate) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: crate::digest(bytes),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: String,
    config: Blob,
    layers: Vec<Blob>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

/// What is to be published.
#[derive(Clone, Copy, Debug)]
pub struct Artifact<'a> {
    /// The component.
    pub component: &'a [u8],
    /// What it says of itself.
    pub descriptor: &'a Descriptor,
    /// When it was made, if that shall be known; it changes the digest.
    pub created: Option<Timestamp>,
    /// Who made it, if that shall be known.
    pub author: Option<&'a str>,
}

/// An artifact's bytes, as a registry keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The manifest: what a signature is over.
    pub manifest: Vec<u8>,
    /// The config, with the descriptor in it.
    pub config: Vec<u8>,
    /// Digest of the manifest.
    pub manifest_digest: String,
    /// Digest of the config.
    pub config_digest: String,
    /// Digest of the component.
    pub component_digest: String,
}

impl Layout {
    /// Lays an artifact out; nothing is sent. Equal artifacts give equal bytes.
    ///
    /// # Errors
    /// [`Kind::Unpublishable`] when the bytes are no component or the descriptor breaks a rule.
    pub fn of(artifact: &Artifact<'_>) -> Result<Self> {
        let Artifact { component, descriptor, created, author } = *artifact;
        if !component.starts_with(&COMPONENT_PREAMBLE) {
            let next = "publish what `zero connector build` made; a core module is not a component";
            return Err(Error::new(Kind::Unpublishable, "these bytes are not a WebAssembly component", next));
        }
        descriptor.check_publishable()?;
        let layer = Blob::of(LAYER_TYPE, component);
        let config = write_config(&layer.digest, descriptor, created, author)?;
        if config.len() as u64 > limits::CONFIG_BYTES_MAX {
            let what =
                format!("the descriptor takes {} bytes, over the limit of {}", config.len(), limits::CONFIG_BYTES_MAX);
            return Err(Error::new(Kind::Unpublishable, what, "shorten its lists and summaries"));
        }
        let mut annotations = BTreeMap::from([
            ("org.opencontainers.image.title".to_owned(), descriptor.name.clone()),
            ("org.opencontainers.image.version".to_owned(), descriptor.version.clone()),
            ("org.opencontainers.image.description".to_owned(), descriptor.summary.clone()),
        ]);
        if let Some(created) = created {
            annotations.insert("org.opencontainers.image.created".to_owned(), created.to_string());
        }
        let component_digest = layer.digest.clone();
        let manifest = to_json(&Manifest {
            schema_version: 2,
            media_type: MANIFEST_TYPE.to_owned(),
            config: Blob::of(CONFIG_TYPE, &config),
            layers: vec![layer],
            annotations,
        })?;
        Ok(Self {
            manifest_digest: crate::digest(&manifest),
            config_digest: crate::digest(&config),
            component_digest,
            manifest,
            config,
        })
    }
}

/// The config as it is written: a struct, so that the order of its members is ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    architecture: &'a str,
    os: &'a str,
    layer_digests: [&'a str; 1],
    component: Component,
    #[serde(rename = "zero.connector.v1")]
    descriptor: &'a Descriptor,
}

#[derive(Serialize)]
struct Component {
    exports: [String; 2],
    imports: [String; 0],
    target: String,
}

fn write_config(
    layer: &str,
    descriptor: &Descriptor,
    created: Option<Timestamp>,
    author: Option<&str>,
) -> Result<Vec<u8>> {
    let interface = |name: &str| format!("zero:connector/{name}@{}", descriptor.interface_version);
    to_json(&Config {
        // `oci-wasm` and all that build on it read no config without a time, so there is one when nobody gave any.
        created: created.unwrap_or(Timestamp::UNIX_EPOCH).to_string(),
        author,
        architecture: "wasm",
        // The layout's name for "a component", whether or not it imports anything of WASI.
        os: "wasip2",
        layer_digests: [layer],
        component: Component {
            exports: [interface("types"), interface("connector")],
            imports: [],
            target: interface("component"),
        },
        descriptor,
    })
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::new(
        Kind::Unpublishable,
        format!("it cannot be written as JSON: {error}"),
        "this is a fault of ours; please report it",
    )
    .because(error)
}

/// The config and the only layer that a signed manifest names.
pub(crate) struct Parts {
    pub(crate) config: Blob,
    pub(crate) layer: Blob,
}

/// Reads a signed manifest; `name` is for the message.
pub(crate) fn read_manifest(bytes: &[u8], name: &str, component_bytes_max: u64) -> Result<Parts> {
    let refuse = |kind: Kind, what: String| {
        let next = "publish it with `zero connector publish`, which makes the CNCF layout for Wasm artifacts";
        Err(Error::new(kind, format!("`{name}` is signed, but is not a connector: {what}"), next))
    };
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return refuse(Kind::NotAConnector, format!("its manifest cannot be read: {error}")),
    };
    let said = value.get("mediaType").and_then(Value::as_str).unwrap_or("none");
    if said != MANIFEST_TYPE {
        return refuse(Kind::NotAConnector, format!("its manifest is of type `{}`", crate::error::quoted(said)));
    }
    let manifest: Manifest = match serde_json::from_slice(bytes) {
        Ok(manifest) => manifest,
        Err(error) => return refuse(Kind::NotAConnector, format!("its manifest cannot be read: {error}")),
    };
    if manifest.schema_version != 2 {
        return refuse(Kind::NotAConnector, format!("its manifest is of version {}", manifest.schema_version));
    }
    if manifest.config.media_type != CONFIG_TYPE {
        let said = crate::error::quoted(&manifest.config.media_type);
        return refuse(Kind::NotAConnector, format!("its config is of type `{said}`, not `{CONFIG_TYPE}`"));
    }
    let layers = manifest.layers.len();
    let Ok([layer]) = <[Blob; 1]>::try_from(manifest.layers) else {
        return refuse(Kind::Layers, format!("it has {layers} layers, and a connector has one"));
    };
    if layer.media_type != LAYER_TYPE {
        let said = crate::error::quoted(&layer.media_type);
        return refuse(Kind::NotAConnector, format!("its layer is of type `{said}`, not `{LAYER_TYPE}`"));
    }
    for blob in [&manifest.config, &layer] {
        if !crate::reference::is_digest(&blob.digest) {
            let said = crate::error::quoted(&blob.digest);
            return refuse(Kind::NotAConnector, format!("`{said}` is not a SHA-256 digest"));
        }
    }
    let bounds = [("config", &manifest.config, limits::CONFIG_BYTES_MAX), ("component", &layer, component_bytes_max)];
    for (part, blob, bytes_max) in bounds {
        if blob.size > bytes_max {
            let what = format!("the {part} of `{name}` is {} bytes, over the limit of {bytes_max}", blob.size);
            let next = "ask the publisher for a smaller one; for a component that you want regardless, raise the limit";
            return Err(Error::new(Kind::TooLarge, what, next));
        }
    }
    Ok(Parts { config: manifest.config, layer })
}

/// Reads a config that a signed manifest names: what the connector may ever ask for.
pub(crate) fn read_config(bytes: &[u8], name: &str, layer_digest: &str) -> Result<Descriptor> {
    let refuse = |what: String| {
        let next = "ask the publisher to publish it again with `zero connector publish`";
        Err(Error::new(Kind::Descriptor, format!("the config of `{name}` does not describe a connector: {what}"), next))
    };
    let mut config: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(config) => config,
        Err(error) => return refuse(error.to_string()),
    };
    let text = |field: &str| config.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let platform = (text("architecture"), text("os"));
    if platform != ("wasm".to_owned(), "wasip2".to_owned()) {
        let (architecture, os) = platform;
        return refuse(format!("it is for `{}/{}`", crate::error::quoted(&os), crate::error::quoted(&architecture)));
    }
    let layers: Option<Vec<&str>> =
        config.get("layerDigests").and_then(Value::as_array).map(|it| it.iter().filter_map(Value::as_str).collect());
    if layers.as_deref() != Some(&[layer_digest]) {
        return refuse("its `layerDigests` are not those of the manifest".to_owned());
    }
    let Some(said) = config.remove(DESCRIPTOR_KEY) else {
        return refuse(format!("it has no `{DESCRIPTOR_KEY}`"));
    };
    let descriptor: Descriptor = match serde_json::from_value(said) {
        Ok(descriptor) => descriptor,
        Err(error) => return refuse(format!("`{DESCRIPTOR_KEY}`: {error}")),
    };
    match descriptor.check() {
        Ok(()) => Ok(descriptor),
        Err(why) => refuse(why),
    }
}
