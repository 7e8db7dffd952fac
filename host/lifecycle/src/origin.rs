//! Where a connector comes from, and who vouches for it: read and verified before any of it is parsed or run.

use crate::limits::SOURCES_BYTES_MAX;
use crate::{Error, Kind, Signer};
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
