//! The package: what lies in `/var/task`.

use crate::{PACKAGE_BYTES_MAX, PackError};
use std::collections::BTreeSet;
use zero_config::Config;
use zero_edge::{ConnectorFacts, EdgeData};
use zero_engine::Target;
use zero_engine::sealed::{Ingredients, seal};
use zero_native::host::FILES_SOURCE;
use zero_native::package::{ARTIFACTS, CONFIG_FILE, DATA_FILE, MANIFEST_FILE, Manifest, SIGNATURE_FILE, index_path};
use zero_oci::Signing;
use zero_pipeline::catalogue::Catalogue;

/// What a package is made of.
#[derive(Clone, Copy)]
pub struct Parts<'a> {
    /// The region.
    pub region: &'a str,
    /// `sha256:` of the bundle's lock.
    pub bundle: &'a str,
    /// The configuration of the region, whole, as text and as it was read.
    pub config: (&'a str, &'a Config),
    /// All sources with the region's choices applied.
    pub catalogue: &'a Catalogue,
    /// Functions and connectors.
    pub components: &'a Ingredients<'a>,
    /// Whatever else belongs into it, by path: the bundle's lock, its signature, the keys that are believed.
    pub others: &'a [(&'a str, &'a [u8])],
    /// Who signs it.
    pub signing: Option<&'a Signing<'a>>,
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Where it lies, with `/` between names.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
}

/// Machine of an ELF program, and what an operator does without one.
const X86_64: (u16, &str) = (62, "`cargo build --release --package zero-lambda` on x86-64 Linux makes it");
const AARCH64: (u16, &str) = (
    183,
    "`cargo build --release --package zero-lambda --target aarch64-unknown-linux-gnu` makes it, where that target and its linker are",
);

/// Compiles all components for `target`, and gives the files of the package, in order of paths. `kept` may give what an
/// earlier call made of a component, by its digest.
///
/// # Errors
/// A component cannot be compiled for it, the program is for another machine, or it is more than Lambda takes.
pub fn package(
    target: Target,
    parts: &Parts<'_>,
    bootstrap: Vec<u8>,
    kept: impl Fn(&str) -> Option<Vec<u8>>,
) -> Result<Vec<File>, PackError> {
    check_program(target, &bootstrap)?;
    let plain = |path: String, bytes: Vec<u8>| File { path, bytes, executable: false };
    let mut files = vec![
        plain(CONFIG_FILE.to_owned(), parts.config.0.as_bytes().to_vec()),
        plain(DATA_FILE.to_owned(), data(parts).write()?),
    ];
    let artifacts = seal(target, parts.components, kept)?;
    files.extend(artifacts.into_iter().map(|(name, bytes)| plain(format!("{ARTIFACTS}/{name}"), bytes)));
    // The index vouches for the artifacts, so the manifest need not name them.
    let index = index_path();
    let named = files.iter().filter(|file| !file.path.starts_with(ARTIFACTS) || file.path == index);
    let manifest =
        Manifest::of(parts.region, parts.bundle, named.map(|file| (file.path.as_str(), file.bytes.as_slice())));
    let manifest = manifest.to_json().map_err(|error| PackError::Manifest(error.to_string()))?;
    if let Some(signing) = parts.signing {
        let signature = zero_oci::sign_bytes(MANIFEST_FILE, &manifest, signing)?;
        files.push(plain(SIGNATURE_FILE.to_owned(), signature));
    }
    files.push(plain(MANIFEST_FILE.to_owned(), manifest));
    files.push(File { path: "bootstrap".to_owned(), bytes: bootstrap, executable: true });
    files.extend(parts.others.iter().map(|(path, bytes)| plain((*path).to_owned(), bytes.to_vec())));
    files.sort();
    check(&files)?;
    Ok(files)
}

/// Sources and index, as they are read at a start. There is no folder of the asker's own.
fn data(parts: &Parts<'_>) -> EdgeData {
    let records = parts.catalogue.records().iter().map(|record| {
        let mut record = record.as_ref().clone();
        record.enabled &= record.source.id != FILES_SOURCE;
        record
    });
    let digest = |room: &str, name: &str, bytes: &[u8]| (format!("{room}/{name}"), zero_oci::digest(bytes));
    let Ingredients { functions, connectors } = parts.components;
    let functions = functions.iter().map(|(name, bytes)| digest("functions", name, bytes));
    let digests = functions.chain(connectors.iter().map(|(name, bytes, _)| digest("connectors", name, bytes)));
    let facts = connectors.iter().map(|(name, bytes, said)| ConnectorFacts {
        name: (*name).to_owned(),
        version: said.version.clone(),
        digest: zero_oci::digest(bytes),
        hosts: said.hosts.clone(),
    });
    EdgeData::new(parts.config.1.clone(), Catalogue::from_records(records), digests.collect(), facts.collect())
}

/// Every path is a place of its own in the package, and all of it fits.
fn check(files: &[File]) -> Result<(), PackError> {
    let mut seen = BTreeSet::new();
    for File { path, .. } in files {
        let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
        if !path.split('/').all(is_name) || !seen.insert(path) {
            return Err(PackError::Path(path.escape_debug().to_string()));
        }
    }
    let bytes: u64 = files.iter().map(|file| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX)).sum();
    if bytes > PACKAGE_BYTES_MAX { Err(PackError::TooLarge { bytes }) } else { Ok(()) }
}

/// A program for another machine would be found out by its first asker.
fn check_program(target: Target, program: &[u8]) -> Result<(), PackError> {
    let (machine, hint) = match target {
        Target::X86_64 => X86_64,
        Target::Arm64 => AARCH64,
    };
    let is = program.get(18..20).and_then(|bytes| Some(u16::from_le_bytes(bytes.try_into().ok()?)));
    if program.starts_with(b"\x7fELF\x02\x01") && is == Some(machine) {
        return Ok(());
    }
    Err(PackError::Bootstrap { architecture: target.architecture(), hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much of a program as is looked at.
    fn program(machine: u16) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(18, 0);
        bytes.extend(machine.to_le_bytes());
        bytes
    }

    /// The paths of a package of nothing but these others.
    fn made(target: Target, program: Vec<u8>, others: &[(&str, &[u8])]) -> Result<Vec<String>, PackError> {
        let text = "";
        let config = Config::from_toml(text).unwrap();
        let parts = Parts {
            region: "eu-west",
            bundle: "sha256:0",
            config: (text, &config),
            catalogue: &Catalogue::default(),
            components: &Ingredients::default(),
            others,
            signing: None,
        };
        let files = package(target, &parts, program, |_| None)?;
        assert_eq!(
            files,
            package(target, &parts, files.iter().find(|it| it.executable).unwrap().bytes.clone(), |_| None)?
        );
        Ok(files.into_iter().map(|file| file.path).collect())
    }

    #[test]
    fn the_program_is_for_the_machine() {
        let paths = made(Target::X86_64, program(62), &[]).unwrap();
        assert_eq!(paths, ["artifacts/index.json", "bootstrap", "package.json", "region.data", "zero.toml"]);
        for (target, program) in
            [(Target::X86_64, program(183)), (Target::Arm64, program(62)), (Target::X86_64, b"#!/bin/sh".to_vec())]
        {
            let error = made(target, program, &[]).unwrap_err();
            assert!(matches!(error, PackError::Bootstrap { .. }), "{error}");
        }
    }

    #[test]
    fn paths_stay_in_the_package() {
        for path in ["../key", "/etc/passwd", "a//b", "zero.toml", ".", "a\\b"] {
            let error = made(Target::X86_64, program(62), &[(path, b"x")]).unwrap_err();
            assert!(matches!(error, PackError::Path(_)), "{path}: {error}");
        }
        assert!(made(Target::X86_64, program(62), &[("a/b.json", b"x")]).is_ok());
    }
}
