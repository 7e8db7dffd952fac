//! What one project has compiled of its dependencies, for the next one.
//!
//! Takes a project's target folder; gives the dependencies in it to a folder of the cache, and from there to a project
//! that has compiled nothing yet. Fails never: without a warm start cargo compiles everything. Why it is so: a folder
//! that all projects share would have two projects of one name take each other's component for their own; cargo tells
//! compiled crates apart by what they were made of and not by where they lie, so a copy is as good.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use zero_builder::guest::{PROFILE, TARGET};

/// Folders below a target folder, each with `deps`, `build` and `.fingerprint`: of the guest, and of its macros.
fn folders() -> [PathBuf; 2] {
    [Path::new(TARGET).join(PROFILE), PathBuf::from(PROFILE)]
}

/// Gives a project that has compiled nothing what others have.
pub(crate) fn start(warm: &Path, target_dir: &Path) {
    if target_dir.join(TARGET).exists() || !warm.is_dir() {
        return;
    }
    // Half a copy is worse than none: cargo would believe it.
    if copy_all(warm, target_dir, &|_| true).is_err() {
        for folder in folders() {
            _ = fs::remove_dir_all(target_dir.join(folder));
        }
    }
}

/// Keeps what a project has compiled, without the project itself, unless it is kept already.
pub(crate) fn keep(warm: &Path, target_dir: &Path, package: &str) {
    if warm.exists() {
        return;
    }
    let fresh = warm.with_extension(format!("new-{}", std::process::id()));
    let own = [format!("{package}-"), package.replace('-', "_"), format!("lib{}", package.replace('-', "_"))];
    let is_other = |name: &str| !own.iter().any(|own| name.starts_with(own.as_str()));
    let kept = copy_all(target_dir, &fresh, &is_other).and_then(|()| fs::rename(&fresh, warm));
    if kept.is_err() {
        _ = fs::remove_dir_all(&fresh);
    }
}

fn copy_all(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for folder in folders() {
        for part in ["deps", "build", ".fingerprint"] {
            let part = folder.join(part);
            if from.join(&part).is_dir() {
                copy(&from.join(&part), &to.join(&part), wanted)?;
            }
        }
    }
    Ok(())
}

/// Copies a folder with the times of its files, by which cargo knows what is fresh.
fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(wanted) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to, &|_| true)?;
            continue;
        }
        // The compiler replaces libraries and never writes into them, so one file can serve all; cargo's own notes are
        // written in place.
        let shared = from.extension().is_some_and(|extension| extension == "rlib" || extension == "rmeta");
        if shared && fs::hard_link(&from, &to).is_ok() {
            continue;
        }
        fs::copy(&from, &to)?;
        File::options().write(true).open(&to)?.set_modified(fs::metadata(&from)?.modified()?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_starts_with_the_dependencies_of_another_and_without_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let (one, warm, two) = (folder.path().join("one"), folder.path().join("warm/x"), folder.path().join("two"));
        fs::create_dir_all(folder.path().join("warm")).unwrap();
        let deps = one.join(TARGET).join(PROFILE).join("deps");
        fs::create_dir_all(&deps).unwrap();
        for name in ["libserde-1.rlib", "serde-1.d", "my_demo.wasm", "libmy_demo.rlib", "my_demo-2.d"] {
            fs::write(deps.join(name), name).unwrap();
        }
        keep(&warm, &one, "my-demo");
        start(&warm, &two);
        let deps = two.join(TARGET).join(PROFILE).join("deps");
        let mut names: Vec<_> =
            fs::read_dir(&deps).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["libserde-1.rlib", "serde-1.d"]);
        let modified = |path: &Path| fs::metadata(path.join("serde-1.d")).unwrap().modified().unwrap();
        assert_eq!(modified(&deps), modified(&one.join(TARGET).join(PROFILE).join("deps")));
    }
}
