//! A project's component: compiled, encoded, with its fixtures in it.

use crate::project::{Kind, Project, REST};
use crate::{sdk, warm};
use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use zero_builder::fixtures::{self, Fixtures};
use zero_builder::guest::{self, Toolchain};

/// Where things are on this machine.
#[derive(Debug, Clone)]
pub struct Places {
    /// For whatever can be made again.
    pub cache: PathBuf,
    /// The folder of the connectors that came with this program, of which `rest` runs sources that are mappings.
    pub connectors: PathBuf,
}

/// What was made of a project.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is published and installed; for sources that are mappings a package without code.
    pub bytes: Vec<u8>,
    /// What it is stamped with.
    pub world: String,
    /// What runs it: the same bytes, or the `rest` connector.
    pub code: Vec<u8>,
    /// What is embedded in it.
    pub fixtures: Fixtures,
    /// Where it was written.
    pub path: PathBuf,
}

impl Made {
    /// SHA-256 of the bytes, in lower-case hex.
    #[must_use]
    pub fn digest(&self) -> String {
        zero_builder::digest(&self.bytes)
    }
}

/// Builds a project and writes its component; `say` hears what takes a while.
///
/// # Errors
/// When it does not compile (cargo has said why on standard error), breaks a rule of components, or has no fixtures.
pub fn make(project: &Project, places: &Places, say: &dyn Fn(&str)) -> Result<Made> {
    // What is quickly found out first.
    project.sources()?;
    let fixtures = project.fixtures()?;
    let path = project.component_path();
    let (bytes, world, code) = match project.kind {
        Kind::Code => {
            let module = compile(project, &places.cache, say)?;
            let component = zero_builder::build(&module)?;
            let bytes = fixtures::embed(&component.bytes, &fixtures)?;
            (bytes.clone(), component.world, bytes)
        }
        Kind::Foreign => {
            let recipe = project.recipe.as_ref().context("the project has no recipe")?;
            let component = recipe.make(&project.root, say)?;
            let bytes = fixtures::embed(&component.bytes, &fixtures)?;
            (bytes.clone(), component.world, bytes)
        }
        Kind::Rest => {
            let bytes = zero_builder::sources::package(&project.name, &fixtures)?;
            (bytes, zero_builder::sources::SOURCES_WORLD.to_owned(), rest(&places.connectors)?)
        }
    };
    let bytes_max = project.needs().component_bytes.unwrap_or(zero_builder::COMPONENT_BYTES_MAX);
    if bytes.len() > bytes_max {
        bail!(
            "with its fixtures the component is {} bytes, over the limit of {bytes_max}\n\nhint: shorten the longest exchanges",
            bytes.len()
        );
    }
    write(&path, &bytes)?;
    Ok(Made { bytes, world, code, fixtures, path })
}

fn rest(connectors: &Path) -> Result<Vec<u8>> {
    let path = connectors.join(format!("{REST}.wasm"));
    fs::read(&path).with_context(|| {
        format!(
            "reading {}, which runs sources that are mappings\n\nhint: `--bundle` or ZERO_BUNDLE says where the bundle is",
            path.display()
        )
    })
}

/// The core module.
fn compile(project: &Project, cache: &Path, say: &dyn Fn(&str)) -> Result<Vec<u8>> {
    sdk::prepare(&project.root, cache)?;
    let toolchain = Toolchain::find(say)?;
    let target_dir = project.root.join("target");
    let sdk_dir = cache.join("sdk");
    let key = format!("{}\n{}\n{toolchain:?}", sdk::digest(), toolchain.version()?);
    let warm_dir = cache.join("warm").join(zero_builder::digest(key.as_bytes()).get(..16).unwrap_or_default());
    fs::create_dir_all(cache.join("warm")).with_context(|| format!("creating {}", cache.display()))?;
    if !warm_dir.is_dir() {
        say("compiling the SDK, for this and all later projects ...");
    }
    warm::start(&warm_dir, &target_dir);

    let mut cargo = toolchain.cargo_build();
    cargo.current_dir(&project.root).args(["--quiet", "--lib"]);
    // A folder that projects share would have two of one name take each other's component for their own.
    cargo.env("CARGO_TARGET_DIR", &target_dir);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", guest::rust_flags(&[(&sdk_dir, "/sdk")]));
    let status =
        cargo.status().context("running cargo\n\nhint: connectors in code need Rust, from https://rustup.rs")?;
    if !status.success() {
        bail!("`{}` does not compile", project.name);
    }
    warm::keep(&warm_dir, &target_dir, &project.name);
    let path = guest::module_path(&target_dir, &project.name);
    fs::read(&path).with_context(|| {
        format!("reading {}\n\nhint: `[lib]` in Cargo.toml needs `crate-type = [\"cdylib\", \"rlib\"]`", path.display())
    })
}

/// Whole or not at all, and not when nothing has changed: somebody may be watching.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    let fresh = path.with_extension("new");
    fs::write(&fresh, bytes).with_context(|| format!("writing {}", fresh.display()))?;
    fs::rename(&fresh, path).with_context(|| format!("replacing {}", path.display()))
}
