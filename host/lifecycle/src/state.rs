//! What is kept of installed connectors, as `connectors.json` has it. Unknown keys are refused: a newer host wrote them.

use crate::Permissions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the file's form.
pub(crate) const STATE_VERSION: u32 = 1;

/// Everything that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Of the form; at present 1.
    pub version: u32,
    /// By name.
    pub connectors: BTreeMap<String, Entry>,
}

impl Default for State {
    fn default() -> Self {
        Self { version: STATE_VERSION, connectors: BTreeMap::new() }
    }
}

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The digest in force; none for the bundle's own.
    pub current: Option<String>,
    /// The digest that waits for the operator's consent.
    pub pending: Option<String>,
    /// Whether it answers at all.
    pub enabled: bool,
    /// Whether upgrades are refused.
    pub pinned: bool,
    /// Oldest first.
    pub versions: Vec<Version>,
    /// Digests that are not run, and why.
    pub quarantined: BTreeMap<String, Quarantined>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            current: None,
            pending: None,
            enabled: true,
            pinned: false,
            versions: Vec::new(),
            quarantined: BTreeMap::new(),
        }
    }
}

impl Entry {
    /// The version of this digest.
    #[must_use]
    pub fn version(&self, digest: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.digest == digest)
    }

    /// The version in force, when it is an installed one.
    #[must_use]
    pub fn current_version(&self) -> Option<&Version> {
        self.version(self.current.as_deref()?)
    }
}

/// One version of a connector or of a package of sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// SHA-256 in lower-case hex.
    pub digest: String,
    /// What it is.
    pub kind: Kind,
    /// Its author's number.
    pub version: String,
    /// For people.
    pub summary: String,
    /// Who vouches for it.
    pub signer: Signer,
    /// Where it was had from: `file:…`, `oci:…`, `admin`, `bundle`.
    pub from: String,
    /// Unix milliseconds.
    pub installed_at_ms: i64,
    /// Its size.
    pub bytes: u64,
    /// What it may ask for.
    pub permissions: Permissions,
    /// When the operator agreed to them, Unix milliseconds; none while it waits.
    pub consented_at_ms: Option<i64>,
    /// When it was last put in force, Unix milliseconds.
    pub activated_at_ms: Option<i64>,
    /// Ids of the sources it brings.
    pub sources: Vec<String>,
    /// What its own fixtures said.
    pub smoke: Smoke,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Code.
    Component,
    /// Records of the catalogue for a connector that is there already.
    Sources,
}

/// Who vouches for a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signer {
    /// It came with the host.
    Bundle,
    /// The key of this name.
    Key(String),
    /// Nobody.
    Nobody,
}

impl core::fmt::Display for Signer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Bundle => "bundle",
            Self::Key(key) => key,
            Self::Nobody => "unsigned",
        })
    }
}

/// What a version's own fixtures said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smoke {
    /// Checks that were made; none when it brought no fixtures.
    pub checks: u64,
    /// The first that failed.
    pub failures: Vec<String>,
}

impl Smoke {
    /// Whether it may be run.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Why a digest is not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantined {
    /// For people.
    pub reason: String,
    /// Unix milliseconds.
    pub at_ms: i64,
}
