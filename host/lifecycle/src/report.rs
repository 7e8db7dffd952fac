//! What operators are told: the JSON of the admin API, which the terminal reads as well.

use crate::{Diff, Kind, Permissions, Quarantined, Signer, Smoke, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is in force.
    Activated,
    /// It waits for the operator's consent; the one before goes on.
    Pending,
    /// It was in force already.
    Unchanged,
}

/// After an installation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstallReport {
    /// What became of it.
    pub outcome: Outcome,
    /// The connector.
    pub name: String,
    /// The version.
    pub version: Version,
    /// What it asks for beside the version before; none for the first of its name.
    pub diff: Option<Diff>,
    /// False when the operator has switched the name off: it is kept for when they switch it on.
    pub enabled: bool,
}

/// All connectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListReport {
    /// In order of names.
    pub connectors: Vec<ConnectorReport>,
}

/// One connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectorReport {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The version in force; none while it answers nothing.
    pub current: Option<Version>,
    /// The version that waits for consent.
    pub pending: Option<Version>,
    /// What that one asks for.
    pub pending_diff: Option<Diff>,
    /// Whether the operator lets it answer.
    pub enabled: bool,
    /// Whether upgrades are refused.
    pub pinned: bool,
    /// Whether the bundle has one of this name.
    pub in_bundle: bool,
    /// Digests that are not run.
    pub quarantined: BTreeMap<String, Quarantined>,
    /// Ids of all sources that are asked through it.
    pub sources: Vec<String>,
    /// Versions that are kept, oldest first; the bundle's is not among them.
    pub versions: Vec<Version>,
    /// From a running host.
    pub health: Option<HealthReport>,
}

/// How the version in force has been doing since it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthReport {
    /// Calls.
    pub calls: u64,
    /// Those that ended by a fault of its own.
    pub faults: u64,
    /// What the last of them was.
    pub last_fault: Option<String>,
    /// Its sources that are left alone for now.
    pub suspended: Vec<SuspendedSource>,
}

/// A source that is left alone for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspendedSource {
    /// Its id.
    pub source: String,
    /// Why.
    pub cause: String,
}

/// What changes between two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DiffReport {
    /// The connector.
    pub name: String,
    /// Digest of the one.
    pub from: String,
    /// Digest of the other.
    pub to: String,
    /// What the other asks for beside the one.
    pub diff: Diff,
    /// Whether it would wait for consent.
    pub needs_consent: bool,
}

/// What a reference or a file holds, before any code of it is fetched or run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// What it calls itself.
    pub name: String,
    /// Its author's number.
    pub version: String,
    /// The digest.
    pub digest: String,
    /// What it would ask for.
    pub permissions: Permissions,
    /// Who vouches for it.
    pub signer: Signer,
}

impl ConnectorReport {
    /// One word: `on`, `off`, `quarantined` or `none`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.enabled, &self.current, self.quarantined.is_empty()) {
            (false, ..) => "off",
            (true, Some(_), _) => "on",
            (true, None, false) => "quarantined",
            (true, None, true) => "none",
        }
    }
}

impl Smoke {
    /// For people.
    #[must_use]
    pub fn in_words(&self) -> String {
        match (self.checks, self.failures.len()) {
            (0, 0) => "it brought no fixtures, so nothing was tried".to_owned(),
            (checks, 0) => format!("{checks} checks of its own fixtures passed"),
            (checks, failed) => format!("{failed} of {checks} checks of its own fixtures failed"),
        }
    }
}
