//! Where a connector comes from, and who vouches for it: read and verified before any of it is parsed or run.

use crate::proof::Proven;
use crate::registry::{at, signer, untrusted};
use crate::{Error, Kind, Policy, Preview, Signer};
use std::fs;
use std::path::{Path, PathBuf};

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
    /// A component, a package of sources, or a folder with either.
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
    pub(crate) bytes: Vec<u8>,
    pub(crate) signer: Signer,
    pub(crate) from: String,
    /// What is held against it once it has said its name.
    pub(crate) promise: Promise,
}

impl Fetched {
    pub(crate) fn kind(&self) -> Kind {
        if zero_builder::sources::is_package(&self.bytes) { Kind::Sources } else { Kind::Component }
    }
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

impl Promise {
    /// The author's number, as far as it is known; records have none of their own.
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::Shown(shown) => &shown.version,
            Self::None | Self::Signed(_) => "",
        }
    }
}

/// What lies at a path: a file, or a folder with one `.wasm` in it or in `target`, where `zero connector build` puts it.
pub(crate) fn find(path: &Path) -> Result<PathBuf, Error> {
    let wrong = |reason: &str| Err(Error::Malformed { what: path.display().to_string(), reason: reason.to_owned() });
    if path.is_dir() {
        for folder in [path.to_path_buf(), path.join("target")] {
            match components(&folder).as_slice() {
                [] => {}
                [one] => return Ok(one.clone()),
                _ => return wrong("the folder has several components\n\nhint: name one of its files"),
            }
        }
        return wrong("the folder has no component\n\nhint: `zero connector build` builds a project's");
    }
    if path.extension().is_some_and(|extension| extension == "toml") {
        return wrong(
            "sources are installed as a package\n\nhint: `zero connector build` makes one of a project, `zero connector \
             new NAME --rest` a project",
        );
    }
    Ok(path.to_path_buf())
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
    let signed = zero_oci::signature_path(path).exists();
    let Some(trust) = policy.trust.as_deref().filter(|_| signed) else {
        return Ok(Fetched { bytes, signer: Signer::Nobody, from, promise: Promise::None });
    };
    let verified = zero_oci::verify_file(path, None, trust, at(now_ms)?).map_err(|error| untrusted(&from, &error))?;
    // These bytes were verified, and not those that may lie there by now.
    let bytes = verified.contents.into_values().next().unwrap_or_default();
    let promise = Promise::Signed(path.to_path_buf());
    Ok(Fetched { bytes, signer: signer(&verified.signed_by), from, promise })
}

/// Holds what was promised against a component that has said its name.
pub(crate) fn keep_promise(fetched: &Fetched, proven: &Proven, policy: &Policy, now_ms: i64) -> Result<(), Error> {
    let (name, version) = (proven.brought.owner.as_str(), &proven.version);
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
            let source_hosts = std::mem::take(&mut asked.source_hosts);
            if version.kind == Kind::Sources {
                // It has no code that could ask for others, so those of its records are what its artifact says.
                asked.hosts = source_hosts;
            }
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
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return Err(Error::TooLarge { name, bytes, bytes_max });
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
            Ok(path) => path.strip_prefix(folder.path()).unwrap().display().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(wanted), "{files:?} {path}: {found}");
    }

    #[test]
    fn what_a_path_leads_to() {
        check(&["demo.wasm"], "demo.wasm", "demo.wasm");
        check(&["demo/demo.wasm", "demo/demo.wasm.sig"], "demo", "demo/demo.wasm");
        check(
            &["demo/Cargo.toml", "demo/target/demo.wasm", "demo/target/x/deps.wasm"],
            "demo",
            "demo/target/demo.wasm",
        );
        check(&["zips/sources.toml", "zips/target/zips.wasm"], "zips", "zips/target/zips.wasm");
        check(&["demo/Cargo.toml", "demo/sources.toml"], "demo", "hint: `zero connector build`");
        check(&["zips/sources.toml"], "zips", "hint: `zero connector build`");
        check(&["demo/a.wasm", "demo/b.wasm"], "demo", "several components");
        check(&["tides.sources.toml"], "tides.sources.toml", "installed as a package");
    }
}
