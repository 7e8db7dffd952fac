//! What differs between two bundles, line by line.

use crate::lock::{Lock, LockedConnector, LockedSource, Standing};
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It is gone.
    Gone,
    /// It is another one.
    Other,
    /// It is new.
    New,
    /// It is new, and lets out more than before.
    Wider,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What became of it.
    pub sign: Sign,
    /// `component`, `source`, `permission`, `limit` or `file`.
    pub kind: &'static str,
    /// What it is, and how it differs.
    pub text: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.sign {
            Sign::Gone => "-",
            Sign::Other => "~",
            Sign::New => "+",
            Sign::Wider => "+ (!)",
        };
        write!(f, "{sign} {} {}", self.kind, self.text)
    }
}

/// What `now` has and does otherwise than `before`, in the order components, permissions, sources, limits.
#[must_use]
pub fn diff(before: &Lock, now: &Lock) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    if before.region != now.region {
        changes.push(Sign::Other, "region", format!("{} -> {}", before.region, now.region));
    }
    changes.components(before, now);
    changes.permissions(before, now);
    changes.sources(before, now);
    changes.limits(before, now);
    changes.0
}

struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, sign: Sign, kind: &'static str, text: impl Into<String>) {
        self.0.push(Change { sign, kind, text: text.into() });
    }

    /// One line for each name that is on one side only, or whose values differ.
    fn compare<V: PartialEq>(
        &mut self,
        kind: &'static str,
        (before, now): (BTreeMap<String, V>, BTreeMap<String, V>),
        show: impl Fn(&V) -> String,
    ) {
        let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        for name in names {
            match (before.get(name), now.get(name)) {
                (Some(was), None) => self.push(Sign::Gone, kind, format!("{name} {}", show(was))),
                (None, Some(is)) => self.push(Sign::New, kind, format!("{name} {}", show(is))),
                (Some(was), Some(is)) if was != is => {
                    self.push(Sign::Other, kind, format!("{name} {} -> {}", show(was), show(is)));
                }
                _ => {}
            }
        }
    }

    fn components(&mut self, before: &Lock, now: &Lock) {
        let all = |lock: &Lock| -> BTreeMap<String, (String, String)> {
            let functions =
                lock.functions.iter().map(|it| (format!("functions/{}", it.name), (String::new(), it.digest.clone())));
            let connectors = lock.connectors.iter().map(|it| {
                (format!("connectors/{}", it.name), (format!("{} ", it.describes.version), it.digest.clone()))
            });
            functions.chain(connectors).collect()
        };
        self.compare("component", (all(before), all(now)), |(version, digest)| format!("{version}{}", short(digest)));
    }

    fn permissions(&mut self, before: &Lock, now: &Lock) {
        let all = |lock: &Lock| -> BTreeSet<String> { lock.connectors.iter().flat_map(permissions).collect() };
        let reach = |lock: &Lock| -> BTreeSet<String> { lock.sources.iter().flat_map(reach).collect() };
        for (before, now) in [(all(before), all(now)), (reach(before), reach(now))] {
            for gone in before.difference(&now) {
                self.push(Sign::Gone, "permission", gone);
            }
            for new in now.difference(&before) {
                self.push(Sign::Wider, "permission", new);
            }
        }
    }

    fn sources(&mut self, before: &Lock, now: &Lock) {
        let all = |lock: &Lock| -> BTreeMap<String, LockedSource> {
            lock.sources.iter().map(|source| (source.id.clone(), source.clone())).collect()
        };
        let show = |source: &LockedSource| {
            let standing = match (&source.standing, &source.reason) {
                (Standing::On, _) => "on".to_owned(),
                (Standing::Off, _) => "off".to_owned(),
                (Standing::Withheld, reason) => format!("withheld ({})", reason.as_deref().unwrap_or_default()),
            };
            format!("{standing} {}", short(&source.digest))
        };
        self.compare("source", (all(before), all(now)), show);
    }

    fn limits(&mut self, before: &Lock, now: &Lock) {
        self.compare("limit", (before.limits.clone(), now.limits.clone()), ToString::to_string);
        let granted = |lock: &Lock| -> BTreeMap<String, [u64; 3]> {
            let of = |it: &LockedConnector| {
                let [bytes, memory] = [it.component_bytes_max, it.memory_bytes_max].map(|it| it as u64);
                (format!("connectors/{}", it.name), [bytes, memory, it.cpu_ms_max])
            };
            lock.connectors.iter().map(of).collect()
        };
        let (was, is) = (granted(before), granted(now));
        let both = |name: &String| was.contains_key(name) && is.contains_key(name);
        let kept = |all: &BTreeMap<String, [u64; 3]>| -> BTreeMap<String, [u64; 3]> {
            all.iter().filter(|(name, _)| both(name)).map(|(name, granted)| (name.clone(), *granted)).collect()
        };
        self.compare("limit", (kept(&was), kept(&is)), |[component, memory, cpu]| {
            format!("component {component} B, memory {memory} B, CPU {cpu} ms")
        });
    }
}

/// What a connector may ask for.
fn permissions(connector: &LockedConnector) -> Vec<String> {
    let name = &connector.name;
    let hosts = connector.manifest.hosts.iter().map(|host| format!("connectors/{name} host {host}"));
    let slots = connector.manifest.credentials.iter().map(|slot| format!("connectors/{name} credential {}", slot.name));
    hosts.chain(slots).collect()
}

/// What a source that is on may reach.
fn reach(source: &LockedSource) -> Vec<String> {
    if source.standing != Standing::On {
        return Vec::new();
    }
    let hosts = source.hosts.iter().map(|host| format!("source {} host {host}", source.id));
    let slots = source.credentials.iter().map(|slot| format!("source {} credential {slot}", source.id));
    hosts.chain(slots).collect()
}

/// As much of a digest as people compare.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}
