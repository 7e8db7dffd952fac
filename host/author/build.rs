//! Puts into the program what an author has no other place to get from: the SDK's sources, the versions that it was
//! tested with, and the templates.
//!
//! The crates of the SDK are not published. Their manifests take versions and lints from the workspace, which an
//! author's machine does not have, so what they take is written out here.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};
use toml::{Table, Value};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// All that is embedded of the sources; a crate is a folder with a manifest.
const CRATES: [&str; 2] = ["connectors/sdk", "functions/types"];
const CONTRACTS: &str = "wit";
const TEMPLATES: &str = "connectors/template";
/// What a project of the template depends on.
const DEPENDENCIES: [&str; 2] = ["serde", "zero-connector-sdk"];

fn main() -> Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let workspace: Table = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    let mut sdk = BTreeMap::new();
    for name in CRATES {
        let folder = root.join(name);
        let manifest: Table = fs::read_to_string(folder.join("Cargo.toml"))?.parse()?;
        sdk.insert(format!("{name}/Cargo.toml"), made_concrete(manifest, &workspace, name)?);
        collect(&root, &folder.join("src"), "rs", &mut sdk)?;
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    collect(&root, &root.join(CONTRACTS), "wit", &mut sdk)?;
    let mut templates = BTreeMap::new();
    collect(&root.join(TEMPLATES), &root.join(TEMPLATES), "", &mut templates)?;
    for watched in [CONTRACTS, TEMPLATES, "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }

    let mut out = String::new();
    for (name, files) in [("SDK", &sdk), ("TEMPLATES", &templates)] {
        writeln!(out, "pub(crate) static {name}: &[(&str, &str)] = &[")?;
        for (path, text) in files {
            writeln!(out, "    ({path:?}, {text:?}),")?;
        }
        writeln!(out, "];")?;
    }
    let lock: Table = fs::read_to_string(root.join("Cargo.lock"))?.parse()?;
    writeln!(out, "pub(crate) static LOCKED: &str = {:?};", locked(&lock)?)?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("embedded.rs"), out)?;
    Ok(())
}

/// Texts of all files below `folder` with this extension, or of all without one, by their path below `root`.
fn collect(root: &Path, folder: &Path, extension: &str, into: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // Whoever tried a template in its place has left these.
            let products = ["target", ".zero", ".cargo"].iter().any(|name| path.ends_with(name));
            if !products {
                collect(root, &path, extension, into)?;
            }
        } else if extension.is_empty() || path.extension().is_some_and(|has| has == extension) {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            into.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The manifest with everything it takes from the workspace written out.
fn made_concrete(mut manifest: Table, workspace: &Table, folder: &str) -> Result<String> {
    let shared = workspace.get("workspace").and_then(Value::as_table).ok_or("no workspace")?;
    let shared_package = shared.get("package").and_then(Value::as_table).ok_or("no workspace.package")?;
    let shared_dependencies =
        shared.get("dependencies").and_then(Value::as_table).ok_or("no workspace.dependencies")?;
    // Lints are ours, and tests of the crates are not embedded.
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    for (key, value) in manifest.get_mut("package").and_then(Value::as_table_mut).ok_or("no package")? {
        if inherits(value) {
            *value = shared_package.get(key).cloned().ok_or_else(|| format!("{folder}: no workspace.package.{key}"))?;
        }
    }
    for (name, value) in manifest.get_mut("dependencies").and_then(Value::as_table_mut).into_iter().flatten() {
        if !inherits(value) {
            continue;
        }
        let shared =
            shared_dependencies.get(name).ok_or_else(|| format!("{folder}: no workspace dependency {name}"))?;
        let mut dependency = match shared {
            Value::Table(table) => table.clone(),
            version => Table::from_iter([("version".to_owned(), version.clone())]),
        };
        if let Some(features) = value.get("features").and_then(Value::as_array) {
            let all = dependency.entry("features").or_insert_with(|| Value::Array(Vec::new()));
            all.as_array_mut().ok_or("features must be a list")?.extend(features.iter().cloned());
        }
        if let Some(Value::String(path)) = dependency.get_mut("path") {
            *path = format!("{}{path}", "../".repeat(folder.split('/').count()));
        }
        *value = Value::Table(dependency);
    }
    Ok(toml::to_string(&manifest)?)
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Of the workspace's lock file, what a project of the template needs.
fn locked(lock: &Table) -> Result<String> {
    let packages = lock.get("package").and_then(Value::as_array).ok_or("no package in Cargo.lock")?;
    let name_of = |package: &Value| package.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    // A dependency is named with its version only where there are several.
    let is = |package: &Value, wanted: &str| {
        let mut words = wanted.split(' ');
        let version = package.get("version").and_then(Value::as_str).unwrap_or_default();
        words.next() == Some(name_of(package).as_str()) && words.next().is_none_or(|wanted| wanted == version)
    };
    let (mut open, mut kept) = (DEPENDENCIES.map(str::to_owned).to_vec(), BTreeSet::new());
    while let Some(wanted) = open.pop() {
        for (at, package) in packages.iter().enumerate().filter(|(_, package)| is(package, &wanted)) {
            if kept.insert(at) {
                let more = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
                open.extend(more.filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    let mut out = String::new();
    for package in kept.iter().filter_map(|at| packages.get(*at)) {
        writeln!(out, "[[package]]\n{}", toml::to_string(package)?)?;
    }
    Ok(out)
}
