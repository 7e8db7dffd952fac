//! What is signed: Red Hat's "simple signing" JSON, with the words that cosign uses.
//!
//! `optional` carries `created` and `expires`, RFC 3339; `cosign sign -a expires=...` writes the same. Unknown
//! members of `critical` are an error, as the format demands; `optional` may hold anything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `critical.type` of cosign's signatures.
const TYPE: &str = "cosign container image signature";

/// What a payload says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Whose digest it is: registry and repository, or a file's name.
    pub(crate) reference: String,
    /// The digest that is signed.
    pub(crate) digest: String,
    /// When, as the signer says.
    pub(crate) created: Option<Timestamp>,
    /// Until when, as the signer says.
    pub(crate) expires: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    critical: Critical,
    #[serde(default)]
    optional: Option<Map<String, Value>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Critical {
    identity: Identity,
    image: Image,
    r#type: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    #[serde(rename = "docker-reference")]
    docker_reference: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    docker_manifest_digest: String,
}

impl Claims {
    /// The bytes to sign. Equal claims give equal bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut optional = Map::new();
        let times = [("created", self.created), ("expires", self.expires)];
        for (name, time) in times.into_iter().filter_map(|(name, time)| Some((name, time?))) {
            optional.insert(name.to_owned(), Value::String(time.to_string()));
        }
        let wire = Wire {
            critical: Critical {
                identity: Identity { docker_reference: self.reference.clone() },
                image: Image { docker_manifest_digest: self.digest.clone() },
                r#type: TYPE.to_owned(),
            },
            optional: (!optional.is_empty()).then_some(optional),
        };
        serde_json::to_vec(&wire).unwrap_or_default()
    }

    /// What these bytes say; called only after a trusted key's signature over them holds.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if wire.critical.r#type != TYPE {
            return Err(format!("its type is `{}`, not `{TYPE}`", crate::error::quoted(&wire.critical.r#type)));
        }
        let optional = wire.optional.unwrap_or_default();
        let time = |name: &str| match optional.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => match text.parse::<Timestamp>() {
                Ok(time) => Ok(Some(time)),
                Err(_) => Err(format!("`optional.{name}` is not an RFC 3339 time")),
            },
            Some(_) => Err(format!("`optional.{name}` is not a text")),
        };
        // Other signers of this format give the seconds since the epoch.
        let seconds = optional.get("timestamp").and_then(Value::as_i64);
        let created = match time("created")? {
            Some(created) => Some(created),
            None => seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        };
        Ok(Self {
            reference: wire.critical.identity.docker_reference,
            digest: wire.critical.image.docker_manifest_digest,
            created,
            expires: time("expires")?,
        })
    }
}
