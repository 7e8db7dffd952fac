//! The native target: the bundle's own folder, and the files that deploy it.

use crate::{BundleView, PackOptions, Package, PackedFile, Target, component_names};
use anyhow::{Context as _, Result};
use zero_deploy::Deployment;

/// The native target.
pub const TARGET: Target = Target { name: "native", pack };

fn pack(view: &BundleView, _: &PackOptions<'_>) -> Result<Package> {
    let mut files: Vec<PackedFile> =
        view.files.iter().map(|(path, bytes)| PackedFile::new(format!("bundle/{path}"), bytes.clone())).collect();
    let deployment = Deployment { secrets: secrets(view), ..Deployment::new(&view.region, &view.lock_digest) };
    for (path, text) in zero_deploy::native(&deployment).context("the deployment files")? {
        files.push(PackedFile::new(path, text));
    }
    let region = &view.region;
    let notes = vec![
        ("bundle".to_owned(), format!("{} files, {} bytes", view.files.len(), total(view))),
        ("run".to_owned(), format!("zero --bundle native/bundle serve --trust trust.toml --region {region}")),
    ];
    let bytes = |kind: &str, name: &str| view.files.get(&format!("{kind}/{name}.wasm")).map(Vec::as_slice);
    let functions = view.functions.iter().filter_map(|it| Some((it.name.as_str(), bytes("functions", &it.name)?)));
    let connectors = view.connectors.iter().map(|it| it.component.name.as_str());
    let connectors = connectors.filter_map(|name| Some((name, bytes("connectors", name)?)));
    let mut components = component_names("functions", functions);
    components.extend(component_names("connectors", connectors));
    Ok(Package { files, lacks: Vec::new(), notes, components })
}

/// Environment variables that the configuration's credentials name.
fn secrets(view: &BundleView) -> Vec<String> {
    view.config.credentials.values().flat_map(|slots| slots.values()).map(|slot| slot.env.clone()).collect()
}

fn total(view: &BundleView) -> usize {
    view.files.values().map(Vec::len).sum()
}
