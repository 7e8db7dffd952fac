//! `bundle.lock`: all that a host must know of a bundle before it reads any other file of it.

use crate::{Error, Fault, Result, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that is written and read.
const FORMAT: u32 = 1;

/// A lock. Equal bundles give equal bytes: it holds no time, no path and no name of a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Of this file.
    pub format: u32,
    /// The region that may run it.
    pub region: String,
    /// What made it.
    pub made_with: MadeWith,
    /// The project's own functions, in order of names.
    pub functions: Vec<LockedFunction>,
    /// Connectors, in order of names.
    pub connectors: Vec<LockedConnector>,
    /// Sources, in order of ids.
    pub sources: Vec<LockedSource>,
    /// Limits and choices of the region that answers depend on, by name.
    pub limits: BTreeMap<String, serde_json::Value>,
    /// Every file beside the lock and its signatures, by path.
    pub files: BTreeMap<String, LockedFile>,
}

/// Versions of what made a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeWith {
    /// Of this program.
    pub zero: String,
    /// Of the connector interface that its host speaks.
    pub interfaces: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Bytes.
    pub size: u64,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// One function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFunction {
    /// `auth`, `context`, `intent` or `synthesis`.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Of the file.
    pub digest: String,
    /// The world it was built for.
    pub world: String,
}

/// One connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedConnector {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Of the file.
    pub digest: String,
    /// The world it was built for.
    pub world: String,
    /// Where it came from, such as a pinned reference; empty for a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// What it may ask for: the manifest it was published with, or what it said of itself when it was taken in.
    pub manifest: zero_oci::Descriptor,
    /// What it says of itself.
    pub describes: zero_oci::Descriptor,
    /// Size of the component that it is granted, bytes.
    pub component_bytes_max: usize,
    /// Linear memory that it is granted, bytes.
    pub memory_bytes_max: usize,
    /// CPU that one call of it is granted, ms.
    pub cpu_ms_max: u64,
}

/// One source, with the region's choices applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedSource {
    /// Its id.
    pub id: String,
    /// The connector that speaks to it.
    pub connector: String,
    /// SHA-256 over all that its record says.
    pub digest: String,
    /// Whether it may be asked.
    pub standing: Standing,
    /// Why it is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Hosts it may be asked at: those of its record that its connector and the operator agree to.
    pub hosts: Vec<String>,
    /// Credential slots that it names.
    pub credentials: Vec<String>,
    /// Whether questions to it carry personal data.
    pub personal: bool,
    /// Of what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Its own policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<f64>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<u32>,
}

/// Whether a source may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It may.
    On,
    /// Its record or the operator switched it off.
    Off,
    /// The rules of the region do not allow it; `reason` says which.
    Withheld,
}

impl Lock {
    pub(crate) const FORMAT: u32 = FORMAT;

    /// The file's bytes.
    ///
    /// # Errors
    /// [`Fault::TooLarge`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let written = serde_json::to_vec_pretty(self);
        let mut bytes =
            written.map_err(|error| Error::new(Fault::Lock, error.to_string(), "report this: it is ours"))?;
        bytes.push(b'\n');
        if bytes.len() as u64 > limits::LOCK_BYTES_MAX {
            let what = format!("the lock would be {} bytes, over the limit of {}", bytes.len(), limits::LOCK_BYTES_MAX);
            return Err(Error::new(Fault::TooLarge, what, "build the region of fewer sources"));
        }
        Ok(bytes)
    }

    /// Reads a lock that somebody who is trusted has signed, or that is for development.
    ///
    /// # Errors
    /// [`Fault::Lock`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |what: String| {
            let next = "build the bundle again with `zero bundle build` of this release";
            Error::new(Fault::Lock, format!("the lock cannot be read: {what}"), next)
        };
        let lock: Self = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if lock.format != FORMAT {
            return Err(refuse(format!("its format is {}, and this release reads {FORMAT}", lock.format)));
        }
        if lock.files.len() > limits::FILES_MAX {
            return Err(refuse(format!(
                "it names {} files, over the limit of {}",
                lock.files.len(),
                limits::FILES_MAX
            )));
        }
        if let Some(path) = lock.files.keys().find(|path| !is_plain(path)) {
            return Err(refuse(format!("`{}` is no path of a bundle", path.escape_default())));
        }
        let components = lock.functions.iter().map(|it| (&it.file, &it.digest));
        let components = components.chain(lock.connectors.iter().map(|it| (&it.file, &it.digest)));
        for (file, digest) in components {
            if lock.files.get(file).is_none_or(|has| has.digest != *digest) {
                return Err(refuse(format!("the digest of `{file}` is not that of its file")));
            }
        }
        Ok(lock)
    }
}

/// A path below the bundle that means the same everywhere: plain names with `/` between them.
pub(crate) fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let names = path.split('/');
    path.len() <= 256
        && names.clone().count() <= limits::DEPTH_MAX
        && names.into_iter().all(|name| !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain))
}

/// The same for packages of targets, which may be deeper and have files whose names begin with a dot.
pub(crate) fn is_plain_deep(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte);
    let name = |name: &str| ![".", "..", ""].contains(&name) && name.bytes().all(plain);
    path.len() <= 256 && path.split('/').all(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        for path in ["zero.toml", "functions/auth.wasm", "catalogue/rest-code.toml"] {
            assert!(is_plain(path) && is_plain_deep(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "a\\b", "a\nb", ".", "a/./b", "é"] {
            assert!(!is_plain(path) && !is_plain_deep(path), "{path}");
        }
        assert!(!is_plain(".hidden") && !is_plain("a/b/c/d/e") && is_plain_deep("a/b/c/d/.e"));
    }
}
