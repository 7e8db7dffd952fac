//! What a version may ask for, and what changes between two.
//!
//! - **Takes** a descriptor and the sources that came with it.
//! - **Gives** [`Permissions`], sorted, and the [`Diff`] of two.
//! - **Fails** on a host that is no pattern of hosts.
//! - **Limits**: those of descriptors and catalogues.
//! - **Why it is so**: a source may be asked where its own record *and* its connector's descriptor allow it. A connector
//!   for every host (`*`) is bounded by its records alone, so the hosts of the records that it brings count as well.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use zero_builder::sources;
use zero_egress::{HostPattern, PatternError};
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::wire::twin::Twin as _;
use zero_types::connector::Descriptor;

/// What a version may ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permissions {
    /// Hosts its requests may name at most.
    pub hosts: Vec<String>,
    /// Hosts of the sources that it brings.
    pub source_hosts: Vec<String>,
    /// Credential slots by name.
    pub credentials: Vec<String>,
    /// Settings by name; shown, nothing to consent to.
    pub settings: Vec<String>,
    /// Kinds of question; likewise.
    pub kinds: Vec<String>,
    /// The contract it speaks; likewise.
    pub interface: String,
}

impl Permissions {
    /// Of a component and the records it brings.
    ///
    /// # Errors
    /// A host that is no pattern.
    pub fn of(
        descriptor: &Descriptor,
        interface: &str,
        records: &[impl AsRef<SourceRecord>],
    ) -> Result<Self, PatternError> {
        let permissions = Self {
            hosts: sorted(descriptor.hosts.iter()),
            credentials: sorted(descriptor.credentials.iter().map(|slot| &slot.name)),
            settings: sorted(descriptor.settings.iter().map(|setting| &setting.name)),
            kinds: kinds(descriptor),
            interface: interface.to_owned(),
            ..Self::of_sources(records)?
        };
        patterns(&permissions.hosts)?;
        Ok(permissions)
    }

    /// Of records alone: the hosts of all of them, and the credential slots that their settings name.
    ///
    /// # Errors
    /// As [`Permissions::of`].
    pub fn of_sources(records: &[impl AsRef<SourceRecord>]) -> Result<Self, PatternError> {
        let source_hosts = sorted(records.iter().flat_map(|record| &record.as_ref().hosts));
        patterns(&source_hosts)?;
        let slots = records.iter().flat_map(|record| sources::credential_slots(&record.as_ref().source.settings));
        let credentials = slots.collect::<BTreeSet<String>>().into_iter().collect();
        Ok(Self { source_hosts, credentials, ..Self::default() })
    }

    /// What changes when `self` is followed by `next`.
    #[must_use]
    pub fn diff(&self, next: &Self) -> Diff {
        let change = |from: &str, to: &str| (from != to).then(|| (from.to_owned(), to.to_owned()));
        Diff {
            wider_hosts: wider(&self.hosts, &next.hosts),
            wider_source_hosts: wider(&self.source_hosts, &next.source_hosts),
            new_credentials: missing(&self.credentials, &next.credentials),
            removed_hosts: missing(&next.hosts, &self.hosts),
            removed_source_hosts: missing(&next.source_hosts, &self.source_hosts),
            removed_credentials: missing(&next.credentials, &self.credentials),
            new_settings: missing(&self.settings, &next.settings),
            removed_settings: missing(&next.settings, &self.settings),
            new_kinds: missing(&self.kinds, &next.kinds),
            removed_kinds: missing(&next.kinds, &self.kinds),
            interface: change(&self.interface, &next.interface),
        }
    }
}

/// What changes between two versions. The first three need the operator's consent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    /// Hosts that no pattern of before covers.
    pub wider_hosts: Vec<String>,
    /// Likewise, of its sources.
    pub wider_source_hosts: Vec<String>,
    /// Slots that were not there before.
    pub new_credentials: Vec<String>,
    /// Patterns that are gone.
    pub removed_hosts: Vec<String>,
    /// Likewise, of its sources.
    pub removed_source_hosts: Vec<String>,
    /// Slots that are gone.
    pub removed_credentials: Vec<String>,
    /// Settings that were not there before.
    pub new_settings: Vec<String>,
    /// Settings that are gone.
    pub removed_settings: Vec<String>,
    /// Kinds of question that were not there before.
    pub new_kinds: Vec<String>,
    /// Kinds of question that are gone.
    pub removed_kinds: Vec<String>,
    /// From this contract to that one.
    pub interface: Option<(String, String)>,
}

impl Diff {
    /// Whether the operator must agree first.
    #[must_use]
    pub fn widens(&self) -> bool {
        !(self.wider_hosts.is_empty() && self.wider_source_hosts.is_empty() && self.new_credentials.is_empty())
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A line for each change, `+` for what is new and `-` for what is gone; `(!)` marks what needs consent.
impl core::fmt::Display for Diff {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut lines = |sign: &str, what: &str, names: &[String]| {
            names.iter().try_for_each(|name| writeln!(f, "{sign} {what} {name}"))
        };
        lines("+ (!)", "host", &self.wider_hosts)?;
        lines("+ (!)", "source host", &self.wider_source_hosts)?;
        lines("+ (!)", "credential", &self.new_credentials)?;
        lines("-", "host", &self.removed_hosts)?;
        lines("-", "source host", &self.removed_source_hosts)?;
        lines("-", "credential", &self.removed_credentials)?;
        lines("+", "setting", &self.new_settings)?;
        lines("-", "setting", &self.removed_settings)?;
        lines("+", "kind", &self.new_kinds)?;
        lines("-", "kind", &self.removed_kinds)?;
        match &self.interface {
            Some((from, to)) => writeln!(f, "~ interface {from} -> {to}"),
            None => Ok(()),
        }
    }
}

fn sorted<'t>(names: impl Iterator<Item = &'t String>) -> Vec<String> {
    names.cloned().collect::<BTreeSet<String>>().into_iter().collect()
}

fn kinds(descriptor: &Descriptor) -> Vec<String> {
    let name = |kind| Some(serde_json::to_value(kind).ok()?.as_str()?.to_owned());
    descriptor.kinds.to_wire().into_iter().filter_map(name).collect()
}

fn patterns(hosts: &[String]) -> Result<Vec<HostPattern>, PatternError> {
    hosts.iter().map(|host| host.parse()).collect()
}

/// Those of `now` that nothing of `before` covers. What is no pattern covers nothing and is covered by nothing.
fn wider(before: &[String], now: &[String]) -> Vec<String> {
    let before: Vec<HostPattern> = before.iter().filter_map(|host| host.parse().ok()).collect();
    let covered = |host: &String| {
        host.parse::<HostPattern>().is_ok_and(|host| before.iter().any(|pattern| pattern.covers(&host)))
    };
    now.iter().filter(|host| !covered(host)).cloned().collect()
}

fn missing(before: &[String], now: &[String]) -> Vec<String> {
    now.iter().filter(|name| !before.contains(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions(hosts: &str, source_hosts: &str, credentials: &str) -> Permissions {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Permissions {
            hosts: words(hosts),
            source_hosts: words(source_hosts),
            credentials: words(credentials),
            ..Permissions::default()
        }
    }

    /// `hosts | hosts of sources | credentials`, before and after, and what has to be agreed to.
    fn check(before: [&str; 3], after: [&str; 3], wider: &str) {
        let [before, after] = [before, after].map(|[hosts, sources, slots]| permissions(hosts, sources, slots));
        let diff = before.diff(&after);
        let found = [&diff.wider_hosts[..], &diff.wider_source_hosts, &diff.new_credentials].concat().join(" ");
        assert_eq!(found, wider, "{before:?} -> {after:?}");
        assert_eq!(diff.widens(), !wider.is_empty());
    }

    #[test]
    fn only_what_is_wider_needs_consent() {
        check(["a.org", "", ""], ["a.org", "", ""], "");
        check(["a.org", "", ""], ["a.org b.org", "", ""], "b.org");
        check(["a.org b.org", "", ""], ["a.org", "", ""], "");
        check(["*.a.org", "", ""], ["x.a.org", "", ""], "");
        check(["*.a.org", "", ""], ["*.x.a.org", "", ""], "");
        check(["x.a.org", "", ""], ["*.a.org", "", ""], "*.a.org");
        // A pattern of sub-domains does not hold the domain itself.
        check(["*.a.org", "", ""], ["a.org", "", ""], "a.org");
        check(["a.org", "", ""], ["*", "", ""], "*");
        check(["*", "", ""], ["a.org *.b.org *", "", ""], "");
        check(["", "", ""], ["a.org", "", ""], "a.org");
        // The same reach for every host, but a record for one more.
        check(["*", "a.org", ""], ["*", "a.org evil.example", ""], "evil.example");
        check(["a.org", "", "token"], ["a.org", "", "token"], "");
        check(["a.org", "", ""], ["a.org", "", "token"], "token");
        check(["a.org", "", "a b"], ["a.org", "", "b"], "");
        // Not even a pattern: nothing that one could agree to beforehand covers it.
        check(["*", "", ""], ["https://a.org", "", ""], "https://a.org");
    }

    #[test]
    fn a_diff_is_read_line_by_line() {
        let before =
            Permissions { interface: "i@1".into(), kinds: vec!["news".into()], ..permissions("a.org", "", "old") };
        let after = Permissions {
            interface: "i@2".into(),
            settings: vec!["site".into()],
            ..permissions("*.org", "x.org", "new")
        };
        expect_test::expect![[r"
            + (!) host *.org
            + (!) source host x.org
            + (!) credential new
            - host a.org
            - credential old
            + setting site
            - kind news
            ~ interface i@1 -> i@2
        "]]
        .assert_eq(&before.diff(&after).to_string());
        assert!(before.diff(&before).is_empty());
    }
}
