//! The native target: the bundle's own folder, and the files that deploy it.

use crate::{BundleView, PackOptions, Package, PackedFile, Target, component_names, folder};
use anyhow::{Context as _, Result};

/// The native target.
pub const TARGET: Target = Target { name: "native", pack };

/// Folders of `edge-config` that deploy a native host.
const DEPLOYMENT: [&str; 3] = ["container", "kubernetes", "systemd"];

/// Bytes of one deployment file: they are written by hand.
const DEPLOYMENT_BYTES_MAX: u64 = 1024 * 1024;

fn pack(view: &BundleView, options: &PackOptions<'_>) -> Result<Package> {
    let mut files: Vec<PackedFile> =
        view.files.iter().map(|(path, bytes)| PackedFile::new(format!("bundle/{path}"), bytes.clone())).collect();
    files.push(PackedFile::new("zero.env", environment(view)));
    let mut notes = vec![
        ("bundle".to_owned(), format!("{} files, {} bytes", view.files.len(), total(view))),
        ("run".to_owned(), "zero serve --bundle native/bundle --trust trust.toml --region ".to_owned() + &view.region),
    ];
    for kind in DEPLOYMENT {
        let root = options.deployment.join(kind);
        if !root.is_dir() {
            notes.push((kind.to_owned(), format!("left out: there is no {}", root.display())));
            continue;
        }
        for path in folder::list(&root).with_context(|| format!("the files of {}", root.display()))?.into_keys() {
            files.push(PackedFile::new(
                format!("{kind}/{path}"),
                folder::read(&root.join(&path), DEPLOYMENT_BYTES_MAX)?,
            ));
        }
    }
    let bytes = |kind: &str, name: &str| view.files.get(&format!("{kind}/{name}.wasm")).map(Vec::as_slice);
    let functions = view.functions.iter().filter_map(|it| Some((it.name.as_str(), bytes("functions", &it.name)?)));
    let connectors = view.connectors.iter().map(|it| it.component.name.as_str());
    let connectors = connectors.filter_map(|name| Some((name, bytes("connectors", name)?)));
    let mut components = component_names("functions", functions);
    components.extend(component_names("connectors", connectors));
    Ok(Package { files, lacks: Vec::new(), notes, components })
}

/// What `zero serve` reads from its environment.
fn environment(view: &BundleView) -> String {
    format!(
        "# Of the bundle {}\nZERO_BUNDLE=/usr/share/zero/bundle\nZERO_TRUST=/etc/zero/trust.toml\nZERO_REGION={}\n",
        view.lock_digest, view.region
    )
}

fn total(view: &BundleView) -> usize {
    view.files.values().map(Vec::len).sum()
}
