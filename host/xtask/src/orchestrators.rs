//! Orchestrators of edge runtimes, in `target/orchestrators` beside the bundle: built once, packed by operators who
//! have no compiler.

use crate::components;
use anyhow::{Context as _, Result, bail};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use zero_builder::guest::{self, Toolchain};

/// A file of an orchestrator.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Orchestrator {
    path: String,
    bytes: usize,
    digest: String,
}

/// The cargo profile of orchestrators.
const PROFILE: &str = "orchestrator";

/// Stack of an orchestrator, bytes: it holds the state of many exchanges, and there is one of it.
const STACK_BYTES: usize = 1024 * 1024;

/// Where the orchestrators of this work tree lie.
pub(crate) fn folder(root: &Path) -> PathBuf {
    components::target_dir(root).join("orchestrators")
}

/// The lints of what only edge runtimes compile.
pub(crate) fn lints(root: &Path, toolchain: &Toolchain) -> Result<()> {
    // Debian's compiler comes without its clippy.
    if *toolchain != Toolchain::Rustup {
        return Ok(());
    }
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args([
        "clippy",
        "--quiet",
        "--no-deps",
        "--target",
        guest::TARGET,
        "--package",
        "zero-workers",
    ]);
    cargo.args(SPIN.map(|(package, _)| format!("--package={package}")));
    if !cargo.args(["--", "-D", "warnings"]).status().context("running cargo")?.success() {
        bail!("the orchestrators have lints");
    }
    Ok(())
}

/// Builds all of them.
pub(crate) fn build(root: &Path, toolchain: &Toolchain) -> Result<Vec<Orchestrator>> {
    let mut built = spin(root, toolchain)?;
    built.extend(workers(root, toolchain)?);
    Ok(built)
}

/// Path, size and digest, a line each.
pub(crate) fn table(built: &[Orchestrator]) -> String {
    let mut out = String::new();
    for Orchestrator { path, bytes, digest } in built {
        let _ = writeln!(out, "orchestrator {path:<36} {bytes:>8} bytes  sha256:{digest}");
    }
    out
}

/// Components of Spin, by package and file: the orchestrator, and the face of a connector that is deployed alone.
const SPIN: [(&str, &str); 2] = [("zero-spin", "spin.wasm"), ("zero-spin-face", "spin-face.wasm")];

/// Built apart from the guests: a guest's bytes must not depend on the features that an orchestrator wants of a crate they
/// share.
fn spin(root: &Path, toolchain: &Toolchain) -> Result<Vec<Orchestrator>> {
    components::cargo(root, toolchain, SPIN.map(|(package, _)| package), Some(STACK_BYTES))?;
    let build = |(package, path): (&str, &str)| {
        let module = guest::module_path(&components::guests_dir(root), package);
        let module = fs::read(&module).with_context(|| format!("reading {}", module.display()))?;
        let bytes = zero_builder::orchestrator(&module).with_context(|| format!("orchestrator `{path}`"))?;
        components::write_if_changed(&folder(root).join(path), &bytes)?;
        Ok(Orchestrator { path: path.to_owned(), bytes: bytes.len(), digest: zero_builder::digest(&bytes) })
    };
    SPIN.into_iter().map(build).collect()
}

/// The script for Workers without a bundle: module and glue.
fn workers(root: &Path, toolchain: &Toolchain) -> Result<Vec<Orchestrator>> {
    let module = compile(root, toolchain, "zero-workers")?;
    let fresh = components::guests_dir(root).join("workers-glue");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).with_context(|| format!("removing {}", fresh.display()))?;
    }
    // The glue is made by a program of its own, so that this one stays quick to build.
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["run", "--quiet", "--package", "zero-bindgen", "--"]).arg(module).arg(&fresh);
    if !cargo.status().context("running cargo")?.success() {
        bail!("the glue of the Workers orchestrator cannot be made");
    }
    let out = folder(root).join("workers");
    let mut built = Vec::new();
    for path in files(&fresh)? {
        let bytes = fs::read(fresh.join(&path)).with_context(|| format!("reading {}", path.display()))?;
        components::write_if_changed(&out.join(&path), &bytes)?;
        built.push(Orchestrator {
            path: format!("workers/{}", path.display()),
            bytes: bytes.len(),
            digest: zero_builder::digest(&bytes),
        });
    }
    for old in files(&out)?.into_iter().filter(|path| !fresh.join(path).is_file()) {
        fs::remove_file(out.join(&old)).with_context(|| format!("removing {}", old.display()))?;
    }
    Ok(built)
}

/// The module of a package, as the compiler leaves it.
fn compile(root: &Path, toolchain: &Toolchain, package: &str) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo_build_as(PROFILE);
    cargo.current_dir(root).args(["--quiet", "--lib", "--package", package]);
    cargo.env("CARGO_TARGET_DIR", components::guests_dir(root));
    let mut flags = guest::rust_flags(&[(root, "/zero")]);
    // The linker goes by the last size that it is told.
    flags.push(format!("\x1f-Clink-arg=-z\x1f-Clink-arg=stack-size={STACK_BYTES}"));
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
    if !cargo.status().context("running cargo")?.success() {
        bail!("the orchestrator `{package}` does not build");
    }
    let folder = components::guests_dir(root).join(guest::TARGET).join(PROFILE);
    Ok(folder.join(format!("{}.wasm", package.replace('-', "_"))))
}

/// Files below a folder, relative to it, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(now) = open.pop() {
        for entry in fs::read_dir(&now).with_context(|| format!("reading {}", now.display()))?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                files.push(relative.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}
