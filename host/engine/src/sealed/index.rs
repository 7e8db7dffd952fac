//! The index of sealed artifacts, as JSON.

use super::{COMPONENTS_MAX, SealedError};
use crate::connector::check_name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use zero_builder::Version;
use zero_types::Named as _;
use zero_types::connector as c;

/// Changes when a reader of the older one would misunderstand it.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    format: u32,
    pub(super) machine: String,
    pub(super) functions: Vec<Entry>,
    pub(super) connectors: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) world: String,
    /// SHA-256 of the component, lower-case hex.
    pub(super) component: String,
    /// SHA-256 of its artifact, lower-case hex.
    pub(super) artifact: String,
    /// Size of its artifact.
    pub(super) bytes: u64,
    /// Of connectors.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) descriptor: Option<Descriptor>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Descriptor {
    name: String,
    version: String,
    summary: String,
    hosts: Vec<String>,
    settings: Vec<Slot>,
    credentials: Vec<Slot>,
    kinds: Vec<String>,
}

/// A setting, or a slot for a credential.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slot {
    name: String,
    summary: String,
    required: bool,
}

impl Index {
    #[cfg(feature = "compiler")]
    pub(super) fn new(machine: &str, functions: Vec<Entry>, connectors: Vec<Entry>) -> Self {
        Self { format: FORMAT, machine: machine.to_owned(), functions, connectors }
    }

    /// Whatever gets past here can be used without looking again.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, SealedError> {
        let wrong = |reason: String| SealedError::Index(reason);
        let index: Self = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if index.format != FORMAT {
            return Err(wrong(format!("it is of format {}, and this program reads {FORMAT}", index.format)));
        }
        let entries = index.functions.len() + index.connectors.len();
        if entries > COMPONENTS_MAX {
            return Err(wrong(format!("it has {entries} components, over the limit of {COMPONENTS_MAX}")));
        }
        index.functions.iter().try_for_each(Entry::check).map_err(wrong)?;
        let mut names = BTreeSet::new();
        for entry in &index.connectors {
            entry.check().and_then(|()| entry.check_connector()).map_err(wrong)?;
            if !names.insert(&entry.name) {
                return Err(wrong(format!("it has `{}` twice", entry.name)));
            }
        }
        Ok(index)
    }
}

impl Entry {
    pub(super) fn version(&self) -> Option<&'static Version> {
        zero_builder::version_of(&self.world)
    }

    fn check(&self) -> Result<(), String> {
        // They become the names of files.
        let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        for digest in [&self.component, &self.artifact] {
            if !is_digest(digest) {
                return Err(format!("`{}` is no digest", digest.escape_debug()));
            }
        }
        check_name(&self.name).map_err(|error| error.to_string())
    }

    fn check_connector(&self) -> Result<(), String> {
        if self.version().is_none() {
            return Err(format!("`{}` is of the unknown world `{}`", self.name, self.world.escape_debug()));
        }
        match self.descriptor.as_ref().map(|said| (said.name == self.name, said.raise())) {
            Some((true, Some(_))) => Ok(()),
            _ => Err(format!("`{}` has no description of its own", self.name)),
        }
    }
}

impl Descriptor {
    #[cfg(feature = "compiler")]
    pub(super) fn of(said: &c::Descriptor) -> Self {
        let slot = |name: &str, summary: &str, required| Slot { name: name.into(), summary: summary.into(), required };
        Self {
            name: said.name.clone(),
            version: said.version.clone(),
            summary: said.summary.clone(),
            hosts: said.hosts.clone(),
            settings: said.settings.iter().map(|it| slot(&it.name, &it.summary, it.required)).collect(),
            credentials: said.credentials.iter().map(|it| slot(&it.name, &it.summary, it.required)).collect(),
            kinds: said.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        }
    }

    /// None when it names a kind that is none.
    pub(super) fn raise(&self) -> Option<c::Descriptor> {
        let Self { name, version, summary, hosts, settings, credentials, kinds } = self;
        let setting =
            |it: &Slot| c::Setting { name: it.name.clone(), summary: it.summary.clone(), required: it.required };
        let credential =
            |it: &Slot| c::CredentialSlot { name: it.name.clone(), summary: it.summary.clone(), required: it.required };
        Some(c::Descriptor {
            name: name.clone(),
            version: version.clone(),
            summary: summary.clone(),
            hosts: hosts.clone(),
            settings: settings.iter().map(setting).collect(),
            credentials: credentials.iter().map(credential).collect(),
            kinds: kinds.iter().map(|name| c::Kind::named(name)).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(connector: &str) -> String {
        format!(r#"{{"format": 1, "machine": "x86-64-v3", "functions": [], "connectors": [{connector}]}}"#)
    }

    fn entry(name: &str, world: &str, component: &str, kind: &str) -> String {
        format!(
            r#"{{"name": "{name}", "world": "{world}", "component": "{component}", "artifact": "{component}",
                "bytes": 1, "descriptor": {{"name": "{name}", "version": "1", "summary": "s", "hosts": [],
                "settings": [], "credentials": [], "kinds": ["{kind}"]}}}}"#
        )
    }

    #[test]
    fn an_index_is_checked_before_anything_of_it_is_used() {
        let (world, digest) = (zero_builder::latest().world, "0f".repeat(32));
        let good = entry("clock", world, &digest, "fact");
        assert!(Index::from_json(json(&good).as_bytes()).is_ok());
        for (connector, reason) in [
            (entry("../clock", world, &digest, "fact"), "is no name"),
            (entry("clock", "zero:connector/component@9.9.9", &digest, "fact"), "unknown world"),
            (entry("clock", world, &"../../etc/passwd".repeat(4), "fact"), "is no digest"),
            (entry("clock", world, &digest, "gossip"), "no description"),
            (format!("{good}, {good}"), "twice"),
            (good.replace("\"bytes\"", "\"size\""), "unknown field `size`"),
            (good.replace(r#""name": "clock", "version""#, r#""name": "other", "version""#), "no description"),
            ("{".to_owned(), "key must be a string"),
        ] {
            let error = Index::from_json(json(&connector).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(reason), "{reason}: {error}");
        }
        let newer = json(&good).replace("\"format\": 1", "\"format\": 2");
        assert!(Index::from_json(newer.as_bytes()).unwrap_err().to_string().contains("format 2"));
    }

    #[cfg(feature = "compiler")]
    #[test]
    fn a_description_comes_back_as_it_was() {
        let slot = |name: &str| (name.to_owned(), "what it is for".to_owned(), true);
        let ((name, summary, required), credential) = (slot("base"), slot("token"));
        let said = c::Descriptor {
            name: "clock".into(),
            version: "1.2.3".into(),
            summary: "tells the time".into(),
            hosts: vec!["*.example".into()],
            settings: vec![c::Setting { name, summary, required }],
            credentials: vec![c::CredentialSlot { name: credential.0, summary: credential.1, required: credential.2 }],
            kinds: vec![c::Kind::DateTime, c::Kind::HowTo],
        };
        assert_eq!(Descriptor::of(&said).raise(), Some(said));
    }
}
