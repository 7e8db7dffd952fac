//! What a target can and cannot do.
//!
//! Takes a source's record; gives what the target lacks for it. Fails never. Why it is so: what is missing is data, so
//! that the same sentence stands in the ledger of a question and in what `zero bundle build` prints.

use core::fmt;
use zero_pipeline::catalogue::SourceRecord;

/// A target, as far as it differs from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// For people.
    pub name: &'static str,
    /// Connections one question may have open, at most; a region may set less.
    pub connections_max: usize,
    /// Whether a slow request may be sent a second time beside the first, which takes a connection nobody counted.
    pub hedges: bool,
    /// Bytes the first cache may hold.
    pub cache_bytes_max: usize,
    /// Entries the first cache may hold.
    pub cache_entries_max: usize,
    /// What is missing.
    pub lacks: &'static [Feature],
}

impl Target {
    /// Spin: a fresh instance for every request, so the first cache only serves one question.
    pub const SPIN: Self = Self {
        name: "spin",
        connections_max: zero_pipeline::limits::CONNECTIONS_MAX,
        hedges: true,
        cache_bytes_max: 4 * 1024 * 1024,
        cache_entries_max: 256,
        lacks: &[Feature::Files, Feature::Drift, Feature::Install],
    };

    /// Cloudflare Workers: six connections at once, 128 MiB for everything in an isolate.
    pub const WORKERS: Self = Self {
        name: "workers",
        connections_max: 6,
        hedges: false,
        cache_bytes_max: 8 * 1024 * 1024,
        cache_entries_max: 1024,
        lacks: &[Feature::Files, Feature::Drift, Feature::Install],
    };
}

/// Something that not every target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Hosts answered in process: the index of an asker's own files.
    Files,
    /// Reports of services whose answers have changed their form.
    Drift,
    /// Connectors installed and swapped while it runs.
    Install,
}

impl Feature {
    /// A stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Drift => "drift",
            Self::Install => "install",
        }
    }

    /// What is missing, for people.
    #[must_use]
    pub fn missing(self) -> &'static str {
        match self {
            Self::Files => "this target has no index of files",
            Self::Drift => "this target writes no reports of drift",
            Self::Install => "connectors come and go with a deployment",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.missing())
    }
}

/// A source that a target cannot ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The source.
    pub source_id: String,
    /// Why, for people.
    pub reason: &'static str,
}

/// Why a target cannot ask a source, if so.
#[must_use]
pub fn lack(target: &Target, record: &SourceRecord, has_connector: impl Fn(&str) -> bool) -> Option<&'static str> {
    if !has_connector(&record.connector) {
        return Some("its connector is not in the bundle");
    }
    let in_process = record.hosts.iter().any(|host| host.ends_with(IN_PROCESS));
    (in_process && target.lacks.contains(&Feature::Files)).then(|| Feature::Files.missing())
}

/// Hosts of this name are nobody's on the net: whoever runs the pipeline answers them.
const IN_PROCESS: &str = ".zero.internal";
