//! A package of sources: what an author of mappings publishes, and a host installs beside its own `rest` connector.
//!
//! - **Takes** a name and fixtures: sources in the catalogue's format, with the exchanges and cases they are tested with.
//! - **Gives** a component without code: the stamp [`SOURCES_WORLD`], its name where components have theirs, the
//!   fixtures, and nothing else.
//! - **Fails** as embedding fixtures does.
//! - **Limits**: those of fixtures.
//! - **Why it is so**: a mapping is text, and whoever installs it should have to trust no more than that text, so it
//!   brings no copy of the `rest` connector along. It is wrapped as a component all the same, because then one digest,
//!   one signature, one registry layout and one way of installing serve both kinds; what is in it can be told by its
//!   first bytes, and cannot run since there is nothing to run.

use crate::STAMP_SECTION;
use crate::fixtures::{self, Fixtures, FixturesError};
use std::collections::BTreeSet;
use wasm_encoder::{Component, ComponentNameSection, ComponentSection as _, CustomSection};
use wasmparser::{ComponentName, Encoding, KnownCustom, Parser, Payload};

/// What a package of sources is stamped with, where a connector names its world.
pub const SOURCES_WORLD: &str = "zero:connector/sources@0.1.0";

/// Bytes of a package's name: that of a project, a connector and a source.
const NAME_BYTES_MAX: usize = 64;
/// Levels of a mapping that are looked into; the catalogue holds no deeper ones.
const DEPTH_MAX: usize = 32;

/// Makes a package: the same bytes for the same name and fixtures.
///
/// # Errors
/// Over a limit, or an exchange with a name that is none.
pub fn package(name: &str, fixtures: &Fixtures) -> Result<Vec<u8>, FixturesError> {
    let mut bytes = Component::new().finish();
    let mut names = ComponentNameSection::new();
    names.component(name);
    names.append_to_component(&mut bytes);
    CustomSection { name: STAMP_SECTION.into(), data: SOURCES_WORLD.as_bytes().into() }.append_to_component(&mut bytes);
    fixtures::embed(&bytes, fixtures)
}

/// Whether these bytes are a package of sources: stamped as one, with nothing in it but custom sections.
///
/// Bytes with this stamp and code are not one, and no connector either: every other check refuses their stamp.
#[must_use]
pub fn is_package(bytes: &[u8]) -> bool {
    let mut stamped = false;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::Version { encoding: Encoding::Component, .. } | Payload::End(_)) => {}
            Ok(Payload::CustomSection(section)) => {
                stamped |= section.name() == STAMP_SECTION && section.data() == SOURCES_WORLD.as_bytes();
            }
            Ok(_) | Err(_) => return false,
        }
    }
    stamped
}

/// What a package calls itself; none when it does not, or by what is no name.
///
/// It is in the package, and not in its file's name, so that the digest and the signature cover it.
#[must_use]
pub fn name(package: &[u8]) -> Option<String> {
    let mut found = None;
    for payload in Parser::new(0).parse_all(package) {
        let Ok(Payload::CustomSection(section)) = payload else { continue };
        let KnownCustom::ComponentName(names) = section.as_known() else { continue };
        for name in names {
            if let Ok(ComponentName::Component { name, .. }) = name {
                found = Some(name);
            }
        }
    }
    found.filter(|name| is_name(name)).map(str::to_owned)
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= NAME_BYTES_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(plain)
}

/// The credential slots that the settings of a source (JSON) name: every text under a key `credential`.
#[must_use]
pub fn credential_slots(settings: &str) -> BTreeSet<String> {
    let mut slots = BTreeSet::new();
    collect(&serde_json::from_str(settings).unwrap_or_default(), DEPTH_MAX, &mut slots);
    slots
}

fn collect(settings: &serde_json::Value, depth: usize, into: &mut BTreeSet<String>) {
    if depth == 0 {
        return;
    }
    match settings {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(slot) if key == "credential" => _ = into.insert(slot.to_owned()),
                    _ => collect(value, depth - 1, into),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, depth - 1, into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_told_from_everything_else() {
        let fixtures = Fixtures { sources: "connector = \"rest\"\n".to_owned(), ..Fixtures::default() };
        let bytes = package("zips", &fixtures).unwrap();
        assert!(is_package(&bytes));
        assert_eq!(fixtures::read(&bytes).unwrap(), Some(fixtures));
        assert!(matches!(crate::check(&bytes), Err(crate::Error::UnknownWorld(_))));
        assert_eq!(name(&bytes).as_deref(), Some("zips"));
        for wrong in ["", "../up", "Zips", "2x", &"a".repeat(65)] {
            assert_eq!(name(&package(wrong, &Fixtures::default()).unwrap()), None, "{wrong}");
        }
        assert_eq!(name(&Component::new().finish()), None);

        let mut with_code = bytes.clone();
        wasm_encoder::ModuleSection(&wasm_encoder::Module::new()).append_to_component(&mut with_code);
        assert!(!is_package(&with_code) && !is_package(&bytes[..bytes.len() - 1]) && !is_package(b""));
        assert!(!is_package(&Component::new().finish()));
    }

    #[test]
    fn slots_are_found_wherever_a_mapping_names_them() {
        let settings =
            r#"{"credential": "a", "reads": [{"steps": [{"credential": "b"}, {"credential": 7}]}], "x": "c"}"#;
        assert_eq!(credential_slots(settings).into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert!(credential_slots("not json").is_empty());
    }
}
