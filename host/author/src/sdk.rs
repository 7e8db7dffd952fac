//! The SDK on an author's machine: unpacked from this program, and named in the project's `.cargo/config.toml`.
//!
//! Takes a cache folder and a project; gives the SDK in `<cache>/sdk/<digest>`, a link `.zero/sdk` to it, and a
//! configuration by which cargo, an editor and this program find it. Fails naming the file. Why it is so: the manifest
//! says `zero-connector-sdk = "0.1"` as if it were published and stays true when it will be; and since the SDK is below
//! the project's folder, neither the component's digest nor what cargo has compiled depend on where the cache is.

use crate::embedded::SDK;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::{Path, PathBuf};
use zero_builder::guest::PROFILE;

/// Below a project, both ignored by git.
const LINK: &str = ".zero/sdk";
const CONFIGURATION: &str = ".cargo/config.toml";

/// The digest of the SDK that this program brings along.
#[must_use]
pub fn digest() -> String {
    let mut all = Vec::new();
    for (path, text) in SDK {
        for part in [path, text] {
            all.extend_from_slice(part.len().to_string().as_bytes());
            all.push(b' ');
            all.extend_from_slice(part.as_bytes());
        }
    }
    let mut digest = zero_builder::digest(&all);
    digest.truncate(DIGEST_CHARS);
    digest
}

/// Enough that no two versions of the SDK meet by chance.
const DIGEST_CHARS: usize = 24;

/// Prepares a project for cargo; changes nothing where nothing has to change.
///
/// # Errors
/// Names the file or folder that cannot be written.
pub fn prepare(project: &Path, cache: &Path) -> Result<()> {
    let unpacked = unpack(cache)?;
    link(&unpacked, &project.join(LINK))?;
    let path = project.join(CONFIGURATION);
    let text = configuration();
    if fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    create_parent(&path)?;
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

fn configuration() -> String {
    format!(
        r#"# Written by `zero connector`, again with every command: put settings of your own elsewhere.
[patch.crates-io]
zero-connector-sdk = {{ path = "{LINK}/connectors/sdk" }}

# Small and deterministic, and a panic is a trap.
[profile.{PROFILE}]
inherits = "release"
opt-level = 3
lto = "fat"
codegen-units = 1
panic = "abort"
debug = false
strip = "debuginfo"
"#
    )
}

/// The SDK's folder in the cache, whole or not there at all.
fn unpack(cache: &Path) -> Result<PathBuf> {
    let folder = cache.join("sdk").join(digest());
    if folder.is_dir() {
        return Ok(folder);
    }
    let fresh = folder.with_extension(format!("new-{}", std::process::id()));
    for (path, text) in SDK {
        let path = fresh.join(path);
        create_parent(&path)?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    if let Err(error) = fs::rename(&fresh, &folder) {
        // Another command was faster: its files are the same.
        _ = fs::remove_dir_all(&fresh);
        if !folder.is_dir() {
            return Err(error).with_context(|| format!("creating {}", folder.display()));
        }
    }
    Ok(folder)
}

/// Makes `link` lead to `folder`, or be a copy of it where there are no links.
fn link(folder: &Path, link: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|leads_to| leads_to == folder) && link.is_dir() {
        return Ok(());
    }
    create_parent(link)?;
    // A link of an older version, or one whose cache is gone.
    if link.symlink_metadata().is_ok() {
        fs::remove_file(link).or_else(|_| fs::remove_dir_all(link)).with_context(|| link.display().to_string())?;
    }
    #[cfg(unix)]
    if std::os::unix::fs::symlink(folder, link).is_ok() {
        return Ok(());
    }
    for (path, text) in SDK {
        let path = link.join(path);
        create_parent(&path)?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn create_parent(path: &Path) -> Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_whole_and_needs_no_workspace() {
        let text = |wanted: &str| SDK.iter().find(|(path, _)| *path == wanted).map(|(_, text)| *text);
        assert!(text("connectors/sdk/src/lib.rs").is_some() && text("functions/types/src/lib.rs").is_some());
        assert!(SDK.iter().any(|(path, _)| path.ends_with(".wit")));
        for (path, text) in SDK.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
            let manifest: toml::Table = text.parse().unwrap();
            assert!(!text.contains("workspace"), "{path}:\n{text}");
            assert!(manifest["package"]["version"].is_str() && manifest["package"]["edition"].is_str());
        }
        let sdk: toml::Table = text("connectors/sdk/Cargo.toml").unwrap().parse().unwrap();
        assert_eq!(sdk["dependencies"]["zero-types"]["path"].as_str(), Some("../../functions/types"));
    }

    #[test]
    fn a_project_is_prepared_once_and_again_when_the_cache_is_gone() {
        let (cache, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let manifest = project.path().join(LINK).join("connectors/sdk/Cargo.toml");
        for _ in 0..2 {
            prepare(project.path(), cache.path()).unwrap();
            assert!(manifest.is_file());
        }
        fs::remove_dir_all(cache.path().join("sdk")).unwrap();
        prepare(project.path(), cache.path()).unwrap();
        assert!(manifest.is_file() && project.path().join(CONFIGURATION).is_file());
    }
}
