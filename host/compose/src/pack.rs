//! The packer that `zero bundle build --target spin` calls.

use crate::Part;
use crate::application::{Application, Connector, Function, Orchestrator, Parts, application};
use anyhow::Context as _;
use std::collections::BTreeSet;
use zero_bundle::{BundleView, PackOptions, Package, PackedFile, component_names};
use zero_deploy::Deployment;

/// The built orchestrator among those of all targets.
pub const ORCHESTRATOR_FILE: &str = "spin.wasm";
/// The built face of connectors that stand alone.
pub const FACE_FILE: &str = "spin-face.wasm";

/// The Spin application of a bundle.
///
/// # Errors
/// When the orchestrator was not built, or a component does not fit; says what to do.
pub fn spin(view: &BundleView, options: &PackOptions<'_>) -> anyhow::Result<Package> {
    let read = |file: &str| {
        let path = options.orchestrators.join(file);
        std::fs::read(&path)
            .with_context(|| format!("reading {}\n\nhint: `cargo xtask components` builds it", path.display()))
    };
    let (answer, face) = (read(ORCHESTRATOR_FILE)?, read(FACE_FILE)?);
    let functions = view.functions.iter();
    let functions: Vec<Function<'_>> =
        functions.map(|it| Function { part: Part { name: &it.name, bytes: &it.bytes }, digest: &it.digest }).collect();
    let connectors = view.connectors.iter().map(|it| Connector {
        part: Part { name: &it.component.name, bytes: &it.component.bytes },
        digest: &it.component.digest,
        version: &it.descriptor.version,
        hosts: &it.descriptor.hosts,
    });
    let connectors: Vec<Connector<'_>> = connectors.collect();
    let hosts: BTreeSet<String> = view.hosts().into_iter().map(str::to_owned).collect();
    let parts = Parts {
        region: &view.region,
        bundle: &view.lock_digest,
        functions: &functions,
        connectors: &connectors,
        config: &view.config,
        catalogue: &view.catalogue,
        hosts: &hosts,
        apart: options.apart,
    };
    let Application { files, lacks, notes } = application(Orchestrator { answer: &answer, face: &face }, &parts)?;
    let packed = functions.iter().map(|it| (it.part.name, it.part.bytes));
    let mut components = component_names("functions", packed);
    components.extend(component_names("connectors", connectors.iter().map(|it| (it.part.name, it.part.bytes))));
    let mut files: Vec<PackedFile> = files.into_iter().map(|(path, bytes)| PackedFile::new(path, bytes)).collect();
    let slots = view.config.credentials.values().flat_map(|slots| slots.values());
    let deployment = Deployment {
        secrets: slots.map(|slot| slot.env.clone()).collect(),
        ..Deployment::new(&view.region, &view.lock_digest)
    };
    let kubernetes = zero_deploy::spinkube(&deployment, zero_spin::variable).context("the file for SpinKube")?;
    files.extend(kubernetes.into_iter().map(|(path, text)| PackedFile::new(path, text)));
    Ok(Package { files, lacks, notes, components })
}
