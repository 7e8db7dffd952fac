//! Which sources there are: the bundle's, and those that installed connectors and packages of sources bring.
//!
//! - **Takes** the bundle's catalogue and what was brought, by owner.
//! - **Gives** one catalogue; or the id that belongs to somebody else.
//! - **Fails** when an id is taken, or a record is for a connector that it may not speak of.
//! - **Limits**: those of catalogues.
//! - **Why it is so**: a component speaks for its own sources only, and may say of those that the bundle has for it how
//!   its new version wants them. So a stranger's connector can neither answer in another source's name nor change
//!   another connector's settings. New sources are on when their record says so (it does unless told otherwise), since
//!   installing them is the operator's act and their hosts were shown; `[sources]` of the configuration has the last word.

use crate::{Error, Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zero_pipeline::catalogue::{Catalogue, Overrides, SourceRecord};

/// Records that an installed version brings.
#[derive(Clone)]
pub(crate) struct Brought {
    /// The name it is installed under.
    pub(crate) owner: String,
    pub(crate) kind: Kind,
    pub(crate) records: Arc<[Arc<SourceRecord>]>,
}

/// What the operator says of single sources.
#[derive(Clone, Copy)]
pub(crate) struct Switches<'a> {
    pub(crate) on: &'a [String],
    pub(crate) off: &'a [String],
    pub(crate) overrides: &'a Overrides,
}

/// Whether `brought` may stand beside the bundle's catalogue and what others brought.
pub(crate) fn admit(
    base: &Catalogue,
    others: &[Brought],
    brought: &Brought,
    has_connector: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    for record in brought.records.iter() {
        let id = &record.source.id;
        let taken = |owner: &str| Err(Error::SourceTaken { id: id.clone(), owner: owner.to_owned() });
        if let Some(has) = base.get(id)
            && !may_replace(brought, has)
        {
            return taken(&has.connector);
        }
        let other = others.iter().filter(|other| other.owner != brought.owner);
        if let Some(other) = other.into_iter().find(|other| other.records.iter().any(|has| has.source.id == *id)) {
            return taken(&other.owner);
        }
        match brought.kind {
            Kind::Component if record.connector != brought.owner => {
                let reason = format!("its source `{id}` is for the connector `{}`", record.connector);
                return Err(Error::Malformed { what: brought.owner.clone(), reason });
            }
            Kind::Sources if !has_connector(&record.connector) => {
                return Err(Error::NoConnector { id: id.clone(), connector: record.connector.clone() });
            }
            Kind::Component | Kind::Sources => {}
        }
    }
    Ok(())
}

/// Only the connector itself may say anew what its sources of the bundle are.
fn may_replace(brought: &Brought, has: &SourceRecord) -> bool {
    brought.kind == Kind::Component && has.connector == brought.owner
}

/// One catalogue of everything. What is not admitted (a later bundle may have taken the id) is left out and named.
pub(crate) fn compose(
    base: &Catalogue,
    brought: &[Brought],
    switches: Switches<'_>,
    has_connector: impl Fn(&str) -> bool,
) -> (Catalogue, Vec<String>) {
    let mut records: BTreeMap<String, SourceRecord> = BTreeMap::new();
    let mut problems = Vec::new();
    for record in base.records() {
        records.insert(record.source.id.clone(), record.as_ref().clone());
    }
    for (at, one) in brought.iter().enumerate() {
        if let Err(error) = admit(base, brought.get(..at).unwrap_or_default(), one, |_| true) {
            problems.push(error.to_string());
            continue;
        }
        for record in one.records.iter() {
            let id = &record.source.id;
            let mut record = record.as_ref().clone();
            if let Some(said) = switches.overrides.get(id) {
                said.apply(&mut record);
            }
            // The operator's word on a source of the bundle holds for its next version as well.
            record.enabled = base.get(id).map_or(record.enabled || switches.on.contains(id), |has| has.enabled)
                && !switches.off.contains(id);
            records.insert(id.clone(), record);
        }
    }
    let present: BTreeSet<String> = records.values().map(|record| record.connector.clone()).collect();
    let absent: BTreeSet<String> = present.into_iter().filter(|name| !has_connector(name)).collect();
    let all = records.into_values().map(|mut record| {
        // Nobody is asked in vain.
        record.enabled &= !absent.contains(&record.connector);
        record
    });
    (Catalogue::from_records(all), problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Catalogue {
        Catalogue::from_toml([("t.toml", text)]).unwrap()
    }

    fn file(connector: &str, ids: &[&str]) -> String {
        let source = |id: &&str| {
            format!("[[source]]\nid = \"{id}\"\nname = \"{id} of {connector}\"\nsummary = \"s\"\nhosts = [\"a.org\"]\n")
        };
        format!("connector = \"{connector}\"\n{}", ids.iter().map(source).collect::<String>())
    }

    fn brought(owner: &str, kind: Kind, connector: &str, ids: &[&str]) -> Brought {
        Brought { owner: owner.to_owned(), kind, records: records(&file(connector, ids)).records().into() }
    }

    /// Over a bundle in which `wiki` has `w-1` and `rest` has `r-1`, and `other` has brought `o-1`.
    fn check(one: &Brought, wanted: &str) {
        let base = Catalogue::from_toml([
            ("w.toml", file("wiki", &["w-1"]).as_str()),
            ("r.toml", file("rest", &["r-1"]).as_str()),
        ]);
        let others = [brought("other", Kind::Component, "other", &["o-1"])];
        let found = admit(&base.unwrap(), &others, one, |name| ["wiki", "rest"].contains(&name));
        let found = found.map_or_else(|error| error.to_string(), |()| "fine".to_owned());
        assert!(found.starts_with(wanted), "{found}");
    }

    #[test]
    fn everybody_speaks_for_their_own_sources() {
        let component = |owner, connector, ids: &[&str]| brought(owner, Kind::Component, connector, ids);
        let sources = |owner, connector, ids: &[&str]| brought(owner, Kind::Sources, connector, ids);
        check(&component("demo", "demo", &["d-1", "d-2"]), "fine");
        check(&component("wiki", "wiki", &["w-1", "w-2"]), "fine");
        check(&component("other", "other", &["o-1"]), "fine");
        check(&component("demo", "demo", &["w-1"]), "the source `w-1` belongs to `wiki`");
        check(&component("demo", "demo", &["o-1"]), "the source `o-1` belongs to `other`");
        check(&component("demo", "rest", &["d-1"]), "what `demo` says of itself is wrong: its source `d-1`");
        check(&sources("mine", "rest", &["m-1"]), "fine");
        check(&sources("mine", "rest", &["r-1"]), "the source `r-1` belongs to `rest`");
        check(&sources("rest", "rest", &["r-1"]), "the source `r-1` belongs to `rest`");
        check(&sources("mine", "demo", &["m-1"]), "source `m-1` is for the connector `demo`");
    }

    #[test]
    fn one_catalogue_of_all() {
        let mut base = records(&file("wiki", &["w-1", "w-2"]));
        base = Catalogue::from_records(base.records().iter().map(|record| {
            let mut record = record.as_ref().clone();
            record.enabled = record.source.id != "w-2";
            record
        }));
        let all = [
            brought("wiki", Kind::Component, "wiki", &["w-1", "w-2", "w-3"]),
            brought("demo", Kind::Component, "demo", &["d-1", "d-2"]),
            brought("gone", Kind::Component, "gone", &["g-1"]),
            brought("thief", Kind::Component, "thief", &["d-1"]),
        ];
        let off = ["d-2".to_owned()];
        let mut overrides = Overrides::new();
        overrides.entry("d-1".to_owned()).or_default().hosts = Some(vec!["b.org".to_owned()]);
        overrides.entry("w-1".to_owned()).or_default().hosts = Some(vec!["c.org".to_owned()]);
        let switches = Switches { on: &[], off: &off, overrides: &overrides };
        let (catalogue, problems) = compose(&base, &all, switches, |name| name != "gone");
        let shown: Vec<String> = catalogue
            .records()
            .iter()
            .map(|record| format!("{} {} {}", record.source.id, record.connector, record.enabled))
            .collect();
        assert_eq!(
            shown,
            ["d-1 demo true", "d-2 demo false", "g-1 gone false", "w-1 wiki true", "w-2 wiki false", "w-3 wiki true"]
        );
        let hosts = ["d-1", "w-1", "w-3"].map(|id| catalogue.get(id).unwrap().hosts.join(" "));
        assert_eq!(hosts, ["b.org", "c.org", "a.org"], "the operator's words hold for what was installed as well");
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("`d-1` belongs to `demo`"), "{problems:?}");
    }
}
