//! A package of sources: what an author of mappings publishes, and a host installs beside its own `rest` connector.
//!
//! - **Takes** fixtures: sources in the catalogue's format, with the exchanges and cases that they are tested with.
//! - **Gives** a component without code: the stamp [`SOURCES_WORLD`], the fixtures, and nothing else.
//! - **Fails** as embedding fixtures does.
//! - **Limits**: those of fixtures.
//! - **Why it is so**: a mapping is text, and whoever installs it should have to trust no more than that text, so it
//!   brings no copy of the `rest` connector along. It is wrapped as a component all the same, because then one digest,
//!   one signature, one registry layout and one way of installing serve both kinds; what is in it can be told by its
//!   first bytes, and cannot run since there is nothing to run.

use crate::STAMP_SECTION;
use crate::fixtures::{self, Fixtures, FixturesError};
use wasm_encoder::{Component, ComponentSection as _, CustomSection};
use wasmparser::{Encoding, Parser, Payload};

/// What a package of sources is stamped with, where a connector names its world.
pub const SOURCES_WORLD: &str = "zero:connector/sources@0.1.0";

/// Makes a package: the same bytes for the same fixtures.
///
/// # Errors
/// Over a limit, or an exchange with a name that is none.
pub fn package(fixtures: &Fixtures) -> Result<Vec<u8>, FixturesError> {
    let mut bytes = Component::new().finish();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_told_from_everything_else() {
        let fixtures = Fixtures { sources: "connector = \"rest\"\n".to_owned(), ..Fixtures::default() };
        let bytes = package(&fixtures).unwrap();
        assert!(is_package(&bytes));
        assert_eq!(fixtures::read(&bytes).unwrap(), Some(fixtures));
        assert!(matches!(crate::check(&bytes), Err(crate::Error::UnknownWorld(_))));

        let mut with_code = bytes.clone();
        wasm_encoder::ModuleSection(&wasm_encoder::Module::new()).append_to_component(&mut with_code);
        assert!(!is_package(&with_code) && !is_package(&bytes[..bytes.len() - 1]) && !is_package(b""));
        assert!(!is_package(&Component::new().finish()));
    }
}
