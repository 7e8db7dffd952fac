//! What a package of sources may ever ask for, as a connector's description says it.
//!
//! Takes a project of mappings; gives the descriptor that is published with it: the hosts of all sources, the
//! credential slots that their mappings name, their kinds. Fails as reading sources does. Why it is so: permissions are
//! read in one form, whether a connector or a mapping asks for them.

use crate::project::Project;
use anyhow::Result;
use std::collections::BTreeSet;
use zero_types::connector::{CredentialSlot, Descriptor, Kind};

/// The descriptor of a package, published as `version`.
///
/// # Errors
/// When the sources cannot be read.
pub fn descriptor(project: &Project, version: &str) -> Result<Descriptor> {
    let sources = project.sources()?;
    let (mut hosts, mut slots, mut kinds) = (BTreeSet::new(), BTreeSet::new(), Vec::<Kind>::new());
    for record in &sources {
        hosts.extend(record.hosts.iter().cloned());
        slots.extend(zero_builder::sources::credential_slots(&record.source.settings));
        for kind in &record.kinds {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
    }
    let slot = |name: String| CredentialSlot { summary: "named by its mapping".to_owned(), required: false, name };
    Ok(Descriptor {
        name: project.name.clone(),
        version: version.to_owned(),
        summary: sources.first().map(|record| record.summary.clone()).unwrap_or_default(),
        hosts: hosts.into_iter().collect(),
        settings: Vec::new(),
        credentials: slots.into_iter().map(slot).collect(),
        kinds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{self, Template};

    #[test]
    fn permissions_of_a_mapping_are_those_of_its_sources() {
        let parent = tempfile::tempdir().unwrap();
        let folder = template::new(parent.path(), "zip", Template::Rest).unwrap();
        let path = folder.join("sources.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replacen("cache_seconds = 86400", "cache_seconds = 86400\ncredential = \"key\"", 1);
        std::fs::write(&path, text).unwrap();
        let said = descriptor(&Project::open(&folder).unwrap(), "1.2.0").unwrap();
        assert_eq!((said.name.as_str(), said.version.as_str()), ("zip", "1.2.0"));
        assert_eq!(said.hosts, ["api.zippopotam.us"]);
        assert_eq!(said.credentials.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>(), ["key"]);
        assert_eq!(said.kinds, [Kind::Fact, Kind::Place]);
    }
}
