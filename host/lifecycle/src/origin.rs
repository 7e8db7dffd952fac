//! Where a connector comes from, and who vouches for it: read and verified before any of it is parsed or run.

use crate::limits::SOURCES_BYTES_MAX;
use crate::registry::{at, signer, untrusted};
use crate::{Error, Kind, Policy, Preview, Signer, Version};
use std::fs;
use std::path::{Path, PathBuf};
use zero_builder::fixtures::{self, Fixtures};

/// Where to install from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Bytes that were handed over, and by whom: `admin`, `dev`.
    Bytes {
        /// A component.
        bytes: Vec<u8>,
        /// For people.
        from: String,
    },
    /// A component, a set of sources, or a folder with either.
    Path(PathBuf),
    /// What a registry gave, verified.
    Pulled {
        /// A component.
        bytes: Vec<u8>,
        /// Who vouches for it.
        signer: Signer,
        /// For people.
        from: String,
        /// What was shown before it was fetched: it may be no other and ask for no more.
        shown: Box<Preview>,
    },
}

/// Something to install.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
    pub(crate) signer: Signer,
    pub(crate) from: String,
    /// What a set of sources is called; a component says its name itself.
    pub(crate) name: String,
    /// What is held against it once it has said its name.
    pub(crate) promise: Promise,
}

/// What is known of a component beside its bytes, and holds only if it is the one that it says.
#[derive(Debug, Clone)]
pub(crate) enum Promise {
    /// Nothing.
    None,
    /// A file, signed by keys that may be good for some names only.
    Signed(PathBuf),
    /// What a registry showed.
    Shown(Box<Preview>),
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    Component(PathBuf),
    Sources { name: String, fixtures: Fixtures },
}

/// What lies at a path: a `.wasm`, a `.toml` with sources, a folder with one `.wasm` (or with one in `dist`), or a
/// project without code.
pub(crate) fn find(path: &Path) -> Result<Found, Error> {
    let wrong = |reason: &str| Err(Error::Malformed { what: path.display().to_string(), reason: reason.to_owned() });
    if path.is_dir() {
        for folder in [path.to_path_buf(), path.join("dist")] {
            match components(&folder).as_slice() {
                [] => {}
                [one] => return Ok(Found::Component(one.clone())),
                _ => return wrong("the folder has several components\n\nhint: name one of its files"),
            }
        }
        if path.join("Cargo.toml").is_file() {
            return wrong("the project is not built\n\nhint: `zero connector build` builds it");
        }
        let read = fixtures::read_folder(path);
        let fixtures =
            read.map_err(|error| Error::Malformed { what: path.display().to_string(), reason: error.to_string() })?;
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        return Ok(Found::Sources { name: name_of(&whole), fixtures });
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => {
            let in_path = |error| Error::Io { path: path.to_path_buf(), error };
            if fs::metadata(path).map_err(in_path)?.len() > SOURCES_BYTES_MAX {
                return wrong("the file is too large for sources");
            }
            let sources = fs::read_to_string(path).map_err(in_path)?;
            Ok(Found::Sources { name: name_of(path), fixtures: Fixtures { sources, ..Fixtures::default() } })
        }
        _ => Ok(Found::Component(path.to_path_buf())),
    }
}

/// The file's name up to its first dot, as a name of connectors.
fn name_of(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).take(64).collect()
}

fn components(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "wasm")).collect();
    found.sort();
    found
}

/// A component's bytes and who vouches for them. A signature that is there has to hold, whoever may do without one.
pub(crate) fn component(path: &Path, policy: &Policy, now_ms: i64) -> Result<Fetched, Error> {
    let from = format!("file:{}", path.display());
    let bytes = read(path, policy.granted_at_most().component_bytes)?;
    let (kind, name) = (Kind::Component, String::new());
    let signed = zero_oci::signature_path(path).exists();
    let Some(trust) = policy.trust.as_deref().filter(|_| signed) else {
        return Ok(Fetched { kind, bytes, signer: Signer::Nobody, from, name, promise: Promise::None });
    };
    let verified = zero_oci::verify_file(path, None, trust, at(now_ms)?).map_err(|error| untrusted(&from, &error))?;
    // These bytes were verified, and not those that may lie there by now.
    let bytes = verified.contents.into_values().next().unwrap_or_default();
    let promise = Promise::Signed(path.to_path_buf());
    Ok(Fetched { kind, bytes, signer: signer(&verified.signed_by), from, name, promise })
}

/// Holds what was promised against a component that has said its name.
pub(crate) fn keep_promise(
    fetched: &Fetched,
    name: &str,
    version: &Version,
    policy: &Policy,
    now_ms: i64,
) -> Result<(), Error> {
    match (&fetched.promise, policy.trust.as_deref()) {
        (Promise::Signed(path), Some(trust)) => {
            let verified = zero_oci::verify_file(path, Some(name), trust, at(now_ms)?);
            let verified = verified.map_err(|error| untrusted(&fetched.from, &error))?;
            let same = verified.contents.values().next() == Some(&fetched.bytes);
            if same { Ok(()) } else { Err(changed(fetched, "the file changed while it was read")) }
        }
        (Promise::Shown(shown), _) => {
            if shown.name != name {
                return Err(changed(
                    fetched,
                    &format!("its artifact says `{}`, and it calls itself `{name}`", shown.name),
                ));
            }
            let mut asked = version.permissions.clone();
            asked.source_hosts.clear();
            let diff = shown.permissions.diff(&asked);
            if diff.widens() {
                return Err(changed(fetched, &format!("it asks for more than its artifact says:\n{diff}")));
            }
            Ok(())
        }
        (Promise::None | Promise::Signed(_), _) => Ok(()),
    }
}

fn changed(fetched: &Fetched, reason: &str) -> Error {
    Error::Untrusted {
        what: fetched.from.clone(),
        reason: format!("{reason}\n\nhint: do not install it; ask its author"),
    }
}

/// A file, if it is not larger than anything that may be installed.
pub(crate) fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let in_path = |error| Error::Io { path: path.to_path_buf(), error };
    let bytes = usize::try_from(fs::metadata(path).map_err(in_path)?.len()).unwrap_or(usize::MAX);
    if bytes > bytes_max {
        return Err(Error::TooLarge { name: name_of(path), bytes, bytes_max });
    }
    fs::read(path).map_err(in_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, and what installing from `path` in it would take.
    fn check(files: &[&str], path: &str, wanted: &str) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "connector = \"rest\"\n").unwrap();
        }
        let found = match find(&folder.path().join(path)) {
            Ok(Found::Component(path)) => path.strip_prefix(folder.path()).unwrap().display().to_string(),
            Ok(Found::Sources { name, fixtures }) => format!("sources {name} {}", fixtures.exchanges.len()),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(wanted), "{files:?} {path}: {found}");
    }

    #[test]
    fn what_a_path_leads_to() {
        check(&["demo.wasm"], "demo.wasm", "demo.wasm");
        check(&["demo/demo.wasm", "demo/demo.wasm.sig"], "demo", "demo/demo.wasm");
        check(&["demo/Cargo.toml", "demo/dist/demo.wasm"], "demo", "demo/dist/demo.wasm");
        check(&["demo/Cargo.toml", "demo/sources.toml"], "demo", "hint: `zero connector build`");
        check(&["demo/a.wasm", "demo/b.wasm"], "demo", "several components");
        check(&["Tides/sources.toml"], "Tides", "sources tides 0");
        check(&["tides.sources.toml"], "tides.sources.toml", "sources tides 0");
        check(&["x/other.txt"], "x", "`sources.toml`");
        check(&[], "nothing.toml", "No such file");
    }
}
