//! What a bundle is built from: a folder of parts, a region's file, connectors from folders and registries.

use super::build::BuildArguments;
use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use zero_bundle::{Given, Inputs};
use zero_oci::{Descriptor, Reference, Timestamp};

/// What stands beside a component and says what it may ask for.
const MANIFEST_SUFFIX: &str = "manifest.json";

pub(super) fn inputs(setup: &Setup, arguments: &BuildArguments) -> Result<Inputs> {
    let base = setup.bundle_dir();
    let (region, region_file) = region_file(&arguments.region, &arguments.edge_config(&base))?;
    let default = setup.config_file().map_or_else(|| base.join("zero.toml"), Path::to_path_buf);
    let layer = |path: &Path| {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        anyhow::Ok((path.display().to_string(), text))
    };
    let folders = arguments.components.iter().filter(|given| Path::new(given).is_dir());
    let mut functions = named(zero_bundle::read_parts(&base.join("functions"), "wasm"), &base)?;
    let mut connectors = folder(&base.join("connectors"))?;
    for given in folders {
        let given = Path::new(given);
        if given.join("functions").is_dir() {
            for (name, bytes) in zero_bundle::read_parts(&given.join("functions"), "wasm")? {
                functions.retain(|(has, _)| *has != name);
                functions.push((name, bytes));
            }
        }
        let inner = given.join("connectors");
        replace(&mut connectors, folder(if inner.is_dir() { &inner } else { given })?);
    }
    for given in arguments.components.iter().filter(|given| !Path::new(given).is_dir()) {
        replace(&mut connectors, vec![pulled(given, arguments)?]);
    }
    let catalogue = arguments.sources.clone().unwrap_or_else(|| base.join("catalogue"));
    let text = |(stem, bytes): (String, Vec<u8>)| {
        let text = String::from_utf8(bytes).with_context(|| format!("{}/{stem}.toml", catalogue.display()))?;
        anyhow::Ok((stem, text))
    };
    Ok(Inputs {
        region,
        config: vec![layer(&default)?, layer(&region_file)?],
        functions,
        connectors,
        catalogue: zero_bundle::read_parts(&catalogue, "toml")?.into_iter().map(text).collect::<Result<_>>()?,
    })
}

fn named(parts: zero_bundle::Result<Vec<(String, Vec<u8>)>>, base: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    if !base.join("functions").is_dir() {
        bail!(
            "there are no parts to build from at {}\n\nhint: `cargo xtask components` makes them; `--bundle` or \
             ZERO_BUNDLE says where they are",
            base.display()
        );
    }
    Ok(parts?)
}

/// A region by its name, or by the path of its file.
fn region_file(said: &str, edge_config: &Path) -> Result<(String, PathBuf)> {
    let path = Path::new(said);
    if path.extension().is_some_and(|extension| extension == "toml") {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok((name, path.to_path_buf()));
    }
    let regions = edge_config.join("regions");
    let file = regions.join(format!("{said}.toml"));
    let plain = said.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !plain || !file.is_file() {
        let known = zero_bundle::read_parts(&regions, "toml").unwrap_or_default();
        let known: Vec<String> = known.into_iter().map(|(name, _)| name).collect();
        bail!(
            "there is no region `{said}` in {}\n\nhint: it has {}; `--region` takes the path of a file as well",
            regions.display(),
            if known.is_empty() { "none".to_owned() } else { known.join(", ") }
        );
    }
    Ok((said.to_owned(), file))
}

/// Connectors of a folder, each with the manifest that stands beside it.
fn folder(folder: &Path) -> Result<Vec<Given>> {
    let given = |(name, bytes): (String, Vec<u8>)| {
        let path = folder.join(format!("{name}.{MANIFEST_SUFFIX}"));
        let manifest = path.is_file().then(|| manifest(&path)).transpose()?;
        Ok(Given { name, bytes, manifest, origin: String::new() })
    };
    zero_bundle::read_parts(folder, "wasm")?.into_iter().map(given).collect()
}

fn manifest(path: &Path) -> Result<Descriptor> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("the manifest {}", path.display()))
}

fn pulled(reference: &str, arguments: &BuildArguments) -> Result<Given> {
    let reference = Reference::parse(reference)
        .with_context(|| format!("`--components {reference}` is no folder, and no reference either"))?;
    let Some(trust) = arguments.trust()? else {
        bail!("whose signature of {reference} counts is not said\n\nhint: `--trust FILE` or `--public-key FILE`");
    };
    let access = arguments.access();
    let pulled = runtime()?.block_on(zero_oci::pull(&access, &reference, &trust, Timestamp::now()))?;
    Ok(Given {
        name: pulled.inspected.descriptor.name.clone(),
        bytes: pulled.component,
        manifest: Some(pulled.inspected.descriptor),
        origin: pulled.inspected.pinned.to_string(),
    })
}

/// A later connector of the same name counts.
fn replace(connectors: &mut Vec<Given>, given: Vec<Given>) {
    connectors.retain(|has| !given.iter().any(|new| new.name == has.name));
    connectors.extend(given);
}
