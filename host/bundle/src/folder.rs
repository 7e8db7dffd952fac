//! Folders: read within bounds, written whole or not at all.

use crate::{Error, Fault, Result, limits};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Sizes of the files below a folder by their paths with `/` between names; nothing is read.
pub(crate) fn list(root: &Path) -> Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    let mut open = vec![(root.to_path_buf(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| Error::file(&folder, "read", &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Error::file(&folder, "read", &error))?;
            let path = entry.path();
            // Not followed: a link would let the folder reach outside of itself.
            let kind = std::fs::symlink_metadata(&path).map_err(|error| Error::file(&path, "read", &error))?;
            let strange = |what: &str| {
                let next = "keep nothing in a bundle's folder but what `zero bundle build` wrote";
                Error::new(Fault::Extra, format!("`{}` {what}", path.display()), next)
            };
            let name = entry.file_name().into_string().map_err(|_| strange("has a name that is not text"))?;
            let inner = format!("{prefix}{name}");
            if kind.is_dir() {
                if depth >= limits::DEPTH_MAX {
                    return Err(strange("is nested too deeply"));
                }
                open.push((path, format!("{inner}/"), depth + 1));
            } else if kind.is_file() {
                found.insert(inner, kind.len());
            } else {
                return Err(strange("is a link or a device"));
            }
            if found.len() + open.len() > limits::FILES_MAX {
                let what = format!("`{}` has over {} files", root.display(), limits::FILES_MAX);
                return Err(Error::new(Fault::TooLarge, what, "name the bundle's own folder"));
            }
        }
    }
    Ok(found)
}

/// A file of at most so many bytes.
pub(crate) fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).map_err(|error| Error::file(path, "read", &error))?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::file(path, "read", &error))?;
    if bytes.len() as u64 > bytes_max {
        let what = format!("`{}` is over the limit of {bytes_max} bytes", path.display());
        return Err(Error::new(Fault::TooLarge, what, "this is not what a bundle holds there"));
    }
    Ok(bytes)
}

/// Files of a folder with this extension by their stems, in order of names: what a bundle is built from.
///
/// # Errors
/// Names the file that cannot be read.
pub fn read_parts(folder: &Path, extension: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::file(folder, "read", &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|has| has == extension));
    paths.sort();
    let part = |path: &PathBuf| {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let stem =
            stem.ok_or_else(|| Error::input(format!("`{}` has no name that is text", path.display()), "rename it"));
        Ok((stem?.to_owned(), read(path, limits::FILE_BYTES_MAX)?))
    };
    paths.iter().map(part).collect()
}

/// Writes files below a folder that is new, or holds `mark` from an earlier time; the old one goes as a whole when the
/// new one is complete.
///
/// # Errors
/// [`Fault::File`].
pub fn write_new<'f>(
    folder: &Path,
    mark: &str,
    files: impl IntoIterator<Item = (&'f str, &'f [u8], bool)>,
) -> Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let holds = |path: &Path| std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
    if holds(folder) && !folder.join(mark).is_file() {
        let what = format!("`{}` is there already, and holds something else", folder.display());
        return Err(Error::new(Fault::File, what, "name another folder with `--out`"));
    }
    let fresh = parent.join(format!(".{name}.new-{}", std::process::id()));
    let old = parent.join(format!(".{name}.old-{}", std::process::id()));
    for leftover in [&fresh, &old] {
        let _ = std::fs::remove_dir_all(leftover);
    }
    for (path, bytes, executable) in files {
        if !crate::lock::is_plain_deep(path) {
            return Err(Error::new(
                Fault::File,
                format!("`{}` is no path of a package", path.escape_default()),
                "report it",
            ));
        }
        let target = fresh.join(path);
        let folder = target.parent().unwrap_or(&fresh);
        std::fs::create_dir_all(folder).map_err(|error| Error::file(folder, "made", &error))?;
        std::fs::write(&target, bytes).map_err(|error| Error::file(&target, "written", &error))?;
        if executable {
            make_executable(&target)?;
        }
    }
    std::fs::create_dir_all(&fresh).map_err(|error| Error::file(&fresh, "made", &error))?;
    if folder.exists() {
        std::fs::rename(folder, &old).map_err(|error| Error::file(folder, "replaced", &error))?;
    }
    std::fs::rename(&fresh, folder).map_err(|error| Error::file(folder, "written", &error))?;
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(|error| Error::file(&old, "removed", &error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .map_err(|error| Error::file(path, "made executable", &error))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
