//! The package: what lies in `/var/task`.

use crate::{PACKAGE_BYTES_MAX, PackError};
use std::collections::BTreeSet;
use zero_engine::Target;
use zero_engine::sealed::{Ingredients, seal};

/// What a package is made of.
#[derive(Debug, Clone, Default)]
pub struct Parts<'a> {
    /// The configuration of the region, whole.
    pub config: &'a str,
    /// The catalogue's files, by name.
    pub catalogue: Vec<(&'a str, &'a str)>,
    /// Functions and connectors.
    pub components: Ingredients<'a>,
    /// Whatever else belongs into it, by path: the bundle's lock, its signature, the keys that are believed.
    pub others: Vec<(&'a str, &'a [u8])>,
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
const AARCH64: (u16, &str) =
    (183, "`cargo build --release --package zero-lambda --target aarch64-unknown-linux-gnu` makes it, where that target and its linker are");

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
        File { path: "bootstrap".to_owned(), bytes: bootstrap, executable: true },
        plain("zero.toml".to_owned(), parts.config.as_bytes().to_vec()),
    ];
    let catalogue = parts.catalogue.iter();
    files.extend(catalogue.map(|(name, text)| plain(format!("catalogue/{name}"), text.as_bytes().to_vec())));
    let artifacts = seal(target, &parts.components, kept)?;
    files.extend(artifacts.into_iter().map(|(name, bytes)| plain(format!("artifacts/{name}"), bytes)));
    files.extend(parts.others.iter().map(|(path, bytes)| plain((*path).to_owned(), bytes.to_vec())));
    files.sort();
    check(&files)?;
    Ok(files)
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
    pub(crate) fn program(machine: u16) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(18, 0);
        bytes.extend(machine.to_le_bytes());
        bytes
    }

    #[test]
    fn the_program_is_for_the_machine() {
        let none = |_: &str| None;
        let make = |target, program| package(target, &Parts::default(), program, none).map(|files| files.len());
        assert_eq!(make(Target::X86_64, program(62)).unwrap(), 3);
        for (target, program) in
            [(Target::X86_64, program(183)), (Target::Arm64, program(62)), (Target::X86_64, b"#!/bin/sh".to_vec())]
        {
            let error = make(target, program).unwrap_err();
            assert!(matches!(error, PackError::Bootstrap { .. }), "{error}");
        }
    }

    #[test]
    fn paths_stay_in_the_package() {
        for path in ["../key", "/etc/passwd", "a//b", "zero.toml", ".", "a\\b"] {
            let parts = Parts { others: vec![(path, b"x")], ..Parts::default() };
            let error = package(Target::X86_64, &parts, program(62), |_| None).unwrap_err();
            assert!(matches!(error, PackError::Path(_)), "{path}: {error}");
        }
        let parts = Parts { others: vec![("a/b.json", b"x")], ..Parts::default() };
        assert!(package(Target::X86_64, &parts, program(62), |_| None).is_ok());
    }
}
