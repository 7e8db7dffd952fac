//! Functions and connectors as components, in `target/bundle` as a host wants them.

use crate::fixtures;
use crate::orchestrators::{self, Orchestrator};
use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use zero_builder::guest::Toolchain;

/// A finished component.
pub(crate) struct Built {
    kind: &'static str,
    name: String,
    world: String,
    bytes: usize,
    digest: String,
}

/// A guest crate: `functions/intent` or `connectors/clock`.
struct Guest {
    kind: &'static str,
    name: String,
    package: String,
}

/// The compiler for guests, installed if need be.
pub(crate) fn toolchain() -> Result<Toolchain> {
    Toolchain::find(&|doing| eprintln!("{doing}"))
}

/// Builds every guest below `root` and lays the bundle out in `target/bundle`.
pub(crate) fn build(root: &Path, toolchain: &Toolchain) -> Result<Vec<Built>> {
    let guests = guests(root)?;
    compile(root, toolchain, &guests)?;
    let bundle = bundle_dir(root);
    let mut built = Vec::new();
    for guest in &guests {
        let module = zero_builder::guest::module_path(&guests_dir(root), &guest.package);
        let module = fs::read(&module).with_context(|| format!("reading {}", module.display()))?;
        let mut component = zero_builder::build(&module).with_context(|| format!("component `{}`", guest.name))?;
        if guest.kind == "connectors" {
            component.bytes = fixtures::carried(root, &guest.name, component.bytes)?;
        }
        let path = bundle.join(guest.kind).join(format!("{}.wasm", guest.name));
        write_if_changed(&path, &component.bytes)?;
        built.push(Built {
            kind: guest.kind,
            name: guest.name.clone(),
            digest: component.digest(),
            bytes: component.bytes.len(),
            world: component.world,
        });
    }
    for kind in ["functions", "connectors"] {
        let of_kind = built.iter().filter(|built| built.kind == kind);
        keep_only(&bundle.join(kind), &of_kind.map(|built| format!("{}.wasm", built.name).into()).collect::<Vec<_>>())?;
    }
    copy_texts(&root.join("connectors/catalogue"), &bundle.join("catalogue"))?;
    // Where `zero bundle build` looks for regions when it is not run in this tree.
    copy_texts(&root.join("edge-config/regions"), &bundle.join("edge-config/regions"))?;
    let config = fs::read(root.join("edge-config/default.toml")).context("reading edge-config/default.toml")?;
    write_if_changed(&bundle.join("zero.toml"), &config)?;
    Ok(built)
}

/// Where the bundle of this work tree lies.
pub(crate) fn bundle_dir(root: &Path) -> PathBuf {
    target_dir(root).join("bundle")
}

/// Builds everything again in a copy of the sources and compares the digests.
pub(crate) fn compare_with_second_folder(
    root: &Path,
    toolchain: &Toolchain,
    first: &[Built],
    orchestrators: &[Orchestrator],
) -> Result<()> {
    let copy = env::temp_dir().join(format!("zero-twice-{}", std::process::id()));
    fs::create_dir_all(&copy).with_context(|| format!("creating {}", copy.display()))?;
    for entry in
        ["Cargo.toml", "Cargo.lock", "wit", "functions", "connectors", "host", "edge-config", "tests", "benches"]
    {
        copy_tree(&root.join(entry), &copy.join(entry))?;
    }
    let second = build(&copy, toolchain).and_then(|built| Ok((built, orchestrators::build(&copy, toolchain)?)));
    let removed = fs::remove_dir_all(&copy).with_context(|| format!("removing {}", copy.display()));
    let (second, second_orchestrators) = second?;
    removed?;
    if orchestrators != second_orchestrators {
        bail!("not reproducible: orchestrators differ when built in another folder");
    }
    let differ: Vec<&str> = first
        .iter()
        .zip(&second)
        .filter(|(first, second)| first.name != second.name || first.digest != second.digest)
        .map(|(first, _)| first.name.as_str())
        .collect();
    if first.len() != second.len() || !differ.is_empty() {
        bail!("not reproducible: {} differ when built in another folder", differ.join(", "));
    }
    Ok(())
}

/// Name, size and digest, a line each.
pub(crate) fn table(built: &[Built]) -> String {
    let mut out = String::new();
    for it in built {
        let kind = it.kind.trim_end_matches('s');
        let _ = writeln!(out, "{kind:<12} {:<12} {:>8} bytes  sha256:{}  {}", it.name, it.bytes, it.digest, it.world);
    }
    out
}

fn guests(root: &Path) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    for (kind, prefix, others) in [
        ("functions", "zero-", ["types"].as_slice()),
        ("connectors", "zero-connector-", ["sdk", "template"].as_slice()),
    ] {
        let folder = root.join(kind);
        let mut names: Vec<String> = fs::read_dir(&folder)
            .with_context(|| format!("reading {}", folder.display()))?
            .flatten()
            .filter(|entry| entry.path().join("Cargo.toml").is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !others.contains(&name.as_str()))
            .collect();
        names.sort();
        guests.extend(names.into_iter().map(|name| Guest { kind, package: format!("{prefix}{name}"), name }));
    }
    Ok(guests)
}

fn compile(root: &Path, toolchain: &Toolchain, guests: &[Guest]) -> Result<()> {
    cargo(root, toolchain, guests.iter().map(|guest| guest.package.as_str()), None)
}

/// Builds packages as guests, some with another stack than theirs.
pub(crate) fn cargo<'p>(
    root: &Path,
    toolchain: &Toolchain,
    packages: impl IntoIterator<Item = &'p str>,
    stack_bytes: Option<usize>,
) -> Result<()> {
    let mut cargo = toolchain.cargo_build();
    cargo.current_dir(root).arg("--quiet").env("CARGO_TARGET_DIR", guests_dir(root));
    let mut flags = zero_builder::guest::rust_flags(&[(root, "/zero")]);
    if let Some(bytes) = stack_bytes {
        // The linker goes by the last size that it is told.
        flags.push(format!("\x1f-Clink-arg=-z\x1f-Clink-arg=stack-size={bytes}"));
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
    for package in packages {
        cargo.args(["--package", package]);
    }
    if !cargo.status().context("running cargo")?.success() {
        bail!("the guests do not build");
    }
    Ok(())
}

pub(crate) fn guests_dir(root: &Path) -> PathBuf {
    target_dir(root).join("guests")
}

pub(crate) fn target_dir(root: &Path) -> PathBuf {
    // A second folder has a target directory of its own, whatever the environment says of the first.
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if Path::new(&dir).is_absolute() && !root.starts_with(env::temp_dir()) => PathBuf::from(dir),
        _ => root.join("target"),
    }
}

/// Leaves an equal file alone, so that a running host does not see a change where there is none.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    let fresh = path.with_extension("new");
    fs::write(&fresh, bytes).with_context(|| format!("writing {}", fresh.display()))?;
    fs::rename(&fresh, path).with_context(|| format!("replacing {}", path.display()))
}

/// Copies the TOML files of a folder; what was copied earlier and is gone there goes here as well.
fn copy_texts(from: &Path, to: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "toml") {
            write_if_changed(&to.join(entry.file_name()), &fs::read(entry.path())?)?;
            names.push(entry.file_name());
        }
    }
    keep_only(to, &names)
}

/// Removes files that are no longer made: a bundle holds what this tree holds.
fn keep_only(folder: &Path, names: &[OsString]) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?.flatten() {
        if !names.contains(&entry.file_name()) {
            fs::remove_file(entry.path()).with_context(|| format!("removing {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?.flatten() {
        if entry.file_name() != "target" {
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
