//! Which versions of the connector interface there are: one table, from which hosts choose and documents are made.
//!
//! - **Takes** a component's stamp.
//! - **Gives** the version it was built for, and the table for people.
//! - **Limits**: a version, once in the table, stays; its contract is frozen by its hash in `tests/tidy.rs`.
//! - **Why it is so**: an installed connector must run on every later host, so each old version names the adapter
//!   that lifts its values into the latest, and `tests/frozen.rs` keeps a component of each of them answering.

use std::fmt::Write as _;

/// A version of the connector interface.
#[derive(Debug)]
pub struct Version {
    /// Such as `0.2.0`.
    pub number: &'static str,
    /// The day it was frozen.
    pub since: &'static str,
    /// The world of its components, which is their stamp.
    pub world: &'static str,
    /// The interface they export.
    pub interface: &'static str,
    /// Its contract.
    pub wit: &'static str,
    /// What is new, for authors.
    pub changes: &'static str,
    /// What makes its values those of the latest version; none where they are.
    pub adapter: Option<Adapter>,
}

/// How values of an older version become those of the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// Requests without an endpoint: it is none.
    RequestsWithoutEndpoint,
}

macro_rules! version {
    ($number:literal, $since:literal, $adapter:expr, $changes:literal) => {
        Version {
            number: $number,
            since: $since,
            world: concat!("zero:connector/component@", $number),
            interface: concat!("zero:connector/connector@", $number),
            wit: include_str!(concat!("../../../wit/connector/since-", $number, "/connector.wit")),
            changes: $changes,
            adapter: $adapter,
        }
    };
}

/// All versions, oldest first.
pub const VERSIONS: &[Version; 2] = &[
    version!("0.1.0", "2026-11-20", Some(Adapter::RequestsWithoutEndpoint), "the first"),
    version!(
        "0.2.0",
        "2026-11-20",
        None,
        "requests name their `endpoint`; responses show `mcp-session-id`, `www-authenticate`, `x-ratelimit-remaining` and `x-ratelimit-reset`"
    ),
];

/// The version that the SDK of this release builds for.
#[must_use]
pub const fn latest() -> &'static Version {
    let [.., latest] = VERSIONS;
    latest
}

/// The version of a stamp, if it is a connector's.
#[must_use]
pub fn version_of(world: &str) -> Option<&'static Version> {
    VERSIONS.iter().find(|version| version.world == world)
}

/// All versions in a sentence.
pub(crate) fn numbers() -> String {
    VERSIONS.each_ref().map(|version| version.number).join(" or ")
}

/// Which connectors this release runs, as a table in Markdown.
#[must_use]
pub fn compatibility_table() -> String {
    let mut table = "| interface | since | SHA-256 of its contract | runs | what is new |\n".to_owned();
    table.push_str("| --- | --- | --- | --- | --- |\n");
    for Version { number, since, wit, changes, adapter, .. } in VERSIONS {
        let runs = if adapter.is_some() { "through an adapter" } else { "as it is" };
        let hash = crate::digest(wit.as_bytes());
        let _ = writeln!(table, "| {number} | {since} | `{hash}` | {runs} | {changes} |");
    }
    table
}
