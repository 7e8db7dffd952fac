//! Compiling all components of a package for one machine.

use super::index::{Descriptor, Entry, Index};
use super::{INDEX_FILE, SealedError};
use crate::target::Target;
use sha2::{Digest as _, Sha256};
use zero_types::connector as c;

/// The components of a package, by name.
#[derive(Debug, Clone, Default)]
pub struct Ingredients<'a> {
    /// The project's own functions.
    pub functions: Vec<(&'a str, &'a [u8])>,
    /// Connectors, each with what it says of itself.
    pub connectors: Vec<(&'a str, &'a [u8], &'a c::Descriptor)>,
}

/// Compiles all components, and gives the files of the folder by name, in order. Equal components make equal files.
///
/// `kept` may give what an earlier call made of a component, by its digest; it must have been made for the same machine
/// by the same program.
///
/// # Errors
/// A component is not one of ours, or cannot be compiled for this machine.
pub fn seal(
    target: Target,
    ingredients: &Ingredients<'_>,
    kept: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<(String, Vec<u8>)>, SealedError> {
    let mut files = Vec::new();
    let mut entry = |name: &str, bytes: &[u8], descriptor: Option<&c::Descriptor>| {
        let failed = |reason| SealedError::Compile { what: name.to_owned(), machine: target.machine(), reason };
        let world = zero_builder::check_sized(bytes, zero_builder::COMPONENT_BYTES_CEILING);
        let world = world.map_err(|error| failed(error.to_string()))?;
        let component = zero_builder::digest(bytes);
        let artifact = match kept(&component) {
            Some(artifact) => artifact,
            None => target.compile(bytes).map_err(failed)?,
        };
        let entry = Entry {
            name: name.to_owned(),
            world,
            artifact: hex::encode(Sha256::digest(&artifact)),
            bytes: u64::try_from(artifact.len()).unwrap_or(u64::MAX),
            descriptor: descriptor.map(Descriptor::of),
            component,
        };
        files.push((format!("{}.artifact", entry.component), artifact));
        Ok(entry)
    };
    let functions = ingredients.functions.iter().map(|(name, bytes)| entry(name, bytes, None));
    let mut functions = functions.collect::<Result<Vec<Entry>, SealedError>>()?;
    let connectors = ingredients.connectors.iter().map(|(name, bytes, said)| entry(name, bytes, Some(said)));
    let mut connectors = connectors.collect::<Result<Vec<Entry>, SealedError>>()?;
    functions.sort_by(|a, b| a.name.cmp(&b.name));
    connectors.sort_by(|a, b| a.name.cmp(&b.name));

    let index = Index::new(target.machine(), functions, connectors);
    let json = serde_json::to_vec_pretty(&index).map_err(|error| SealedError::Index(error.to_string()))?;
    // What is written is read again at every cold start: what could not be read must not leave the house.
    Index::from_json(&json)?;
    files.push((INDEX_FILE.to_owned(), json));
    files.sort();
    // One component under two names has one artifact.
    files.dedup();
    Ok(files)
}
