//! Building and running the programs of this repository.

use crate::{components, orchestrators};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The root of the work tree.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).context("xtask lies two folders below the root")
}

/// Builds components and host, and runs `zero`.
pub(crate) fn zero(command: &str, arguments: &[String]) -> Result<ExitCode> {
    let root = root()?;
    let toolchain = components::toolchain()?;
    components::build(&root, &toolchain)?;
    if arguments.starts_with(&["bundle".to_owned(), "build".to_owned()]) {
        let packs = |names: [&str; 2]| arguments.iter().any(|said| names.iter().any(|name| said.ends_with(name)));
        if packs(["spin", "workers"]) || packs(["all", "lambda"]) {
            orchestrators::build(&root, &toolchain)?;
        }
        if packs(["all", "lambda"]) {
            bootstrap(&root)?;
        }
    }
    build(&root, &["--package", "zero-cli"])?;
    let mut zero = Command::new(components::target_dir(&root).join("debug/zero"));
    if !command.is_empty() {
        zero.arg(command);
    }
    zero.args(arguments).env("ZERO_BUNDLE", components::bundle_dir(&root));
    exit_code(&mut zero)
}

/// Builds and runs a program of the workspace.
pub(crate) fn tool(package: &str, binary: &str, arguments: &[String]) -> Result<ExitCode> {
    let root = root()?;
    build(&root, &["--package", package])?;
    exit_code(Command::new(components::target_dir(&root).join("debug").join(binary)).args(arguments))
}

/// Builds everything for speed and measures it.
pub(crate) fn bench(arguments: &[String]) -> Result<ExitCode> {
    let root = root()?;
    let toolchain = components::toolchain()?;
    components::build(&root, &toolchain)?;
    let mut packages = vec!["--release", "--package=zero-benches", "--package=zero-stub", "--package=zero-cli"];
    if arguments.iter().any(|argument| argument == "--targets") {
        orchestrators::build(&root, &toolchain)?;
        packages.push("--package=zero-spin-host");
        // Apart, since a compiler that others want in the same build would come along.
        build(&root, &["--release", "--package=zero-lambda"])?;
    }
    build(&root, &packages)?;
    let programs = components::target_dir(&root).join("release");
    let mut bench = Command::new(programs.join("zero-bench"));
    exit_code(bench.args(arguments).env("ZERO_BUNDLE", components::bundle_dir(&root)).env("ZERO_PROGRAMS", programs))
}

/// Lambda's program for this machine's architecture, built for speed, beside the other orchestrators.
fn bootstrap(root: &Path) -> Result<()> {
    eprintln!("building the program of Lambda for speed, the first time for some minutes");
    build(root, &["--release", "--package", "zero-lambda"])?;
    let architecture = std::env::consts::ARCH.replace("aarch64", "arm64");
    let built = components::target_dir(root).join("release/bootstrap");
    let placed = orchestrators::folder(root).join(format!("bootstrap-{architecture}"));
    std::fs::copy(&built, &placed).with_context(|| format!("copying {}", built.display()))?;
    Ok(())
}

fn build(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["build", "--quiet"]).args(arguments);
    if !cargo.status().context("running cargo")?.success() {
        bail!("the host does not build");
    }
    Ok(())
}

fn exit_code(command: &mut Command) -> Result<ExitCode> {
    let status = command.status().with_context(|| format!("running {}", command.get_program().to_string_lossy()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
