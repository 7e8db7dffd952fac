//! What was refused, and what the operator can do.

use crate::{Diff, Smoke};
use std::path::PathBuf;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither installed nor in the bundle.
    #[error("no connector is called `{0}`\n\nhint: `zero connectors list` names them all")]
    Unknown(String),
    /// It cannot be removed.
    #[error("`{0}` comes with the bundle and is not installed\n\nhint: `zero connectors disable {0}` switches it off")]
    OfBundle(String),
    /// No version has this digest.
    #[error("`{name}` has no version `{digest}`\n\nhint: `zero connectors show {name}` lists its versions")]
    NoVersion {
        /// The connector.
        name: String,
        /// As it was asked for.
        digest: String,
    },
    /// Several versions start with it.
    #[error("`{digest}` is not one version of `{name}` but several\n\nhint: give more of the digest")]
    Ambiguous {
        /// The connector.
        name: String,
        /// As it was asked for.
        digest: String,
    },
    /// There is nothing to go back to.
    #[error("`{0}` has no earlier version that may be run\n\nhint: `zero connectors show {0}` lists its versions")]
    NothingEarlier(String),
    /// Nothing waits for consent.
    #[error("no version of `{0}` waits for consent")]
    NothingPending(String),
    /// It asks for more than was agreed to.
    #[error(
        "version `{digest}` of `{name}` was never agreed to:\n{diff}\nhint: `zero connectors consent {name}` agrees"
    )]
    NotConsented {
        /// The connector.
        name: String,
        /// The version.
        digest: String,
        /// What it asks for.
        diff: Box<Diff>,
    },
    /// Upgrades of it are refused.
    #[error("`{name}` is pinned to `{digest}`\n\nhint: `zero connectors unpin {name}`, then install again")]
    Pinned {
        /// The connector.
        name: String,
        /// The version that stays.
        digest: String,
    },
    /// It misbehaved before.
    #[error("`{digest}` is quarantined: {reason}\n\nhint: `zero connectors release {name} {digest}` lets it run again")]
    Quarantined {
        /// The connector.
        name: String,
        /// The version.
        digest: String,
        /// Why.
        reason: String,
    },
    /// Nothing is quarantined.
    #[error("no version of `{0}` is quarantined")]
    NothingQuarantined(String),
    /// Nobody vouches for it.
    #[error(
        "`{what}` is not signed\n\nhint: install it with its signature beside it, or say `--allow-unsigned` (`[connectors] allow_unsigned`) on a machine for development"
    )]
    Unsigned {
        /// Where it was to come from.
        what: String,
    },
    /// A signature that is there and wrong, or a registry that gives something else.
    #[error("`{what}` cannot be trusted: {reason}")]
    Untrusted {
        /// Where it was to come from.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// Its own fixtures fail.
    #[error("version `{digest}` of `{name}` fails its own fixtures and stays out:\n{}", listed(.smoke))]
    SmokeFailed {
        /// The connector.
        name: String,
        /// The version.
        digest: String,
        /// What failed.
        smoke: Smoke,
    },
    /// It answers stored exchanges differently.
    #[error("version `{digest}` of `{name}` answers the stored exchanges differently and stays out:\n{report}")]
    GateClosed {
        /// The connector.
        name: String,
        /// The version.
        digest: String,
        /// The differences.
        report: String,
    },
    /// Not a component of ours, or one that cannot be compiled.
    #[error("`{what}` cannot be loaded: {error}")]
    Load {
        /// Where it came from.
        what: String,
        /// Why.
        #[source]
        error: Box<zero_engine::LoadError>,
    },
    /// Larger than its name is granted.
    #[error(
        "`{name}` is {bytes} bytes, over its limit of {bytes_max}\n\nhint: `[connectors.limits.{name}] component_bytes` raises it"
    )]
    TooLarge {
        /// The connector.
        name: String,
        /// Its size.
        bytes: usize,
        /// What it may have.
        bytes_max: usize,
    },
    /// Its fixtures, sources or hosts cannot be understood.
    #[error("what `{what}` says of itself is wrong: {reason}")]
    Malformed {
        /// Where it came from.
        what: String,
        /// What is wrong.
        reason: String,
    },
    /// Another connector has a source of this id.
    #[error("the source `{id}` belongs to `{owner}` already\n\nhint: ask its author for another id")]
    SourceTaken {
        /// The id.
        id: String,
        /// Whose it is.
        owner: String,
    },
    /// A package of sources is for a connector that is not there.
    #[error("source `{id}` is for the connector `{connector}`, which is not installed")]
    NoConnector {
        /// The source.
        id: String,
        /// What it needs.
        connector: String,
    },
    /// One name is code here and sources there.
    #[error("`{0}` is installed as something else\n\nhint: remove it first, or choose another name")]
    OtherKind(String),
    /// A limit of the state.
    #[error("{0}")]
    Full(String),
    /// Another change goes on.
    #[error("another change of the connectors goes on\n\nhint: try again")]
    Busy,
    /// The state folder cannot be used.
    #[error("`{path}`: {error}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// The state is not what this host writes.
    #[error(
        "`{path}` cannot be read: {reason}\n\nhint: a newer host may have written it; move it away to start with the bundle alone",
        path = path.display()
    )]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file of a component is not what its name says.
    #[error("`{path}` is not what was installed\n\nhint: install it again", path = path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
    },
}

impl Error {
    /// A stable name, as problems carry it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown-connector",
            Self::OfBundle(_) => "of-the-bundle",
            Self::NoVersion { .. } | Self::Ambiguous { .. } => "unknown-version",
            Self::NothingEarlier(_) => "nothing-earlier",
            Self::NothingPending(_) => "nothing-pending",
            Self::NotConsented { .. } => "not-consented",
            Self::Pinned { .. } => "pinned",
            Self::Quarantined { .. } => "quarantined",
            Self::NothingQuarantined(_) => "nothing-quarantined",
            Self::Unsigned { .. } => "unsigned",
            Self::Untrusted { .. } => "untrusted",
            Self::SmokeFailed { .. } => "smoke-failed",
            Self::GateClosed { .. } => "gate-closed",
            Self::Load { .. } => "not-loadable",
            Self::TooLarge { .. } => "too-large",
            Self::Malformed { .. } => "malformed",
            Self::SourceTaken { .. } => "source-taken",
            Self::NoConnector { .. } => "no-connector",
            Self::OtherKind(_) => "other-kind",
            Self::Full(_) => "full",
            Self::Busy => "busy",
            Self::Io { .. } | Self::State { .. } | Self::Tampered { .. } => "state",
        }
    }

    /// The status of HTTP that fits.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Unknown(_) | Self::NoVersion { .. } => 404,
            Self::Unsigned { .. } | Self::Untrusted { .. } => 403,
            Self::TooLarge { .. } => 413,
            Self::OfBundle(_)
            | Self::Ambiguous { .. }
            | Self::NothingEarlier(_)
            | Self::NothingPending(_)
            | Self::NotConsented { .. }
            | Self::Pinned { .. }
            | Self::Quarantined { .. }
            | Self::NothingQuarantined(_)
            | Self::SourceTaken { .. }
            | Self::NoConnector { .. }
            | Self::OtherKind(_) => 409,
            Self::SmokeFailed { .. } | Self::GateClosed { .. } | Self::Load { .. } | Self::Malformed { .. } => 422,
            Self::Full(_) => 507,
            Self::Busy => 503,
            Self::Io { .. } | Self::State { .. } | Self::Tampered { .. } => 500,
        }
    }
}

fn listed(smoke: &Smoke) -> String {
    let lines: Vec<String> = smoke.failures.iter().map(|failure| format!("- {failure}")).collect();
    lines.join("\n")
}
